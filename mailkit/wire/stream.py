"""A stream: one TCP connection, with what each side sent, octet by octet.

::

    packets        1 SYN   2 SYN ACK   3 ACK   4 "220 mx"   5 "EHLO"   6 "EHLO" again   ...

    from_client    octets 0.. "EHLO me\\r\\n"     octet 0 came in packet 5, and in packet 6 again
    from_server    octets 0.. "220 mx"           packet 4 carried the octets 0 to 5

`carriers` goes from octets to packets, `segment` from a packet to its octets.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from mailkit.dialogue import Side
from mailkit.shown import Shown
from mailkit.wire.headers import ACK, SYN, address
from mailkit.wire.packet import Packet
from mailkit.wire.reassembly import ROUND_TRIP, Conflict, Direction, Gap, Segment
from mailkit.wire.recording import nothing_is_garbage


class End(NamedTuple):
    """One end of a conversation."""

    octets: bytes  # of its IP address
    port: int

    def __str__(self) -> str:
        host = address(self.octets)
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def title(protocol: str, client: End, server: End) -> str:
    """One line that names a conversation, e.g. ``smtp: 10.0.0.2:40000 -> 10.0.3.25:25``."""
    return f"{protocol or 'unknown'}: {client} -> {server}"


@dataclass(eq=False)
class Stream(Shown):
    """One TCP connection.  The client is who sent the SYN."""

    number: int  # from 0, as Wireshark counts
    protocol: str  # "smtp", "submission", "pop3", "imap", ...; empty: the port is not known
    client: End
    server: End
    place: str = ""  # where it was captured
    turns: list[tuple[Side, Packet]] = field(default_factory=list, repr=False)

    @property
    def packets(self) -> list[Packet]:
        """All its packets, in the order of capture."""
        return [packet for _, packet in self.turns]

    @cached_property
    def from_client(self) -> Direction:
        """What the client sent."""
        return self._direction("C")

    @cached_property
    def from_server(self) -> Direction:
        """What the server sent."""
        return self._direction("S")

    @property
    def client_bytes(self) -> bytes:
        """All that the client said; a note stands in each gap."""
        return self.from_client.data

    @property
    def server_bytes(self) -> bytes:
        """All that the server said; a note stands in each gap."""
        return self.from_server.data

    @property
    def gaps(self) -> list[tuple[Side, Gap]]:
        """What either side sent, and no packet here carried."""
        ours: list[tuple[Side, Gap]] = [("C", gap) for gap in self.from_client.gaps]
        return ours + [("S", gap) for gap in self.from_server.gaps]

    @property
    def retransmissions(self) -> list[Segment]:
        """What either side sent again."""
        return self.from_client.again + self.from_server.again

    @property
    def conflicts(self) -> list[Conflict]:
        """What either side sent twice, and differently."""
        return self.from_client.conflicts + self.from_server.conflicts

    def carriers(self, side: Side, begin: int, end: int) -> list[Segment]:
        """The segments that carried these octets of one side."""
        return (self.from_client if side == "C" else self.from_server).carriers(begin, end)

    def segment(self, packet: Packet) -> Segment | None:
        """Which octets of its side's stream a packet carried; None: it carried none."""
        return self.from_client.segment(packet) or self.from_server.segment(packet)

    @cached_property
    def round_trip(self) -> int:
        """Nanoseconds from the SYN to the client's answer to the SYN ACK."""
        began: int | None = None
        for side, packet in self.turns:
            if side == "C" and packet.tcp and packet.tcp.flags & SYN:
                began = packet.frame.ns if began is None else began
            elif side == "C" and packet.tcp and packet.tcp.flags & ACK:
                return packet.frame.ns - began if began is not None else ROUND_TRIP
        return ROUND_TRIP

    def _direction(self, side: Side) -> Direction:
        with nothing_is_garbage():
            return Direction([(who == side, packet) for who, packet in self.turns], self.round_trip)

    def __str__(self) -> str:
        at = f" at {self.place}" if self.place else ""
        lines = [f"{title(self.protocol, self.client, self.server)}{at}, {len(self.turns)} packets"]
        for name, direction in (("client", self.from_client), ("server", self.from_server)):
            carried = sum(each.begin < each.end for each in direction.segments)
            again = f", {len(direction.again)} of them sent again" if direction.again else ""
            lines.append(f"  {name}: {direction.octets} octets in {carried} segments{again}")
            lines += [f"  {name}: {gap} from octet {gap.begin} on" for gap in direction.gaps]
            for conflict in direction.conflicts:
                lines.append(
                    f"  {name}: packet {conflict.packet.number} says otherwise from {conflict.begin} on"
                )
        return "\n".join(lines)


class Streams(list[Stream], Shown):
    """Several of them, for a reader."""

    def __init__(self, streams: Iterable[Stream]) -> None:
        super().__init__(streams)

    def __str__(self) -> str:
        return "\n".join(map(str, self))
