"""A packet: one frame, taken apart layer by layer, as far as it makes sense.

::

    frame       00 1b 21 .. 45 00 05 dc .. 9c 40 00 19 .. 4d 41 49 4c 20 46 52 4f 4d
                `- ethernet  `- ip          `- tcp          `- payload: MAIL FROM ...
"""

from dataclasses import dataclass
from struct import error, unpack_from
from typing import TYPE_CHECKING

from mailkit.shown import Shown
from mailkit.wire import headers
from mailkit.wire.checksum import checksum, pseudo_header
from mailkit.wire.headers import ICMP, IP4, IP6, TCP, UDP, Ethernet, IPv4, IPv6
from mailkit.wire.recording import ETHERNET, IPV4, IPV6, LOOP, NULL, RAW, SLL, SLL2, Frame

if TYPE_CHECKING:
    from scapy.packet import Packet as ScapyPacket

EXTENSIONS = {0, 43, 60}  # hop-by-hop, routing, destination options: RFC 8200 section 4
FRAGMENT = 44  # RFC 8200 section 4.5
FAMILIES = {2: IP4, 10: IP6, 24: IP6, 28: IP6, 30: IP6}  # each system has its own number for IPv6
VERSIONS = {4: IP4, 6: IP6}


@dataclass(slots=True)
class Fragment:
    """Where in a larger IP packet the payload belongs; it is of no use without the others."""

    identification: int
    offset: int
    more: bool
    protocol: int


@dataclass(slots=True, eq=False, repr=False)
class Packet(Shown):
    """One frame and its headers; None: there is no such header, or it cannot be read."""

    number: int  # from 1, as Wireshark counts
    frame: Frame
    ethernet: Ethernet | None = None
    ip: IPv4 | IPv6 | None = None
    tcp: TCP | None = None
    udp: UDP | None = None
    icmp: ICMP | None = None
    payload: bytes = b""
    length: int = 0  # octets of payload on the cable: more than payload has if the frame was cut
    fragment: Fragment | None = None
    joined: tuple[int, ...] = ()  # the packets that brought the fragments: this one is the last of them
    trouble: str = ""  # what could not be read

    def bad_checksums(self) -> list[str]:
        """The layers whose checksum is wrong, as far as it can be told.

        On loopback, and with offloads, TCP's is never filled in and looks wrong: no cable was there
        that could have changed a bit.
        """
        wrong = []
        if isinstance(self.ip, IPv4) and checksum(bytes(self.ip)):
            wrong.append("IPv4")
        if self.ip is None or len(self.payload) < self.length:
            return wrong
        for header, protocol in ((self.tcp, headers.TCP6), (self.udp, headers.UDP17)):
            if header is None or isinstance(header, UDP) and not header.checksum:  # RFC 768: 0 is none
                continue
            whole = bytes(header) + self.payload
            if checksum(pseudo_header(self.ip.source, self.ip.destination, protocol, len(whole)) + whole):
                wrong.append(type(header).__name__)
        return wrong

    def scapy(self) -> "ScapyPacket":
        """The same as a Scapy packet: to be shown field by field, changed, sent."""
        from mailkit.wire import layers

        return layers.packet(self.frame)

    def __repr__(self) -> str:  # a list of them is for a reader, too
        return str(self)

    def __str__(self) -> str:
        parts = [part for part in (self.ip, self.tcp or self.udp or self.icmp) if part]
        text = "  ".join(map(str, parts)) or str(self.ethernet or f"{len(self.frame.data)} octets")
        size = f"  {self.length} octets" if self.length else ""
        joined = f"  (joined from packets {', '.join(map(str, self.joined))})" if self.joined else ""
        trouble = f"  ({self.trouble})" if self.trouble else ""
        comment = f"  # {self.frame.comment}" if self.frame.comment else ""
        return f"{self.number:>4}  {text}{size}{joined}{trouble}{comment}"


