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
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from mailkit.shown import Shown

Side = Literal["C", "S"]  # who spoke: the client (it opened the connection) or the server
Address = tuple[str, int]  # where a socket lives, e.g. ("127.0.3.25", 10025)

OUTSIDE = "outside"  # the host of a program that is not of the village: curl, Thunderbird


@dataclass(frozen=True)
class Place:
    """One end of a connection: the host's name in the village, and where its socket lives."""

    host: str  # "mx.cedar.example", or OUTSIDE
    address: Address

    @property
    def name(self) -> str:
        """The host's name as it may stand in a letter; empty for a program that is not of the village."""
        return "" if self.host == OUTSIDE else self.host

    def __str__(self) -> str:
        return f"{self.host} [{self.address[0]}]:{self.address[1]}"


@dataclass(frozen=True)
class Chunk:
    """Bytes that one side sent in one go: what a recorder sees, before anybody cuts it into lines.

    `offset` is the place of the first octet in this side's stream of *plain text*; `secure` says
    that TLS carried it.
    """

    time: float  # seconds since the epoch, by the village's clock
    side: Side
    offset: int
    data: bytes
    secure: bool


@dataclass(frozen=True)
class Spoken:
    """One line of a dialogue, without its CRLF."""

    time: float
    side: Side
    offset: int  # of its first octet in this side's stream
    data: bytes
    secure: bool

    @property
    def text(self) -> str:
        """The line for a reader; octets that are not UTF-8 are shown as ``\\xNN``."""
        return self.data.decode("utf-8", errors="backslashreplace")

    def __str__(self) -> str:
        return f"{self.side}: {self.text}"


@dataclass
class Dialogue(Shown):
    """One connection, from the SYN to the FIN: who spoke with whom, and every word."""

    number: int
    protocol: str  # "smtp", "submission", "pop3", "imap"
    client: Place
    server: Place
    opened: float
    closed: float | None = None
    chunks: list[Chunk] = field(default_factory=list, repr=False)
    left_out: int = 0  # octets that came after LONGEST and were not kept
    service: int = 0  # the port this service has by the standard, e.g. 25

    LONGEST = 1 << 20  # octets of one dialogue that are kept

    def record(self, time: float, side: Side, data: bytes, secure: bool) -> int:
        """Write down what one side said; return how many octets of it were kept."""
        offset = self._said[side]
        self._said[side] += len(data)
        kept = data[: max(0, self.LONGEST - self._kept)]
        self._kept += len(kept)
        self.left_out += len(data) - len(kept)
        if kept:
            self.chunks.append(Chunk(time, side, offset, kept, secure))
        return len(kept)

    def __post_init__(self) -> None:
        self._said: dict[Side, int] = {"C": 0, "S": 0}
        self._kept = 0

    def octets(self, side: Side) -> int:
        """How many octets of plain text this side has sent."""
        return self._said[side]

    def stream(self, side: Side) -> bytes:
        """All that one side said, as far as it was kept."""
        return b"".join(chunk.data for chunk in list(self.chunks) if chunk.side == side)

    @property
    def secure(self) -> bool:
        """Whether any of it went through TLS."""
        return any(chunk.secure for chunk in list(self.chunks))

    @property
    def lines(self) -> list[Spoken]:
        """Every line in the order in which it was spoken.

        A line that came in several chunks is dated by its last one: only then was it a line.
        """
        lines: list[Spoken] = []
        waiting: dict[Side, bytes] = {"C": b"", "S": b""}
        last: dict[Side, Chunk] = {}
        for (side, secure), run in groupby(list(self.chunks), key=lambda chunk: (chunk.side, chunk.secure)):
            for chunk in run:
                last[side] = chunk
                offset = chunk.offset - len(waiting[side])
                *whole, waiting[side] = (waiting[side] + chunk.data).split(b"\n")
                for line in whole:
                    lines.append(Spoken(chunk.time, side, offset, line.removesuffix(b"\r"), secure))
                    offset += len(line) + 1
        for side, rest in waiting.items():
            if rest:  # said without a line ending, and never finished
                chunk = last[side]
                offset = chunk.offset + len(chunk.data) - len(rest)
                lines.append(Spoken(chunk.time, side, offset, rest, chunk.secure))
        return lines

    def mentions(self, letter: str) -> bool:
        """Whether the letter with this Message-ID went through this connection, as far as was kept."""
        key = letter.encode()
        return key in self.stream("C") or key in self.stream("S")

    @property
    def title(self) -> str:
        """One line that names it, e.g. ``smtp: mx.birch.example -> mx.cedar.example:25``."""
        port = self.service or self.server.address[1]
        return f"{self.protocol}: {self.client.host} -> {self.server.host}:{port}"

    def __str__(self) -> str:
        lines = [self.title, *map(str, self.lines)]
        if self.left_out:
            lines.append(f"({self.left_out} further octets were not kept)")
        return "\n".join(lines)


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
        """All that concerns one letter, named by its Message-ID, in the order in which it began."""
        steps = [event for event in self if isinstance(event, Step) and event.letter == letter]
        tried = {step.client for step in steps if step.client}
        return [
            event
            for event in self
            if (
                event.mentions(letter) or event.client.address in tried
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
