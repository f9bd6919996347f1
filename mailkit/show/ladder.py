"""One hop as a ladder: two hosts, time runs downwards, each line of the talk is a rung.

::

              laptop-alice                         mx.birch
     0.0 ms   |<-- 220 mx.birch.example ESMTP -----------|
     1.2 ms   |--> EHLO laptop-alice.birch.example ----->|
              |==> the letter, 512 octets, 14 lines ====>|
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from mailkit.show.figure import Html, join, picture
from mailkit.show.hosts import role, short
from mailkit.show.style import BLUE, GREEN, PURPLE, VERMILLION
from mailkit.show.svg import MONO, WIDTH, arrow, box, hint, letters, lifeline, lock, loop, shorten, words
from mailkit.show.when import since

Way = Literal["->", "<-", "left", "right"]  # an arrow, or something that happens at one of the two

LEFT, RIGHT = 100.0, 870.0  # where the two lifelines stand
TOP, STEP, TLS_ROW = 46.0, 23.0, 26.0
COLUMNS = int((RIGHT - LEFT - 46) / MONO)  # letters that a rung has room for
COLOUR = {"->": BLUE, "<-": VERMILLION, "left": PURPLE, "right": PURPLE}
TLS_FROM_HERE = "TLS from here on: the cable carries ciphertext"


@dataclass(frozen=True)
class Rung:
    """One line of the talk, or one thing that happened beside it."""

    way: Way
    text: str
    time: float
    secure: bool = False
    heavy: bool = False  # it stands for many lines: a letter
    more: str = ""  # what it means


@dataclass(frozen=True)
class Ladder:
    """Two hosts and what passed between them."""

    left: str
    right: str
    rungs: tuple[Rung, ...]
    start: float  # times are counted from here

    def __str__(self) -> str:
        span = max([44, *(letters(rung.text) + 8 for rung in self.rungs)])
        span = min(span, 100)
        margin = " " * 12
        lines = [f"{margin}{short(self.left):<{span - len(short(self.right)) + 1}} {short(self.right)}"]
        secure = False
        for rung in self.rungs:
            if rung.secure and not secure:
                lines.append(f"{margin}|{' TLS from here on '.center(span, '=')}|")
            secure = rung.secure
            lines.append(f"{since(self.start, rung.time):>10}  {_row(rung, span)}")
        return "\n".join(lines)

    def svg(self, alternative: str) -> Html:
        """The picture, with its alternative in words."""
        shapes, y, before = [], TOP + STEP, ""
        for secure, run in groupby(self.rungs, key=lambda rung: rung.secure):
            top = y - STEP + 8
            if secure:
                y += TLS_ROW
            for rung in run:
                when = since(self.start, rung.time)
                shapes.append(
                    words(LEFT - 22, y - 2, when if when != before else "", 10.5, "end", True, "opacity:.7")
                )
                shapes.append(hint(_rung(rung, y), f"{rung.text}\n{rung.more}".strip()))
                before, y = when, y + STEP
            if secure:
                shapes.append(_tls(top, y - STEP + 10))
                y += 10
        bottom = y - STEP + 16
        hosts = [_host(LEFT, self.left, "start"), _host(RIGHT, self.right, "end")]
        lines = [lifeline(LEFT, TOP - 4, bottom), lifeline(RIGHT, TOP - 4, bottom)]
        return picture(join([*lines, *hosts, *shapes]), WIDTH, bottom + 6, alternative)


def _row(rung: Rung, span: int) -> str:
    """One rung in letters, between its two lifelines."""
    stroke = "=" if rung.heavy else "-"
    room = span - 4
    shown = f"{rung.text} "
    fill = stroke * (room - 1 - letters(shown))
    if rung.way == "->":
        return f"|{stroke}{stroke}> {shown}{fill}>|"
    if rung.way == "<-":
        return f"|<{stroke}{stroke} {shown}{fill}{stroke}|"
    spaces = " " * max(0, room - letters(rung.text))
    return f"|  * {rung.text}{spaces}|" if rung.way == "left" else f"|{spaces}{rung.text} *  |"


def _rung(rung: Rung, y: float) -> Html:
    colour, text = COLOUR[rung.way], shorten(rung.text, COLUMNS)
    if rung.way == "left":
        return join([loop(LEFT, y - 7, colour), words(LEFT + 32, y - 4, text)])
    if rung.way == "right":
        return join([loop(RIGHT, y - 7, colour, -1), words(RIGHT - 32, y - 4, text, anchor="end")])
    ends = (LEFT, RIGHT) if rung.way == "->" else (RIGHT, LEFT)
    indent = 14 if rung.way == "->" else 30
    style = "font-weight:600;" if rung.heavy else ""
    return join(
        [
            arrow(*ends, y, colour, 4 if rung.heavy else 1.4),
            words(LEFT + indent, y - (6.5 if rung.heavy else 5), text, mono=True, more=style),
        ]
    )


def _tls(top: float, bottom: float) -> Html:
    frame = box(LEFT - 14, top, RIGHT - LEFT + 28, bottom - top, f'stroke="{GREEN}" stroke-width="1.4"')
    return join([frame, lock(LEFT + 14, top + 5, 13, GREEN), words(LEFT + 32, top + 16, TLS_FROM_HERE, 11.5)])


def _host(x: float, host: str, anchor: str) -> Html:
    at = x - 14 if anchor == "start" else x + 14
    name = words(at, 16, short(host), 14, anchor, more="font-weight:600;")
    return join([name, words(at, 33, role(host), 11.5, anchor, more="opacity:.75;")])
