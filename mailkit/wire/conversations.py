"""Conversations: packets sorted by who speaks with whom.

::

    1  10.0.0.2:40000 -> 10.0.3.25:25   SYN     ---.
    2  10.0.0.2:53211 -> 10.0.1.53:53   MX? --.     >  Stream: one TCP connection, both directions
    3  10.0.3.25:25 -> 10.0.0.2:40000   SYN ACK ---'
    4  10.0.1.53:53 -> 10.0.0.2:53211   MX! --'  --->  Exchange: a question by UDP, and its answers

A connection is known by two addresses and two ports; a new SYN on the same four is a new connection.
What was captured at several places of the cable comes out once for each place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import dns.exception
import dns.message

from mailkit.shown import Shown
from mailkit.wire.headers import ACK, SYN, TCP
from mailkit.wire.packet import Packet
from mailkit.wire.stream import End, Stream, Streams, title

# Whoever asks may have any port, whoever answers has a known one (RFC 6335 section 6).
PORTS = {
    25: "smtp",
    53: "dns",
    110: "pop3",
    143: "imap",
    465: "submissions",
    587: "submission",
    993: "imaps",
    995: "pop3s",
}

Key = tuple[str, bytes, int, bytes, int]  # place, source and its port, destination and its port


@dataclass(eq=False)
class Exchange(Shown):
    """A question that was sent as one datagram, and what came back; asked again, it is the same one."""

    protocol: str
    client: End
    server: End
    questions: list[Packet] = field(default_factory=list)
    answers: list[Packet] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [title(self.protocol, self.client, self.server)]
        for sign, packets in (("?", self.questions), ("!", self.answers)):
            lines += [f"  {packet.number:>4} {sign} {self._said(packet.payload)}" for packet in packets]
        return "\n".join(lines)

    def _said(self, payload: bytes) -> str:
        try:
            message = dns.message.from_wire(payload) if self.protocol == "dns" else None
        except (dns.exception.DNSException, ValueError):
            message = None
        if message is None:
            return f"{len(payload)} octets"
        records = message.answer or message.question
        return "; ".join(" ".join(str(record).split()) for record in records)


def streams(packets: Iterable[Packet], ports: Mapping[int, str] = PORTS) -> Streams:
    """The TCP connections of these packets, in the order in which they began."""
    found: list[Stream] = []
    known: dict[Key, Connection] = {}
    for packet in packets:
        tcp, ip = packet.tcp, packet.ip
        if tcp is None or ip is None:
            continue
        key = (packet.frame.place, ip.source, tcp.source_port, ip.destination, tcp.destination_port)
        connection = known.get(key)
        if connection is None or tcp.flags & SYN and connection.is_over(key, tcp):
            connection = Connection(_stream(len(found), key, tcp, ports))
            found.append(connection.stream)
            known[key] = known[(key[0], *key[3:], *key[1:3])] = connection
        connection.add(key, packet, tcp)
    return Streams(found)


class Connection:
    """A stream that is being collected, and the number with which each side began to count."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._client = (stream.client.octets, stream.client.port)
        self._began: dict[bool, int] = {}

    def is_over(self, key: Key, syn: TCP) -> bool:
        """Whether this SYN begins another one: it counts from elsewhere.  If not, it was sent again."""
        return self._began.get(key[1:3] == self._client, syn.seq) != syn.seq

    def add(self, key: Key, packet: Packet, tcp: TCP) -> None:
        """One more packet."""
        ours = key[1:3] == self._client
        if ours not in self._began:  # without a SYN: the octet before the first is where it would be
            self._began[ours] = tcp.seq if tcp.flags & SYN else (tcp.seq - 1) % (1 << 32)
        self.stream.turns.append(("C" if ours else "S", packet))


def _stream(number: int, key: Key, tcp: TCP, ports: Mapping[int, str]) -> Stream:
    """A stream that begins with this packet.  Who is the client?  The SYN tells, or else the known port."""
    sender, receiver = End(*key[1:3]), End(*key[3:])
    if tcp.flags & SYN:
        answers = bool(tcp.flags & ACK)
    else:
        answers = sender.port in ports and receiver.port not in ports
    client, server = (receiver, sender) if answers else (sender, receiver)
    return Stream(number, ports.get(server.port, ""), client, server, key[0])


def exchanges(packets: Iterable[Packet], ports: Mapping[int, str] = PORTS) -> list[Exchange]:
    """What was asked and answered by UDP."""
    found: list[Exchange] = []
    known: dict[tuple[str, End, End, bytes], Exchange] = {}
    for packet in packets:
        udp, ip = packet.udp, packet.ip
        if udp is None or ip is None:
            continue
        sender, receiver = End(ip.source, udp.source_port), End(ip.destination, udp.destination_port)
        protocol = ports.get(receiver.port) or ports.get(sender.port, "")
        # Two questions may be on their way at once: DNS numbers them (RFC 1035 section 4.1.1).
        mark = packet.payload[:2] if protocol == "dns" else b""
        asked = known.get((packet.frame.place, receiver, sender, mark))
        if asked:
            asked.answers.append(packet)
            continue
        key = (packet.frame.place, sender, receiver, mark)
        if key not in known:
            known[key] = Exchange(protocol, sender, receiver)
            found.append(known[key])
        known[key].questions.append(packet)
    return found
