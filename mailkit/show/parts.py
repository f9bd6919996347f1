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
several commands at once.  A picture shows what is said, and folds what is carried.  Who tells them
apart, language by language, is ``readers.py``.
"""

import re
from dataclasses import dataclass

from mailkit.dialogue import Spoken


@dataclass(frozen=True)
class Said:
    """One line of the talk itself."""

    line: Spoken
    before: str | None = None  # the line of the other side that it answers


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


def lines_of(part: Part) -> tuple[Spoken, ...]:
    """The lines of a part, whichever it is."""
    return part.lines if isinstance(part, Carried) else (part.line,)


def mentions(part: Part, text: str) -> bool:
    """Whether this text stands in a line of this part."""
    key = text.encode(errors="backslashreplace")
    return any(key in line.data for line in lines_of(part))
