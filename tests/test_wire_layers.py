"""Scapy's layers for SMTP, POP3 and IMAP: commands and replies are named, and no octet is changed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import TCP
from scapy.packet import Packet, Raw
from wire_cable import Cable

from mailkit.wire import Capture
from mailkit.wire.layers import IMAP, POP3, SMTP, Language, bind

bind()
DIALOGUES = Path(__file__).parent.parent / "data" / "dialogues"


def client(port: int, octets: bytes) -> Packet:
    return TCP(bytes(TCP(sport=40000, dport=port) / Raw(octets))).payload


def server(port: int, octets: bytes) -> Packet:
    return TCP(bytes(TCP(sport=port, dport=40000) / Raw(octets))).payload


def named(packet: Packet) -> list[tuple[str, ...]]:
    """Each line: what it is, and its fields."""
    return [
        (line.name, *(line.getfieldval(field.name).decode() for field in line.fields_desc))
        for line in packet.lines
    ]


def test_smtp_commands_in_one_packet() -> None:
    packet = client(
        25, b"MAIL FROM:<alice@birch.example> SIZE=900\r\nrcpt TO:<bob@cedar.example>\r\nDATA\r\n"
    )
    assert named(packet) == [
        ("SMTP command", "MAIL", "FROM:<alice@birch.example> SIZE=900"),
        ("SMTP command", "rcpt", "TO:<bob@cedar.example>"),
        ("SMTP command", "DATA", ""),
    ]


def test_smtp_replies_and_their_mark() -> None:
    packet = server(587, b"250-mx.cedar.example\r\n250 SIZE 35882577\r\n")
    assert named(packet) == [
        ("SMTP reply", "250", "-", "mx.cedar.example"),
        ("SMTP reply", "250", " ", "SIZE 35882577"),
    ]


def test_a_letter_is_octets_even_if_a_line_looks_like_a_command() -> None:
    letter = b"Subject: Tea?\r\n\r\nHELP me\r\n250 biscuits\r\n.\r\n"
    assert named(client(25, letter)) == [("octets", letter.decode())]


def test_pop3_status_and_list() -> None:
    assert named(client(110, b"RETR 1\r\n")) == [("POP3 command", "RETR", "1")]
    assert named(server(110, b"+OK 2 letters\r\n1 120\r\n2 200\r\n.\r\n")) == [
        ("POP3 reply", "+OK", "2 letters"),
        ("octets", "1 120\r\n2 200\r\n.\r\n"),
    ]


def test_imap_commands_replies_and_literals() -> None:
    assert named(client(143, b"a7 UID FETCH 1:* (FLAGS)\r\nDONE\r\n")) == [
        ("IMAP command", "a7", "UID FETCH", "1:* (FLAGS)"),
        ("IMAP command", "", "DONE", ""),
    ]
    assert named(
        server(143, b"* 3 EXISTS\r\n* 1 FETCH (BODY[] {8}\r\na1 OK\r\nx)\r\na7 OK done\r\n+ idling\r\n")
    ) == [
        ("IMAP reply", "*", "3", "EXISTS", ""),
        ("IMAP reply", "*", "1", "FETCH", "(BODY[] {8}"),
        ("octets", "a1 OK\r\nx"),
        ("octets", ")\r\n"),
        ("IMAP reply", "a7", "", "OK", "done"),
        ("IMAP reply", "+", "", "idling", ""),
    ]


def test_show_names_commands_and_fields_can_be_changed() -> None:
    cable = Cable()
    cable.handshake()
    cable.client(0, b"EHLO laptop-alice.birch.example\r\n")
    packet = Capture(cable.frames).packets[-1].scapy()
    shown = packet.show(dump=True)
    assert "SMTP command" in shown and re.search(r"verb\s+= b?'EHLO'", shown)
    packet[SMTP].lines[0].verb = b"HELO"
    assert bytes(packet[SMTP]) == b"HELO laptop-alice.birch.example\r\n"


def test_other_ports_are_bound_on_request() -> None:
    assert isinstance(client(10143, b"a1 NOOP\r\n"), Raw)
    bind({10143: "imap"})
    assert named(client(10143, b"a1 NOOP\r\n")) == [("IMAP command", "a1", "NOOP", "")]


def test_a_packet_made_by_hand() -> None:
    assert named(SMTP(b"NOOP\r\n250 OK\r\n")) == [
        ("SMTP command", "NOOP", ""),
        ("SMTP reply", "250", " ", "OK"),
    ]


@pytest.mark.parametrize("protocol, port", [("smtp", 25), ("pop3", 110), ("imap", 143)])
def test_every_line_that_our_servers_say_is_named(protocol: str, port: int) -> None:
    """The dialogues of data/ are what really is said; of the replies, lists and letters are octets."""
    paths = sorted((DIALOGUES / protocol).glob("*.txt"))
    assert paths
    named_lines = 0
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("S: ") and "..." not in line and "{" not in line:
                packet = server(port, line[3:].encode() + b"\r\n")
                named_lines += packet.lines[0].name.endswith("reply")
    assert named_lines > 20


@pytest.mark.parametrize("layer, port", [(SMTP, 25), (POP3, 110), (IMAP, 143)])
@given(
    octets=st.lists(
        st.sampled_from(
            [
                b"\r\n",
                b"\n",
                b" ",
                b"{3}\r\n",
                b"a1",
                b"*",
                b"+OK",
                b"250",
                b"-",
                b"NOOP",
                b"FETCH",
                b"OK",
                b"\0",
                b"\xff\x16\x03",
            ]
        )
    ).map(b"".join)
)
def test_no_octet_is_changed(layer: type[Language], port: int, octets: bytes) -> None:
    for packet in (layer(octets), client(port, octets), server(port, octets)):
        assert bytes(packet) == octets
        packet.show(dump=True)


def test_scapy_is_not_imported_until_it_is_asked_for() -> None:
    program = "import sys, mailkit.wire; assert not [n for n in sys.modules if n.startswith('scapy')]"
    subprocess.run([sys.executable, "-c", program], check=True)
