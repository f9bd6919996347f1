"""A reply: three digits and a text, on one line or on several (RFC 5321 section 4.2).

::

    250-mx.cedar.example        a minus: there is more
    250-STARTTLS
    250 HELP                    a space: this was the last line

    550 5.1.1 no such person here
    |   |     +-- for people
    |   +-------- the enhanced status code: class, subject, detail (RFC 2034, RFC 3463)
    +------------ 2 yes, 3 go on, 4 not now, 5 never
"""

import re
from dataclasses import dataclass

from mailkit.talk.refusal import Refused

LONGEST = 16_384  # octets of a whole reply that a client listens to

_LAST_LINE = re.compile(rb"(?:\A|\n)[0-9]{3}(?: [^\n]*)?\r?\n\Z")
_STATUS = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|$)(.*)", re.DOTALL)

USUAL = {  # for the few replies of aiosmtpd's own that carry no enhanced code
    "250": "2.0.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
}


@dataclass(frozen=True)
class Reply:
    """What a server has answered.

    >>> str(Reply(250, ("2.1.5 recipient ok",)))
    '250 2.1.5 recipient ok'
    """

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words of all its lines."""
        return " ".join(line for line in self.lines if line)

    @property
    def yes(self) -> bool:
        """Whether it agrees, or asks to go on."""
        return 200 <= self.code < 400

    def refusal(self) -> Refused:
        """A reply that does not agree, as an exception.

        >>> str(Reply(550, ("5.1.1 no such", "5.1.1 person here")).refusal())
        '550 5.1.1 no such person here'
        >>> str(Reply(450, ("come back later",)).refusal())
        '450 4.0.0 come back later'
        """
        forms = [_STATUS.fullmatch(line) for line in self.lines]
        status = next((form[1] for form in forms if form), f"{self.code // 100}.0.0")
        words = [form[2] if form else line for form, line in zip(forms, self.lines, strict=True)]
        return Refused(self.code, status, " ".join(filter(None, words)))

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


def complete(command: bytes, data: bytes) -> bool:
    """Whether `data` ends with the last line of a reply (whatever the command was).

    >>> complete(b"EHLO me", b"250-mx\\r\\n"), complete(b"EHLO me", b"250-mx\\r\\n250 HELP\\r\\n")
    (False, True)
    """
    return _LAST_LINE.search(data) is not None


def with_status(reply: str) -> str:
    """Give a reply of aiosmtpd's own the enhanced code that it lacks.

    >>> with_status("250 OK"), with_status("250 2.1.0 sender ok")
    ('250 2.0.0 OK', '250 2.1.0 sender ok')
    """
    code, text = reply[:3], reply[4:]
    return reply if _STATUS.match(text) or code not in USUAL else f"{code} {USUAL[code]} {text}"
