"""What happened: every dialogue, name look-up, queue step and delivery, in order.

The servers, the queue and the name server write it down while they work; pictures (``show/``) and
checks (``course/``) read it.  Nothing here decides anything.

    Dialogue   one TCP connection, both directions, as it was said   (inside TLS too)
    Lookup     one question to the name server and its answer
    Step       a letter's way through a queue: accepted, tried, deferred, handed on, returned
    Delivery   a letter laid into a mailbox

One letter is found again in all of it by one key, its Message-ID (RFC 5322 section 3.6.4).
"""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mailkit.dialogue import Address, Dialogue, Place, Side
from mailkit.shown import Shown


@dataclass(frozen=True)
class Lookup(Shown):
    """One question to the name server and what it answered (RFC 1035)."""

    time: float
    asker: str  # host
    server: str  # host
    name: str
    kind: str  # "MX", "A", ...
    answer: tuple[str, ...]  # the records as text, or one word such as ("NXDOMAIN",)
    letter: str | None = None  # for which letter it was asked, if for one
    transport: str = "udp"

    def __str__(self) -> str:
        return (
            f"{self.asker} asks {self.server}: {self.name} {self.kind}? {'; '.join(self.answer) or 'nothing'}"
        )


@dataclass(frozen=True)
class Step(Shown):
    """A letter's step through a queue."""

    time: float
    host: str
    queue_id: str
    letter: str
    what: Literal["accepted", "handed on", "delivered", "deferred", "returned", "dropped"]
    recipient: str = ""
    detail: str = ""  # the reply that decided it, or the reason
    client: Address | None = None  # our end of the connection that was tried, to find its Dialogue

    def __str__(self) -> str:
        whom = f" for {self.recipient}" if self.recipient else ""
        why = f" ({self.detail})" if self.detail else ""
        return f"{self.host} queue {self.queue_id}: {self.what}{whom}{why}"


@dataclass(frozen=True)
class Delivery(Shown):
    """A letter laid into a mailbox."""

    time: float
    host: str
    letter: str
    recipient: str
    path: str  # the file, relative to the village's folder

    def __str__(self) -> str:
        return f"{self.host} lays the letter into the mailbox of {self.recipient}: {self.path}"


Event = Dialogue | Lookup | Step | Delivery


class Evidence(Shown):
    """All that happened in one village, oldest first.

    Old events are forgotten once there are more than `MOST`, and old words once all dialogues
    together hold more than `LARGEST` octets, so that a village may run for weeks.
    """

    MOST = 20_000
    LARGEST = 64 << 20

    def __init__(self) -> None:
        self.events: deque[Event] = deque(maxlen=self.MOST)
        self._talks: deque[tuple[Dialogue, int]] = deque()  # with the octets each one has been counted for
        self._octets = 0
        self._numbers = 0
        self._lock = threading.Lock()

    def open(self, protocol: str, client: Place, server: Place, time: float, service: int = 0) -> Dialogue:
        """Begin the record of a connection."""
        with self._lock:
            self._numbers += 1
            dialogue = Dialogue(self._numbers, protocol, client, server, time, service=service)
            self.events.append(dialogue)
        return dialogue

    def record(self, event: Lookup | Step | Delivery) -> None:
        """Write down what happened."""
        self.events.append(event)

    def heard(self, dialogue: Dialogue, time: float, side: Side, data: bytes, secure: bool) -> None:
        """Write down what one side of a connection said."""
        kept = dialogue.record(time, side, data, secure)
        with self._lock:
            if kept:
                self._octets += kept
                self._talks.append((dialogue, kept))
            while self._octets > self.LARGEST and self._talks:
                oldest, octets = self._talks.popleft()
                self._octets -= octets
                forgotten = oldest.chunks.pop(0)
                oldest.left_out += len(forgotten.data)

    @property
    def dialogues(self) -> list[Dialogue]:
        """Every connection."""
        return [event for event in self if isinstance(event, Dialogue)]

    @property
    def lookups(self) -> list[Lookup]:
        """Every question to the name server."""
        return [event for event in self if isinstance(event, Lookup)]

    @property
    def steps(self) -> list[Step]:
        """Every step through a queue."""
        return [event for event in self if isinstance(event, Step)]

    @property
    def deliveries(self) -> list[Delivery]:
        """Every letter laid into a mailbox."""
        return [event for event in self if isinstance(event, Delivery)]

    def about(self, letter: str) -> list[Event]:
        """All that concerns one letter, named by its Message-ID, in the order in which it began.

        A talk belongs to it if the letter went through it, or if a step says that it was tried there
        (a server that refuses the recipient never sees the letter).
        """
        events = list(self)
        tried = {step.client for step in self.steps if step.letter == letter and step.client}
        ours = {event.client.address: event for event in self.dialogues if event.client.address in tried}
        return [
            event
            for event in events
            if (
                event.mentions(letter) or ours.get(event.client.address) is event
                if isinstance(event, Dialogue)
                else event.letter == letter
            )
        ]

    def __iter__(self) -> Iterator[Event]:
        return iter(list(self.events))

    def __len__(self) -> int:
        return len(self.events)

    def __str__(self) -> str:
        return "\n\n".join(str(event) for event in self) or "nothing has happened yet"
