"""Python's own imaplib as a judge: does a client that we did not write understand us?"""

import imaplib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from imap_stage import CAKE, TEA, Desk

from mailkit.imap.core import IMAPCore


class Client(imaplib.IMAP4):
    """An imaplib client whose line leads straight to a core."""

    def __init__(self, core: IMAPCore) -> None:
        self._core = core
        super().__init__("mx.cedar.example")

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.sock, server = socket.socketpair()
        self.sock.settimeout(10)
        self._file = self.sock.makefile("rb")
        self.file = self._file  # its name in some versions of Python
        threading.Thread(target=self._serve, args=(server,), daemon=True).start()

    def _serve(self, server: socket.socket) -> None:
        with server:
            server.sendall(self._core.greet())
            while not self._core.closing and (data := server.recv(4096)):
                server.sendall(self._core.answer(data))
            self._core.hang_up()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = Client(Desk(tmp_path / "bob").core())
    client.login("bob", "tea")
    yield client
    client.logout()


def test_capabilities(client: Client) -> None:
    assert {"IMAP4REV1", "IDLE", "UIDPLUS", "MOVE", "SPECIAL-USE"} <= set(client.capabilities)


def test_a_wrong_password(tmp_path: Path) -> None:
    client = Client(Desk(tmp_path / "bob").core())
    with pytest.raises(imaplib.IMAP4.error, match="wrong user or password"):
        client.login("bob", "coffee")
    client.logout()


def test_authenticate(tmp_path: Path) -> None:
    client = Client(Desk(tmp_path / "bob").core())
    assert client.authenticate("PLAIN", lambda challenge: b"\0bob\0tea")[0] == "OK"
    client.logout()


def test_append_fetch_and_flags(client: Client) -> None:
    date = imaplib.Time2Internaldate(time.localtime(1704110400))
    assert client.append("INBOX", r"(\Flagged)", date, TEA)[0] == "OK"
    assert client.append("INBOX", None, None, CAKE)[0] == "OK"
    assert client.select() == ("OK", [b"2"])
    assert client.fetch("1", "(RFC822)")[1][0][1] == TEA
    assert client.fetch("2", "(BODY[])")[1][0][1] == CAKE
    assert imaplib.ParseFlags(client.fetch("1", "(FLAGS)")[1][0]) == (rb"\Flagged", rb"\Seen")
    [date_line] = client.fetch("1", "(INTERNALDATE)")[1]
    assert time.mktime(imaplib.Internaldate2tuple(date_line)) == 1704110400
    assert client.store("2", "+FLAGS", r"(\Deleted)")[0] == "OK"
    assert client.expunge() == ("OK", [b"2"])


def test_search_sees_what_is_in_the_letters(client: Client) -> None:
    client.append("INBOX", None, None, TEA)
    client.append("INBOX", None, None, CAKE)
    client.select(readonly=True)
    assert client.search(None, "FROM", '"alice"') == ("OK", [b"1"])
    client.literal = "café".encode()
    assert client.search("UTF-8", "SUBJECT") == ("OK", [b"2"])
    assert client.uid("SEARCH", None, "UNSEEN") == ("OK", [b"1 2"])


def test_mailboxes(client: Client) -> None:
    assert client.create("Work.Tea")[0] == "OK"
    assert rb'(\HasNoChildren) "." "Work.Tea"' in client.list()[1]
    assert client.rename("Work.Tea", "Play")[0] == "OK"
    assert client.subscribe("Play")[0] == "OK"
    assert rb'() "." "Play"' in client.lsub()[1]
    assert client.status("Play", "(MESSAGES UIDNEXT)") == ("OK", [b'"Play" (MESSAGES 0 UIDNEXT 1)'])
    assert client.delete("Play")[0] == "OK"
    assert client.select("Play")[0] == "NO"


def test_copy_and_move(client: Client) -> None:
    client.append("INBOX", None, None, TEA)
    client.select()
    assert client.copy("1", "Archive")[0] == "OK"
    assert client.uid("MOVE", "1", "Trash")[0] == "OK"
    assert client.response("EXPUNGE")[1] == [b"1"]
    assert client.select("Archive")[1] == client.select("Trash")[1] == [b"1"]


def test_a_big_letter(client: Client) -> None:
    letter = TEA + b"x" * 76 + b"\r\n" * 100_000
    assert client.append("INBOX", None, None, letter)[0] == "OK"
    client.select()
    assert client.fetch("1", "(BODY.PEEK[])")[1][0][1] == letter
