"""POP3: the dialogues of data/dialogues/pop3, and what no dialogue can show."""

import base64
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pop3_stage import Laptop, People, stage

from mailkit.pop3 import replies
from mailkit.pop3.commands import SYNTAX
from mailkit.pop3.core import POP3Core
from mailkit.pop3.states import TRANSITIONS, State
from mailkit.pop3.transaction import Transaction
from mailkit.talk import script
from mailkit.talk.refusal import Refused

DIALOGUES = sorted((Path(__file__).parent.parent / "data/dialogues/pop3").glob("*.txt"))
LOGIN = b"USER bob\r\nPASS tea and cake\r\n"


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path)


def server(people: People, **options: bool) -> POP3Core:
    return POP3Core(people, "mx.cedar.example", **{"tls_available": False, **options})


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_dialogue(path: Path, cut: int, people: People) -> None:
    dialogue = script.read(path)
    laptop = Laptop(people, certificate=any(line.text == "certificate" for line in dialogue))
    script.play(dialogue, laptop, stage(laptop), cut)


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_dialogue_tells_the_reader_what_to_see(path: Path) -> None:
    assert script.read(path).lines[0].speaker == "#"


# ---- states


def test_every_command_has_a_state_and_a_method() -> None:
    said = {word for commands in TRANSITIONS.values() for word in commands}
    assert said == set(SYNTAX)
    assert all(hasattr(POP3Core, word) or hasattr(Transaction, word) for word in said)


def test_quit_leads_to_update_only_after_the_login(people: People) -> None:
    early, late = server(people), server(people)
    early.answer(b"QUIT\r\n")
    late.answer(LOGIN + b"QUIT\r\n")
    assert (early.state, late.state) == (State.CLOSED, State.UPDATE)


def test_a_failed_login_changes_no_state(people: People) -> None:
    core = server(people)
    core.answer(b"USER bob\r\nPASS no\r\n")
    assert core.state is State.AUTHORIZATION


# ---- passwords and TLS


def test_a_learner_may_allow_passwords_without_tls(people: People) -> None:
    core = server(people, tls_available=True, plain_login=True)
    assert b"\r\nUSER\r\n" in core.answer(b"CAPA\r\n")
    assert core.answer(LOGIN).count(b"+OK") == 2


def test_no_tls_inside_tls_nor_without_a_certificate(people: People) -> None:
    assert server(people, tls_available=True, tls=True).answer(b"STLS\r\n").startswith(b"-ERR TLS is on")
    assert server(people).answer(b"STLS\r\n").startswith(b"-ERR this server has no certificate")


def test_a_name_said_before_tls_does_not_count(people: People) -> None:
    core = server(people, tls_available=True, plain_login=True)
    core.answer(b"USER bob\r\nSTLS\r\n")
    core.secure()
    assert core.answer(b"PASS tea and cake\r\n") == b"-ERR say USER first\r\n"


def test_three_wrong_passwords_and_nothing_after_them_is_heard(people: People) -> None:
    core = server(people)
    answer = core.answer(b"USER bob\r\nPASS no\r\n" * 3 + LOGIN)
    assert (answer.count(b"[AUTH]"), core.closing, core.state) == (3, True, State.AUTHORIZATION)


def test_scram_needs_no_tls_and_shows_no_password(people: People) -> None:
    core = server(people, tls_available=True)
    challenge = core.answer(b"AUTH SCRAM-SHA-256 " + base64.b64encode(b"n,,n=bob,r=abc") + b"\r\n")
    assert challenge.startswith(b"+ ") and b"r=abc" in base64.b64decode(challenge[2:])
    assert core.answer(base64.b64encode(b"c=biws,r=abc,p=AAAA") + b"\r\n").startswith(b"-ERR [AUTH]")


# ---- the maildrop


def test_a_letter_comes_out_as_it_went_in(people: People) -> None:
    people.deliver("Dots", ".one | .. | two")
    core = server(people)
    core.answer(LOGIN)
    _, _, sent = core.answer(b"RETR 1\r\n").partition(b"\r\n")
    inbox = people.mailboxes("bob@cedar.example").inbox
    assert sent.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.") == inbox.read(inbox.messages[0])


def test_the_size_is_what_retr_delivers(people: People) -> None:
    people.deliver("Tea", "At four.")
    core = server(people)
    core.answer(LOGIN)
    size = int(core.answer(b"LIST 1\r\n").split()[2])
    assert core.answer(b"RETR 1\r\n").startswith(b"+OK %d octets" % size)


