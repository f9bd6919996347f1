"""Packets taken apart: Ethernet, IP, TCP and UDP, at every kind of cable, and with any garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP as SICMP
from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.inet import TCP as STCP
from scapy.layers.inet6 import IPv6 as SIPv6
from scapy.layers.inet6 import IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop
from scapy.layers.l2 import CookedLinux, CookedLinuxV2, Dot1Q, Ether, Loopback
from scapy.packet import Packet as Scapy

from mailkit.wire import Capture
from mailkit.wire.headers import SYN, IPv4, address
from mailkit.wire.packet import dissect
from mailkit.wire.recording import ETHERNET, IPV4, IPV6, LOOP, NULL, RAW, SLL, SLL2, Frame

OPTIONS = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (7, 9)), ("NOP", None), ("WScale", 7)]
SEGMENT = IP(src="10.0.0.2", dst="10.0.3.25", ttl=61, flags="DF") / STCP(
    sport=40000, dport=25, seq=5, ack=6, flags="SA", window=500, options=OPTIONS
)
SIX = SIPv6(src="2001:db8::2", dst="2001:db8::25")
LINKS = {
    "Ethernet": (ETHERNET, Ether()),
    "VLAN": (ETHERNET, Ether() / Dot1Q(vlan=7)),
    "two VLANs": (ETHERNET, Ether(type=0x88A8) / Dot1Q(vlan=7) / Dot1Q(vlan=8)),
    "SLL": (SLL, CookedLinux()),
    "SLL2": (SLL2, CookedLinuxV2()),
    "NULL": (NULL, Loopback()),
}


@pytest.mark.parametrize("name", LINKS)
def test_the_same_segment_at_every_kind_of_cable(name: str) -> None:
    linktype, link = LINKS[name]
    packet = dissect(Frame(0, bytes(link / SEGMENT / b"hello"), linktype))
    assert (
        packet.tcp and packet.tcp.source_port == 40000 and packet.payload == b"hello" and not packet.trouble
    )


@pytest.mark.parametrize("linktype", [RAW, IPV4])
def test_without_any_header_of_the_cable(linktype: int) -> None:
    assert dissect(Frame(0, bytes(SEGMENT), linktype)).tcp


def test_loop_is_in_network_byte_order() -> None:
    assert dissect(Frame(0, b"\0\0\0\x02" + bytes(SEGMENT), LOOP)).tcp


def test_every_field_of_ipv4_and_tcp() -> None:
    packet = dissect(Frame(0, bytes(Ether() / SEGMENT / b"hello")))
    ip, tcp = packet.ip, packet.tcp
    assert isinstance(ip, IPv4) and tcp
    assert (address(ip.source), address(ip.destination), ip.ttl) == ("10.0.0.2", "10.0.3.25", 61)
    assert ip.dont_fragment and not ip.more_fragments and ip.offset == 0 and ip.length == 20
    assert (tcp.seq, tcp.ack, tcp.window, tcp.flag_names) == (5, 6, 500, "SYN ACK") and tcp.flags & SYN
    assert tcp.options == (1460, 7, True, (), (7, 9))
    assert str(tcp.options) == "MSS 1460, window scale 7, SACK permitted, timestamps 7 9"
    assert packet.length == 5
    # A header is its octets again.
    assert bytes(packet.ethernet or b"") + bytes(ip) + bytes(tcp) + packet.payload == packet.frame.data


def test_ip_options_and_sack_blocks() -> None:
    sacked = STCP(options=[("SAck", (100, 200, 300, 400))])
    packet = dissect(Frame(0, bytes(IP(options=b"\x07\x07\x04\x01\x02\x03\x04\x00") / sacked / b"x"), RAW))
    assert packet.payload == b"x" and isinstance(packet.ip, IPv4) and packet.ip.length == 28
    assert packet.tcp and packet.tcp.options.sack == ((100, 200), (300, 400))


@pytest.mark.parametrize("linktype", [RAW, IPV6])
def test_ipv6_and_its_extension_headers(linktype: int) -> None:
    frame = SIX / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / STCP(sport=7, dport=143) / b"hello"
    packet = dissect(Frame(0, bytes(frame), linktype))
    assert packet.tcp and packet.tcp.destination_port == 143 and packet.payload == b"hello"
    assert packet.bad_checksums() == []
    assert "IPv6 2001:db8::2 -> 2001:db8::25" in str(packet)


def test_what_the_cable_added_to_a_short_frame_is_no_payload() -> None:
    packet = dissect(Frame(0, bytes(Ether() / SEGMENT) + bytes(20)))
    assert packet.payload == b"" and packet.length == 0


def test_a_frame_that_was_cut_knows_how_long_it_was() -> None:
    whole = bytes(Ether() / SEGMENT / bytes(1000))
    packet = dissect(Frame(0, whole[:96], cut=len(whole) - 96))
    assert packet.length == 1000 and len(packet.payload) == 96 - 14 - 20 - 40
    assert packet.bad_checksums() == []  # nobody can tell


def test_a_packet_before_the_network_card_has_cut_it_says_length_0() -> None:
    super_packet = SEGMENT.copy()
    super_packet.len = 0
    assert dissect(Frame(0, bytes(Ether() / super_packet / bytes(3000)))).length == 3000


@pytest.mark.parametrize(
    "make", [SEGMENT / b"odd", IP() / UDP(sport=5, dport=53) / b"hello", SIX / UDP() / b"odd"]
)
def test_one_changed_bit_is_noticed(make: Scapy) -> None:
    right = bytearray(bytes(make))
    assert dissect(Frame(0, bytes(right), RAW)).bad_checksums() == []
    right[-1] ^= 1
    assert dissect(Frame(0, bytes(right), RAW)).bad_checksums() == [make.getlayer(1).name]


def test_a_changed_time_to_live_is_noticed() -> None:
    changed = bytearray(bytes(SEGMENT))
    changed[8] -= 1
    assert dissect(Frame(0, bytes(changed), RAW)).bad_checksums() == ["IPv4"]


def test_what_a_router_says() -> None:
    said = dissect(Frame(0, bytes(IP() / SICMP(type=3, code=4) / bytes(28)), RAW))
    assert str(said.icmp) == "ICMP too large for the next cable, and DF is set"


def test_fragments_in_any_order_are_joined_in_the_last() -> None:
    letter = bytes(range(256)) * 8
    whole = IP(src="10.0.0.2", dst="10.0.3.25", id=77) / STCP(sport=40000, dport=25, flags="PA") / letter
    one, two, three = [bytes(part) for part in fragment(whole, 800)]
    packets = Capture([Frame(0, part, RAW) for part in (three, one, one, two)]).packets
    assert [packet.tcp is not None for packet in packets] == [False, False, False, True]
    assert (
        packets[3].payload == letter
        and packets[3].joined == (1, 2, 3, 4)
        and packets[3].bad_checksums() == []
    )
    assert "joined from packets 1, 2, 3, 4" in str(packets[3])
    assert "fragment at 1600" in str(packets[0])


@given(st.sampled_from([ETHERNET, RAW, NULL, LOOP, SLL, SLL2, IPV4, IPV6, 147]), st.binary(max_size=120))
def test_any_octets_at_any_cable(linktype: int, octets: bytes) -> None:
    packet = dissect(Frame(0, octets, linktype))
    assert str(packet) and packet.bad_checksums() is not None


@given(st.data())
def test_a_segment_with_changed_octets(data: st.DataObject) -> None:
    octets = bytearray(bytes(Ether() / SEGMENT / b"hello"))
    for _ in range(3):
        octets[data.draw(st.integers(12, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(octets)))
    capture = Capture([Frame(0, bytes(octets[:cut]))] * 2)
    assert str(capture) and capture.packets[0].bad_checksums() is not None
