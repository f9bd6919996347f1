"""The buffer: lines and octets out of a stream that was cut wherever it pleased."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.talk.buffer import Buffer, LineTooLong


def lines(buffer: Buffer) -> list[bytes | None]:
    """Every whole line that the buffer has; None stands for one that was too long."""
    found: list[bytes | None] = []
    while True:
        try:
            line = buffer.line()
        except LineTooLong:
            found.append(None)
            continue
        if line is None:
            return found
        found.append(line)


@given(stream=st.lists(st.sampled_from([b"a", b"\r", b"\n", b"longer"])).map(b"".join), cut=st.integers(1, 7))
def test_any_cut_gives_the_same_lines(stream: bytes, cut: int) -> None:
    whole, pieces = Buffer(longest_line=9), Buffer(longest_line=9)
    whole.feed(stream)
    found = []
    for start in range(0, len(stream), cut):
        pieces.feed(stream[start : start + cut])
        found += lines(pieces)
    assert found == lines(whole)


@given(st.lists(st.binary(max_size=9), min_size=1), st.integers(0, 20))
def test_octets_are_counted_whatever_they_are(pieces: list[bytes], count: int) -> None:
    buffer = Buffer()
    for piece in pieces:
        buffer.feed(piece)
    stream = b"".join(pieces)
    expected = stream[:count] if len(stream) >= count else None
    assert buffer.octets(count) == expected
    assert len(buffer) == len(stream) - len(expected or b"")


def test_a_bare_lf_ends_a_line_too() -> None:
    buffer = Buffer()
    buffer.feed(b"one\ntwo\r\n\r\n")
    assert lines(buffer) == [b"one", b"two", b""]


def test_a_cr_inside_a_line_belongs_to_it() -> None:
    buffer = Buffer()
    buffer.feed(b"a\rb\r\r\n")
    assert buffer.line() == b"a\rb\r"


def test_lines_and_octets_in_turn() -> None:
    """An IMAP literal: a line that says how many octets follow, the octets, the rest of the line."""
    buffer = Buffer()
    buffer.feed(b"a1 LOGIN {3}\r\nb\r\nb tea\r\n")
    assert [buffer.line(), buffer.octets(3), buffer.line()] == [b"a1 LOGIN {3}", b"b\r\n", b"b tea"]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_the_longest_line_is_allowed_and_one_octet_more_is_not(ending: bytes) -> None:
    buffer = Buffer(longest_line=4)
    buffer.feed(b"1234" + ending + b"12345" + ending + b"ok" + ending)
    assert lines(buffer) == [b"1234", None, b"ok"]


def test_a_line_without_end_costs_no_memory_and_one_error() -> None:
    buffer = Buffer(longest_line=10)
    for _ in range(1000):
        buffer.feed(b"x" * 100)
        assert buffer.line() is None
        assert len(buffer) <= 110
    buffer.feed(b"\r\nNOOP\r\n")
    assert lines(buffer) == [None, b"NOOP"]


def test_clear_throws_away_what_was_glued_behind_starttls() -> None:
    buffer = Buffer()
    buffer.feed(b"STLS\r\nUSER mallory\r\nPASS")
    assert buffer.line() == b"STLS"
    assert buffer.clear() == len(b"USER mallory\r\nPASS")
    buffer.feed(b"NOOP\r\n")
    assert lines(buffer) == [b"NOOP"]
