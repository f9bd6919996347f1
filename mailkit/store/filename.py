"""A letter's name in a Maildir says almost everything about it.

::

    1700000000.R5f0c91a7b2e4.mx.cedar.example,S=1234,W=1260:2,FSa
    |________| |___________| |______________| |____| |____|   |_|
     when it    random, so    whose machine    octets  octets  flags: Flagged, Seen,
     came       that no two   made it          on the  on the  and keyword a
                are the same                   disk    wire
    |_____________________________________________________|
       the base: it never changes as long as the letter lives

The base was invented by qmail (https://cr.yp.to/proto/maildir.html), ``S=`` and ``W=`` by Courier and
Dovecot.  On the disk a line ends with LF, on the wire with CRLF: that is why there are two sizes.
"""

import os
import re
import secrets

FLAGS = {
    "D": "\\Draft",
    "F": "\\Flagged",
    "P": "$Forwarded",  # "passed" to somebody else; IMAP has only a keyword for it (RFC 5788)
    "R": "\\Answered",  # "replied"
    "S": "\\Seen",
    "T": "\\Deleted",  # "trashed"
}

MARK = ";2," if os.name == "nt" else ":2,"  # Windows allows no colon in a file name

_INFO = re.compile(r"[:;]2,([A-Za-z]*)$")
_WIRE_SIZE = re.compile(r",W=(\d{1,15})(?=[,:;]|$)")


def fresh(seconds: float, host: str, disk: int, wire: int, name: str = "") -> str:
    """A base that no letter has had before, for one with so many octets on the disk and on the wire.

    Who has a `name` that is unique may give it instead of a random one.

    >>> fresh(1700000000, "mx", 3, 4)[-11:]
    '.mx,S=3,W=4'
    """
    owner = re.sub(r"[^A-Za-z0-9.-]", "_", host)
    name = name or f"R{secrets.token_hex(6)}"
    return f"{int(seconds)}.{name}.{owner},S={disk},W={wire}"


def split(file: str) -> tuple[str, str]:
    """The base and the flag letters of a file name.

    >>> split("17.R5f.mx,S=3,W=4:2,FS"), split("17.R5f.mx")
    (('17.R5f.mx,S=3,W=4', 'FS'), ('17.R5f.mx', ''))
    """
    info = _INFO.search(file)
    return (file[: info.start()], info[1]) if info else (file, "")


def join(base: str, letters: str) -> str:
    """A name for ``cur/``.  The letters stand in ASCII order and once each, as others expect."""
    return base + MARK + "".join(sorted(set(letters)))


def told_wire_size(base: str) -> int | None:
    """The size on the wire, if the name tells it.

    >>> told_wire_size("17.R5f.mx,S=3,W=4"), told_wire_size("17.R5f.mx")
    (4, None)
    """
    told = _WIRE_SIZE.search(base)
    return int(told[1]) if told else None


def age(base: str) -> tuple[int, str]:
    """A key that puts letters in the order in which they came.

    >>> sorted(["100.b", "99.z", "100.a"], key=age)
    ['99.z', '100.a', '100.b']
    """
    seconds = base.partition(".")[0]
    return (int(seconds) if seconds.isdecimal() and len(seconds) < 16 else 0, base)


def to_disk(content: bytes) -> bytes:
    """Line endings as programs on this machine want them."""
    return content.replace(b"\r\n", b"\n")


def to_wire(content: bytes) -> bytes:
    """Line endings as RFC 5322 section 2.3 wants them.

    >>> to_wire(b"Tea?\\n"), to_wire(b"Tea?\\r\\n")
    (b'Tea?\\r\\n', b'Tea?\\r\\n')
    """
    if b"\r\n" in content:  # another program has kept them
        content = content.replace(b"\r\n", b"\n")
    return content.replace(b"\n", b"\r\n")


def wire_size(content: bytes) -> int:
    """``len(to_wire(content))``, without making it."""
    return len(content) + content.count(b"\n") - content.count(b"\r\n")
