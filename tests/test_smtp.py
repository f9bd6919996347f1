"""SMTP's listening half: the dialogues of data/dialogues/smtp, and what no dialogue can show."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smtp_desk import Desk, Door, People

from mailkit.smtp import grammar
from mailkit.smtp.states import ALLOWED, INSTEAD, State
from mailkit.talk import script
from mailkit.talk.refusal import Refused

DIALOGUES = sorted((Path(__file__).parent.parent / "data/dialogues/smtp").glob("*.txt"))


def desk_for(dialogue: script.Script) -> Desk:
    """The desk that a dialogue's ``@ role`` and ``@ tls`` lines ask for."""
    directions = {line.text for line in dialogue if line.speaker == "@"}
    role = People(Door() if "submission" in directions else None)
    return Desk(role, secured="tls" in directions)


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_dialogue(path: Path, cut: int) -> None:
    dialogue = script.read(path)
    desk = desk_for(dialogue)
    try:
        script.play(dialogue, desk, {"submission": lambda: None, "tls": lambda: None}, cut)
    finally:
        desk.hang_up()


def test_the_letter_arrives_to_the_octet() -> None:
    """Dots at the beginning of lines are stuffed on the wire and not in the letter (section 4.5.2)."""
    desk = Desk()
    desk.greet()
    desk.receive(b"EHLO me\r\nMAIL FROM:<alice@birch.example>\r\nRCPT TO:<bob@cedar.example>\r\nDATA\r\n")
    desk.receive(b"Subject: dots\r\n\r\n..\r\n...two\r\nend\r\n.\r\n")
    desk.hang_up()
    ((envelope, content),) = desk.role.letters
    assert content == b"Subject: dots\r\n\r\n.\r\n..two\r\nend\r\n"
    assert (envelope.sender, envelope.recipients) == ("alice@birch.example", ("bob@cedar.example",))


def test_the_reply_to_ehlo_leaves_in_one_write() -> None:
    desk = Desk()
    desk.greet()
    before = desk.page.writes
    desk.receive(b"EHLO me\r\n")
    desk.hang_up()
    assert desk.page.writes == before + 1


def test_everything_that_was_said_is_written_down() -> None:
    desk = Desk()
    greeting = desk.greet()
    answer = desk.receive(b"EHLO me\r\nNOOP\r\n")
    desk.hang_up()
    assert desk.diary.heard_from == {"C": b"EHLO me\r\nNOOP\r\n", "S": greeting + answer}
    assert desk.diary.ended


@pytest.mark.parametrize(
    "ending",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r\n\0.\r\n"],
)
def test_no_malformed_end_of_data_smuggles_a_second_letter(ending: bytes) -> None:
    """Only CRLF . CRLF ends a letter (section 4.1.1.4); what else looks like it is refused or is data."""
    desk = Desk()
    desk.greet()
    desk.receive(b"EHLO me\r\nMAIL FROM:<alice@birch.example>\r\nRCPT TO:<bob@cedar.example>\r\nDATA\r\n")
    desk.receive(b"Subject: first\r\n\r\ntext" + ending)
    desk.receive(b"MAIL FROM:<admin@birch.example>\r\nRCPT TO:<bob@cedar.example>\r\nDATA\r\nsecond\r\n.\r\n")
    desk.hang_up()
    assert len(desk.role.letters) <= 1
    for _, content in desk.role.letters:
        assert b"MAIL FROM:<admin@birch.example>" in content  # it was taken as the first letter's text


@pytest.mark.parametrize("state", State)
def test_every_state_says_what_it_allows_and_what_to_do_instead(state: State) -> None:
    assert {"QUIT", "NOOP"} <= ALLOWED[state]
    assert INSTEAD[state]


@pytest.mark.parametrize(
    ("argument", "hint"),
    [
        ("", "expected MAIL FROM:<alice@birch.example>"),
        ("FROM:alice@birch.example", "angle brackets"),
        ("FROM:<alice>", "has none"),
        ("FROM:<a b@birch.example>", "before the @"),
        ("FROM:<alice@birch..example>", "not a domain"),
        ("FROM:<alice@birch.example> SIZE=1=2", "KEYWORD=value"),
    ],
)
def test_what_is_wrong_is_said(argument: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        grammar.mail(argument)
    assert refused.value.code == 501
    assert hint in refused.value.text


def test_paths_that_the_standard_allows() -> None:
    assert grammar.mail("FROM:<>") == ("", {})
    assert grammar.mail('FROM:<"a b"@birch.example>') == ('"a b"@birch.example', {})
    assert grammar.mail("from: <Alice@Birch.Example> body=8bitmime SMTPUTF8") == (
        "Alice@birch.example",
        {"BODY": "8bitmime", "SMTPUTF8": ""},
    )
    assert grammar.rcpt("TO:<@a.example,@b.example:bob@cedar.example>") == ("bob@cedar.example", {})
    assert grammar.rcpt("TO:<Postmaster>") == ("postmaster", {})
    assert grammar.rcpt("TO:<bob@[127.0.3.25]>") == ("bob@[127.0.3.25]", {})


@given(st.text())
def test_no_argument_makes_the_grammar_raise_anything_but_a_refusal(text: str) -> None:
    for understand in (grammar.mail, grammar.rcpt):
        try:
            understand(text)
        except Refused as no:
            assert str(no).isascii() and "\n" not in str(no) and "\r" not in str(no)


PIECES = st.sampled_from(
    [b"EHLO me\r\n", b"MAIL FROM:<alice@birch.example>\r\n", b"RCPT TO:<bob@cedar.example>\r\n", b"DATA\r\n"]
    + [b"a\r\n.\r\n", b"RSET\r\n", b"AUTH PLAIN\r\n", b"NOOP", b"\r", b"\n", b"\xff\xfe\r\n", b"STARTTLS\r\n"]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(PIECES | st.binary(max_size=20)), st.integers(1, 9))
def test_any_cut_of_any_bytes_gives_the_same_answer(pieces: list[bytes], cut: int) -> None:
    stream = b"".join(pieces)
    whole, cut_up = Desk(), Desk()
    whole_answer = whole.greet() + whole.receive(stream)
    cut_answer = cut_up.greet()
    for start in range(0, len(stream), cut):
        cut_answer += cut_up.receive(stream[start : start + cut])
    whole.hang_up()
    cut_up.hang_up()
    assert cut_answer == whole_answer
    assert b"4.3.0" not in whole_answer  # the reply to a mistake of ours
