"""Fragments: an IP packet that was too large for a cable, put together again (RFC 791 section 3.2).

::

    before the cable   | IP 1500 | TCP | aaaaaaaaaaaaaaaaaaaaaaaaaaaaa |
    on the cable       | IP 576  | TCP | aaaaaaa |                         offset 0, more follow
                       | IP 576  | aaaaaaaaaaaaa |                         offset 552, more follow
                       | IP 436  | aaaaaaaaa |                             offset 1104, the last

Only the first one has the header of TCP.  So the packet that completes the row is given all of it, and
the others stay what they are: fragments.
"""

from struct import error

from mailkit.wire.packet import Packet, transport

Key = tuple[str, bytes, bytes, int, int]  # place, source, destination, identification, protocol
MOST = 65535 // 48  # fragments of one packet: every cable carries 68 octets, 20 of them header


class Fragments:
    """Holds the fragments that have come until their packet is whole."""

    def __init__(self) -> None:
        self._waiting: dict[Key, list[Packet]] = {}

    def add(self, packet: Packet) -> None:
        """Take one more fragment; if it completes its IP packet, it becomes that packet."""
        assert packet.fragment and packet.ip
        fragment, ip = packet.fragment, packet.ip
        key = (packet.frame.place, ip.source, ip.destination, fragment.identification, fragment.protocol)
        waiting = self._waiting.setdefault(key, [])
        waiting.append(packet)
        if len(waiting) > MOST:
            del self._waiting[key]
            return
        whole = joined(waiting)
        if whole is None:
            return
        del self._waiting[key]
        packet.joined = tuple(each.number for each in waiting)
        packet.payload, packet.length = whole, len(whole)
        try:
            transport(packet, fragment.protocol, whole, len(whole))
        except error:
            packet.trouble = "the joined packet ends inside a header"


def joined(fragments: list[Packet]) -> bytes | None:
    """What the fragments carried together, or None while some octets are lacking; the first copy wins."""
    whole = bytearray()
    for packet in sorted(fragments, key=lambda each: each.fragment.offset if each.fragment else 0):
        assert packet.fragment
        if packet.fragment.offset > len(whole) or len(packet.payload) < packet.length:
            return None
        whole += packet.payload[len(whole) - packet.fragment.offset :]
        if not packet.fragment.more:
            return bytes(whole)
    return None
