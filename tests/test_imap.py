"""IMAP: the dialogues of data/dialogues/imap, and what no dialogue can show."""

import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imap_stage import CAKE, TEA, Desk

from mailkit.imap.adding import BIGGEST
from mailkit.imap.core import IMAPCore
from mailkit.imap.states import ALLOWED, State
from mailkit.talk import script
from mailkit.talk.sasl import ITERATIONS

DIALOGUES = sorted((Path(__file__).parent.parent / "data/dialogues/imap").glob("*.txt"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "bob")


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_dialogue(path: Path, cut: int, desk: Desk) -> None:
    dialogue = script.read(path)
    clear = any(line.speaker == "@" and line.text == "clear" for line in dialogue)
    script.play(dialogue, desk.core(tls=not clear), {**desk.stage(), "clear": lambda: None}, cut)


def test_every_allowed_command_has_its_method() -> None:
    commands = set().union(*ALLOWED.values())
    assert all(callable(getattr(IMAPCore, command)) for command in commands)


def test_commands_in_one_piece_are_answered_in_one_piece(desk: Desk) -> None:
    desk.letters("tea", "cake")
    conversation = b"1 LOGIN bob tea\r\n2 SELECT INBOX\r\n3 FETCH 1:* FLAGS\r\n4 LOGOUT\r\n"
    core = desk.core()
    core.greet()
    answer = core.answer(conversation)
    assert [line[:4] for line in answer.split(b"\r\n") if not line.startswith(b"*")][:-1] == [
        b"1 OK",
        b"2 OK",
        b"3 OK",
        b"4 OK",
    ]
    assert core.closing


def test_what_is_glued_behind_starttls_is_never_obeyed(desk: Desk) -> None:
    """RFC 3501 section 6.2.1: else somebody on the way could say something in Bob's name."""
    core = desk.core(tls=False)
    core.greet()
    assert core.answer(b"1 STARTTLS\r\n2 CREATE Injected\r\n3 LOGIN bob tea\r\n") == b"1 OK begin TLS now\r\n"
    assert core.wants_tls
    core.secure()
    assert core.answer(b"4 NOOP\r\n") == b"4 OK NOOP completed\r\n"
    assert core.state is State.NOT_AUTHENTICATED


def test_scram_proves_a_password_that_is_never_sent(desk: Desk) -> None:
    """The whole exchange of RFC 7677, spoken by hand, on a line that anybody may read."""
    core = desk.core(tls=False)
    core.greet()

    def say(words: bytes) -> bytes:
        answer = core.answer(words + b"\r\n")
        return base64.b64decode(answer[2:]) if answer.startswith(b"+") else answer

    first = b"n=bob,r=client"
    challenge = say(b"1 AUTHENTICATE SCRAM-SHA-256 " + base64.b64encode(b"n,," + first))
    nonce = challenge.partition(b",")[0]
    salted = hashlib.pbkdf2_hmac("sha256", b"tea", b"0123456789abcdef", ITERATIONS)
    key = hmac.digest(salted, b"Client Key", "sha256")
    message = b",".join([first, challenge, b"c=biws", nonce])
    signature = hmac.digest(hashlib.sha256(key).digest(), message, "sha256")
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature)))
    assert say(base64.b64encode(b"c=biws," + nonce + b",p=" + proof)).startswith(b"v=")
    assert say(b"").startswith(b"1 OK")


def test_a_lesson_may_see_a_password_in_the_clear(desk: Desk) -> None:
    core = desk.core(tls=False, plain_login=True)
    assert b"LOGINDISABLED" not in core.greet()
    assert core.answer(b"1 LOGIN bob tea\r\n").startswith(b"1 OK")


def test_the_letter_comes_back_to_the_octet(desk: Desk) -> None:
    core = desk.within()
    letter = CAKE + b"  \r\n\tno end"
    core.answer(b"1 APPEND INBOX {%d+}\r\n%b\r\n" % (len(letter), letter))
    answer = core.answer(b"2 FETCH 1 (RFC822.SIZE BODY.PEEK[])\r\n")
    assert answer == (
        b"* 1 FETCH (RFC822.SIZE %d BODY[] {%d}\r\n%b)\r\n2 OK FETCH completed\r\n"
        % (len(letter), len(letter), letter)
    )


