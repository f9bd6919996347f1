"""The few strokes of which every picture is drawn: text, lines, arrows, the lock.

Lengths are in the picture's own units; a picture is 900 of them wide, about as many pixels as JupyterLab
gives to an output.
"""

from unicodedata import east_asian_width

from mailkit.show.figure import LOCK, Html, escape, join
from mailkit.show.style import FAINT, MONOSPACE, PAPER, SANS

WIDTH = 900
MONO = 7.25  # how wide one monospaced letter of size 12 is


def letters(text: str) -> int:
    """How many columns a text takes; a Chinese character takes two.

    >>> letters("Tea?"), letters("茶")
    (4, 2)
    """
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def shorten(text: str, columns: int) -> str:
    """The text, cut to so many columns; the cut shows as an ellipsis.

    >>> shorten("250 the letter is accepted", 12)
    '250 the let…'
    """
    if letters(text) <= columns:
        return text
    kept = text[: max(0, columns - 1)]
    while kept and letters(kept) >= columns:
        kept = kept[:-1]
    return kept + "…"


def words(
    x: float,
    y: float,
    text: object,
    size: float = 12,
    anchor: str = "start",
    mono: bool = False,
    more: str = "",
) -> Html:
    """One line of text, with a rim of paper so that a line behind it does not cross it out."""
    face = MONOSPACE if mono else SANS
    return Html(
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" style="font:{size:g}px {face};white-space:pre;'
        f'paint-order:stroke;stroke:{PAPER};stroke-width:4px;stroke-linejoin:round;{more}" '
        f'fill="currentColor">{escape(text)}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str = "currentColor", more: str = "") -> Html:
    """A straight stroke."""
    return Html(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}" {more}/>')


def lifeline(x: float, top: float, bottom: float) -> Html:
    """A host as time passes: a dashed line downwards."""
    return line(x, top, x, bottom, "currentColor", 'stroke-opacity=".35" stroke-dasharray="2 4"')


def arrow(x1: float, x2: float, y: float, colour: str, width: float = 1.6, dashed: bool = False) -> Html:
    """A level arrow from one lifeline to another; its head stops just before the second one."""
    way = 1 if x2 > x1 else -1
    tip = x2 - 2 * way
    dash = ' stroke-dasharray="6 4"' if dashed else ""
    shaft = line(x1, y, tip - 6 * way, y, colour, f'stroke-width="{width:g}" stroke-opacity=".7"{dash}')
    return join([shaft, head(tip, y, way, colour)])


def head(x: float, y: float, way: int, colour: str) -> Html:
    """The head of an arrow whose tip is at x, y; `way` is 1 to the right and -1 to the left."""
    back = x - 9 * way
    return Html(f'<path d="M{x:g} {y:g}L{back:g} {y - 4.5:g}V{y + 4.5:g}z" fill="{colour}"/>')


def cross(x: float, y: float, colour: str) -> Html:
    """A cross: it did not get through."""
    return Html(f'<path d="M{x - 5:g} {y - 5:g}l10 10m0 -10l-10 10" stroke="{colour}" stroke-width="2.5"/>')


def loop(x: float, y: float, colour: str, way: int = 1) -> Html:
    """An arrow that leaves a host and comes back to it: something happens inside."""
    side = x + 22 * way
    way_round = f"M{x:g} {y - 7:g}H{side:g}V{y + 7:g}H{x + 9 * way:g}"
    shaft = f'<path d="{way_round}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
    return join([shaft, head(x + 2 * way, y + 7, -way, colour)])


def lock(x: float, y: float, size: float, colour: str) -> Html:
    """A small lock whose upper left corner is at x, y."""
    place = f"translate({x:g} {y:g}) scale({size / 12:g})"
    return Html(f'<g transform="{place}" style="color:{colour}">{LOCK}</g>')


def box(x: float, y: float, width: float, height: float, more: str = f'stroke="{FAINT}"') -> Html:
    """A frame with round corners."""
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return Html(f'<rect {place} rx="6" fill="none" {more}/>')


def hint(shapes: str, text: str) -> Html:
    """Shapes that tell more when the pointer rests on them."""
    return Html(f"<g><title>{escape(text)}</title>{shapes}</g>")
