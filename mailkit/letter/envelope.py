"""The envelope: who sent a letter and to whom it goes.

As on paper, it is not the letter.  ``MAIL FROM`` and ``RCPT TO`` fill it in, the servers read nothing
else, and the recipient never sees it; ``From:`` and ``To:`` stand inside, on the letter's head, and may
say something different (RFC 5321 section 2.3.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

NOBODY = ""  # the sender of a bounce: nobody is told when that cannot be delivered (RFC 5321 section 4.5.5)


@dataclass(frozen=True)
class Envelope:
    """An envelope.

    Attributes:
        sender: the return address, or `NOBODY`.
        recipients: where it goes.
        parameters: what the client added to MAIL FROM, e.g. ``{"SIZE": "1200", "RET": "HDRS"}``.
        wishes: what it added to each RCPT TO, by recipient, e.g. ``{"NOTIFY": "NEVER"}``.
    """

    sender: str
    recipients: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    wishes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def to(self, *recipients: str) -> "Envelope":
        """The same envelope for these recipients only."""
        wishes = {recipient: self.wishes[recipient] for recipient in recipients if recipient in self.wishes}
        return Envelope(self.sender, recipients, self.parameters, wishes)

    def add(self, recipient: str, wishes: Mapping[str, str]) -> "Envelope":
        """The same envelope with one more recipient; who is named twice gets one letter."""
        recipients = tuple(dict.fromkeys((*self.recipients, recipient)))
        kept = {**self.wishes, recipient: wishes} if wishes else self.wishes
        return Envelope(self.sender, recipients, self.parameters, kept)

    @property
    def utf8(self) -> bool:
        """Whether it has an address that only servers with SMTPUTF8 can take (RFC 6531)."""
        return not all(address.isascii() for address in (self.sender, *self.recipients))