def test_a_letter_that_is_too_big_is_skipped_without_being_kept(desk: Desk) -> None:
    core = desk.within()
    size = BIGGEST + 100_000
    answers = core.answer(b"1 APPEND INBOX {%d+}\r\n" % size)
    for _ in range(size // 65_536):
        answers += core.answer(b"x" * 65_536)
        assert len(core.buffer) == 0
    answers += core.answer(b"x" * (size % 65_536) + b"\r\n2 NOOP\r\n")
    assert answers.startswith(b"1 NO [TOOBIG]")
    assert answers.endswith(b"\r\n2 OK NOOP completed\r\n")


def test_nobody_unknown_may_send_much(desk: Desk) -> None:
    core = desk.core()
    core.greet()
    assert core.answer(b"1 LOGIN {70000}\r\n").startswith(b"1 NO [TOOBIG]")
    assert core.answer(b"2 APPEND INBOX {70000}\r\n").startswith(b"2 NO [TOOBIG]")
    assert core.answer(b"x" * 200_000 + b"\r\n").startswith(b"* BAD that line was longer")


def test_a_name_with_a_line_ending_in_it_makes_no_line_of_its_own(desk: Desk) -> None:
    core = desk.within()
    answer = core.answer(b"1 SELECT &AA0ACg-x&AA0ACg-\r\n")
    assert answer.count(b"\r\n") == 1
    answer = core.answer(b"2 SELECT {8+}\r\nx\r\n* BYE\r\n")
    assert answer.count(b"\r\n") == 1


def test_the_phone_is_woken_once_for_many_changes(desk: Desk) -> None:
    phone = desk.within()
    calls: list[bytes] = []
    phone.wake = lambda: calls.append(b"")
    desk.letters("tea")
    assert not calls  # it has not said IDLE
    phone.answer(b"1 IDLE\r\n")
    desk.letters("tea", "cake")
    assert len(calls) == 1
    assert phone.notify() == b"* 3 EXISTS\r\n* 3 RECENT\r\n"
    assert phone.notify() == b""
    phone.hang_up()
    desk.letters("tea")
    assert phone.notify() == b""


def test_a_line_without_end_ends_idle(desk: Desk) -> None:
    phone = desk.within()
    phone.answer(b"1 IDLE\r\n")
    assert phone.answer(b"x" * 70_000 + b"\r\n").startswith(b"* BAD that line was longer")
    desk.letters("tea")
    assert phone.notify() == b""


def test_the_first_session_has_the_recent_ones(desk: Desk) -> None:
    desk.letters("tea")
    first, second = desk.within(), desk.within()
    assert b"(\\Recent)" in first.answer(b"1 FETCH 1 FLAGS\r\n")
    assert b"()" in second.answer(b"1 FETCH 1 FLAGS\r\n")


def test_a_deleted_mailbox_lets_its_letters_go(desk: Desk) -> None:
    phone, laptop = desk.within("Trash"), desk.within()
    laptop.answer(b"1 APPEND Trash {%d+}\r\n%b\r\n" % (len(TEA), TEA))
    assert b"* 1 EXISTS" in phone.answer(b"1 NOOP\r\n")
    laptop.answer(b"2 DELETE Trash\r\n3 CREATE Trash\r\n")
    assert phone.answer(b"2 NOOP\r\n") == b"* 1 EXPUNGE\r\n2 OK NOOP completed\r\n"
    assert phone.answer(b"3 APPEND Trash {%d+}\r\n%b\r\n" % (len(TEA), TEA)).startswith(b"3 OK")
    assert phone.answer(b"4 NOOP\r\n") == b"4 OK NOOP completed\r\n"  # it looks at the one that was deleted


def test_moving_inbox_leaves_it_empty(desk: Desk) -> None:
    desk.letters("tea", "cake")
    core = desk.within()
    assert (
        core.answer(b"1 RENAME INBOX Old\r\n") == b"* 2 EXPUNGE\r\n* 1 EXPUNGE\r\n1 OK RENAME completed\r\n"
    )
    assert b"(MESSAGES 2)" in core.answer(b"2 STATUS Old (MESSAGES)\r\n")


def test_deep_searches_are_refused_and_wide_ones_are_not(desk: Desk) -> None:
    core = desk.within()
    assert core.answer(b"1 SEARCH " + b"NOT " * 1000 + b"ALL\r\n").startswith(b"1 BAD more than 50 levels")
    assert core.answer(b"2 SEARCH " + b"(" * 1000 + b"ALL\r\n").startswith(b"2 BAD more than 50 levels")
    assert core.answer(b"3 SEARCH " + b"ALL " * 5000 + b"ALL\r\n").endswith(b"3 OK SEARCH completed\r\n")


def test_long_sets_and_hard_patterns_take_no_time(desk: Desk) -> None:
    core = desk.within()
    core.answer(b"0 CREATE " + b"a" * 150 + b"\r\n")
    assert core.answer(b"1 FETCH " + b"1:*," * 16_000 + b"* FLAGS\r\n") == b"1 OK FETCH completed\r\n"
    assert core.answer(b'2 LIST "" ' + b"*a" * 100 + b"b\r\n") == b"2 OK LIST completed\r\n"


WORDS = st.sampled_from(
    [
        b"a1",
        b" ",
        b"\r\n",
        b"LOGIN",
        b"bob",
        b"tea",
        b"SELECT",
        b"INBOX",
        b"FETCH",
        b"1:*",
        b"(",
        b")",
        b"BODY[",
        b"]",
    ]
    + [
        b"<0.1>",
        b"{1}",
        b"{2+}",
        b"STORE",
        b"+FLAGS",
        b"\\Seen",
        b"SEARCH",
        b"UID",
        b"IDLE",
        b"DONE",
        b"*",
        b'"',
        b"\\",
    ]
    + [
        b"AUTHENTICATE",
        b"PLAIN",
        b"APPEND",
        b"LIST",
        b"RENAME",
        b"DELETE",
        b"COPY",
        b"EXPUNGE",
        b"NOT",
        b"OR",
        b"\xff",
    ]
    + [
        b"HEADER.FIELDS",
        b"ENVELOPE",
        b"BODYSTRUCTURE",
        b"SINCE",
        b"1-Jan-2024",
        b"TEXT",
        b"&AGE-",
        b"%",
        b"CLOSE",
    ]
)


@settings(max_examples=100, deadline=None)
@given(pieces=st.lists(WORDS | st.binary(max_size=8), max_size=40), cut=st.integers(1, 9))
def test_no_bytes_make_the_core_raise_and_any_cut_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], cut: int
) -> None:
    data = b"1 LOGIN bob tea\r\n2 SELECT INBOX\r\n" + b"".join(pieces) + b"\r\n"
    answers = []
    for step in (len(data), cut):
        desk = Desk(tmp_path_factory.mktemp("bob") / "bob")
        desk.letters("cake")
        core = desk.core()
        core.greet()
        answers.append(b"".join(core.answer(data[at : at + step]) for at in range(0, len(data), step)))
    assert answers[0] == answers[1]


COMMANDS = st.tuples(
    st.sampled_from(
        [b"FETCH 1 ", b"UID FETCH 1:* ", b"SEARCH ", b"STORE 1 ", b"LIST ", b"STATUS INBOX ", b"APPEND "]
    ),
    st.lists(WORDS | st.just(b" "), max_size=12),
)


@settings(max_examples=100, deadline=None)
@given(commands=st.lists(COMMANDS, max_size=6))
def test_every_command_gets_its_last_line(tmp_path_factory: pytest.TempPathFactory, commands: list) -> None:
    desk = Desk(tmp_path_factory.mktemp("bob") / "bob")
    desk.letters("cake")
    core = desk.within()
    for command, pieces in commands:
        line = b"".join(piece for piece in pieces if b"\n" not in piece and b"{" not in piece)
        answer = core.answer(b"t1 " + command + line + b"\r\n")
        assert answer.split(b"\r\n")[-2].startswith((b"t1 OK", b"t1 NO", b"t1 BAD"))
