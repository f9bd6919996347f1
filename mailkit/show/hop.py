"""One stop of a letter's way: what was said, asked or done there.

SUBMISSION   a person's mail program hands the letter to its server      RFC 6409
LOOKUP       a server asks the name server where the letter must go      RFC 5321 section 5
RELAY        one server passes it on to the next                         RFC 5321
DELIVERY     a server lays it into a mailbox
READING      a mail program fetches it                                   RFC 1939, RFC 3501
KEEPING      a mail program keeps a copy of what it has sent             RFC 3501 section 6.3.11
QUEUE        it waits, goes back, or is given up                         RFC 5321 section 4.5.4
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from mailkit.evidence import Delivery, Dialogue, Event, Lookup, Spoken, Step
from mailkit.show import excerpt
from mailkit.show.explain import explain, language
from mailkit.show.hosts import short
from mailkit.show.ladder import Ladder, Rung, Way
from mailkit.show.parts import Carried, Part, parts
from mailkit.shown import Shown


class Kind(Enum):
    """What sort of stop this is; the value is its title."""

    SUBMISSION = "{client} hands the letter in at {server}"
    LOOKUP = "{client} asks {server} where the letter must go"
    RELAY = "{client} passes the letter on to {server}"
    DELIVERY = "{client} lays the letter into {server}"
    READING = "{client} fetches the letter from {server}"
    KEEPING = "{client} keeps a copy at {server}"
    QUEUE = "the letter in the queue of {client}"


VAIN = {
    Kind.SUBMISSION: "{client} tries in vain to hand the letter in at {server}",
    Kind.RELAY: "{client} tries in vain to pass the letter on to {server}",
}


@dataclass(frozen=True)
class Hop(Shown):
    """One stop.

    Attributes:
        number: its place on the way, from 1.
        client: the host that opened the connection, asked, or did it.
        server: the host that answered; for a delivery the mailbox.
        events: the evidence of it, oldest first.
    """

    number: int
    kind: Kind
    client: str
    server: str
    events: tuple[Event, ...]
    letter: str  # its Message-ID
    begin: float  # of the whole journey: times are counted from here

    @property
    def dialogue(self) -> Dialogue | None:
        """The connection, if there was one."""
        return next((event for event in self.events if isinstance(event, Dialogue)), None)

    @property
    def title(self) -> str:
        """What happens here, in one sentence."""
        form = VAIN[self.kind] if self.refusal and self.kind in VAIN else self.kind.value
        return form.format(client=short(self.client), server=short(self.server))

    @cached_property
    def parts(self) -> list[Part]:
        """What was said about this letter, and what was carried."""
        if self.dialogue is None:
            return []
        protocol = self.dialogue.protocol
        return excerpt.about(self.letter, protocol, parts(protocol, self.dialogue.lines))

    @property
    def lines(self) -> list[Spoken]:
        """Every line about this letter, those of the letter itself among them."""
        return [
            line
            for part in self.parts
            for line in (part.lines if isinstance(part, Carried) else (part.line,))
        ]

    @cached_property
    def refusal(self) -> str:
        """The reply by which the server did not take the letter; empty if it did."""
        talk = self.dialogue
        if talk is None or language(talk.protocol) != "smtp":
            return ""
        return excerpt.refusal(self.parts)

    @property
    def start(self) -> float:
        """When this letter's part in it began."""
        if self.kind is Kind.READING:  # the session may have been open for hours
            named = (part for part in self.parts if self.letter.encode() in _octets(part))
            return next((part.line.time for part in named), _time(self.events[0]))
        return self.parts[0].line.time if self.parts else _time(self.events[0])

    @property
    def left_out(self) -> int:
        """So many lines of the connection concern other letters, and are not shown."""
        return len(self.dialogue.lines) - len(self.lines) if self.dialogue else 0

    @property
    def summary(self) -> str:
        """Port, TLS and length in a few words."""
        talk = self.dialogue
        if talk is None:
            return ", ".join(_short_event(event) for event in self.events)
        port = talk.service or talk.server.address[1]
        words = [f"{talk.protocol.upper() if talk.protocol != 'submission' else 'SMTP'}, port {port}"]
        words += ["TLS"] * any(line.secure for line in self.lines)
        return " · ".join([*words, f"{len(self.lines)} lines"])

    @property
    def ladder(self) -> Ladder:
        """It as a picture: two hosts, and an arrow for each line."""
        protocol = self.dialogue.protocol if self.dialogue else ""
        rungs = [_rung(protocol, part) for part in self.parts]
        for event in self.events:
            if not isinstance(event, Dialogue):
                rungs += _event_rungs(event, self.client)
        rungs.sort(key=lambda rung: rung.time)
        return Ladder(self.client, self.server, tuple(rungs), self.begin)

    def __str__(self) -> str:
        carried = [part.text for part in self.parts if isinstance(part, Carried)]
        return "\n\n".join([f"{self.number}. {self.title} ({self.summary})", str(self.ladder), *carried])


def _rung(protocol: str, part: Part) -> Rung:
    way: Way = "->" if part.line.side == "C" else "<-"
    line = part.line
    if isinstance(part, Carried):
        return Rung(way, str(part), line.time, line.secure, heavy=True, more=part.text[:300])
    more = explain(protocol, line.text, line.side, part.before)
    return Rung(way, line.text, line.time, line.secure, more=more)


def _event_rungs(event: Event, client: str) -> list[Rung]:
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
        return [Rung("left" if event.host == client else "right", _queue(event), event.time)]
    return []


def _queue(step: Step) -> str:
    whom = f" for {step.recipient}" if step.recipient else ""
    why = f": {step.detail}" if step.detail else ""
    return f"queue {step.queue_id}: {step.what}{whom}{why}"


def _short_event(event: Event) -> str:
    if isinstance(event, Lookup):
        return f"{event.name} {event.kind}?"
    if isinstance(event, Step):
        return event.what
    return f"for {event.recipient}" if isinstance(event, Delivery) else ""


def _octets(part: Part) -> bytes:
    return b"\n".join(line.data for line in (part.lines if isinstance(part, Carried) else (part.line,)))


def _time(event: Event) -> float:
    return event.opened if isinstance(event, Dialogue) else event.time
