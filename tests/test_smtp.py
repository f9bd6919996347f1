"""SMTP's listening half: the dialogues of data/dialogues/smtp, and what no dialogue can show."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smtp_desk import Desk, Door, People

from mailkit.smtp import data, grammar
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
    stage = {"submission": lambda: None, "tls": lambda: None, "fault": desk.fault}
    try:
        script.play(dialogue, desk, stage, cut)
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


def begun(desk: Desk, *more: str) -> None:
    """Bring a desk to the point where a letter has been begun."""
    desk.greet()
    desk.receive(b"EHLO me\r\nMAIL FROM:<alice@birch.example>\r\n")
    for line in more:
        desk.receive(line.encode() + b"\r\n")


def test_replies_to_pipelined_commands_leave_in_one_write() -> None:
    desk = Desk()
    desk.greet()
    desk.receive(b"EHLO me\r\n")
    before = desk.page.writes
    answer = desk.receive(b"MAIL FROM:<alice@birch.example>\r\nRCPT TO:<bob@cedar.example>\r\nDATA\r\n")
    desk.hang_up()
    assert [line[:3] for line in answer.splitlines()] == [b"250", b"250", b"354"]
    assert desk.page.writes == before + 1


def test_a_letter_has_at_most_so_many_recipients_and_is_taken_for_them() -> None:
    desk = Desk()
    begun(desk)
    replies = [desk.receive(f"RCPT TO:<bob+{n}@cedar.example>\r\n".encode()) for n in range(105)]
    assert {reply[:9] for reply in replies[:100]} == {b"250 2.1.5"}
    assert {reply[:9] for reply in replies[100:]} == {b"452 4.5.3"}
    assert desk.receive(b"DATA\r\n").startswith(b"354")
    assert desk.receive(b"\r\n.\r\n").startswith(b"250")
    desk.hang_up()
    assert len(desk.role.letters[0][0].recipients) == 100


def test_who_is_named_twice_gets_one_letter() -> None:
    desk = Desk()
    begun(desk, "RCPT TO:<bob@cedar.example>", "RCPT TO:<bob@cedar.example>", "DATA", ".")
    desk.hang_up()
    assert desk.role.letters[0][0].recipients == ("bob@cedar.example",)


def test_an_empty_letter_ends_with_the_crlf_of_data() -> None:
    desk = Desk()
    begun(desk, "RCPT TO:<bob@cedar.example>", "DATA")
    assert desk.receive(b".\r\n").startswith(b"250 2.0.0")
    desk.hang_up()
    assert desk.role.letters[0][1] == b""


@pytest.mark.parametrize("length", [8190, 8191])
def test_a_line_of_a_letter_may_be_long_but_not_endless(length: int) -> None:
    desk = Desk()
    begun(desk, "RCPT TO:<bob@cedar.example>", "DATA")
    answer = desk.receive(b"Subject: x\r\n\r\n" + b"x" * length + b"\r\n.\r\n")
    assert answer.startswith(b"250 2.0.0" if length == 8190 else b"554 5.6.0")
    assert desk.receive(b"NOOP\r\n").startswith(b"250")
    desk.hang_up()


def test_a_letter_that_is_too_large_is_heard_out_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailkit.smtp.server.LARGEST", 10_000)
    desk = Desk()
    begun(desk, "RCPT TO:<bob@cedar.example>", "DATA")
    assert desk.receive(b"x" * 70 + b"\r\n") == b""
    for _ in range(150):
        assert desk.receive(b"x" * 98 + b"\r\n") == b""
    assert desk.receive(b".\r\n").startswith(b"552 5.3.4")
    assert desk.receive(b"NOOP\r\n").startswith(b"250")
    begun(desk, "RCPT TO:<bob@cedar.example>", "DATA")
    for _ in range(300):
        desk.receive(b"x" * 98 + b"\r\n")
    assert desk.page.closed  # enough is enough
    desk.hang_up()
    assert not desk.role.letters


def test_too_many_mistakes_end_the_session_and_nothing_behind_is_heard() -> None:
    desk = Desk()
    desk.greet()
    answer = desk.receive(b"EHLO me\r\n" + b"WHAT\r\n" * 30 + b"NOOP\r\n")
    desk.hang_up()
    replies = answer.splitlines()
    assert replies[-1].startswith(b"421 4.7.0")
    assert sum(reply.startswith(b"500") for reply in replies) == 19


def test_the_wait_after_a_wrong_password_doubles() -> None:
    desk = Desk(People(Door()), secured=True)
    desk.greet()
    desk.receive(b"EHLO me\r\n")
    for _ in range(5):
        desk.receive(b"AUTH PLAIN AGEAYg==\r\n")
    desk.hang_up()
    assert desk.diary.waited == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert desk.page.closed


def test_too_many_visitors_are_told_to_come_back() -> None:
    desk = Desk(crowd="you have 100 connections already")
    assert desk.greet() == b"421 4.7.0 you have 100 connections already\r\n"
    assert desk.page.closed
    desk.hang_up()


def test_who_keeps_silent_is_told_goodbye() -> None:
    desk = Desk()
    desk.greet()
    desk.server._timeout_cb()
    assert desk.page.sent.startswith(b"421 4.4.2")
    assert desk.page.closed
    desk.hang_up()


@given(st.binary(), st.integers(1, 9))
def test_a_letter_survives_the_wire_to_the_octet(text: bytes, cut: int) -> None:
    letter = re.sub(rb"\r|\n", b"\r\n", text) + b"\r\n"
    assert data.unstuffed(b"\r\n" + data.stuffed(letter)) == letter


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


@pytest.mark.parametrize("octets", [b"\r", b"\n", b"\r\n", b"\0", b"\x7f", b"\xff", b" "])
def test_no_control_character_gets_into_an_address(octets: bytes) -> None:
    desk = Desk()
    desk.greet()
    answer = desk.receive(b"EHLO me\r\nMAIL FROM:<ali" + octets + b"ce@birch.example>\r\n")
    desk.hang_up()
    assert answer.splitlines()[-1][:3] in (b"501", b"500")
    assert desk.server.letter is None


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
