"""IMAP and POP3 over real sockets: long answers, slow clients, guessed passwords, letters from elsewhere."""

import base64
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from imap_stage import TEA, Desk

from mailkit.ground import serve
from mailkit.store.mailbox import Mailbox
from mailkit.talk import guesses
from mailkit.talk.core import PIECE, STEPS
from mailkit.world import Village

LETTER = TEA + b"x" * 10_000 + b"\r\n"


@pytest.fixture
def village(monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    monkeypatch.setattr(serve, "LISTEN", 0.02)
    with Village() as village:
        yield village


def bobs(village: Village) -> Mailbox:
    return village.cedar.mda.mailboxes("bob@cedar.example").inbox


def calling(village: Village, protocol: str) -> ssl.SSLSocket:
    """A connection, with TLS from the first octet."""
    line = socket.create_connection(village.cedar.services[protocol].place)
    return village.ca.client().wrap_socket(line, server_hostname="mail.cedar.example")


# ---- pieces


def test_a_long_answer_comes_in_pieces_that_are_made_when_they_are_asked_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "bob")
    for _ in range(30):
        desk.bob.inbox.append(LETTER)
    core, other = desk.within(), desk.within()
    whole = other.answer(b"1 FETCH 1:* BODY.PEEK[]\r\n2 NOOP\r\n")
    pieces = [core.receive(b"1 FETCH 1:* BODY.PEEK[]\r\n2 NOOP\r\n")]
    while core.speaking:
        pieces.append(core.more())
    assert b"".join(pieces) == whole
    assert len(pieces) > 4 and max(map(len, pieces)) < PIECE + 2 * len(LETTER)


def test_an_answer_with_little_to_say_gives_the_others_their_turn(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "bob")
    for _ in range(STEPS + 1):
        desk.bob.inbox.append(TEA)
    core = desk.within()
    assert core.receive(b'1 SEARCH TEXT "nothing of the kind"\r\n') == b"" and core.speaking
    assert core.more() == b"* SEARCH\r\n1 OK SEARCH completed\r\n" and not core.speaking


def test_who_hangs_up_in_the_middle_of_an_answer_is_forgotten(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "bob")
    for _ in range(30):
        desk.bob.inbox.append(LETTER)
    core = desk.within()
    core.receive(b"1 FETCH 1:* BODY.PEEK[]\r\n")
    core.hang_up()
    assert core.more() == b""
    desk.letters("tea")


def test_letters_that_go_while_they_are_fetched_are_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "bob")
    for _ in range(30):
        desk.bob.inbox.append(LETTER)
    core = desk.within()
    said = core.receive(b"1 FETCH 1:* BODY.PEEK[]\r\n")
    desk.bob.inbox.expunge(desk.bob.inbox.messages[-5:])
    while core.speaking:
        said += core.more()
    assert said.count(b" FETCH (BODY[]") == 25 and said.splitlines()[-1].startswith(b"1 NO [EXPUNGEISSUED]")
    assert core.answer(b"2 NOOP\r\n").count(b"EXPUNGE") == 5


def test_a_slow_client_costs_little_and_the_others_are_served(village: Village) -> None:
    inbox = bobs(village)
    for _ in range(500):
        inbox.append(LETTER)
    slow, quick = village.bob.imap(), village.bob.imap()
    slow.select(readonly=True)
    slow.send(b"s1 FETCH 1:* BODY.PEEK[]\r\n" * 4)  # 20 MB, and nobody reads
    for _ in range(3):
        assert quick.select(readonly=True) == ("OK", [b"500"])
        assert len(quick.fetch("1:20", "(BODY.PEEK[])")[1]) == 40
    dialogues = [dialogue for dialogue in village.evidence.dialogues if dialogue.protocol == "imap"]
    assert dialogues[0].octets("S") < 10_000_000  # what the system's own buffers hold, and a piece
    got = 0
    while got < 4:  # it wakes up, and misses nothing
        line = slow.readline()
        got += line.startswith(b"s1 OK")
    assert dialogues[0].octets("S") > 20_000_000
    slow.shutdown()
    quick.logout()


# ---- news


def test_idle_notices_what_another_program_lays_in(village: Village) -> None:
    phone = village.bob.imap()
    phone.select()
    phone.send(b"i1 IDLE\r\n")
    assert phone.readline().startswith(b"+")
    (bobs(village).path / "new" / "1704110400.M1.mutt").write_bytes(b"Subject: Tea\n\nAt four.\n")
    assert phone.readline() == b"* 1 EXISTS\r\n"
    phone.send(b"DONE\r\n")
    assert [phone.readline() for _ in range(2)][1].startswith(b"i1 OK")
    phone.logout()


def test_many_phones_in_one_mailbox_all_hear_of_a_letter(village: Village) -> None:
    phones = [village.bob.imap() for _ in range(20)]
    for phone in phones:
        phone.select()
        phone.send(b"i1 IDLE\r\n")
        phone.readline()
    bobs(village).append(TEA)
    assert [phone.readline() for phone in phones] == [b"* 1 EXISTS\r\n"] * 20
    for phone in phones:
        phone.shutdown()


# ---- guessing


def test_wrong_passwords_are_answered_late_and_nobody_else_waits(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "FIRST", 0.3)
    guess = base64.b64encode(b"\0bob\0coffee")
    with calling(village, "imaps") as secure:
        secure.recv(1000)
        begun = time.monotonic()
        secure.sendall(b"1 AUTHENTICATE PLAIN %b\r\n2 AUTHENTICATE PLAIN %b\r\n3 NOOP\r\n" % (guess, guess))
        village.bob.imap().logout()
        assert time.monotonic() - begun < 0.3
        heard = b""
        while heard.count(b"\r\n") < 3:
            heard += secure.recv(1000)
        assert time.monotonic() - begun > 0.9  # 0.3 s, and then 0.6 s: guesses in one piece win nothing
        assert [line[:4] for line in heard.splitlines()] == [b"1 NO", b"2 NO", b"3 OK"]


def test_who_guesses_too_often_is_hung_up_on(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "FIRST", 0.01)
    with calling(village, "pop3s") as secure:
        secure.sendall(b"USER bob\r\nPASS coffee\r\n" * 10)
        heard = b""
        while piece := secure.recv(1000):
            heard += piece
        assert heard.count(b"[AUTH]") == 3
