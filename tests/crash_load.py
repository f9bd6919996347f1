"""A village that is killed, and the people who go on using it meanwhile.

::

    Writer  --465-->  birch  --25-->  cedar  --993-->  Reader      bob: reads, and flags what he has read
    Writer  --465-->  birch                  --995-->  Collector   dave: fetches, and removes what he has

Each of them works in a thread of their own, keeps a diary of what the servers have *promised*, and starts
anew whenever the line breaks.  At the end the diaries are held against what lies on the disk.
"""

import imaplib
import json
import poplib
import re
import smtplib
import ssl
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from mailkit.people import PEOPLE

ROOT = Path(__file__).parent.parent
PATIENCE = 30  # seconds for any answer

BROKEN = (OSError, smtplib.SMTPServerDisconnected, imaplib.IMAP4.abort)  # the line, not the server
REFUSED = (smtplib.SMTPException, imaplib.IMAP4.error, poplib.error_proto)  # the server says no

LETTER = "From: <{sender}>\r\nTo: {to}\r\nSubject: Letter {key}\r\nMessage-ID: {key}\r\n\r\nTea?\r\n{more}"


class Town:
    """`up --dir`, as a process that can be killed and started again at the same place."""

    def __init__(self, folder: Path, port_base: int) -> None:
        self.folder = folder
        self.open = threading.Event()  # it says that it serves, and nobody has killed it yet
        self._command = [sys.executable, "-m", "mailkit", "up", "--json", "--dir", str(folder)]
        self._command += ["--port-base", str(port_base)]
        self._process: subprocess.Popen[str]
        self.said: dict[str, Any] = {}
        self.errors: list[str] = []

    def live(self, seconds: float, childhood: bool) -> None:
        """Start it, and kill it after so many seconds, whatever it is doing then.

        They are counted from the time when it serves, or (`childhood`) from the very first.
        """
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        listener = threading.Thread(target=self._listen, args=[self._process])
        listener.start()
        if not childhood and not self.open.wait(PATIENCE):
            self.errors.append("it does not begin to serve")
        try:
            self._process.wait(seconds)
            self.errors.append("it ended by itself")
        except subprocess.TimeoutExpired:
            pass
        self.open.clear()
        self._process.kill()
        self._process.wait()
        listener.join()
        self.open.clear()

    def call(self, domain: str, service: str) -> tuple[str, int]:
        """Where a service is."""
        host, port = self.said["domains"][domain][service]
        return host, port

    def trust(self) -> ssl.SSLContext:
        """What a client of this village trusts; names are not what is tested here."""
        context = ssl.create_default_context(cafile=self.said["ca"])
        context.check_hostname = False
        return context

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout and process.stderr
        line = process.stdout.readline()
        if line.endswith("\n"):
            self.said = json.loads(line)
            if process.poll() is None:
                self.open.set()
        self.errors += [error for error in process.stderr.read().splitlines() if error]
        process.stdout.close()
        process.stderr.close()


class Client(threading.Thread):
    """Somebody who uses the village, again and again, until it is enough."""

    def __init__(self, town: Town, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.town, self.person = town, PEOPLE[name]
        self.enough = threading.Event()
        self.complaints: list[str] = []  # what went wrong although nobody had been killed

    def run(self) -> None:
        while not self.enough.is_set():
            if not self.town.open.wait(0.1):
                continue
            try:
                self.use()
            except (*BROKEN, *REFUSED) as error:
                broken = isinstance(error, BROKEN) or str(error) == "-ERR EOF"  # poplib's word for it
                if self.town.open.is_set() or not broken:
                    self.complaints.append(f"{self.name}: {error!r}")

    def use(self) -> None:
        """One connection, for as long as it holds."""
        raise NotImplementedError


class Writer(Client):
    """Hands in letters, one after the other, and notes which were answered with 250."""

    def __init__(self, town: Town, name: str, number: int) -> None:
        super().__init__(town, name)
        self._number, self._letters = number, 0
        self.tried: dict[str, list[str]] = {}
        self.promised: dict[str, list[str]] = {}

    def use(self) -> None:
        host, port = self.town.call("birch.example", "submissions")
        with smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=self.town.trust()) as server:
            server.login(self.person.address, self.person.password)
            while not self.enough.is_set():
                self._send(server)

    def _send(self, server: smtplib.SMTP) -> None:
        self._letters += 1
        key = f"<{self._number}.{self._letters}@birch.example>"
        to = [["bob@cedar.example"], ["dave@cedar.example"], ["bob@cedar.example", "dave@cedar.example"]][
            self._letters % 3
        ]
        more = "And cake.\r\n" * (self._letters % 7 * 300)  # some fit into one segment, others do not
        letter = LETTER.format(sender=self.person.address, to=", ".join(to), key=key, more=more)
        self.tried[key] = to
        refused = server.sendmail(self.person.address, to, letter.encode())
        assert not refused
        self.promised[key] = to


