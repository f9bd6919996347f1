"""What a letter is made of: its parts, each as a range of its octets (RFC 2045, RFC 2046).

::

    From: Alice ...                           letter       header
    Content-Type: multipart/mixed; boundary=b
                                               .           (the blank line ends it)
    --b                                        .           body: all that follows
    Content-Type: text/plain                   .   part 1      header
                                               .    .
    Tea?                                       .    .          body
    --b                                        .
    Content-Type: message/rfc822               .   part 2      header
                                               .    .
    From: Carol ...                            .    .          body: a letter in the letter
    --b--                                      .

Nothing is copied and nothing is decoded here: a client asks for ``BODY[2.HEADER]`` to the octet, and a
signature is only good to the octet.  Letters come from anywhere, so no octets whatever make this
raise; nesting and the number of parts have limits, and what lies beyond is one plain text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

DEEPEST = 50  # parts within parts
MOST = 10_000  # parts in all
LONGEST_HEADER = 1 << 20  # octets of a header that are looked through
LOOKS = 200_000  # times that something may look like the end of a part
LONGEST_TYPE = 8192  # octets of a Content-Type that count

_FIELD = re.compile(rb"^([^\s:]++)[ \t]*+:(.*+(?:\n[ \t].*+)*+)\n?", re.MULTILINE)  # ++ never goes back
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_KIND = re.compile(rb"\s*([!#-'*+.0-9A-Z^-~-]+)\s*/\s*([!#-'*+.0-9A-Z^-~-]+)\s*(?=;|$)", re.IGNORECASE)
_PARAMETER = re.compile(
    rb';\s*([!#-\'*+.0-9A-Z^-~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))', re.IGNORECASE | re.DOTALL
)
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)

Parameters = tuple[tuple[bytes, bytes], ...]


@dataclass(slots=True)
class Part:
    """One part, or the whole letter: the octets from `start` to `end`, and what they are.

    The header is ``start:body`` with the blank line that ends it; the body is ``body:end``.
    """

    start: int
    body: int
    end: int
    fields: dict[bytes, bytes]  # names in lower case; the first of each name, unfolded
    kind: bytes = b"text"  # Content-Type, in lower case: kind/subkind
    subkind: bytes = b"plain"
    parameters: Parameters = ((b"charset", b"us-ascii"),)
    lines: int = 0  # line endings in the body of a text or a letter
    parts: list["Part"] = field(default_factory=list)  # of a multipart; or the one letter inside a letter

    @property
    def is_multipart(self) -> bool:
        """Whether the body is a row of parts."""
        return self.kind == b"multipart"

    @property
    def is_message(self) -> bool:
        """Whether the body is a letter itself."""
        return self.kind == b"message" and bool(self.parts)

    def find(self, numbers: tuple[int, ...]) -> "Part | None":
        """The part with these numbers, as IMAP counts (RFC 3501 section 6.4.5); () is the letter itself.

        A letter that is no multipart has one part, 1.  Beneath a letter in a letter, numbers count
        *its* parts.
        """
        part: Part = self
        holder: Part | None = self  # the multipart or the letter whose parts the next number counts
        for number in numbers:
            if holder is None:
                return None
            parts = holder.parts if holder.is_multipart else [holder]
            if not 1 <= number <= len(parts):
                return None
            part = parts[number - 1]
            holder = part if part.is_multipart else part.parts[0] if part.is_message else None
        return part

    def walk(self) -> Iterator["Part"]:
        """This part and all within it, in order."""
        yield self
        for part in self.parts:
            yield from part.walk()


def parse(content: bytes) -> Part:
    """The structure of a letter.

    >>> letter = parse(b"Subject: Tea\\r\\n\\r\\nAt four?\\r\\n")
    >>> letter.fields, letter.body, letter.end, letter.lines
    ({b'subject': b'Tea'}, 16, 26, 1)
    """
    return _Parser(content).part(0, len(content), 0, in_digest=False)


def fields(header: bytes) -> dict[bytes, bytes]:
    """The fields of a header, unfolded; of several with one name the first counts.

    >>> fields(b"Subject: Tea\\r\\n at four\\r\\nTo: bob@cedar.example\\r\\n")
    {b'subject': b'Tea at four', b'to': b'bob@cedar.example'}
    """
    found: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(header):
        found.setdefault(name.lower(), value)
    return {name: unfold(value) for name, value in found.items()}


def fields_named(header: bytes, name: bytes) -> list[bytes]:
    """Every field with this name (in lower case), unfolded.

    >>> fields_named(b"Received: b\\r\\nTo: bob\\r\\nReceived: a\\r\\n", b"received")
    [b'b', b'a']
    """
    return [unfold(value) for found, value in _FIELD.findall(header) if found.lower() == name]


def unfold(value: bytes) -> bytes:
    """A field's value on one line (RFC 5322 section 2.2.3)."""
    return (_FOLD.sub(b"", value) if b"\n" in value else value).strip()


