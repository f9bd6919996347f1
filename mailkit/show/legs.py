"""The rows of an overview, and the overview in letters, for those who do not see the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailkit.show.hop import Kind
from mailkit.show.hosts import short

WIDTH = 17  # of a column


@dataclass(frozen=True)
class Leg:
    """One row of the picture."""

    name: str
    detail: str
    source: str
    target: str  # the same as the source: it happens inside one host
    opener: str
    kind: Kind
    time: float
    secure: bool = False
    arrived: bool = True


def in_letters(legs: Sequence[Leg], hosts: Sequence[str]) -> str:
    """The whole overview as lines of text."""
    places = {host: 8 + number * WIDTH for number, host in enumerate(hosts)}
    names = [" "] * (8 + len(hosts) * WIDTH)
    for host, place in places.items():
        _write(names, place - min(8, len(short(host)) // 2), short(host))
    rows = [row for leg in legs for row in _rows(leg, places)]
    legend = "o opened the connection; the arrow shows where the letter goes"
    return "\n".join(["".join(names).rstrip(), *rows, "", legend])


def _rows(leg: Leg, places: dict[str, int]) -> list[str]:
    x, to = places[leg.source], places[leg.target]
    label, stroke = _lifelines(places), _lifelines(places)
    begin, end = min(x, to), max(x, to)
    told = f"{leg.name} ({leg.detail})"
    if begin == end:
        _write(label, begin + 2, f"* {told}")
        return ["".join(row).rstrip() for row in (stroke, label)]
    _write(label, begin + 2, told)
    middle = "x" if not leg.arrived else "-"
    _write(stroke, begin + 1, "-" * (end - begin - 1))
    _write(stroke, (begin + end) // 2, middle)
    _write(stroke, to + (-1 if to > x else 1), ">" if to > x else "<")
    if leg.kind is Kind.LOOKUP:
        _write(stroke, x + (1 if to > x else -1), "<" if to > x else ">")
    _write(stroke, places[leg.opener], "o")
    return ["".join(row).rstrip() for row in (_lifelines(places), label, stroke)]


def _lifelines(places: dict[str, int]) -> list[str]:
    row = [" "] * (max(places.values()) + 60)
    for place in places.values():
        row[place] = "|"
    return row


def _write(row: list[str], place: int, text: str) -> None:
    row[place : place + len(text)] = text
