"""Strings, lists and flags, as the server writes them (RFC 3501 section 4).

::

    NIL              nothing there            "Tea?"        quoted: one line of ASCII
    {9}              literal: any octets,     (a b (c))     a list, and a list in it
    Tea & cake       as many as it says       (\\Seen Work)  flags
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from mailkit.store import names

_PLAIN = re.compile(rb"[ !#-\[\]-~]*")
_ONE_LINE = re.compile(rb"[ -~]*")


def string(value: bytes) -> bytes:
    """A quoted string where that is possible, else a literal.

    >>> string(b"Tea?"), string(b'"Tea"'), string(b"Th\\xc3\\xa9")
    (b'"Tea?"', b'"\\\\"Tea\\\\""', b'{4}\\r\\nTh\\xc3\\xa9')
    """
    if _PLAIN.fullmatch(value):
        return b'"' + value + b'"'
    if _ONE_LINE.fullmatch(value):
        return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return literal(value.replace(b"\0", b""))  # RFC 3501 section 9, CHAR8: no NUL, not even in a literal


def nstring(value: bytes | None) -> bytes:
    """A string, or NIL where there is none."""
    return b"NIL" if value is None else string(value)


def literal(value: bytes) -> bytes:
    """Octets behind their number.

    >>> literal(b"Tea")
    b'{3}\\r\\nTea'
    """
    return b"{%d}\r\n%b" % (len(value), value)


def mailbox(name: str) -> bytes:
    """The name of a mailbox, in modified UTF-7."""
    return string(names.encode(name).encode())


@lru_cache(maxsize=4096)
def flags(names: frozenset[str]) -> bytes:
    """Flags, those of the protocol first.

    >>> flags(frozenset({"Work", "\\\\Seen"}))
    b'(\\\\Seen Work)'
    """
    return b"(" + " ".join(sorted(names, key=lambda name: (name[0] != "\\", name))).encode() + b")"


def listed(words: Iterable[str]) -> str:
    """``(one two)``."""
    return f"({' '.join(words)})"
