"""Which evidence belongs to which stop of a letter's way.

::

    talk at birch, port 587  --+-- 1 submission
    queue at birch: accepted --+
    look-up, MX              --+-- 2 look-ups
    look-up, A               --+
    talk at cedar, port 25   --+-- 3 relay
    queue at birch: handed on -+
    laid into a mailbox      ----- 4 delivery

A step of a queue belongs to the talk that brought it about: "accepted" to the one in which the letter
came, "handed on" or "deferred" to the one in which it was tried.
"""

from dataclasses import dataclass, field

from mailkit.dialogue import Dialogue
from mailkit.evidence import Delivery, Event, Lookup, Step
from mailkit.show.explain import language
from mailkit.show.hop import Hop, Kind


@dataclass
class Draft:
    """A hop while its events are still being found."""

    kind: Kind
    client: str
    server: str
    events: list[Event] = field(default_factory=list)

    def hop(self, letter: str) -> Hop:
        return Hop(0, self.kind, self.client, self.server, tuple(self.events), letter, 0.0)


def trail(letter: str, events: list[Event]) -> list[Hop]:
    """The stops of a letter's way, in the order in which it came to them; not yet numbered."""
    return sorted((draft.hop(letter) for draft in _drafts(events, letter)), key=lambda hop: hop.start)


def _drafts(events: list[Event], letter: str) -> list[Draft]:
    drafts: list[Draft] = []
    for event in events:
        home = _home(event, drafts)
        if home is None:
            home = _begin(event, letter)
            drafts.append(home)
        if isinstance(event, Delivery) and home.kind is Kind.QUEUE:
            home.kind, home.server = Kind.DELIVERY, _mailbox(event)
        home.events.append(event)
    return drafts


def _home(event: Event, drafts: list[Draft]) -> Draft | None:
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


def _begin(event: Event, letter: str) -> Draft:
    if isinstance(event, Dialogue):
        return Draft(_kind(event, letter), event.client.host, event.server.host)
    if isinstance(event, Lookup):
        return Draft(Kind.LOOKUP, event.asker, event.server)
    if isinstance(event, Delivery):
        return Draft(Kind.DELIVERY, event.host, _mailbox(event))
    return Draft(Kind.QUEUE, event.host, f"the queue of {event.host.removesuffix('.example')}")


def _kind(talk: Dialogue, letter: str) -> Kind:
    if language(talk.protocol) == "smtp":
        return Kind.SUBMISSION if talk.protocol.startswith("submission") else Kind.RELAY
    written = b"APPEND" in talk.stream("C").upper() and letter.encode() in talk.stream("C")
    return Kind.KEEPING if written else Kind.READING


def _mailbox(event: Delivery) -> str:
    return f"{event.recipient.split('@')[0]}'s mailbox"
