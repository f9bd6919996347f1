"""Evidence: the record of a dialogue is what was said, however it came in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from mailkit.dialogue import Dialogue, Place
from mailkit.evidence import Evidence, Lookup, Step

ALICE, BIRCH = Place("laptop-alice", ("127.0.2.101", 40000)), Place("mx.birch.example", ("127.0.2.25", 587))


def begin(evidence: Evidence) -> Dialogue:
    return evidence.open("submission", ALICE, BIRCH, 0.0, 587)


def test_lines_are_told_in_the_order_in_which_they_were_spoken() -> None:
    evidence = Evidence()
    dialogue = begin(evidence)
    for side, data in (
        ("S", b"220 hello\r\n"),
        ("C", b"EH"),
        ("C", b"LO me\r\n"),
        ("S", b"250-a\r\n250 b\r\n"),
    ):
        evidence.heard(dialogue, 1.0, side, data, False)  # type: ignore[arg-type]
    assert str(dialogue).splitlines() == [
        "submission: laptop-alice -> mx.birch.example:587",
        "S: 220 hello",
        "C: EHLO me",
        "S: 250-a",
        "S: 250 b",
    ]
    assert [(line.side, line.offset) for line in dialogue.lines] == [("S", 0), ("C", 0), ("S", 11), ("S", 18)]


def test_an_unfinished_line_is_there_too() -> None:
    evidence = Evidence()
    dialogue = begin(evidence)
    evidence.heard(dialogue, 1.0, "C", b"QUIT\r\nand the", False)
    assert [line.text for line in dialogue.lines] == ["QUIT", "and the"]


@given(st.lists(st.tuples(st.sampled_from("CS"), st.binary(max_size=30)), max_size=12))
def test_every_octet_of_both_streams_is_in_the_lines_at_its_offset(pieces: list[tuple[str, bytes]]) -> None:
    evidence = Evidence()
    dialogue = begin(evidence)
    for side, data in pieces:
        evidence.heard(dialogue, 1.0, side, data, False)  # type: ignore[arg-type]
    for side in "CS":
        stream = b"".join(data for who, data in pieces if who == side)
        assert dialogue.stream(side) == stream  # type: ignore[arg-type]
        for line in dialogue.lines:
            if line.side == side:
                assert stream[line.offset : line.offset + len(line.data)] == line.data


def test_one_letter_is_found_again_in_everything() -> None:
    evidence = Evidence()
    mine, other, relay = begin(evidence), begin(evidence), evidence.open("smtp", BIRCH, BIRCH, 2.0)
    evidence.heard(mine, 1.0, "C", b"Message-ID: <1@birch.example>\r\n", False)
    evidence.heard(other, 1.0, "C", b"Message-ID: <2@birch.example>\r\n", False)
    asked = Lookup(1.0, "mx.birch.example", "ns.example", "cedar.example", "MX", (), "<1@birch.example>")
    # A server that refused the recipient never saw the letter itself; the step names the connection.
    step = Step(2.0, "mx.birch.example", "1", "<1@birch.example>", "deferred", client=BIRCH.address)
    evidence.record(asked)
    evidence.record(step)
    assert evidence.about("<1@birch.example>") == [mine, relay, asked, step]


def test_a_long_dialogue_is_not_kept_whole_and_says_so() -> None:
    evidence = Evidence()
    dialogue = begin(evidence)
    evidence.heard(dialogue, 1.0, "C", b"x" * (Dialogue.LONGEST + 5), False)
    assert len(dialogue.stream("C")) == Dialogue.LONGEST
    assert dialogue.octets("C") == Dialogue.LONGEST + 5
    assert "5 further octets were not kept" in str(dialogue)


def test_memory_is_bounded() -> None:
    evidence = Evidence()
    evidence.LARGEST = 1000
    dialogues = [begin(evidence) for _ in range(10)]
    for dialogue in dialogues:
        evidence.heard(dialogue, 1.0, "C", b"x" * 300, False)
    kept = [len(dialogue.stream("C")) for dialogue in dialogues]
    assert sum(kept) <= 1000
    assert kept[-1] == 300  # the newest words are kept
    assert dialogues[0].left_out == 300
