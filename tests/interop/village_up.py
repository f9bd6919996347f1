"""The village as mail programs meet it: ``python3 -m mailkit up --json`` in a process of its own.

::

    with up() as village:                           one line of JSON says where everything is
        village.place("imaps", "cedar.example")     -> ("127.0.3.25", 43117)
        village.deliver("bob@cedar.example", letter)
        village.letters("bob@cedar.example")        what lies there, by Python's own imaplib
"""

import imaplib
import json
import os
import re
import signal
import smtplib
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60  # seconds for anything in here

ALICE, BOB, DAVE = "alice@birch.example", "bob@cedar.example", "dave@cedar.example"


class Running:
    """A village that runs in another process, and what it said of itself."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said
        self.ca = Path(said["ca"])
        self.passwords: dict[str, str] = {each["address"]: each["password"] for each in said["accounts"]}

    def place(self, service: str, domain: str) -> tuple[str, int]:
        """Host and port, as they are typed into a mail program's settings."""
        host, port = self.said["domains"][domain][service]
        return host, port

    def url(self, service: str, domain: str, scheme: str = "") -> str:
        """The same as a URL."""
        host, port = self.place(service, domain)
        return f"{scheme or service}://{host}:{port}"

    def login(self, address: str) -> str:
        """``user:password``."""
        return f"{address}:{self.passwords[address]}"

    def tls(self) -> ssl.SSLContext:
        """What a client needs that trusts the village."""
        return ssl.create_default_context(cafile=str(self.ca))

    @contextmanager
    def imap(self, address: str) -> Iterator[imaplib.IMAP4]:
        """A connection to somebody's mailboxes."""
        host, port = self.place("imaps", address.partition("@")[2])
        with imaplib.IMAP4_SSL(host, port, ssl_context=self.tls(), timeout=PATIENCE) as box:
            box.login(address, self.passwords[address])
            yield box

    def deliver(self, address: str, *letters: bytes) -> None:
        """Hand letters in, and wait until they lie there."""
        waiting = len(self.letters(address)) + len(letters)
        self.hand_in(address, *letters)
        self.wait_for(address, waiting)

    def hand_in(self, address: str, *letters: bytes) -> None:
        """Hand letters to the port where other mail servers knock."""
        with smtplib.SMTP(*self.place("smtp", address.partition("@")[2]), timeout=PATIENCE) as server:
            for letter in letters:
                server.sendmail(ALICE, [address], letter, ["BODY=8BITMIME"])

    def wait_for(self, address: str, number: int, mailbox: str = "INBOX") -> None:
        """Wait until so many letters lie in a mailbox."""
        with self.imap(address) as box:
            wait_in_idle(box, number, mailbox)

    def letters(self, address: str, mailbox: str = "INBOX") -> list[bytes]:
        """Every letter in a mailbox, to the octet."""
        return [content for content, _ in self.letters_and_flags(address, mailbox)]

    def letters_and_flags(self, address: str, mailbox: str = "INBOX") -> list[tuple[bytes, set[str]]]:
        """Every letter in a mailbox with its flags (\\Recent left out: it is about sessions)."""
        with self.imap(address) as box:
            box.select(f'"{mailbox}"', readonly=True)
            _, parts = box.fetch("1:*", "(FLAGS BODY.PEEK[])")
        return [(part[1], _flags(part[0])) for part in parts if isinstance(part, tuple)]

    def append(self, address: str, mailbox: str, *letters: bytes) -> None:
        """Lay letters into a mailbox, as a mail program does with a copy of what it sent."""
        with self.imap(address) as box:
            for letter in letters:
                status, words = box.append(f'"{mailbox}"', "", "", letter)
                assert status == "OK", words

    def empty(self, address: str) -> None:
        """Take everything out of all mailboxes of a person, for the next test."""
        with self.imap(address) as box:
            for line in box.list()[1]:
                assert isinstance(line, bytes)
                remove_all(box, line.rpartition(b' "." ')[2].decode())


def wait_in_idle(box: imaplib.IMAP4, number: int, mailbox: str = "INBOX") -> None:
    """Wait until so many letters lie in a mailbox; the connection's time-out bounds it."""
    (count,) = box.select(f'"{mailbox}"', readonly=True)[1]
    there = int(count or 0)
    if there >= number:
        return
    box.send(b"wait IDLE\r\n")
    while there < number:
        found = re.match(rb"\* (\d+) EXISTS", box.readline())
        there = int(found[1]) if found else there
    box.send(b"DONE\r\n")
    while not box.readline().startswith(b"wait "):
        pass


def all_of(box: imaplib.IMAP4) -> list[bytes]:
    """Every letter in the selected mailbox, to the octet."""
    _, parts = box.fetch("1:*", "(BODY.PEEK[])")
    return [part[1] for part in parts if isinstance(part, tuple)]


def remove_all(box: imaplib.IMAP4, mailbox: str = "INBOX") -> None:
    """Take everything out of a mailbox; one that cannot be selected (\\Noselect) has nothing."""
    if box.select(mailbox)[0] == "OK":
        box.uid("STORE", "1:*", "+FLAGS.SILENT", "(\\Deleted)")
        box.close()


def _flags(head: bytes) -> set[str]:
    found = re.search(rb"FLAGS \(([^)]*)\)", head)
    assert found, head
    return set(found[1].decode().split()) - {"\\Recent"}


@contextmanager
def up(*options: str) -> Iterator[Running]:
    """A running village, until the end of the block."""
    command = [sys.executable, "-m", "mailkit", "up", "--json", *options]
    pipe = subprocess.PIPE
    errors: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout and process.stderr
        listening = threading.Thread(target=errors.extend, args=(process.stderr,))  # or the pipe would fill
        listening.start()
        too_late = threading.Timer(PATIENCE, process.kill)
        too_late.start()
        try:
            line = process.stdout.readline()
            too_late.cancel()
            assert line, f"up said nothing: {errors[-1:]}"
            yield Running(json.loads(line))
        finally:
            too_late.cancel()
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
            listening.join(PATIENCE)
    assert process.returncode == 0 or os.name == "nt"  # Windows knows no friendly way to end a program
    assert errors == []  # no mistake of a server, whatever the program did
