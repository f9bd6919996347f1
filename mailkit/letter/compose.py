"""A new letter, as a mail program makes it (RFC 5322).

Python's own ``email`` package does the work; here it is only told to end its lines as the standard
wants them.
"""

from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from pathlib import Path

from mailkit.letter.trace import date


def compose(
    sender: str,
    to: Iterable[str],
    subject: str,
    text: str,
    *,
    now: float,
    attachments: Iterable[tuple[str, bytes]] = (),
) -> EmailMessage:
    """Write a letter.

    Args:
        sender: what stands in ``From:``, e.g. ``"Alice <alice@birch.example>"``.
        to: what stands in ``To:``.
        now: seconds since the epoch, for ``Date:``.
        attachments: name and content of each file that goes with it.

    Raises:
        ValueError: a line ending stands where it could begin another field, or end the header.
    """
    letter = EmailMessage(policy=SMTP)
    letter["From"] = _one_line(sender)
    letter["To"] = ", ".join(map(_one_line, to))
    letter["Subject"] = _one_line(subject)
    letter["Date"] = date(now)
    domain = sender.rpartition("@")[2].rstrip(">")
    letter["Message-ID"] = make_msgid(domain=domain)
    letter.set_content(text)
    for name, content in attachments:
        letter.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=Path(name).name
        )
    return letter


def _one_line(words: str) -> str:
    if "\r" in words or "\n" in words:
        raise ValueError(f"a field of the header is one line, and this has a line ending in it: {words!r}")
    return words
