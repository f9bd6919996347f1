"""Streams: segments in any order, lost, doubled, overlapping, become octets again; gaps are never hidden."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_cable import CLIENT, SERVER, Cable, udp

from mailkit.wire import Capture, Stream
from mailkit.wire.headers import ACK, FIN, RST, SYN
from mailkit.wire.reassembly import Gap, Kind
from mailkit.wire.recording import Frame

LETTER = b"".join(bytes([97 + line % 26]) * 37 + b"\r\n" for line in range(60))  # 2340 octets
CUTS = [(begin, min(begin + 300, len(LETTER))) for begin in range(0, len(LETTER), 300)]  # eight segments


def sent(order: list[tuple[int, int]], first: int = 100, handshake: bool = True) -> Cable:
    """The letter's segments in this order, 1 ms apart; what goes back is late by 300 ms (a timer ran out)."""
    cable = Cable(first)
    if handshake:
        cable.handshake()
    for begin, end in order:
        cable.wait(300 if begin < cable.sent and handshake else 1)
        cable.client(begin, LETTER[begin:end])
    cable.wait(1)
    cable.close()
    return cable


def stream(cable: Cable) -> Stream:
    (only,) = Capture(cable.frames).streams()
    return only


def swapped(a: int, b: int) -> list[tuple[int, int]]:
    order = list(CUTS)
    order[a], order[b] = order[b], order[a]
    return order


def shuffled() -> list[tuple[int, int]]:
    return random.Random(3).sample(CUTS, len(CUTS))


def conflicting() -> Cable:
    cable = sent(CUTS[:2])
    del cable.frames[-3:]  # its end comes later
    cable.wait(300)
    cable.client(300, b"X" * 300)
    for begin, stop in CUTS[2:]:
        cable.client(begin, LETTER[begin:stop])
    cable.close()
    return cable


def probed() -> Cable:
    """A keep-alive: one octet of rubbish, just before the next one."""
    cable = Cable()
    cable.handshake()
    for begin, end in CUTS[:4]:
        cable.client(begin, LETTER[begin:end])
    cable.wait(60_000)
    cable.client(1199, b"\0", flags=ACK)
    for begin, end in CUTS[4:]:
        cable.client(begin, LETTER[begin:end])
    cable.close()
    return cable


CASES: dict[str, tuple[Callable[[], Cable], int]] = {  # how it is sent, and how often something is sent again
    "in order": (lambda: sent(CUTS), 0),
    "two swapped": (lambda: sent(swapped(2, 3)), 1),
    "the first two swapped": (lambda: sent(swapped(0, 1)), 1),
    "all shuffled": (lambda: sent(shuffled()), 4),
    "one comes twice": (lambda: sent([*CUTS[:6], CUTS[3], *CUTS[6:]]), 1),
    "one was lost before it came here": (lambda: sent([*CUTS[:3], *CUTS[4:7], CUTS[3], *CUTS[7:]]), 1),
    "overlapping, the same octets": (lambda: sent([(0, 300), (150, 700), (600, 900), *CUTS[3:]]), 2),
    "two are sent again as one": (lambda: sent([*CUTS[:2], CUTS[3], (600, 1200), *CUTS[4:]]), 1),
    "sequence numbers begin again at 0": (lambda: sent(CUTS, first=2**32 - 700), 0),
    "and two are swapped there": (lambda: sent(swapped(2, 3), first=2**32 - 700), 1),
    "no handshake was captured": (lambda: sent(CUTS, handshake=False), 0),
    "sent again with another content": (conflicting, 1),
    "a keep-alive": (probed, 0),
}


@pytest.mark.parametrize("name", CASES)
def test_the_letter_is_whole(name: str) -> None:
    make, again = CASES[name]
    found = stream(make())
    assert found.client_bytes == LETTER and found.server_bytes == b"" and not found.gaps
    assert len(found.retransmissions) == again, found
    assert found.from_client.ended is (name != "no handshake was captured")


def test_what_was_never_captured_is_a_gap_with_a_note_in_it() -> None:
    found = stream(sent([*CUTS[:3], *CUTS[4:]]))
    assert found.gaps == [("C", Gap(900, 1200))]
    assert found.client_bytes == LETTER[:900] + b"[300 octets missing]" + LETTER[1200:]
    assert "client: [300 octets missing] from octet 900 on" in str(found)
    assert not found.from_client.ended


