"""What the servers on the way write on top of a letter (RFC 5321 section 4.4).

Every server that takes a letter puts one ``Received:`` line *above* all others, so the path is read
from the bottom up::

    Return-Path: <alice@birch.example>                          <- the last server, at delivery
    Received: from mx.birch.example ... by mx.cedar.example     <- second hop
    Received: from laptop-alice ... by mx.birch.example         <- first hop
    From: Alice <alice@birch.example>                           <- from here on: Alice's own words
"""

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime

from mailkit.letter.envelope import Envelope

HOPS_ARE_TOO_MANY = 30  # RFC 5321 section 6.3: a loop is detected by counting Received: lines


@dataclass(frozen=True)
class Hop:
    """What a server knows of the connection by which a letter came."""

    said: str  # the name that the client gave with EHLO
    host: str  # what the ground knows of it; "" for a program that is not of the village
    address: str
    esmtp: bool
    tls: bool
    account: str  # the login, or ""

    def protocol(self, utf8: bool = False) -> str:
        """The ``with`` word: SMTP, ESMTP, ESMTPSA ... (RFC 3848), UTF8SMTP ... (RFC 6531 section 4.3).

        >>> Hop("laptop", "laptop-alice", "127.0.2.101", True, True, "alice@birch.example").protocol()
        'ESMTPSA'
        """
        return f"{'UTF8' if utf8 else 'E' * self.esmtp}SMTP{'S' * self.tls}{'A' * bool(self.account)}"


def received(hop: Hop, by: str, queue_id: str, envelope: Envelope, now: float) -> bytes:
    """The ``Received:`` line for a letter that has just come in, with its CRLF.

    The recipient is named only when there is one: nobody shall learn of blind copies (RFC 5321 section 7.2).
    """
    whom = f"\r\n\tfor <{envelope.recipients[0]}>" if len(envelope.recipients) == 1 else ""
    found = f"{hop.host} [{hop.address}]".lstrip()
    said = re.sub(r"[^!-~]|[()\\]", "?", hop.said)  # it comes from outside and must stay one word
    return (
        f"Received: from {said} ({found})\r\n\tby {by} with {hop.protocol('SMTPUTF8' in envelope.parameters)}"
        f" id {queue_id}{whom};\r\n\t{date(now)}\r\n"
    ).encode()


def date(now: float) -> str:
    """A moment as letters write it (RFC 5322 section 3.3), in the world's common time.

    >>> date(0.0)
    'Thu, 01 Jan 1970 00:00:00 +0000'
    """
    return format_datetime(datetime.fromtimestamp(now, timezone.utc))


def head(content: bytes) -> bytes:
    """The header of a letter: all up to the empty line."""
    end = content.find(b"\r\n\r\n")  # found, not split off: the body may have 50 MB
    return b"" if content.startswith(b"\r\n") else content[: end if end >= 0 else None] + b"\r\n"


def field(content: bytes, name: str) -> str | None:
    """The first header field of that name, unfolded, or None.

    >>> field(b"Subject: Tea\\r\\n at four?\\r\\n\\r\\nsubject: not me", "subject")
    'Tea at four?'
    """
    pattern = rb"(?:\A|\r\n)" + re.escape(name.encode()) + rb"[ \t]*:[ \t]*((?:[^\r\n]|\r\n[ \t])*)"
    found = re.search(pattern, head(content), re.IGNORECASE)
    return re.sub(rb"\r\n(?=[ \t])", b"", found[1]).decode(errors="replace").strip() if found else None


def message_id(content: bytes) -> str | None:
    """The letter's own name, ``<...@birch.example>``, by which it is found again everywhere."""
    return field(content, "Message-ID")


def count_received(content: bytes) -> int:
    """How many servers have had it."""
    return len(re.findall(rb"(?:\A|\r\n)Received[ \t]*:", head(content), re.IGNORECASE))
