"""Looking for words in letters, as a person would read them (RFC 3501 section 6.4.4).

A letter may say ``caf=C3=A9`` or ``Y2Fmw6k=`` for café, and ``=?utf-8?q?caf=C3=A9?=`` in its header.
Whoever looks for café wants all of them, in capitals too.  So texts are decoded first (RFC 2045, RFC 2047);
what cannot be decoded is taken as it stands.  A wanted word comes here without its capitals.
"""

import binascii
import re
from collections.abc import Iterator

from mailkit.imap.opened import Opened
from mailkit.letter.structure import Part, fields_named, unfold

_ENCODED_WORD = re.compile(rb"=\?([!-<>@-~]{1,40})\?([bBqQ])\?([!->@-~]*)\?=")
_BETWEEN = re.compile(rb"(\?=)\s+(=\?)")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_CHARSETS = re.compile(
    r"(us-)?ascii|utf-?(7|8|16|32)(-?[bl]e)?|iso-8859-\d+|latin-?\d|windows-\d+|cp\d+|koi8-[rut]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)|iso-2022-(jp|kr)|tis-620"
)


def in_field(opened: Opened, name: bytes, wanted: str) -> bool:
    """Whether a field of that name has this in it.  An empty word is in every field, if there is one."""
    return any(wanted in header(value).casefold() for value in fields_named(opened.header, name))


def in_header(opened: Opened, wanted: str) -> bool:
    """Whether this stands anywhere in the header."""
    return wanted in header(unfold(opened.header)).casefold()


def in_texts(opened: Opened, wanted: str) -> bool:
    """Whether this stands in a text."""
    return any(wanted in text.casefold() for text in texts(opened.structure, opened.content))


def header(value: bytes) -> str:
    """A field for a reader.

    >>> header(b"=?utf-8?q?caf=C3=A9?= =?utf-8?b?IQ==?= at four")
    'café! at four'
    """
    pieces, at = [], 0
    value = _BETWEEN.sub(rb"\1\2", value) if b"=?" in value else value
    for word in _ENCODED_WORD.finditer(value):
        coded = word[3].replace(b"_", b" ") if word[2] in b"qQ" else word[3]
        octets = _quoted_printable(coded) if word[2] in b"qQ" else _base64(coded)
        pieces += [_characters(value[at : word.start()], "utf-8"), _characters(octets, word[1].decode())]
        at = word.end()
    return "".join(pieces) + _characters(value[at:], "utf-8")


def texts(letter: Part, content: bytes) -> Iterator[str]:
    """The texts of a letter, part by part, for a reader."""
    for part in letter.walk():
        if part.kind == b"text":
            yield text(part, content)


def text(part: Part, content: bytes) -> str:
    """The text of one part."""
    octets = content[part.body : part.end]
    coding = part.fields.get(b"content-transfer-encoding", b"").strip().lower()
    if coding == b"base64":
        octets = _base64(octets)
    elif coding == b"quoted-printable":
        octets = _quoted_printable(octets)
    charset = dict(part.parameters).get(b"charset", b"utf-8")
    return _characters(octets, charset.decode("latin-1"))


def _characters(octets: bytes, charset: str) -> str:
    """Octets as text.  us-ascii is read as UTF-8, of which it is a part; what is unknown, as Latin-1."""
    name = charset.lower().partition("*")[0]  # RFC 2231 section 5: a language may follow
    if not _CHARSETS.fullmatch(name):
        name = "latin-1"
    try:
        return octets.decode("utf-8" if name.endswith("ascii") else name, errors="replace")
    except LookupError:  # named like a charset, but Python knows none of that name
        return octets.decode("latin-1")


def _base64(coded: bytes) -> bytes:
    """Broken base64 gives as much as it has."""
    clean = _NO_BASE64.sub(b"", coded)
    clean = clean[: len(clean) - (len(clean) % 4 == 1)]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def _quoted_printable(coded: bytes) -> bytes:
    return binascii.a2b_qp(coded)