def dissect(frame: Frame, number: int = 1) -> Packet:
    """Take a frame apart.  What cannot be read is named in `trouble`; nothing is ever raised."""
    packet = Packet(number, frame)
    try:
        ethertype, at = _link(packet, frame)
        if ethertype == IP4:
            _ipv4(packet, frame.data, at)
        elif ethertype == IP6:
            _ipv6(packet, frame.data, at)
    except error:  # of struct: fewer octets are left than the header has
        packet.trouble = "the frame ends inside a header"
    return packet


def _link(packet: Packet, frame: Frame) -> tuple[int, int]:
    """What the frame carries, and where that begins."""
    data, linktype = frame.data, frame.linktype
    if linktype == ETHERNET:
        packet.ethernet = ethernet = Ethernet._make(headers.ETHERNET_.unpack_from(data))
        ethertype, at = ethernet.ethertype, 14
        while ethertype in (headers.VLAN, headers.PROVIDER_VLAN):  # a tag of four octets lies between
            ethertype, at = unpack_from("!H", data, at + 2)[0], at + 4
        return ethertype, at
    if linktype in (RAW, IPV4, IPV6):
        return VERSIONS.get(unpack_from("!B", data)[0] >> 4, 0), 0
    if linktype in (NULL, LOOP):  # NULL is in the byte order of the machine that captured it
        family = min(unpack_from("<I", data)[0], unpack_from(">I", data)[0])
        return FAMILIES.get(family, 0), 4
    if linktype == SLL:
        return unpack_from("!H", data, 14)[0], 16
    if linktype == SLL2:
        return unpack_from("!H", data)[0], 20
    packet.trouble = f"frames of linktype {linktype} are not known here"
    return 0, 0


def _ipv4(packet: Packet, data: bytes, at: int) -> None:
    fields = headers.IPV4_.unpack_from(data, at)
    length = (fields[0] & 15) * 4
    if fields[0] >> 4 != 4 or length < 20:
        packet.trouble = "this is not the header of IPv4"
        return
    packet.ip = ip = IPv4._make((*fields, data[at + 20 : at + length]))
    # A total length of 0 is what a sender sees before its network card has cut the packet up.
    end = at + ip.total_length if ip.total_length else len(data)
    if ip.flags_offset & 0x3FFF:
        packet.fragment = Fragment(ip.identification, ip.offset, ip.more_fragments, ip.protocol)
    _carried(packet, ip.protocol, data[at + length : end], end - at - length)


def _ipv6(packet: Packet, data: bytes, at: int) -> None:
    packet.ip = ip = IPv6._make(headers.IPV6_.unpack_from(data, at))
    at += headers.IPV6_.size
    end = at + ip.payload_length if ip.payload_length else len(data)
    protocol = ip.next_header
    while protocol in EXTENSIONS:
        protocol, words = unpack_from("!BB", data, at)
        at += 8 + words * 8
    if protocol == FRAGMENT:
        protocol, offset_more, identification = unpack_from("!BxHI", data, at)
        at += 8
        packet.fragment = Fragment(identification, offset_more & ~7, bool(offset_more & 1), protocol)
    _carried(packet, protocol, data[at:end], end - at)


def _carried(packet: Packet, protocol: int, data: bytes, length: int) -> None:
    """What IP carries: `data` of what were `length` octets on the cable."""
    packet.payload, packet.length = data, max(length, 0)
    if packet.fragment is None:
        transport(packet, protocol, data, length)


def transport(packet: Packet, protocol: int, data: bytes, length: int) -> None:
    """Read the header of TCP, UDP or ICMP.

    Raises:
        struct.error: the octets end inside it.
    """
    if protocol == headers.TCP6:
        fields = headers.TCP_.unpack_from(data)
        begin = (fields[4] >> 4) * 4
        if not 20 <= begin <= length:
            packet.trouble = "this is not the header of TCP"
            return
        packet.tcp = TCP._make((*fields, data[20:begin]))
    elif protocol == headers.UDP17:
        packet.udp = UDP._make(headers.UDP_.unpack_from(data))
        begin = 8
    elif protocol == headers.ICMP4:
        packet.icmp = ICMP._make(headers.ICMP_.unpack_from(data))
        begin = 8
    else:
        return
    packet.payload, packet.length = data[begin:], max(length - begin, 0)
