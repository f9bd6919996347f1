"""For tests with many, slow or malicious clients: `up` as a process, raw lines to it, and its memory."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

from mailkit.people import PEOPLE

ROOT = Path(__file__).parent.parent
PATIENCE = 60  # seconds for any one answer, on a busy machine
MB = 1 << 20
LINUX = sys.platform.startswith("linux")


class Line:
    """A connection to a server, in octets."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.held = b""

    def say(self, data: bytes) -> None:
        """Send all of it."""
        self.socket.sendall(data)

    def hear(self, end: bytes = b"\r\n") -> bytes:
        """All up to `end`, or up to the end of the connection."""
        parts, tail = [self.held], self.held
        while end not in tail:
            more = self.socket.recv(1 << 16)
            if not more:
                self.held = b""
                return b"".join(parts)
            parts.append(more)
            tail = tail[-len(end) :] + more
        heard, found, self.held = b"".join(parts).partition(end)
        return heard + found

    def ask(self, line: bytes, end: bytes = b"\r\n") -> bytes:
        """Say a line, and hear the answer."""
        self.say(line + b"\r\n")
        return self.hear(end)

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Up:
    """A running ``up --json``."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "mailkit", "up", "--json", "--dir", str(folder), *options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.said: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.trust = ssl.create_default_context(cafile=self.said["ca"])
        self.trust.check_hostname = False  # names are not what is tested here
        self.many_addresses = self.said["dns"][0] != "127.0.0.1"

    def stop(self) -> str:
        """End it; all that it had to complain about."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=PATIENCE)[1]

    # -- talking to it

    def place(self, service: str, domain: str = "cedar.example") -> tuple[str, int]:
        host, port = self.said["domains"][domain][service]
        return host, port

    def call(self, service: str, domain: str = "cedar.example") -> Line:
        """A connection, behind TLS where that comes first, before its greeting has been heard."""
        connected = socket.create_connection(self.place(service, domain), PATIENCE)
        if service in ("imaps", "pop3s", "submissions"):
            connected = self.trust.wrap_socket(connected)
        return Line(connected)

    def imap(self, name: str = "bob", select: bool = True) -> Line:
        """An IMAP connection that is logged in, and has selected INBOX."""
        line = self.call("imaps", PEOPLE[name].domain)
        line.hear()
        assert b" OK " in line.ask(b"l LOGIN %b %b" % (name.encode(), PEOPLE[name].password.encode()))
        if select:
            line.ask(b"s SELECT INBOX", b"s OK")
            line.hear()
        return line

    def pop3(self, name: str = "bob") -> Line:
        """A POP3 connection that is logged in."""
        line = self.call("pop3s", PEOPLE[name].domain)
        line.hear()
        line.ask(b"USER " + name.encode())
        assert line.ask(b"PASS " + PEOPLE[name].password.encode()).startswith(b"+OK")
        return line

    def submission(self, name: str = "alice") -> Line:
        """An SMTP connection that is logged in."""
        who = PEOPLE[name]
        line = self.call("submissions", who.domain)
        line.hear()
        line.ask(b"EHLO laptop", b"250 HELP\r\n")
        proof = b64encode(f"\0{who.address}\0{who.password}".encode())
        assert line.ask(b"AUTH PLAIN " + proof).startswith(b"235")
        return line

    # -- its memory (Linux tells; elsewhere it is nothing)

    def memory(self) -> int:
        """Octets in memory now."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """The most there ever were, since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        if LINUX:
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> int:
        if not LINUX:
            return 0
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition(f"{name}:")[2].split()[0]) * 1024


class Neighbour(threading.Thread):
    """Somebody else, who says NOOP over and over and wants to be answered; a mishap is kept and raised."""

    def __init__(self, line: Line, noop: bytes, answer: bytes) -> None:
        super().__init__(daemon=True)
        self.line, self.noop, self.answer = line, noop, answer
        self.answers: list[float] = []  # how long each took
        self.trouble: list[OSError | AssertionError] = []
        self._enough = threading.Event()
        self._answered = threading.Condition()

    def wait_for(self, count: int) -> None:
        """Wait until so many answers have come."""
        with self._answered:
            assert self._answered.wait_for(lambda: len(self.answers) >= count or self.trouble, PATIENCE)

    def run(self) -> None:
        try:
            while not self._enough.is_set():
                begin = time.perf_counter()
                heard = self.line.ask(self.noop)
                assert self.answer in heard, heard
                with self._answered:
                    self.answers.append(time.perf_counter() - begin)
                    self._answered.notify_all()
        except (OSError, AssertionError) as trouble:
            with self._answered:
                self.trouble.append(trouble)
                self._answered.notify_all()

    def __enter__(self) -> "Neighbour":
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._enough.set()
        self.join(PATIENCE)
        self.line.close()
        if self.trouble:
            raise self.trouble[0]


def letter(octets: int, subject: str = "Big") -> bytes:
    """A letter of exactly so many octets, in lines of 78."""
    head = f"From: <alice@birch.example>\r\nTo: <bob@cedar.example>\r\nSubject: {subject}\r\n\r\n".encode()
    line = b"x" * 76 + b"\r\n"
    body = line * ((octets - len(head)) // len(line))
    rest = octets - len(head) - len(body)
    return head + body + (b"y" * (rest - 2) + b"\r\n" if rest >= 2 else b"y" * rest)
