"""A dialogue as a text file: test, lesson and evidence in one form.

The files live in ``data/dialogues/``::

    # Bob proves who he is, and asks how much mail there is.      <- told to the reader
    @ letters tea.eml cake.eml                                    <- what must be so beforehand
    S: +OK ...                                                    <- the server says; ... is anything
    C: USER bob                                                   <- the client says
    S: +OK ...

Client's lines that stand in a row are sent in one piece, as by a client that pipelines.

`read` makes a `Script` of one; `play` holds it against a real core and raises `Mismatch` at the first
line that differs.  A stage direction (``@``) is carried out by whoever plays: it is the name of a
function and its words.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, cast

from mailkit.shown import Shown
from mailkit.talk.core import Core

Speaker = Literal["C", "S", "#", "@"]
Stage = Mapping[str, Callable[..., None]]  # e.g. {"letters": lambda *names: ...}


class Mismatch(AssertionError):
    """The server did not say what the script expects; the message shows both and where."""


@dataclass(frozen=True)
class Line:
    """One line of a script: who speaks, and what, without the line ending."""

    speaker: Speaker
    text: str
    number: int  # in its file, from 1

    def matches(self, said: str) -> bool:
        """Whether `said` is what this line expects; ``...`` stands for anything, or nothing."""
        pattern = ".*".join(re.escape(part) for part in self.text.split("..."))
        return re.fullmatch(pattern, said, re.DOTALL) is not None


@dataclass(frozen=True)
class Script(Shown):
    """A whole dialogue, in order."""

    name: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return "\n".join(
            f"{line.speaker}{' ' if line.speaker in '#@' else ': '}{line.text}" for line in self.lines
        )

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)


def parse(text: str, name: str = "dialogue") -> Script:
    """Make a `Script` of the text of a dialogue file.

    Raises:
        ValueError: a line is neither ``C:``, ``S:``, ``#`` nor ``@``; the message names it.

    >>> [line.speaker for line in parse("# Hello.\\nS: 220...\\nC: QUIT")]
    ['#', 'S', 'C']
    """
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        form = re.fullmatch(r"(?:([CS]):|([#@])) ?(.*)", raw)
        if form:
            lines.append(Line(cast(Speaker, form[1] or form[2]), form[3], number))
        elif raw.strip():
            raise ValueError(
                f"{name}, line {number}: expected C:, S:, # or @ at its start, but found {raw!r}"
            )
    return Script(name, tuple(lines))


def read(path: Path) -> Script:
    """The script in a dialogue file (UTF-8)."""
    return parse(path.read_text(encoding="utf-8"), path.stem)


def play(script: Script, core: Core, stage: Stage | None = None, cut: int = 0) -> None:
    """Hold a script against a core.

    Args:
        script: the dialogue.
        core: a core that has not greeted yet.
        stage: the functions that carry out the script's ``@`` lines, by their first word.
        cut: feed the core so many octets at a time; 0 feeds whole lines.

    Raises:
        Mismatch: the core said something else, or too little, or too much.
    """
    said: list[str] = _lines(core.greet())
    for speaker, run in groupby(script, key=lambda line: line.speaker):
        lines = list(run)
        if speaker == "C":
            _nothing_left(script, lines[0], said)
            said += _lines(_feed(core, b"".join(line.text.encode() + b"\r\n" for line in lines), cut))
        for line in lines:
            if speaker == "S":
                _expect(script, line, said)
            elif speaker == "@":
                word, *words = line.text.split()
                (stage or {})[word](*words)
                said += _lines(core.notify())
    _nothing_left(script, None, said)


def _feed(core: Core, data: bytes, cut: int) -> bytes:
    step = cut or len(data)
    answer = b"".join(core.answer(data[start : start + step]) for start in range(0, len(data), step))
    if core.wants_tls:  # what a transport would do once the agreement has been sent
        core.secure()
    return answer


def _lines(answer: bytes) -> list[str]:
    if answer and not answer.endswith(b"\r\n"):
        raise Mismatch(f"the server stopped in the middle of a line: {answer!r}")
    return answer.decode(errors="replace").split("\r\n")[:-1]


def _expect(script: Script, line: Line, said: list[str]) -> None:
    heard = said.pop(0) if said else None
    if heard is None or not line.matches(heard):
        came = "nothing" if heard is None else repr(heard)
        raise Mismatch(
            f"{script.name}, line {line.number}: expected {line.text!r}, but the server said {came}"
        )


def _nothing_left(script: Script, line: Line | None, said: list[str]) -> None:
    if said:
        where = f"before line {line.number}" if line else "at the end"
        raise Mismatch(f"{script.name}, {where}: the server also said {said!r}")