def test_fetching_does_not_mark_as_read(people: People) -> None:
    people.deliver("Tea", "At four.")
    server(people).answer(LOGIN + b"RETR 1\r\nQUIT\r\n")
    inbox = people.mailboxes("bob@cedar.example").inbox
    inbox.refresh()
    assert inbox.messages[0].flags == frozenset()


def test_a_letter_that_an_imap_session_removes_meanwhile(people: People) -> None:
    """The numbers hold; only that letter cannot be had any more, and to delete it is no error."""
    people.deliver("Tea", "At four.")
    people.deliver("Cake", "There will be cake.")
    core = server(people)
    core.answer(LOGIN)
    inbox = people.mailboxes("bob@cedar.example").inbox
    inbox.expunge([inbox.messages[0]])
    assert core.answer(b"RETR 1\r\n").startswith(b"-ERR")
    assert core.answer(b"RETR 2\r\n").startswith(b"+OK")
    assert core.answer(b"DELE 1\r\nQUIT\r\n").count(b"+OK") == 2
    assert [message.uid for message in inbox.messages] == [2]


@pytest.mark.parametrize("goodbye", [b"QUIT\r\n", b""])
def test_the_lock_is_given_back(people: People, goodbye: bytes) -> None:
    core = server(people)
    core.answer(LOGIN + goodbye)
    core.hang_up()
    core.hang_up()
    assert server(people).answer(LOGIN).count(b"+OK") == 2


# ---- replies


@pytest.mark.parametrize(
    ("no", "line"),
    [
        (Refused(535, "5.7.8", "wrong"), b"-ERR [AUTH] wrong\r\n"),
        (Refused(450, "4.2.0", "busy"), b"-ERR [IN-USE] busy\r\n"),
        (Refused(454, "4.7.0", "not now"), b"-ERR [SYS/TEMP] not now\r\n"),
        (Refused(501, "5.5.4", "two\r\nlines"), b"-ERR two lines\r\n"),
    ],
)
def test_a_refusal_in_words_of_pop3(no: Refused, line: bytes) -> None:
    assert replies.refused(no) == line


@given(st.binary(max_size=200))
def test_no_letter_can_end_its_own_reply(content: bytes) -> None:
    """Neither for a client that ends lines at CRLF, nor for one that ends them at LF."""
    reply = replies.multiline("here it is", content)
    assert reply.endswith(b".\r\n")
    assert [line.rstrip(b"\r") for line in reply.split(b"\n")].count(b".") == 1


def test_a_client_knows_when_a_reply_is_whole() -> None:
    assert replies.complete(b"", b"+OK ready\r\n")
    assert not replies.complete(b"", b"+OK rea")
    assert not replies.complete(b"uidl", b"+OK\r\n1 a\r\n")
    assert replies.complete(b"uidl 1", b"+OK 1 a\r\n")
    assert not replies.complete(b"RETR 1", b"+OK\r\n..\r\n")


# ---- whatever comes


WORDS = st.sampled_from([spelled for word in SYNTAX for spelled in (word, word.lower())]).map(str.encode)
NUMBERS = st.integers(-1, 10**12).map(lambda number: b"%d" % number)
LINES = st.one_of(
    st.binary(max_size=40),
    st.lists(st.one_of(WORDS, NUMBERS), max_size=4).map(b" ".join),
    st.sampled_from([b"USER bob", b"PASS tea and cake", b"RETR 1", b"TOP 1 1", b"DELE 1", b"x" * 9000]),
    st.sampled_from([b"AUTH PLAIN", b"AUTH LOGIN", b"auth scram-sha-256", b"*", b"", b"biws", b"AGEAYg=="]),
)
STREAMS = st.lists(LINES, max_size=12).map(lambda lines: b"".join(line + b"\r\n" for line in lines))


def heard(stream: bytes, cut: int) -> bytes:
    """What a new server with one letter says to this stream; SCRAM's random challenges are left out."""
    with tempfile.TemporaryDirectory() as folder:
        people = People(Path(folder))
        people.deliver("Tea", "At four.")
        core = server(people)
        pieces = [stream[start : start + cut] for start in range(0, len(stream), cut)]
        answer = b"".join(map(core.answer, pieces))
        core.hang_up()
    return re.sub(rb"\+ [^\r]*", b"+ ", answer)


@settings(deadline=None)
@given(stream=STREAMS, cut=st.integers(1, 9), login=st.sampled_from([b"", LOGIN]))
def test_any_cut_of_any_stream_gives_the_same_answer(stream: bytes, cut: int, login: bytes) -> None:
    at_once = heard(login + stream, cut=1 << 20)
    assert at_once == heard(login + stream, cut)
    assert at_once == b"" or at_once.endswith(b"\r\n")
