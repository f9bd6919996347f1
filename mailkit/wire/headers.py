"""Headers: what each layer writes in front of what it carries.

::

    | Ethernet | IPv4 or IPv6 | TCP, UDP or ICMP | payload |
      14         20 + options   20 + options, 8

Each class has the fields of its header in the order of the wire, so `struct` reads it in one go, and
``bytes(header)`` is the header again.  Two fields that share an octet have a property each.
"""

import ipaddress
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from mailkit.wire.options import TCPOptions, tcp_options

IP4, IP6, VLAN, PROVIDER_VLAN = 0x0800, 0x86DD, 0x8100, 0x88A8  # ethertypes
ICMP4, TCP6, UDP17 = 1, 6, 17  # the protocols that IP carries here
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
FLAGS = {SYN: "SYN", FIN: "FIN", RST: "RST", PSH: "PSH", ACK: "ACK", URG: "URG", ECE: "ECE", CWR: "CWR"}

ICMP_NAMES = {  # type and code, RFC 792 and, for "too large", RFC 1191 section 4
    (0, 0): "echo reply",
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 3): "port unreachable",
    (3, 4): "too large for the next cable, and DF is set",
    (8, 0): "echo",
    (11, 0): "time to live has run out",
}

ETHERNET_ = Struct("!6s6sH")
IPV4_ = Struct("!BBHHHBBH4s4s")
IPV6_ = Struct("!IHBB16s16s")
TCP_ = Struct("!HHIIBBHHH")
UDP_ = Struct("!HHHH")
ICMP_ = Struct("!BBHI")


@lru_cache(4096)
def address(octets: bytes) -> str:
    """An IP address as people write it.

    >>> address(bytes([10, 0, 0, 2]))
    '10.0.0.2'
    """
    return str(ipaddress.ip_address(octets))


# +-----------------------+-----------------------+---------------+
# |      destination      |        source         |   ethertype   |
# |       6 octets        |       6 octets        |   2 octets    |
# +-----------------------+-----------------------+---------------+
class Ethernet(NamedTuple):
    """From one machine to the next, on the same cable.  A router takes it off and writes another."""

    destination: bytes
    source: bytes
    ethertype: int

    def __bytes__(self) -> bytes:
        return ETHERNET_.pack(*self)

    def __str__(self) -> str:
        return f"Ethernet {self.source.hex(':')} -> {self.destination.hex(':')}"


#  0                   1                   2                   3        RFC 791 section 3.1
#  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
# +-------+-------+---------------+-------------------------------+
# |version|  IHL  |    service    |         total length          |
# +-------+-------+---------------+-----+-------------------------+
# |        identification         |flags|     fragment offset     |
# +---------------+---------------+-----+-------------------------+
# |  time to live |   protocol    |        header checksum        |
# +---------------+---------------+-------------------------------+
# |                        source address                         |
# +---------------------------------------------------------------+
# |                      destination address                      |
# +---------------------------------------------------------------+
class IPv4(NamedTuple):
    """From one host to another, over all routers between them."""

    version_ihl: int
    service: int
    total_length: int
    identification: int
    flags_offset: int
    ttl: int
    protocol: int
    checksum: int
    source: bytes
    destination: bytes
    options: bytes = b""

    @property
    def length(self) -> int:
        """Octets of the header: IHL counts in words of four octets."""
        return (self.version_ihl & 15) * 4

    @property
    def dont_fragment(self) -> bool:
        return bool(self.flags_offset & 0x4000)

    @property
    def more_fragments(self) -> bool:
        return bool(self.flags_offset & 0x2000)

    @property
    def offset(self) -> int:
        """Where in the whole datagram this fragment belongs: written in units of eight octets."""
        return (self.flags_offset & 0x1FFF) * 8

    def __bytes__(self) -> bytes:
        return IPV4_.pack(*self[:-1]) + self.options

    def __str__(self) -> str:
        df = " DF" if self.dont_fragment else ""
        fragment = f" fragment at {self.offset}" if self.offset or self.more_fragments else ""
        return f"IPv4 {address(self.source)} -> {address(self.destination)} TTL {self.ttl}{df}{fragment}"


# +-------+---------------+---------------------------------------+      RFC 8200 section 3
# |version| traffic class |              flow label               |
# +-------+---------------+-------+---------------+---------------+
# |        payload length         |  next header  |   hop limit   |
# +-------------------------------+---------------+---------------+
# |                   source address (16 octets)                  |
# +---------------------------------------------------------------+
# |                destination address (16 octets)                |
# +---------------------------------------------------------------+
class IPv6(NamedTuple):
    """The same with longer addresses.  There is no checksum, and options are headers of their own."""

    version_class_flow: int
    payload_length: int
    next_header: int
    ttl: int
    source: bytes
    destination: bytes

    def __bytes__(self) -> bytes:
        return IPV6_.pack(*self)

    def __str__(self) -> str:
        return f"IPv6 {address(self.source)} -> {address(self.destination)} hop limit {self.ttl}"


# +-------------------------------+-------------------------------+      RFC 9293 section 3.1
# |          source port          |       destination port        |
# +-------------------------------+-------------------------------+
# |                        sequence number                        |
# +---------------------------------------------------------------+
# |                     acknowledgment number                     |
# +-------+-------+---------------+-------------------------------+
# | words |   0   |C E U A P R S F|            window             |
# +-------+-------+---------------+-------------------------------+
# |           checksum            |        urgent pointer         |
# +-------------------------------+-------------------------------+
class TCP(NamedTuple):
    """A piece of a stream of octets: which octets they are, and which ones have come from the other side."""

    source_port: int
    destination_port: int
    seq: int
    ack: int
    words: int  # of four octets, in the upper half of the octet
    flags: int
    window: int
    checksum: int
    urgent: int
    raw_options: bytes = b""

    @property
    def options(self) -> TCPOptions:
        return tcp_options(self.raw_options)

    @property
    def flag_names(self) -> str:
        return " ".join(name for bit, name in FLAGS.items() if self.flags & bit)

    def __bytes__(self) -> bytes:
        return TCP_.pack(*self[:-1]) + self.raw_options

    def __str__(self) -> str:
        text = f"TCP {self.source_port} -> {self.destination_port} {self.flag_names} seq {self.seq}"
        ack = f" ack {self.ack}" if self.flags & ACK else ""
        return f"{text}{ack} window {self.window} {self.options}".rstrip()


# +-------------------------------+-------------------------------+      RFC 768
# |          source port          |       destination port        |
# +-------------------------------+-------------------------------+
# |    length, with this header   |           checksum            |
# +-------------------------------+-------------------------------+
class UDP(NamedTuple):
    """One message, sent and forgotten: DNS asks so."""

    source_port: int
    destination_port: int
    length: int
    checksum: int

    def __bytes__(self) -> bytes:
        return UDP_.pack(*self)

    def __str__(self) -> str:
        return f"UDP {self.source_port} -> {self.destination_port}"


# +---------------+---------------+-------------------------------+      RFC 792
# |     type      |     code      |           checksum            |
# +---------------+---------------+-------------------------------+
# |        depends on the type: of an echo, its number            |
# +---------------------------------------------------------------+
class ICMP(NamedTuple):
    """What routers and hosts say about packets: ping, "too many hops", "too large"."""

    type: int
    code: int
    checksum: int
    rest: int

    def __bytes__(self) -> bytes:
        return ICMP_.pack(*self)

    def __str__(self) -> str:
        return f"ICMP {ICMP_NAMES.get((self.type, self.code), f'type {self.type} code {self.code}')}"
