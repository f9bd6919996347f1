"""Python's own POP3 client as the judge of our server: two ends of one line, and no network."""

import poplib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pop3_stage import People

from mailkit.pop3.core import POP3Core


class Line(poplib.POP3):
    """poplib on a line that is there already."""

    def __init__(self, line: socket.socket) -> None:
        line.settimeout(10)
        self._line = line
        super().__init__("mx.cedar.example")

    def _create_socket(self, timeout: float) -> socket.socket:
        return self._line


def serve(core: POP3Core, line: socket.socket) -> None:
    """The smallest transport there is."""
    with line:
        line.sendall(core.greet())
        while not core.closing:
            data = line.recv(4096)
            if not data:
                break
            line.sendall(core.answer(data))
        core.hang_up()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Line]:
    people = People(tmp_path)
    people.deliver("Tea", "At four.")
    people.deliver("Dots", "One: | . | Two: | .. | .hidden")
    ours, theirs = socket.socketpair()
    core = POP3Core(people, "mx.cedar.example", tls_available=False)
    server = threading.Thread(target=serve, args=(core, ours))
    server.start()
    client = Line(theirs)
    yield client
    client.close()
    server.join(timeout=10)


def log_in(client: Line) -> None:
    client.user("bob")
    client.pass_("tea and cake")


def test_a_whole_session(client: Line) -> None:
    assert client.getwelcome() == b"+OK mx.cedar.example speaks POP3"
    log_in(client)
    count, size = client.stat()
    _, listed, _ = client.list()
    assert (count, listed) == (2, [b"1 76", b"2 %d" % (size - 76)])
    client.dele(1)
    assert client.stat()[0] == 1
    client.rset()
    assert client.stat()[0] == 2
    client.noop()
    assert client.quit().startswith(b"+OK 0 removed")


def test_letters_with_dots_arrive_as_they_were(client: Line) -> None:
    log_in(client)
    _, lines, octets = client.retr(2)
    assert lines[-5:] == [b"One:", b".", b"Two:", b"..", b".hidden"]
    assert octets == int(client.list(2).split()[2])
    assert client.top(2, 1)[1][-1] == b"One:"


def test_capabilities_and_unique_ids(client: Line) -> None:
    assert client.capa()["SASL"] == ["PLAIN", "LOGIN", "SCRAM-SHA-256"]
    log_in(client)
    _, lines, _ = client.uidl()
    assert lines == [client.uidl(1).removeprefix(b"+OK "), client.uidl(2).removeprefix(b"+OK ")]


def test_no_is_an_error(client: Line) -> None:
    client.user("bob")
    with pytest.raises(poplib.error_proto, match=r"\[AUTH\]"):
        client.pass_("coffee")
