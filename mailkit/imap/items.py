"""What FETCH may be asked (RFC 3501 section 6.4.5).

::

    FLAGS  UID  RFC822.SIZE  INTERNALDATE  MODSEQ  known without opening the letter
    ENVELOPE  BODYSTRUCTURE  BODY                 what the server has found out about it
    BODY[]  BODY[HEADER]  BODY[TEXT]              the letter, its header, its body
    BODY[2]  BODY[2.MIME]                         a part, and the part's own header
    BODY[2.HEADER.FIELDS (Subject To)]            some fields of a letter in the letter
    BODY.PEEK[...]                                the same, without marking it as \\Seen
    BODY[]<0.100>                                 only 100 octets, from octet 0 on
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailkit.imap import out
from mailkit.imap.dates import internal_date
from mailkit.imap.opened import Opened
from mailkit.imap.refusals import Bad
from mailkit.imap.words import Words
from mailkit.letter import structure

Answer = Callable[[Opened], bytes]


@dataclass(frozen=True)
class Item:
    """One thing that is asked: how it is answered, and whether asking means reading the letter."""

    name: str
    answer: Answer
    marks_seen: bool = False


@dataclass(frozen=True)
class Section:
    """What stands in the brackets of ``BODY[...]``, and behind them."""

    numbers: tuple[int, ...] = ()
    what: str = ""  # "", HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or MIME
    names: tuple[bytes, ...] = ()
    partial: tuple[int, int] | None = None

    @property
    def label(self) -> bytes:
        """``BODY[1.HEADER.FIELDS (Subject)]<0>``, as it stands in the answer."""
        inside = ".".join([*map(str, self.numbers), *([self.what] if self.what else [])])
        if self.names:
            inside += f" ({' '.join(name.decode() for name in self.names)})"
        origin = f"<{self.partial[0]}>" if self.partial else ""
        return f"BODY[{inside}]{origin}".encode()

    def octets(self, opened: Opened) -> bytes | None:
        """What it means in this letter; None if the letter has no such part."""
        octets = self._whole(opened)
        if octets is None or self.partial is None:
            return octets
        start, count = self.partial
        return octets[start : start + count]

    def _whole(self, opened: Opened) -> bytes | None:
        if not self.numbers:
            if not self.what:
                return opened.content
            if self.what.startswith("HEADER"):
                return self._header(opened.header)
        part = opened.structure.find(self.numbers)
        if part is None:
            return None
        if not self.what:
            return opened.content[part.body : part.end]
        if self.what == "MIME":
            return opened.content[part.start : part.body]
        if self.numbers:  # HEADER and TEXT speak of a letter, so this part must be one
            if not part.is_message:
                return None
            part = part.parts[0]
        if self.what == "TEXT":
            return opened.content[part.body : part.end]
        return self._header(opened.content[part.start : part.body])

    def _header(self, header: bytes) -> bytes:
        if self.what == "HEADER":
            return header
        names = frozenset(name.lower() for name in self.names)
        return structure.selected(header, names, others=self.what.endswith("NOT"))


def _answer(label: bytes, section: Section) -> Answer:
    def answer(opened: Opened) -> bytes:
        octets = section.octets(opened)
        return b"%b %b" % (label, b"NIL" if octets is None else out.literal(octets))

    return answer


SIMPLE = {
    item.name: item
    for item in (
        Item("FLAGS", lambda opened: b"FLAGS " + opened.flags),
        Item("UID", lambda opened: b"UID %d" % opened.message.uid),
        Item("RFC822.SIZE", lambda opened: b"RFC822.SIZE %d" % opened.message.size),
        Item("INTERNALDATE", lambda opened: b"INTERNALDATE " + internal_date(opened.message.arrived)),
        Item("MODSEQ", lambda opened: b"MODSEQ (%d)" % opened.message.modseq),
        Item("ENVELOPE", lambda opened: b"ENVELOPE " + opened.envelope),
        Item("BODYSTRUCTURE", lambda opened: b"BODYSTRUCTURE " + opened.bodystructure),
        Item("BODY", lambda opened: b"BODY " + opened.body),
        Item("RFC822", _answer(b"RFC822", Section()), marks_seen=True),
        Item("RFC822.HEADER", _answer(b"RFC822.HEADER", Section(what="HEADER"))),
        Item("RFC822.TEXT", _answer(b"RFC822.TEXT", Section(what="TEXT")), marks_seen=True),
    )
}

MACROS = {
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}

_NAME = re.compile(rb"[A-Za-z0-9.]+")
_PLACE = re.compile(rb"([0-9]{1,9}(?:\.[0-9]{1,9})*)?\.?([A-Za-z][A-Za-z.]*)?")
_FIELD_NAME = re.compile(rb"[!#-'*-9;-Z^-z|}~]+")
_PARTIAL = re.compile(rb"<([0-9]{1,10})\.([0-9]{1,10})>")


def take_items(words: Words) -> list[Item]:
    """One item, a list of them, or a macro."""
    if words.sees(b"("):
        return words.list_of(lambda: take_item(words))
    start = words.at
    name = words.match(_NAME, "what to fetch, such as FLAGS").decode().upper()
    if name in MACROS:
        return [SIMPLE[item] for item in MACROS[name]]
    words.at = start
    return [take_item(words)]


def take_item(words: Words) -> Item:
    """One item."""
    name = words.match(_NAME, "what to fetch, such as FLAGS").decode().upper()
    if name in ("BODY", "BODY.PEEK") and words.took(b"["):
        section = take_section(words)
        return Item(name, _answer(section.label, section), marks_seen=name == "BODY")
    if name not in SIMPLE:
        raise Bad(f"FETCH does not know {name}; it knows {' '.join(SIMPLE)} BODY[...] BODY.PEEK[...]")
    return SIMPLE[name]


def take_section(words: Words) -> Section:
    """``2.HEADER.FIELDS (Subject To)]<0.100>``; the ``[`` is taken already."""
    place = _PLACE.fullmatch(words.match(_PLACE, "a section"))
    numbers = tuple(map(int, place[1].split(b"."))) if place and place[1] else ()
    what = place[2].decode().upper() if place and place[2] else ""
    if what not in ("", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"):
        raise Bad(
            f"a section is a number, HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or MIME, not {what}"
        )
    if what == "MIME" and not numbers:
        raise Bad("MIME is the header of a part: say which, as in BODY[1.MIME]")
    names: list[bytes] = []
    if what.startswith("HEADER.FIELDS"):
        words.space()
        names = words.list_of(lambda: _take_field_name(words))
    words.expect(b"]")
    return Section(numbers, what, tuple(names), _take_partial(words))


def _take_field_name(words: Words) -> bytes:
    name = words.astring()
    if not _FIELD_NAME.fullmatch(name):  # it will stand in the answer, where it must not need quotes
        raise Bad(f"a field's name is a bare word, not {name.decode('ascii', 'replace')!r}")
    return name


def _take_partial(words: Words) -> tuple[int, int] | None:
    if not words.sees(b"<"):
        return None
    form = _PARTIAL.fullmatch(words.match(_PARTIAL, "a range of octets, such as <0.100>"))
    if form is None or int(form[2]) == 0:
        raise Bad("a range of octets is not empty")
    return int(form[1]), int(form[2])
