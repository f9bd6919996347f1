"""A letter as a thing to look at: the octets, and what a mail program makes of them."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property

from mailkit.letter import trace
from mailkit.shown import Shown


class Letter(Shown):
    """A letter (RFC 5322): a header, an empty line, a body.

    Args:
        content: the octets, with CRLF, as they travel.
        flags: what its mailbox knows of it, e.g. ``{"\\\\Seen"}``.
    """

    def __init__(self, content: bytes, flags: frozenset[str] = frozenset()) -> None:
        self.content, self.flags = content, flags

    @cached_property
    def message(self) -> EmailMessage:
        """The letter as Python's ``email`` package sees it."""
        return message_from_bytes(self.content, policy=default)

    @property
    def id(self) -> str:
        """Its Message-ID, by which it is found again everywhere; empty if it has none."""
        return trace.message_id(self.content) or ""

    @property
    def subject(self) -> str:
        """What stands in ``Subject:``."""
        return str(self.message["Subject"] or "")

    @property
    def sender(self) -> str:
        """What stands in ``From:``, which anybody can write."""
        return str(self.message["From"] or "")

    @property
    def text(self) -> str:
        """The part that is for reading."""
        part = self.message.get_body(preferencelist=("plain", "html"))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""

    @property
    def received(self) -> list[str]:
        """The ``Received:`` lines, the last hop first, as they stand in the letter."""
        return [" ".join(str(line).split()) for line in self.message.get_all("Received", [])]

    def __str__(self) -> str:
        return self.content.decode(errors="replace").replace("\r\n", "\n")


class Inbox(list[Letter], Shown):
    """The letters of a mailbox, as a mail program lists them."""

    def __str__(self) -> str:
        if not self:
            return "no letters"
        width = max(len(letter.sender) for letter in self)
        rows = (
            f"{number:3}  {letter.sender:{width}}  {letter.subject}" for number, letter in enumerate(self, 1)
        )
        return "\n".join(rows)
