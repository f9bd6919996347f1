"""A dialogue: one connection, and every word that both sides said.

::

    what a recorder sees            what one reads
    ----------------------          --------------
    C  "EH"                         C: EHLO me
    C  "LO me\\r\\n"
    S  "250-a\\r\\n250 b\\r\\n"      S: 250-a
                                    S: 250 b

Each line knows its place in its side's stream of octets: so it can be found again in the TCP segments
that carried it.
"""

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
