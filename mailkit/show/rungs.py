"""The rungs of a hop's ladder: lines, letters, questions, steps and files, in the order of time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailkit.evidence import Delivery, Event, Lookup, Step
from mailkit.show.explain import explain
from mailkit.show.ladder import Rung, Way
from mailkit.show.parts import Carried, Part


def rungs(protocol: str, parts: Iterable[Part], events: Iterable[Event], left: str) -> tuple[Rung, ...]:
    """What one hop is drawn from.

    Args:
        protocol: the language of the dialogue.
        parts: what was said and carried in it.
        events: what else happened at this hop.
        left: the host whose lifeline stands on the left.
    """
    drawn = [_rung(protocol, part) for part in parts]
    drawn += [rung for event in events for rung in _event_rungs(event, left)]
    return tuple(_secured(sorted(drawn, key=lambda rung: rung.time)))


def _rung(protocol: str, part: Part) -> Rung:
    way: Way = "->" if part.line.side == "C" else "<-"
    line = part.line
    if isinstance(part, Carried):
        return Rung(way, str(part), line.time, line.secure, heavy=True, more=part.text[:300])
    more = explain(protocol, line.text, line.side, part.before)
    return Rung(way, line.text, line.time, line.secure, more=more)


def _secured(rungs: list[Rung]) -> Iterator[Rung]:
    """A step of a queue happens on no cable: in the picture it stays where the lines around it are."""
    secure = False
    for rung in rungs:
        secure = rung.secure if rung.way in ("->", "<-") else secure
        yield replace(rung, secure=secure)


def _event_rungs(event: Event, left: str) -> list[Rung]:
    if isinstance(event, Lookup):
        answer = "; ".join(event.answer) or "no such record"
        over = f"  ({event.transport.upper()}, port 53)"
        return [
            Rung("->", f"{event.name} {event.kind}?{over}", event.time),
            Rung("<-", answer, event.time),
        ]
    if isinstance(event, Delivery):
        return [Rung("->", f"{event.path}", event.time, heavy=True)]
    if isinstance(event, Step):
        return [Rung("left" if event.host == left else "right", _queue(event), event.time)]
    return []


def _queue(step: Step) -> str:
    whom = f" for {step.recipient}" if step.recipient else ""
    why = f": {step.detail}" if step.detail else ""
    return f"queue {step.queue_id}: {step.what}{whom}{why}"