def selected(header: bytes, names: frozenset[bytes], others: bool = False) -> bytes:
    """The fields with these names (in lower case) as they stand, and a blank line; or all others.

    >>> selected(b"To: bob\\r\\nSubject: Tea\\r\\n\\r\\n", frozenset({b"subject"}))
    b'Subject: Tea\\r\\n\\r\\n'
    """
    chosen = [form[0] for form in _FIELD.finditer(header) if (form[1].lower() in names) != others]
    return b"".join(chosen) + b"\r\n"


def header_end(content: bytes, start: int, end: int) -> int:
    """Where the body begins: behind the first blank line, or at the end if there is none."""
    for blank in (b"\r\n", b"\n"):
        if content.startswith(blank, start, end):  # a part without any field
            return start + len(blank)
    found = _BLANK_LINE.search(content, start, end)
    return found.end() if found else end


@lru_cache(maxsize=1024)
def content_type(value: bytes) -> tuple[bytes, bytes, Parameters] | None:
    """Kind, subkind and parameters of a Content-Type, or None where it makes no sense.

    >>> content_type(b'Text/HTML; charset="utf-8"')
    (b'text', b'html', ((b'charset', b'utf-8'),))
    """
    kind = _KIND.match(value)
    return (kind[1].lower(), kind[2].lower(), parameters(value[kind.end() :])) if kind else None


def parameters(value: bytes) -> Parameters:
    """The parameters behind a Content-Type or a Content-Disposition (RFC 2045 section 5.1)."""
    found = _PARAMETER.findall(value) if b";" in value else []
    return tuple((name.lower(), _QUOTED_PAIR.sub(rb"\1", quoted) or plain) for name, quoted, plain in found)


class _Parser:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.left = MOST
        self.looks = LOOKS

    def part(self, start: int, end: int, depth: int, in_digest: bool) -> Part:
        self.left -= 1
        content = self.content
        body = header_end(content, start, end)
        part = Part(start, body, end, fields(content[start : min(body, start + LONGEST_HEADER)]))
        told = content_type(part.fields.get(b"content-type", b"")[:LONGEST_TYPE])
        if told:
            part.kind, part.subkind, part.parameters = told
        elif in_digest:  # RFC 2046 section 5.1.5
            part.kind, part.subkind, part.parameters = b"message", b"rfc822", ()
        if part.kind == b"multipart":
            self.split(part, depth)
        elif part.kind == b"message" and part.subkind == b"rfc822":
            if depth < DEEPEST and self.left > 0:
                part.parts = [self.part(body, end, depth + 1, False)]
            else:
                self.give_up(part)
        part.lines = content.count(b"\n", body, end) if part.kind in (b"text", b"message") else 0
        return part

    def split(self, part: Part, depth: int) -> None:
        """Find the parts of a multipart (RFC 2046 section 5.1.1)."""
        boundary = dict(part.parameters).get(b"boundary", b"").rstrip()
        if not boundary or depth >= DEEPEST:
            self.give_up(part)
            return
        in_digest = part.subkind == b"digest"
        for start, end in self.ranges(b"--" + boundary, part.body, part.end):
            if self.left <= 0:
                break
            part.parts.append(self.part(start, end, depth + 1, in_digest))
        if not part.parts:
            self.give_up(part)

    def give_up(self, part: Part) -> None:
        """Too deep, too much, or not what it says: show it as a plain text."""
        part.kind, part.subkind, part.parameters = b"text", b"plain", ((b"charset", b"us-ascii"),)

    def ranges(self, delimiter: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """From the end of one delimiter line to the beginning of the next.

        The line ending before a delimiter belongs to the delimiter, so that a part need not end
        with one.
        """
        content, size = self.content, len(delimiter)
        inside = -1  # where the part that is open began
        at = content.find(delimiter, start, end)
        while at >= 0 and self.looks > 0:
            self.looks -= 1
            if at == start or content[at - 1] == 0x0A:
                line_end = content.find(b"\n", at + size, end)
                rest = content[at + size : line_end if line_end >= 0 else end].strip()
                if rest in (b"", b"--"):
                    if inside >= 0:
                        yield inside, max(inside, self.before_line_ending(at))
                    if rest or line_end < 0:
                        return
                    inside = line_end + 1
            at = content.find(delimiter, at + size, end)
        if inside >= 0:  # the last delimiter is missing: the letter was cut off
            yield inside, end

    def before_line_ending(self, at: int) -> int:
        before = at - 1
        return before - 1 if before > 0 and self.content[before - 1] == 0x0D else before