def test_an_end_that_was_never_captured_is_a_gap() -> None:
    cable = Cable()
    cable.handshake()
    cable.client(0, b"QUIT\r\n")
    cable.server(0, acked=500)
    assert stream(cable).gaps == [("C", Gap(6, 500))]
    cable.client(700, flags=FIN | ACK)
    assert stream(cable).gaps == [("C", Gap(6, 700))]


def test_a_conflict_is_noticed_and_the_first_copy_counts() -> None:
    found = stream(conflicting())
    (conflict,) = found.conflicts
    assert (conflict.begin, conflict.end) == (300, 600) and conflict.packet.payload == b"X" * 300
    assert f"packet {conflict.packet.number} says otherwise" in str(found)


def test_a_keep_alive_is_no_retransmission_and_no_conflict() -> None:
    found = stream(probed())
    assert not found.conflicts
    assert [each.kind for each in found.from_client.segments].count(Kind.KEEP_ALIVE) == 1


def test_overtaken_is_not_sent_again() -> None:
    cable = Cable()
    cable.handshake()
    cable.client(5, b"NOOP\n")
    cable.wait(0.5)  # less than a round trip
    cable.client(0, b"NOOP\n")
    found = stream(cable)
    assert not found.retransmissions and found.from_client.segments[-1].kind is Kind.LATE


def test_two_duplicate_acknowledgments_ask_for_it() -> None:
    cable = Cable()
    cable.handshake()
    for _ in range(3):
        cable.server(0)
    cable.client(5, b"NOOP\n")
    cable.server(0)
    cable.server(0)
    cable.client(0, b"NOOP\n")
    assert len(stream(cable).retransmissions) == 1


def test_syn_and_fin_have_octets_of_their_own_and_can_be_sent_again() -> None:
    cable = Cable()
    cable.client(-1, flags=SYN)
    cable.wait(1000)
    cable.handshake()
    cable.client(0, b"QUIT\r\n")
    cable.close()
    cable.wait(300)
    cable.client(6, flags=FIN | ACK)
    found = stream(cable)
    assert len(found.retransmissions) == 2 and found.client_bytes == b"QUIT\r\n" and not found.gaps


def test_an_octet_knows_its_packets_and_a_packet_its_octets() -> None:
    found = stream(sent([*CUTS[:6], CUTS[3], *CUTS[6:]]))
    first, again = found.carriers("C", 1000, 1001)
    assert (first.kind, again.kind) == (Kind.NEW, Kind.AGAIN)
    assert first.packet.payload == again.packet.payload == LETTER[900:1200]
    assert found.segment(again.packet) == again and (again.begin, again.end) == (900, 1200)
    assert found.segment(found.packets[2]) is None  # it only says that the SYN ACK has come
    assert found.carriers("S", 0, 1) == []


def test_a_frame_that_was_cut_leaves_a_gap() -> None:
    cable = sent(CUTS)
    frame = cable.frames[4]
    cable.frames[4] = frame._replace(data=frame.data[:-100], cut=100)
    assert stream(cable).gaps == [("C", Gap(500, 600))]


def test_a_sequence_number_that_lies_costs_no_memory() -> None:
    cable = Cable()
    cable.handshake()
    cable.client(2**31 - 100, b"far")
    cable.client(0, b"near")
    found = stream(cable)
    assert found.client_bytes == b"near[2147483544 octets missing]far"


def test_more_than_four_gigabytes() -> None:
    cable = Cable()
    cable.handshake()
    for turn in range(12):
        cable.client(turn * 2**30, b"12345")
    assert stream(cable).from_client.segments[-1].begin == 11 * 2**30
    del cable.frames[:3]  # and without the handshake
    assert stream(cable).from_client.segments[-1].begin == 11 * 2**30


def test_a_reset_carries_nothing() -> None:
    cable = Cable()
    cable.handshake()
    cable.client(0, b"reset cause", flags=RST | ACK)
    assert stream(cable).client_bytes == b""


def test_a_new_syn_on_the_same_ports_is_a_new_connection() -> None:
    cables = [Cable(first=100), Cable(first=5_000_000)]
    for number, cable in enumerate(cables):
        cable.handshake()
        cable.client(0, b"%d" % number)
        cable.close()
    first, second = Capture(cables[0].frames + cables[1].frames).streams()
    assert (first.client_bytes, second.client_bytes) == (b"0", b"1") and (first.number, second.number) == (
        0,
        1,
    )


