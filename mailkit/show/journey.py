"""The whole way of one letter, stop by stop, as the evidence tells it.

::

    1 submission -> 2 look-ups -> 3 relay -> 4 delivery -> 5 reading

Every stop is a `Hop`; ``trail.py`` finds out which evidence belongs to which.
"""

from collections.abc import Iterator
from dataclasses import replace

from mailkit.dialogue import Spoken
from mailkit.evidence import Event
from mailkit.show.dialogue import said
from mailkit.show.figure import Html, escape, figure, fold, join
from mailkit.show.hop import Hop
from mailkit.show.overview import Overview
from mailkit.show.pictures import html
from mailkit.show.trail import trail
from mailkit.show.when import since
from mailkit.shown import Shown


class Journey(Shown):
    """The way of one letter.

    Args:
        letter: its Message-ID.
        events: what concerns it, oldest first (`Evidence.about`).
        badge: on which ground it was seen; shown on the figure.
    """

    def __init__(self, letter: str, events: list[Event], badge: str = "") -> None:
        self.letter, self.badge = letter, badge
        hops = trail(letter, events)
        begin = hops[0].start if hops else 0.0
        self.hops = tuple(
            replace(hop, number=number, begin=begin) for number, hop in enumerate(hops, start=1)
        )

    def hop(self, number: int) -> Hop:
        """One stop, by its number on the picture.

        Raises:
            ValueError: there is no such stop.
        """
        if not 1 <= number <= len(self.hops):
            raise ValueError(f"this journey has the hops 1 to {len(self.hops)}, but not {number}")
        return self.hops[number - 1]

    @property
    def lines(self) -> list[Spoken]:
        """Every line of every talk that concerns the letter."""
        return [line for hop in self.hops for line in hop.lines]

    @property
    def overview(self) -> Overview:
        """All hosts side by side."""
        return Overview(self.hops)

    def __iter__(self) -> Iterator[Hop]:
        return iter(self.hops)

    def __len__(self) -> int:
        return len(self.hops)

    @property
    def title(self) -> str:
        """One line about it."""
        if not self.hops:
            return f"nothing is known of the letter {self.letter}"
        return f"the journey of {self.letter}: {len(self)} hops, {len(self.lines)} lines"

    def __str__(self) -> str:
        ladders = [f"{hop.number}. {hop.title} ({hop.summary})\n\n{hop.ladder}" for hop in self.hops]
        return "\n\n\n".join([self.title, *([str(self.overview)] if self.hops else []), *ladders])


# -- the picture ------------------------------------------------------------------------------------


@html.register
def _journey(journey: Journey) -> str:
    if not journey.hops:
        return figure("", journey.title, journey.badge)
    hops = join(fold(_headline(hop), _inside(hop)) for hop in journey)
    return figure(journey.overview.svg() + hops, journey.title, journey.badge)


@html.register
def _hop(hop: Hop) -> str:
    return figure(_inside(hop), f"{hop.number}. {hop.title}: {hop.summary}")


def _headline(hop: Hop) -> Html:
    after = since(hop.begin, hop.start)
    told = escape(f"· {hop.summary} · after {after}")
    return Html(f'<b>{hop.number}. {escape(hop.title)}</b> <span class="dim">{told}</span>')


def _inside(hop: Hop) -> Html:
    pieces: list[str] = [hop.ladder.svg(f"{hop.title}: {hop.summary}.")]
    if hop.dialogue:
        table = said(hop.dialogue.protocol, hop.parts, start=hop.opened)
        pieces.append(fold("the same line by line, explained; with the letter", table))
    if hop.left_out:
        pieces.append(f'<p class="dim">{hop.left_out} lines about other letters are not shown.</p>')
    return join(pieces)
