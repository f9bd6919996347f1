"""The whole way of one letter, stop by stop, as the evidence tells it.

::

    1 submission -> 2 look-ups -> 3 relay -> 4 delivery -> 5 reading

Every stop is a `Hop`.  A step of a queue belongs to the stop that brought it about: "accepted" to the
talk in which the letter came, "handed on" or "deferred" to the one in which it was tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mailkit.evidence import Delivery, Dialogue, Event, Lookup, Spoken, Step
from mailkit.show.dialogue import said
from mailkit.show.explain import language
from mailkit.show.figure import Html, escape, figure, fold, join
from mailkit.show.hop import Hop, Kind
from mailkit.show.overview import Overview
from mailkit.show.pictures import html
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
        hops = sorted((draft.hop(letter) for draft in _drafts(events, letter)), key=lambda hop: hop.start)
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


@dataclass
class _Draft:
    """A hop while its events are still being found."""

    kind: Kind
    client: str
    server: str
    events: list[Event] = field(default_factory=list)

    def hop(self, letter: str) -> Hop:
        return Hop(0, self.kind, self.client, self.server, tuple(self.events), letter, 0.0)


def _drafts(events: list[Event], letter: str) -> list[_Draft]:
    drafts: list[_Draft] = []
    for event in events:
        home = _home(event, drafts)
        if home is None:
            home = _begin(event, letter)
            drafts.append(home)
        if isinstance(event, Delivery) and home.kind is Kind.QUEUE:
            home.kind, home.server = Kind.DELIVERY, _mailbox(event)
        home.events.append(event)
    return drafts


def _home(event: Event, drafts: list[_Draft]) -> _Draft | None:
    """The hop that an event belongs to, if it is there already."""
    if isinstance(event, Dialogue):
        return None
    if isinstance(event, Step) and event.client:
        tried = (d for d in reversed(drafts) for each in d.events if _is_tried_in(event, each))
        return next(tried, None)
    if isinstance(event, Step) and event.what == "accepted":
        came = (d for d in reversed(drafts) if isinstance(d.events[0], Dialogue) and d.server == event.host)
        return next(came, None)
    last = drafts[-1] if drafts else None
    if last is None:
        return None
    if isinstance(event, Lookup):
        same = last.kind is Kind.LOOKUP and (last.client, last.server) == (event.asker, event.server)
    elif isinstance(event, Delivery):
        same = last.kind is Kind.QUEUE or (last.kind is Kind.DELIVERY and last.server == _mailbox(event))
        same = same and last.client == event.host
    else:
        same = last.kind in (Kind.QUEUE, Kind.DELIVERY) and last.client == event.host
    return last if same else None


def _is_tried_in(step: Step, event: Event) -> bool:
    return isinstance(event, Dialogue) and event.client.address == step.client


def _begin(event: Event, letter: str) -> _Draft:
    if isinstance(event, Dialogue):
        return _Draft(_kind(event, letter), event.client.host, event.server.host)
    if isinstance(event, Lookup):
        return _Draft(Kind.LOOKUP, event.asker, event.server)
    if isinstance(event, Delivery):
        return _Draft(Kind.DELIVERY, event.host, _mailbox(event))
    return _Draft(Kind.QUEUE, event.host, f"the queue of {event.host.removesuffix('.example')}")


def _kind(talk: Dialogue, letter: str) -> Kind:
    if language(talk.protocol) == "smtp":
        return Kind.SUBMISSION if talk.protocol.startswith("submission") else Kind.RELAY
    written = b"APPEND" in talk.stream("C").upper() and letter.encode() in talk.stream("C")
    return Kind.KEEPING if written else Kind.READING


def _mailbox(event: Delivery) -> str:
    return f"{event.recipient.split('@')[0]}'s mailbox"


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
        table = said(hop.dialogue.protocol, hop.parts, start=hop.begin)
        pieces.append(fold("the same line by line, explained; with the letter", table))
    if hop.left_out:
        pieces.append(f'<p class="dim">{hop.left_out} lines about other letters are not shown.</p>')
    return join(pieces)
