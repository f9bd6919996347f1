"""Capture files: ours and anybody's, whole, cut off, and hostile."""

from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_cable import Cable, pcap

from mailkit.wire import Capture, pcapng, read
from mailkit.wire.recording import ETHERNET, RAW, SLL2, Frame

NAMES = st.text(st.characters(codec="utf-8"), max_size=20)
FRAMES = st.builds(
    Frame,
    ns=st.integers(0, 2**63),
    data=st.binary(max_size=80),
    linktype=st.sampled_from([ETHERNET, RAW, SLL2]),
    cut=st.integers(0, 1000),
    comment=NAMES,
    place=NAMES,
)


def a_connection() -> list[Frame]:
    cable = Cable()
    cable.handshake()
    cable.client(0, b"EHLO me\r\n")
    cable.close()
    return cable.frames


def ng(frames: list[Frame], secrets: tuple[bytes, ...] = ()) -> bytes:
    return b"".join(pcapng.write(frames, secrets))


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    return pack(order + "II", kind, len(body) + 12) + body + pack(order + "I", len(body) + 12)


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("nano", [False, True])
def test_pcap_in_both_byte_orders_and_both_resolutions(order: str, nano: bool) -> None:
    frames = [
        Frame(1_700_000_000_123_456_000 + nano, b"abc", RAW, cut=7),
        Frame(1_700_000_001_000_000_000, b"", RAW),
    ]
    capture = read(pcap(frames, order, nano))
    assert capture.frames == frames and capture.trouble is None


@given(st.lists(FRAMES, max_size=8), st.lists(st.binary(max_size=50), max_size=2))
def test_what_is_written_is_read_again(frames: list[Frame], secrets: list[bytes]) -> None:
    capture = read(ng(frames, tuple(secrets)))
    assert (capture.frames, capture.secrets, capture.trouble) == (frames, secrets, None)


@pytest.mark.parametrize("order", "<>")
def test_pcapng_of_another_program(order: str) -> None:
    """Two sections, a clock that ticks 1024 times a second, a block that nobody knows, a simple packet."""
    options = pack(order + "HHB3x", 9, 1, 0x8A) + pack(order + "HHq", 14, 8, 100) + bytes(4)
    interface = block(1, pack(order + "HHI", RAW, 0, 0) + options, order)
    packet = block(6, pack(order + "IIIII", 0, 0, 512, 2, 60) + b"hi", order)
    simple = block(3, pack(order + "I", 3) + b"you", order)
    other = "<" if order == ">" else ">"
    data = section(order) + interface + block(0xBAD, b"what?", order) + packet + simple
    data += section(other) + block(1, pack(other + "HHI", ETHERNET, 0, 2), other)
    data += block(3, pack(other + "I", 30) + b"cu", other)
    assert read(data).frames == [
        Frame(100_500_000_000, b"hi", RAW, cut=58),
        Frame(0, b"you", RAW),
        Frame(0, b"cu", ETHERNET, cut=28),
    ]


@pytest.mark.parametrize("write", [pcap, ng])
def test_a_truncated_file_gives_what_is_whole_and_one_sentence(write) -> None:  # type: ignore[no-untyped-def]
    frames = a_connection()
    data = write(frames)
    whole = {0: 0}
    for end in range(len(data)):
        capture = read(data[:end])
        assert capture.frames == frames[: len(capture.frames)]
        assert "\n" not in str(capture.trouble or "") and len(capture.frames) >= max(whole.values())
        whole[end] = len(capture.frames)
        assert capture.trouble or read(data[:end]).frames == capture.frames
    assert read(data).frames == frames and read(data).trouble is None


def test_a_length_that_lies_costs_no_memory() -> None:
    lies = {
        "pcap": pcap([])[:24] + pack("<IIII", 0, 0, 0xFFFFFFF0, 60) + b"x",
        "block": section() + pack("<II", 6, 0xFFFFFFF0) + b"x" * 40,
        "odd": section() + pack("<II", 6, 13) + b"x" * 40,
        "frame": section() + block(1, pack("<HHI", 1, 0, 0)) + block(6, pack("<IIIII", 0, 0, 0, 0x3FFFF, 60)),
        "nowhere": section() + block(6, pack("<IIIII", 9, 0, 0, 0, 0)),
        "short": section() + block(1, b""),
        "two": section()[:-4] + pack("<I", 64),
    }
    troubles = {name: str(read(data).trouble) for name, data in lies.items()}
    assert all(trouble.startswith("the capture file is damaged at octet ") for trouble in troubles.values())
    assert troubles["pcap"].endswith("a frame claims 4294967280 octets, and none has more than 262144")
    assert troubles["nowhere"].endswith("a frame names an interface that nobody has described")


MAGIC = st.sampled_from(
    [b"", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", section(), section(">"), ng(a_connection())]
)


@given(MAGIC, st.binary(max_size=300))
def test_garbage_never_raises(begin: bytes, garbage: bytes) -> None:
    capture = read(begin + garbage)
    assert str(capture) and all(str(packet) for packet in capture.packets)


@given(st.data())
def test_a_changed_octet_never_raises(data: st.DataObject) -> None:
    file = bytearray(data.draw(st.sampled_from([ng(a_connection()), pcap(a_connection())])))
    for _ in range(3):
        file[data.draw(st.integers(4, len(file) - 1))] = data.draw(st.integers(0, 255))
    capture = read(bytes(file))
    assert str(capture)
    ng(capture.frames)


def test_a_capture_is_saved_and_opened(tmp_path: Path) -> None:
    capture = Capture(a_connection(), secrets=[b"CLIENT_RANDOM 00 11\n"])
    capture.save(tmp_path / "tea.pcapng")
    again = read(tmp_path / "tea.pcapng")
    assert again.frames == capture.frames and again.secrets == capture.secrets
    assert str(again) == str(capture)
    assert "smtp: 192.0.2.1:40000 -> 198.51.100.25:25" in str(again)
