"""What a mailbox may be called, and what it is called on the disk (Maildir++).

::

    a person says     IMAP says           the folder beside new/ and cur/
    INBOX             INBOX               .                        the Maildir itself
    Sent              Sent                .Sent
    Work.Tea          Work.Tea            .Work.Tea                no folder in a folder: a dot in the name
    Entwürfe          Entw&APw-rfe        .Entw&APw-rfe

The third column is in modified UTF-7 (RFC 3501 section 5.1.3), as on the wire: Dovecot, Courier and mutt
read it so, and plain ASCII survives every disk, while macOS would change the ü and Windows forbid it.
A name is made into a path here and nowhere else, so here it is made sure that none leads outside.
"""

import base64
import binascii
import re

from mailkit.talk.refusal import Refused

SEPARATOR = "."
LONGEST = 200  # octets; many disks allow 255

_FOREIGN = re.compile(r"[^\x20-\x7e]+")
_SHIFTED = re.compile(r"&([^-]*)-")


def encode(name: str) -> str:
    """In modified UTF-7.

    >>> encode("Entwürfe"), encode("Tea & cake")
    ('Entw&APw-rfe', 'Tea &- cake')
    """

    def shift(run: re.Match[str]) -> str:
        octets = run[0].encode("utf-16-be", "surrogatepass")
        return "&" + base64.b64encode(octets).decode().rstrip("=").replace("/", ",") + "-"

    return _FOREIGN.sub(shift, name.replace("&", "&-"))


def decode(text: str) -> str:
    """Out of modified UTF-7.

    Raises:
        Refused: this is not modified UTF-7, or something in it was encoded without need
            (RFC 3501 section 5.1.3 forbids that: one name must not have two spellings).

    >>> decode("Entw&APw-rfe"), decode("Tea &- cake")
    ('Entwürfe', 'Tea & cake')
    """

    def unshift(run: re.Match[str]) -> str:
        coded = run[1].replace(",", "/")
        octets = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True)
        return octets.decode("utf-16-be") if coded else "&"

    try:
        name = _SHIFTED.sub(unshift, text)
    except (binascii.Error, UnicodeDecodeError):
        name = ""
    if encode(name) != text:
        raise Refused(501, "5.1.3", f"{text!r} is not a mailbox name in modified UTF-7")
    return name


def canonical(name: str) -> str:
    """The one spelling of a name: INBOX knows no capitals (RFC 3501 section 5.1).

    >>> canonical("inbox"), canonical("Inbox.Tea"), canonical("Sent")
    ('INBOX', 'INBOX.Tea', 'Sent')
    """
    first, dot, rest = name.partition(SEPARATOR)
    return "INBOX" + dot + rest if first.upper() == "INBOX" else name


def folder(name: str) -> str:
    """The folder of a mailbox, beside the ``cur/`` of INBOX; ``"."`` for INBOX itself.

    Raises:
        Refused: a name that is no name, or that would lead somewhere else.

    >>> folder("Work.Tea")
    '.Work.Tea'
    """
    name = canonical(name)
    if name == "INBOX":
        return "."
    if "/" in name or "\\" in name:
        raise Refused(501, "5.1.3", f"a mailbox name has no slash; write {SEPARATOR} between levels")
    if "*" in name or "%" in name:
        raise Refused(501, "5.1.3", "a mailbox name has no * and no %: in LIST they stand for other letters")
    if not all(name.split(SEPARATOR)):  # so no dot first, none last, and never two of them
        raise Refused(501, "5.1.3", f"{name!r} has an empty level (a dot at an end, or two together)")
    if any(
        ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 or 0xD800 <= ord(letter) < 0xE000 for letter in name
    ):
        raise Refused(501, "5.1.3", "a mailbox name has no control characters")
    path = SEPARATOR + encode(name)
    if len(path) > LONGEST:
        raise Refused(501, "5.1.3", f"a mailbox name has at most {LONGEST} octets on the disk")
    return path


def unfolder(path: str) -> str | None:
    """The name of the mailbox in a folder, or None if no mailbox can have that one.

    >>> unfolder(".Work.Tea"), unfolder("cur"), unfolder("..")
    ('Work.Tea', None, None)
    """
    try:
        name = decode(path.removeprefix(SEPARATOR))
        return canonical(name) if folder(name) == path else None
    except Refused:
        return None
