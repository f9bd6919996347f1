"""How fast is IMAP?  ``python3 tests/benchmarks/bench_imap.py [letters]``

Ours, Dovecot and pymap in one run, over real sockets, on the same letters of about 10 kB.  *Cold* is the
first time that a freshly started server is asked; the letters have just been written, so the system's page
cache has them, and the disk itself is not measured.  *Warm* is the best of two further times.
"""

import base64
import contextlib
import hashlib
import hmac
import imaplib
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count as counted
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from peers import PASSWORD, USER, Peer, dovecot, fill, letters, ours, pymap  # noqa: E402  # the path comes first

Start = Callable[[Path, str], AbstractContextManager[Peer | None]]

COUNT = 5000
COUNT_IN_MEMORY = 300  # for pymap, which wants every letter brought by APPEND
WANTED = {  # at least so many in a second, but SELECT at most so many milliseconds
    "SELECT, ms": 250,
    "FLAGS": 100_000,
    "FLAGS RFC822.SIZE ENVELOPE, cold": 5_000,
    "FLAGS RFC822.SIZE ENVELOPE": 40_000,
    "BODYSTRUCTURE, cold": 5_000,
    "BODYSTRUCTURE": 40_000,
    "BODY.PEEK[]": 7_000,
    "NOOP": 5_000,
    "APPEND by imaplib": 200,
}


class Client:
    """The smallest IMAP client: it does not look at what it reads, so that it costs the servers nothing."""

    def __init__(self, peer: Peer) -> None:
        self.line = socket.create_connection(peer.place)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.line.settimeout(300)
        self._tags = (f"t{number:05}".encode() for number in counted())
        self.line.recv(4096)
        self._log_in(peer.scram)

    def say(self, command: str) -> float:
        """Say it, read until its last line; seconds that took."""
        tag = next(self._tags)
        begun = time.perf_counter()
        self.line.sendall(tag + b" " + command.encode() + b"\r\n")
        self._until(tag)
        return time.perf_counter() - begun

    def _until(self, tag: bytes) -> None:
        last = b"\r\n"
        while True:
            last = (last + self.line.recv(1 << 20))[-1000:]
            at = last.rfind(b"\r\n" + tag + b" ")
            if at >= 0 and last.endswith(b"\r\n"):
                assert last[at:].split()[1] == b"OK", last[at:]
                return

    def _log_in(self, scram: bool) -> None:
        if not scram:
            self.say(f'LOGIN {USER} "{PASSWORD}"')
            return
        proof = Scram(USER, PASSWORD)
        tag = next(self._tags)
        self.line.sendall(tag + b" AUTHENTICATE SCRAM-SHA-256 " + base64.b64encode(proof.first) + b"\r\n")
        challenge = base64.b64decode(self.line.recv(4096)[2:])
        self.line.sendall(base64.b64encode(proof.final(challenge)) + b"\r\n")
        self.line.recv(4096)
        self.line.sendall(b"\r\n")
        self._until(tag)


class Scram:
    """The client's half of SCRAM-SHA-256 (RFC 7677)."""

    def __init__(self, user: str, password: str) -> None:
        self.bare, self.password = f"n={user},r=tea".encode(), password.encode()
        self.first = b"n,," + self.bare

    def final(self, challenge: bytes) -> bytes:
        """The proof."""
        said = dict(part.split(b"=", 1) for part in challenge.split(b","))
        salted = hashlib.pbkdf2_hmac("sha256", self.password, base64.b64decode(said[b"s"]), int(said[b"i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        without = b"c=biws,r=" + said[b"r"]
        message = b",".join([self.bare, challenge, without])
        signature = hmac.digest(hashlib.sha256(key).digest(), message, "sha256")
        return without + b",p=" + base64.b64encode(bytes(a ^ b for a, b in zip(key, signature)))


def measure(peer: Peer, count: int) -> dict[str, float]:
    """All figures of one server."""
    client = Client(peer)
    figures = {"SELECT, ms": client.say("SELECT INBOX") * 1000}
    for items in ("FLAGS", "FLAGS RFC822.SIZE ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]"):
        times = [client.say(f"FETCH 1:* ({items})") for _ in range(3)]
        figures[f"{items}, cold"], figures[items] = count / times[0], count / min(times[1:])
    figures["SEARCH TEXT"] = count / client.say('SEARCH TEXT "kettle scone tea rain"')
    figures["STORE +FLAGS"] = count / client.say("STORE 1:* +FLAGS.SILENT (\\Flagged)")
    figures["NOOP"] = 1000 / sum(client.say("NOOP") for _ in range(1000))
    figures["APPEND by imaplib"] = append(peer, 200)
    client.line.close()
    return figures


def append(peer: Peer, count: int) -> float:
    """How many letters a program brings in a second that knows nothing of Nagle's algorithm."""
    client = imaplib.IMAP4(*peer.place)
    if peer.scram:
        proof = Scram(USER, PASSWORD)
        words = iter([lambda challenge: proof.first, proof.final, lambda challenge: b""])
        client.authenticate("SCRAM-SHA-256", lambda challenge: next(words)(challenge))
    else:
        client.login(USER, PASSWORD)
    contents = [letter.replace(b"\n", b"\r\n") for letter in letters(count)]
    begun = time.perf_counter()
    for content in contents:
        assert client.append("INBOX", None, None, content)[0] == "OK"
    seconds = time.perf_counter() - begun
    client.logout()
    return count / seconds


@contextlib.contextmanager
def twice(start: Start, folder: Path) -> Iterator[Peer | None]:
    """Start a server, let it make its index, and start it again: so the second one is cold, with an index."""
    with start(folder, "imap") as peer:
        if peer:
            Client(peer).say("SELECT INBOX")
    with start(folder, "imap") as peer:
        yield peer


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        fill(folder / "ours/cedar.example/mail" / USER, count)
        fill(folder / "dovecot/mail", count)
        with twice(ours, folder / "ours") as peer:
            results["ours"] = measure(peer, count)
        with twice(dovecot, folder / "dovecot") as peer:
            if peer:
                results["Dovecot"] = measure(peer, count)
            else:
                print("Dovecot is not installed here (apt install dovecot-imapd): no comparison with it")
    with pymap() as peer:
        if peer:
            append(peer, COUNT_IN_MEMORY)
            results["pymap"] = measure(peer, COUNT_IN_MEMORY)
        else:
            print("pymap is not here (pip install pymap; MAILKIT_PYMAP=...): no comparison with it")
    show(results, count)


def show(results: dict[str, dict[str, float]], count: int) -> None:
    """A table: what was measured, what is wanted, and how we stand to the others."""
    print(f"IMAP, {count} letters of 10 kB (pymap: {COUNT_IN_MEMORY}, in memory); letters or answers/s")
    print("cold: the first time in this process; the system's page cache has the letters, so no disk is read")
    others = [name for name in results if name != "ours"]
    print(f"{'':38}{'wanted':>9}{'ours':>11}" + "".join(f"{name:>11}{'ratio':>7}" for name in others))
    for item, figure in results["ours"].items():
        wanted = f"{WANTED[item]:,}" if item in WANTED else ""
        row = f"{item:38}{wanted:>9}{figure:>11,.0f}"
        for name in others:
            theirs = results[name][item]
            row += f"{theirs:>11,.0f}{(theirs / figure if 'ms' in item else figure / theirs):>7.2f}"
        print(row)


if __name__ == "__main__":
    main()
