"""What is said in a dialogue, and what is only carried by it.

::

    C: DATA                                   said
    S: 354 go on                              said, in answer to DATA
    C: From: Alice <alice@birch.example>   \\
    C: ...                                  |  carried: the letter
    C: At four.                            /
    C: .                                      said
    S: 250 it is mine now                     said, in answer to the dot

Each line that is said knows the line of the other side that it answers, even when a client sent
several commands at once.  A picture shows what is said, and folds what is carried.

RFC 5321 section 4.1.1.4 (DATA), RFC 3030 (BDAT), RFC 1939 section 3, RFC 3501 section 4.3 (literals).
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from mailkit.evidence import Side, Spoken
from mailkit.show.explain import language


@dataclass(frozen=True)
class Said:
    """One line of the talk itself."""

    line: Spoken
    before: str = ""  # the line of the other side that it answers


@dataclass(frozen=True)
class Carried:
    """Lines that the dialogue carries: a letter, or a part of one."""

    lines: tuple[Spoken, ...]
    broken_off: bool = False  # a literal may end in the middle of a line

    @property
    def line(self) -> Spoken:
        """The first of them."""
        return self.lines[0]

    @property
    def octets(self) -> int:
        """Its size on the wire: each line has its CRLF."""
        return sum(len(line.data) + 2 for line in self.lines) - 2 * self.broken_off

    @property
    def text(self) -> str:
        """All of it, for a reader."""
        return "\n".join(line.text for line in self.lines)

    def __str__(self) -> str:
        what = "the letter" if re.match(rb"[!-9;-~]+:", self.line.data) else "a piece of text"
        count = len(self.lines)
        return f"{what}, {self.octets:,} octets, {count:,} line{'s' if count != 1 else ''}"


Part = Said | Carried


def parts(protocol: str, lines: Iterable[Spoken]) -> list[Part]:
    """Tell apart what is said and what is carried; nothing is left out."""
    reader = READERS.get(language(protocol), _all_said)
    return list(reader(lines))


def mentioned(part: Part, text: str) -> bool:
    """Whether this text stands in a line of this part."""
    key = text.encode(errors="backslashreplace")
    return any(key in line.data for line in (part.lines if isinstance(part, Carried) else (part.line,)))


def _all_said(lines: Iterable[Spoken]) -> Iterator[Part]:
    return (Said(line) for line in lines)


def _smtp(lines: Iterable[Spoken]) -> Iterator[Part]:
    asked: deque[str] = deque()  # commands that wait for their answer
    answer = ""  # the last one
    letter: list[Spoken] = []
    in_data, chunk_end, chunk_size = False, 0, 0
    for line in lines:
        if line.side == "C" and chunk_size:  # the first line behind BDAT
            chunk_end, chunk_size = line.offset + chunk_size, 0
        if line.side == "C" and (line.offset < chunk_end or (in_data and line.data != b".")):
            letter.append(line)
            continue
        if letter:
            yield Carried(tuple(letter))
            letter = []
        if line.side == "C":
            yield Said(line, answer if answer.startswith("334") or in_data else "")
            asked.append(line.text)
            chunk_size = _chunk(line)
            in_data, answer = False, ""
        else:
            yield Said(line, asked[0] if asked else "")
            if asked and line.text[3:4] != "-":
                asked.popleft()
            in_data, answer = in_data or line.data.startswith(b"354"), line.text
    if letter:
        yield Carried(tuple(letter))


def _chunk(line: Spoken) -> int:
    found = re.match(rb"BDAT (\d{1,18})\b", line.data, re.IGNORECASE)
    return int(found[1]) if found else 0


LISTS = {"LIST", "UIDL", "CAPA"}  # POP3: with no argument, a list follows
LETTERS = {"RETR", "TOP"}  # a letter follows


def _pop3(lines: Iterable[Spoken]) -> Iterator[Part]:
    asked: deque[str] = deque()
    answer, listing = "", ""
    letter: list[Spoken] = []
    for line in lines:
        if line.side == "S" and listing and line.data != b".":
            if listing.split()[0].upper() in LETTERS:
                letter.append(line)
            else:
                yield Said(line, listing)
            continue
        if letter:
            yield Carried(tuple(letter))
            letter = []
        if line.side == "C":
            yield Said(line, answer if answer.startswith("+ ") else "")
            asked.append(line.text)
            answer = ""
        elif listing:
            yield Said(line, listing)
            listing = ""
        else:
            before = asked.popleft() if asked else ""
            yield Said(line, before)
            answer = line.text
            listing = before if answer.startswith("+OK") and _has_list(before) else ""
    if letter:
        yield Carried(tuple(letter))


def _has_list(command: str) -> bool:
    verb, *rest = command.upper().split() or [""]
    return verb in LETTERS or (verb in LISTS and not rest)


def _imap(lines: Iterable[Spoken]) -> Iterator[Part]:
    asked: dict[str, str] = {}  # tag -> command
    latest = answer = ""
    literal: list[Spoken] = []
    announced: dict[Side, int] = {"C": 0, "S": 0}
    end: dict[Side, int] = {"C": 0, "S": 0}
    for line in lines:
        side = line.side
        if announced[side]:
            end[side], announced[side] = line.offset + announced[side], 0
        inside, outside = _cut(line, end[side])
        if literal and (inside is None or literal[0].side != side):
            yield Carried(tuple(literal))
            literal = []
        if inside is not None:
            literal.append(inside)
        if outside is None:
            continue
        if literal:
            yield Carried(tuple(literal), broken_off=True)
            literal = []
        announced[side] = _literal(outside)
        tag = outside.text.split(" ", 1)[0]
        if side == "S":
            yield Said(outside, asked.pop(tag, latest))
            answer = outside.text
        else:
            yield Said(outside, answer if answer.startswith("+") and "AUTHENTICATE" in latest.upper() else "")
            if inside is None and not answer.startswith("+"):
                asked[tag] = latest = outside.text
            answer = ""
    if literal:
        yield Carried(tuple(literal))


def _cut(line: Spoken, end: int) -> tuple[Spoken | None, Spoken | None]:
    """What of a line lies before this place in the stream, and what behind it."""
    inside = end - line.offset
    if inside <= 0:
        return None, line
    if inside >= len(line.data):
        return line, None
    return replace(line, data=line.data[:inside]), replace(line, offset=end, data=line.data[inside:])


def _literal(line: Spoken) -> int:
    found = re.search(rb"\{(\d{1,18})\+?\}$", line.data)
    return int(found[1]) if found else 0


READERS: dict[str, Callable[[Iterable[Spoken]], Iterator[Part]]] = {
    "smtp": _smtp,
    "pop3": _pop3,
    "imap": _imap,
}
