"""All hosts of a journey side by side, in the order in which the letter met them.

::

     laptop-alice      mx.birch            ns            mx.cedar       laptop-bob
          |                |                |                |                |
          | 1 submission   |                |                |                |
          o--------------->|                |                |                |
          |                o<-------------->|                |                |
          |                o-------------------------------->|                |
          |                |                |                |--------------->o

The arrow shows where the letter goes; the dot shows who opened the connection.  They differ when mail is
read: there the letter comes because its reader has asked for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailkit.evidence import Step
from mailkit.show.figure import Html, join, picture
from mailkit.show.hop import Hop, Kind
from mailkit.show.hosts import role, short
from mailkit.show.legs import Leg, in_letters
from mailkit.show.style import BLUE, GREEN, ORANGE, PURPLE, VERMILLION
from mailkit.show.svg import (
    WIDTH,
    arrow,
    cross,
    head,
    hint,
    letters,
    lifeline,
    lock,
    loop,
    shorten,
    words,
)
from mailkit.show.when import since

COLOUR = {
    Kind.SUBMISSION: BLUE,
    Kind.RELAY: BLUE,
    Kind.LOOKUP: GREEN,
    Kind.DELIVERY: PURPLE,
    Kind.QUEUE: PURPLE,
    Kind.READING: VERMILLION,
    Kind.KEEPING: ORANGE,
}
NAME = {
    Kind.SUBMISSION: "submission",
    Kind.RELAY: "relay",
    Kind.LOOKUP: "DNS",
    Kind.DELIVERY: "delivery",
    Kind.QUEUE: "queue",
    Kind.READING: "reading",
    Kind.KEEPING: "a copy",
}
MARGIN, TOP, STEP = 88.0, 52.0, 50.0
LEGEND = (
    "● opened the connection      ▶ where the letter goes      ◀-▶ question and answer      ↻ inside one host"
)


@dataclass(frozen=True)
class Overview:
    """The hops of a journey as rows."""

    hops: Sequence[Hop]

    @property
    def legs(self) -> list[Leg]:
        """An arrow for each hop and a loop for each step of a queue, in the order of time."""
        return sorted((leg for hop in self.hops for leg in _legs(hop)), key=lambda leg: leg.time)

    @property
    def hosts(self) -> list[str]:
        """The hosts, in the order in which the letter met them."""
        return list(dict.fromkeys(host for leg in self.legs for host in (leg.source, leg.target)))

    @property
    def words(self) -> str:
        """The picture in words."""
        told = [f"{hop.number}, {hop.title}, {hop.summary}" for hop in self.hops]
        return f"Hosts: {', '.join(map(short, self.hosts))}. " + "; ".join(told) + "."

    def __str__(self) -> str:
        return in_letters(self.legs, self.hosts)

    def svg(self) -> Html:
        """The picture itself."""
        hosts, legs = self.hosts, self.legs
        first, last = MARGIN + 50, WIDTH - 66.0
        gap = (last - first) / max(1, len(hosts) - 1)
        places = {host: first + number * gap for number, host in enumerate(hosts)}
        bottom = TOP + len(legs) * STEP + 10
        begin = self.hops[0].begin
        shapes = [lifeline(x, TOP - 8, bottom) for x in places.values()]
        shapes += [_host(x, host, gap) for host, x in places.items()]
        for number, leg in enumerate(legs):
            y = TOP + number * STEP + 30
            shapes.append(words(MARGIN - 12, y + 4, since(begin, leg.time), 10.5, "end", True, "opacity:.7;"))
            shapes.append(hint(_drawn(leg, places, y), f"{leg.name}\n{leg.detail}"))
        shapes.append(words(MARGIN, bottom + 18, LEGEND, 11, more="opacity:.75;"))
        return picture(join(shapes), WIDTH, bottom + 26, self.words)


def _legs(hop: Hop) -> list[Leg]:
    source, target = (hop.server, hop.client) if hop.kind is Kind.READING else (hop.client, hop.server)
    name = " ".join([str(hop.number), *([hop.protocol] if hop.protocol else []), NAME[hop.kind]])
    if hop.kind in (Kind.DELIVERY, Kind.QUEUE):
        return [Leg(name, hop.summary, hop.client, hop.client, hop.client, hop.kind, hop.start)]
    secure = any(line.secure for line in hop.lines)
    detail = hop.refusal or hop.summary
    leg = Leg(name, detail, source, target, hop.client, hop.kind, hop.start, secure, not hop.refusal)
    return [leg, *(_loop(event) for event in hop.events if isinstance(event, Step))]


def _loop(step: Step) -> Leg:
    detail = f"for {step.recipient}" if step.recipient else step.queue_id
    host = step.host
    return Leg(f"queue: {step.what}", detail, host, host, host, Kind.QUEUE, step.time)


# -- in SVG -----------------------------------------------------------------------------------------


def _host(x: float, host: str, gap: float) -> Html:
    name = words(x, 16, shorten(short(host), int(gap / 7.6)), 14, "middle", more="font-weight:600;")
    return join([name, words(x, 33, shorten(role(host), int(gap / 5.6)), 11, "middle", more="opacity:.75;")])


def _drawn(leg: Leg, places: dict[str, float], y: float) -> Html:
    x, to, colour = places[leg.source], places[leg.target], COLOUR[leg.kind]
    if x == to:
        return _inside(leg, x, y, colour)
    way = 1 if to > x else -1
    middle, room = (x + to) / 2, abs(to - x) - 6
    tip = to - 6 * way if leg.opener == leg.target else to  # room for the dot
    strokes = [arrow(x, tip, y, colour, 2, leg.kind is Kind.LOOKUP)]
    if leg.kind is Kind.LOOKUP:
        strokes.append(head(x + 6 * way, y, -way, colour))
    if not leg.arrived:
        strokes.append(cross(to - 26 * way, y, VERMILLION))
    opener = places[leg.opener]
    strokes.append(Html(f'<circle cx="{opener:g}" cy="{y:g}" r="4.5" fill="{colour}"/>'))
    name = shorten(leg.name, int(room / 7.5))
    strokes.append(words(middle, y - 7, name, 12.5, "middle", more="font-weight:600;"))
    if leg.secure and letters(name) * 7.6 + 44 < room:  # the words say it as well
        strokes.append(lock(middle + letters(name) * 3.8 + 6, y - 18, 12, GREEN))
    strokes.append(words(middle, y + 15, shorten(leg.detail, int(room / 5.4)), 11, "middle"))
    return join(strokes)


def _inside(leg: Leg, x: float, y: float, colour: str) -> Html:
    way = 1 if x < WIDTH - 200 else -1
    anchor = "start" if way == 1 else "end"
    at = x + 30 * way
    room = WIDTH - at if way == 1 else at
    return join(
        [
            loop(x, y, colour, way),
            words(at, y - 2, leg.name, 12, anchor, more="font-weight:600;"),
            words(at, y + 12, shorten(leg.detail, int(room / 5.9)), 11, anchor),
        ]
    )