class Reader(Client):
    """Reads by IMAP; notes every UID it is told, and which flags it was promised."""

    def __init__(self, town: Town, name: str) -> None:
        super().__init__(town, name)
        self.seen: dict[int, str] = {}  # UID -> Message-ID
        self.flagged: set[int] = set()
        self.validity: set[bytes] = set()

    def use(self) -> None:
        host, port = self.town.call("cedar.example", "imaps")
        server = imaplib.IMAP4_SSL(host, port, ssl_context=self.town.trust(), timeout=PATIENCE)
        try:
            server.login(self.person.address, self.person.password)
            server.select("INBOX")
            self.validity.add(server.response("UIDVALIDITY")[1][0])
            while not self.enough.is_set():
                self._look(server)
        finally:
            server.shutdown()

    def _look(self, server: imaplib.IMAP4_SSL) -> None:
        newest = max(self.seen, default=0)
        _, parts = server.uid("FETCH", f"{newest + 1}:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        found = {}
        for part in parts:
            if isinstance(part, tuple):
                number = re.search(rb"UID (\d+)", part[0])
                assert number
                found[int(number[1])] = part[1].decode().partition(":")[2].strip()
        for uid, key in found.items():
            assert self.seen.setdefault(uid, key) == key, f"UID {uid} was {self.seen[uid]} and is {key}"
        fresh = sorted(uid for uid in found if uid > newest and uid % 3 == 0)
        if fresh:
            server.uid("STORE", ",".join(map(str, fresh)), "+FLAGS.SILENT", r"(\Seen $Tea)")
            self.flagged |= set(fresh)


class Collector(Client):
    """Fetches by POP3 and removes; notes what it has and what it was promised to be rid of."""

    def __init__(self, town: Town, name: str) -> None:
        super().__init__(town, name)
        self.has: dict[str, bytes] = {}  # UIDL -> the letter
        self.removed: set[str] = set()
        self.back: set[str] = set()  # removed, and there again: that must not be

    def use(self) -> None:
        host, port = self.town.call("cedar.example", "pop3s")
        with closing(poplib.POP3_SSL(host, port, timeout=PATIENCE, context=self.town.trust())) as server:
            self._collect(server)

    def _collect(self, server: poplib.POP3_SSL) -> None:
        server.user(self.person.address)
        server.pass_(self.person.password)
        waiting = [line.decode().split() for line in server.uidl()[1]]
        self.back |= self.removed & {uid for _, uid in waiting}
        for number, uid in waiting[:20]:
            self.has[uid] = b"\r\n".join(server.retr(int(number))[1])
            server.dele(int(number))
        server.quit()
        self.removed |= {uid for _, uid in waiting[:20]}


def by_hand_over(letters: list[bytes]) -> dict[str, Counter[str]]:
    """For each Message-ID how often each hand-over from birch to cedar lies in a mailbox.

    cedar stamps a letter with a new queue number whenever it takes it; so two stamps mean that birch has
    handed it over twice, and the same stamp twice that cedar has delivered it twice.
    """
    copies: dict[str, Counter[str]] = {}
    for letter in letters:
        head = letter.partition(b"\r\n\r\n")[0].decode()
        key = re.search(r"^Message-ID: (\S+)", head, re.MULTILINE)
        stamp = re.search(r"by mx\.cedar\.example with \S+ id (\w+)", head)
        assert key and stamp, head
        copies.setdefault(key[1], Counter())[stamp[1]] += 1
    return copies