def test_the_client_is_who_sent_the_syn_or_who_speaks_to_a_known_port() -> None:
    cable = Cable(port=10025)
    cable.handshake()
    cable.server(0, b"220 mx\r\n")
    named = Capture(cable.frames, ports={10025: "smtp"}).streams()[0]
    assert (str(named.client), str(named.server), named.protocol) == (
        "192.0.2.1:40000",
        "198.51.100.25:10025",
        "smtp",
    )
    from_the_middle = Capture(cable.frames[3:], ports={10025: "smtp"}).streams()[0]
    assert from_the_middle.server_bytes == b"220 mx\r\n" and from_the_middle.client_bytes == b""
    assert Capture(cable.frames).streams()[0].protocol == ""
    assert Capture(cable.frames[1:]).streams()[0].client == named.client  # a SYN ACK tells, too


def test_each_place_of_the_cable_has_its_own_streams() -> None:
    frames = sent(CUTS).frames
    both = [frame._replace(place=place) for frame in frames for place in ("birch", "r1")]
    streams = Capture(both).streams()
    assert [each.place for each in streams] == ["birch", "r1"] and not streams[0].retransmissions


def test_a_capture_that_grows() -> None:
    frames = sent(CUTS).frames
    capture = Capture(frames[:5])
    assert len(capture.streams()[0].client_bytes) == 600
    capture.frames += frames[5:]
    assert capture.streams()[0].client_bytes == LETTER


def test_dns_questions_and_their_answers() -> None:
    dns = pytest.importorskip("dns.message")
    frames = []
    for name in ("cedar.example", "birch.example"):
        question = dns.make_query(name, "MX", id=len(name) + len(frames))
        answer = dns.make_response(question)
        asker, server = (CLIENT, 5353), (SERVER, 53)
        frames.append(Frame(0, udp(asker, server, question.to_wire())))
        frames.append(Frame(0, udp(server, asker, answer.to_wire())))
    capture = Capture([frames[0], frames[2], frames[0], frames[1], frames[3]])
    first, second = capture.exchanges()
    assert (len(first.questions), len(first.answers), len(second.answers)) == (2, 1, 1)
    assert "dns: 192.0.2.1:5353 -> 198.51.100.25:53" in str(first) and "cedar.example. IN MX" in str(first)
    assert not capture.streams()


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_datagram_to_a_name_server(question: bytes, answer: bytes) -> None:
    asker, server = (CLIENT, 5353), (SERVER, 53)
    frames = [Frame(0, udp(asker, server, question)), Frame(0, udp(server, asker, answer))]
    assert len(str(Capture(frames)).splitlines()) >= 3


@st.composite
def piles(draw: st.DrawFn) -> tuple[int, list[tuple[int, bytes]]]:
    """Segments with any octets, anywhere in the first 60: doubled, overlapping, contradicting."""
    segment = st.tuples(st.integers(0, 50), st.binary(min_size=1, max_size=12))
    return draw(st.sampled_from([0, 100, 2**32 - 20, 2**31 - 5])), draw(st.lists(segment, max_size=12))


@given(piles())
def test_any_pile_against_a_simple_model(pile: tuple[int, list[tuple[int, bytes]]]) -> None:
    """The model: an octet a cell, and the first that comes stays.  A keep-alive brings none."""
    first, segments = pile
    cable = Cable(first)
    cable.handshake()
    cells: dict[int, int] = {}
    for begin, data in segments:
        cable.client(begin, data)
        for at, octet in enumerate(data, start=begin):
            cells.setdefault(at, octet)
    found = stream(cable).from_client
    end = max(cells, default=-1) + 1
    missing = {at for gap in found.gaps for at in range(gap.begin, gap.end)}
    assert missing == set(range(end)) - set(cells)
    if not missing:
        assert found.data == bytes(cells[at] for at in range(end))
    assert found.octets == len(cells)


@given(st.permutations(CUTS), st.sampled_from([100, 2**32 - 700]), st.booleans())
def test_any_order_gives_the_letter(order: list[tuple[int, int]], first: int, handshake: bool) -> None:
    assert stream(sent(order, first, handshake)).client_bytes == LETTER


@given(st.data())
def test_any_numbers_and_flags_never_raise(data: st.DataObject) -> None:
    cable = Cable(first=data.draw(st.integers(0, 2**32 - 1)))
    far = st.integers(-(2**32), 2**32)
    for _ in range(data.draw(st.integers(1, 10))):
        say = data.draw(st.sampled_from([cable.client, cable.server]))
        say(data.draw(far), data.draw(st.binary(max_size=5)), data.draw(st.integers(0, 255)))
    assert str(Capture(cable.frames))
