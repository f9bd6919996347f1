"""Look-ups, queue steps, deliveries, and all the evidence of a village, as tables."""

from mailkit.dialogue import Dialogue
from mailkit.evidence import Delivery, Event, Evidence, Lookup, Step
from mailkit.show.dialogue import said
from mailkit.show.figure import Html, escape, figure, fold, join, table
from mailkit.show.hosts import short
from mailkit.show.pictures import html
from mailkit.show.readers import parts
from mailkit.show.when import since


@html.register
def lookup(thing: Lookup) -> str:
    """A question and its answer."""
    rows = [("asked by", thing.asker), ("answered by", f"{thing.server}, over {thing.transport.upper()}")]
    rows += [("question", f"{thing.name} {thing.kind}"), ("answer", "; ".join(thing.answer) or "nothing")]
    return figure(table(("look-up", "RFC 1035"), rows))


@html.register
def step(thing: Step) -> str:
    """A step through a queue."""
    rows = [("where", f"{thing.host}, letter {thing.queue_id}"), ("what", thing.what)]
    rows += [(name, value) for name, value in (("for", thing.recipient), ("why", thing.detail)) if value]
    return figure(table(("queue", thing.letter), rows))


@html.register
def delivery(thing: Delivery) -> str:
    """A letter laid into a mailbox."""
    rows = [("where", thing.host), ("for", thing.recipient), ("file", thing.path)]
    return figure(table(("delivery", thing.letter), rows))


@html.register
def evidence(thing: Evidence) -> str:
    """All that happened, one line each; a dialogue opens at a click."""
    events = list(thing)
    if not events:
        return figure("<p>Nothing has happened yet.</p>")
    start = _time(events[0])
    return figure(join(_event(event, start) for event in events), f"{len(events)} events")


def _event(event: Event, start: float) -> Html:
    when = since(start, _time(event))
    if not isinstance(event, Dialogue):
        return Html(f"<div>{escape(when)} · {escape(event)}</div>")
    lines = event.lines
    who = f"{short(event.client.host)} → {short(event.server.host)}"
    title = f"{when} · {event.protocol}: {who}, {len(lines)} lines"
    return fold(
        title, said(event.protocol, parts(event.protocol, lines), explained=False, start=event.opened)
    )


def _time(event: Event) -> float:
    return event.opened if isinstance(event, Dialogue) else event.time
