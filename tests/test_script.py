"""Dialogue files: reading them, and holding them against a core."""

from pathlib import Path

import pytest

from mailkit.talk import script
from mailkit.talk.core import Core


class Parrot(Core):
    """Says everything back, in capitals; SILENCE is answered by silence, and TLS by TLS."""

    def __init__(self) -> None:
        super().__init__()
        self.unasked = b""

    def greet(self) -> bytes:
        return b"hello\r\n"

    def step(self) -> bytes | None:
        line = self.buffer.line()
        self.wants_tls = line == b"tls"
        if line is None or line == b"half":
            return None if line is None else b"no end"
        return b"" if line == b"silence" else line.upper() + b"\r\n"

    def notify(self) -> bytes:
        unasked, self.unasked = self.unasked, b""
        return unasked


def play(text: str, cut: int = 0) -> None:
    parrot = Parrot()

    def tell(*words: str) -> None:
        parrot.unasked = " ".join(words).encode() + b"\r\n"

    script.play(script.parse(text, "parrot"), parrot, {"tell": tell}, cut)


def test_a_file_becomes_a_script_that_shows_itself_as_the_file(tmp_path: Path) -> None:
    text = "# Tea?\n@ tell it rains\nS: hello\nC: tea"
    path = tmp_path / "a_parrot.txt"
    path.write_text(f"{text}\n", encoding="utf-8")
    read = script.read(path)
    assert (read.name, str(read)) == ("a_parrot", text)
    assert [line.number for line in read] == [1, 2, 3, 4]


def test_empty_lines_are_for_the_eye_and_an_empty_command_is_one() -> None:
    lines = script.parse("C:\n\nS: x").lines
    assert [(line.speaker, line.text) for line in lines] == [("C", ""), ("S", "x")]


def test_a_line_of_nobody_is_named() -> None:
    with pytest.raises(ValueError, match=r"tea, line 2: expected C:, S:, # or @ .* found 'X: y'"):
        script.parse("S: x\nX: y", "tea")


@pytest.mark.parametrize(
    ("expected", "said", "fits"),
    [
        ("+OK", "+OK", True),
        ("+OK", "+OK ", False),
        ("+OK...", "+OK", True),
        ("...", "", True),
        ("+OK ... octets", "+OK 76 octets", True),
        ("+OK ... octets", "+OK octets", False),
        ("a.c", "abc", False),
        ("(...)", "(x (y) z)", True),
    ],
)
def test_three_dots_stand_for_anything(expected: str, said: str, fits: bool) -> None:
    assert script.Line("S", expected, 1).matches(said) is fits


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7])
def test_a_dialogue_that_is_right(cut: int) -> None:
    play("# A parrot.\nS: hello\nC: tea\nS: TEA\nC: silence\nC: cake\nS: CAKE", cut)


def test_lines_in_a_row_are_sent_in_one_piece() -> None:
    play("S: hello\nC: tea\nC: cake\nS: TEA\nS: CAKE")


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7])
def test_what_is_glued_behind_starttls_is_never_answered(cut: int) -> None:
    play("S: hello\nC: tls\nC: glued\nS: TLS\nC: inside\nS: INSIDE", cut)


def test_a_stage_direction_may_make_the_server_speak() -> None:
    play("S: hello\n@ tell it rains\nS: it rains")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("S: good morning", "parrot, line 1: expected 'good morning', but the server said 'hello'"),
        ("S: hello\nC: silence\nS: x", "parrot, line 3: expected 'x', but the server said nothing"),
        ("C: tea", r"parrot, before line 1: the server also said \['hello'\]"),
        ("S: hello\nC: tea", r"parrot, at the end: the server also said \['TEA'\]"),
        ("S: hello\nC: half\nS: ...", "the server stopped in the middle of a line: b'no end'"),
    ],
)
def test_what_differs_is_told(text: str, complaint: str) -> None:
    with pytest.raises(script.Mismatch, match=complaint):
        play(text)
