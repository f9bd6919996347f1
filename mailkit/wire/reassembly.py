"""Reassembly: the segments of one direction of a TCP connection, laid side by side again.

::

    as they came         seq 101 "MAIL F"   seq 113 "ice@b"   seq 107 "ROM:<al"   seq 107 "ROM:<al"
                              0..5               12..16            6..12  (late)       6..12  (again)

    laid side by side    |MAIL F|ROM:<al|ce@b ...      of octet 12 the first copy counts
    a hole               |MAIL F|.......|ice@b|        is reported, and never closed in silence

The number of an octet is its sequence number minus that of the first one (RFC 9293 section 3.4).
Sequence numbers have 32 bits and begin again at 0, so their distance tells which of two comes first.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from mailkit.wire.headers import ACK, FIN, RST, SYN, TCP
from mailkit.wire.packet import Packet

MODULUS = 1 << 32
ROUND_TRIP = 3_000_000  # nanoseconds: what is taken for one where no handshake was captured
FAST = 2  # duplicate ACKs after which a sender may send again: RFC 5681 section 3.2 says 3, one may be lost

Turn = tuple[bool, Packet]  # whether the packet goes in our direction, and the packet


class Kind(Enum):
    """What a segment brought."""

    NEW = "new"
    LATE = "late: it was overtaken on the way"
    AGAIN = "sent again"
    KEEP_ALIVE = "keep-alive: are you still there?"


class Segment(NamedTuple):
    """One packet, and which octets of the stream it carried: from `begin` to before `end`."""

    packet: Packet
    begin: int
    end: int
    kind: Kind


class Gap(NamedTuple):
    """Octets that must have been sent, and that no packet here carried."""

    begin: int
    end: int

    def __str__(self) -> str:
        return f"[{self.end - self.begin} octets missing]"


class Conflict(NamedTuple):
    """Octets that were sent again with another content: an error, or an attack.  The first copy counts."""

    begin: int
    end: int
    packet: Packet


def distance(a: int, b: int) -> int:
    """How far a is behind b on the circle of sequence numbers; negative: before it.

    >>> distance(5, 2**32 - 5)
    10
    """
    return (a - b + MODULUS // 2) % MODULUS - MODULUS // 2


class Direction:
    """All that one side of a connection sent.

    Attributes:
        segments: every packet that carried something, in the order of capture.
        conflicts: what was sent twice and differed.
        began, fin: whether the SYN was captured; where the FIN stands, if it was.
    """

    def __init__(self, turns: Iterable[Turn], round_trip: int = ROUND_TRIP) -> None:
        turns = list(turns)
        self.segments: list[Segment] = []
        self.conflicts: list[Conflict] = []
        self.began, self.fin = False, -1
        self._round_trip = round_trip
        self._first = _first_octet(turns)  # the sequence number of octet 0
        self._begins: list[int] = []  # where the pieces begin, ascending; no two overlap
        self._pieces: list[bytes] = []
        self._highest, self._highest_at = 0, 0  # behind the last octet that was sent; when that was
        self._acked, self._asked, self._window = 0, 0, 0  # what the other side has; how often it said so
        for ours, packet in turns:
            if packet.tcp and ours:
                self._lay(packet, packet.tcp)
            elif packet.tcp and packet.tcp.flags & ACK:
                self._acknowledge(packet, packet.tcp)

    @cached_property
    def gaps(self) -> list[Gap]:
        """What is missing: between the pieces, and up to what was sent, closed, or acknowledged."""
        ends = [begin + len(piece) for begin, piece in zip(self._begins, self._pieces)]
        acked = self._acked - (self._acked == self.fin + 1 and self.fin >= 0)  # a FIN is acknowledged, too
        borders = [0, *(border for pair in zip(self._begins, ends) for border in pair)]
        borders.append(max(self._highest, self.fin, acked))
        return [Gap(end, begin) for end, begin in zip(borders[::2], borders[1::2]) if end < begin]

    @cached_property
    def data(self) -> bytes:
        """All octets in their order.  In each gap stands a note, so that nobody takes it for whole."""
        notes = {gap.end: str(gap).encode() for gap in self.gaps}
        pieces = [notes.pop(begin, b"") + piece for begin, piece in zip(self._begins, self._pieces)]
        return b"".join([*pieces, *notes.values()])

    @property
    def octets(self) -> int:
        """How many octets were captured; those sent again count once."""
        return sum(map(len, self._pieces))

    @property
    def again(self) -> list[Segment]:
        """The retransmissions."""
        return [segment for segment in self.segments if segment.kind is Kind.AGAIN]

    @property
    def ended(self) -> bool:
        """Whether the stream is whole, from the SYN to the FIN."""
        return self.began and self.fin >= 0 and not self.gaps

    def carriers(self, begin: int, end: int) -> list[Segment]:
        """The segments that carried any of these octets: the first copies and those sent again."""
        return [each for each in self.segments if each.begin < end and begin < each.end]

    @cached_property
    def _by_number(self) -> dict[int, Segment]:
        return {segment.packet.number: segment for segment in self.segments}

    def segment(self, packet: Packet) -> Segment | None:
        """Which octets a packet carried."""
        return self._by_number.get(packet.number)

    def _octet(self, seq: int) -> int:
        """Which octet of the stream this is: of all that have this number, the one nearest to the highest."""
        return self._highest + distance(seq, self._first + self._highest)

    def _lay(self, packet: Packet, tcp: TCP) -> None:
        """Lay one segment where it belongs."""
        syn, fin = bool(tcp.flags & SYN), bool(tcp.flags & FIN)
        if (
            not (packet.length or syn or fin) or tcp.flags & RST
        ):  # what a RST carries is no part of the stream
            return
        begin = self._octet(tcp.seq) + syn  # a SYN has a sequence number of its own: RFC 9293 section 3.4
        end = begin + packet.length
        kind = self._kind(packet, begin, end, syn, fin)
        self.segments.append(Segment(packet, begin, end, kind))
        if kind is Kind.KEEP_ALIVE:  # its octet may be anything: RFC 9293 section 3.8.4
            return
        self.began |= syn
        if fin and self.fin < 0:
            self.fin = end
        if end + fin > self._highest:
            self._highest, self._highest_at = max(self._highest, end), packet.frame.ns
        if begin < 0:  # before the stream began
            self._put(0, packet.payload[-begin:], packet)
        else:
            self._put(begin, packet.payload, packet)

    def _kind(self, packet: Packet, begin: int, end: int, syn: bool, fin: bool) -> Kind:
        if begin >= self._highest:
            seen = (syn and self.began or fin and self.fin >= 0) and not packet.length
            return Kind.AGAIN if seen else Kind.NEW
        if begin == self._highest - 1 and packet.length <= 1 and not syn | fin:
            return Kind.KEEP_ALIVE
        captured = begin + len(packet.payload)
        fresh = sum(stop - start for start, stop in self._free(begin, captured))
        if fresh < captured - begin or end <= self._acked or not packet.length and (syn or self.fin >= 0):
            return Kind.AGAIN
        # It fills a hole.  Was it only overtaken, or was it lost before it came here and sent again?
        asked_for = self._asked >= FAST and begin == self._acked
        waited = packet.frame.ns - self._highest_at > self._round_trip
        return Kind.AGAIN if asked_for or waited else Kind.LATE

    def _put(self, begin: int, data: bytes, packet: Packet) -> None:
        """Keep what nobody has brought yet; compare the rest with what is here."""
        if not self._begins or begin >= self._begins[-1] + len(self._pieces[-1]):
            if data:
                self._begins.append(begin)
                self._pieces.append(data)
            return
        for start, stop, piece in list(self._taken(begin, begin + len(data))):
            if piece != data[start - begin : stop - begin]:
                self.conflicts.append(Conflict(start, stop, packet))
        for start, stop in list(self._free(begin, begin + len(data))):
            at = bisect_right(self._begins, start)
            self._begins.insert(at, start)
            self._pieces.insert(at, data[start - begin : stop - begin])

    def _taken(self, begin: int, end: int) -> Iterator[tuple[int, int, bytes]]:
        """The parts of this range that are here, and what stands there."""
        at = max(bisect_right(self._begins, begin) - 1, 0)
        while at < len(self._begins) and self._begins[at] < end:
            first, piece = self._begins[at], self._pieces[at]
            start, stop = max(begin, first), min(end, first + len(piece))
            if start < stop:
                yield start, stop, piece[start - first : stop - first]
            at += 1

    def _free(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """The parts of this range that are not here."""
        borders = [begin, *(border for taken in self._taken(begin, end) for border in taken[:2]), end]
        return ((start, stop) for start, stop in zip(borders[::2], borders[1::2]) if start < stop)

    def _acknowledge(self, packet: Packet, tcp: TCP) -> None:
        """The other side says what it has; twice the same asks for the next octet (RFC 5681 section 2)."""
        octet = self._octet(tcp.ack)
        same = octet == self._acked and tcp.window == self._window and not packet.length
        self._asked = self._asked + 1 if same and not tcp.flags & (SYN | FIN | RST) else 0
        self._acked, self._window = max(self._acked, octet), tcp.window


def _first_octet(turns: list[Turn]) -> int:
    """The sequence number of octet 0: behind the SYN, or else the earliest that was captured."""
    ours = [packet for mine, packet in turns if mine]
    for packet in ours:
        if packet.tcp and packet.tcp.flags & SYN:
            return packet.tcp.seq + 1
    seqs = [packet.tcp.seq for packet in ours if packet.tcp and packet.length]
    seqs = seqs or [packet.tcp.seq for packet in ours if packet.tcp][:1]
    seqs = seqs or [packet.tcp.ack for _, packet in turns if packet.tcp and packet.tcp.flags & ACK][:1] or [0]
    earliest = latest = seqs[0]
    for seq in seqs:
        octet = latest + distance(seq, latest)
        earliest, latest = min(earliest, octet), max(latest, octet)
    return earliest
