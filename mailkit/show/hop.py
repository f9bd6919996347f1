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

from mailkit.dialogue import Dialogue, Spoken
from mailkit.evidence import Delivery, Event, Lookup, Step
from mailkit.show import excerpt
from mailkit.show.explain import language
from mailkit.show.hosts import short
from mailkit.show.ladder import Ladder
from mailkit.show.parts import Carried, Part, mentions
from mailkit.show.readers import parts
from mailkit.show.rungs import rungs
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
    begin: float  # of the whole journey

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
    def opened(self) -> float:
        """The moment from which times within this stop are counted."""
        return self.parts[0].line.time if self.parts else _time(self.events[0])

    @property
    def start(self) -> float:
        """When this letter's part in it began."""
        if self.kind is Kind.READING:  # the session may have been open for hours
            named = (part for part in self.parts if mentions(part, self.letter))
            return next((part.line.time for part in named), self.opened)
        return self.opened

    @property
    def left_out(self) -> int:
        """So many lines of the connection concern other letters, and are not shown."""
        return len(self.dialogue.lines) - len(self.lines) if self.dialogue else 0

    @property
    def protocol(self) -> str:
        """The language that is spoken, in capitals; empty where none is."""
        return language(self.dialogue.protocol).upper() if self.dialogue else ""

    @property
    def summary(self) -> str:
        """Port, TLS and length in a few words."""
        talk = self.dialogue
        if self.kind is Kind.QUEUE:
            return "; ".join(str(event).split(": ", 1)[-1] for event in self.events)
        if talk is None:
            return ", ".join(dict.fromkeys(_short_event(event) for event in self.events))
        words = [f"port {talk.service or talk.server.address[1]}"]
        words += ["TLS"] * any(line.secure for line in self.lines)
        return " · ".join([*words, f"{len(self.lines)} lines"])

    @property
    def ladder(self) -> Ladder:
        """It as a picture: two hosts, and an arrow for each line."""
        protocol = self.dialogue.protocol if self.dialogue else ""
        drawn = rungs(protocol, self.parts, self.events, self.client)
        return Ladder(self.client, self.server, drawn, self.opened)

    def __str__(self) -> str:
        carried = [part.text for part in self.parts if isinstance(part, Carried)]
        return "\n\n".join([f"{self.number}. {self.title} ({self.summary})", str(self.ladder), *carried])


def _short_event(event: Event) -> str:
    if isinstance(event, Lookup):
        return f"{event.kind} of {event.name}"
    if isinstance(event, Step):
        return event.what
    return f"for {event.recipient}" if isinstance(event, Delivery) else ""


def _time(event: Event) -> float:
    return event.opened if isinstance(event, Dialogue) else event.time
