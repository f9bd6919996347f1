"""How fast is POP3?  ``python3 tests/benchmarks/bench_pop3.py [letters]``

Ours and Dovecot in one run: Python's poplib logs in over a real socket and fetches 1,000 letters of about
10 kB, one after the other, as mail programs do; then the same by a client that does not look at what it
reads, because poplib itself takes longer than the servers.  The letters have just been written, so the
system's page cache has them.
"""

import base64
import poplib
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_imap import Scram  # noqa: E402  # the path comes first
from peers import PASSWORD, USER, Peer, dovecot, fill, ours  # noqa: E402

COUNT = 1000
RUNS = 3
WANTED = 0.5  # of Dovecot's figure


def log_in(peer: Peer) -> poplib.POP3:
    """A session; SCRAM shows no password, so no TLS is needed for it."""
    client = poplib.POP3(*peer.place, timeout=300)
    if not peer.scram:
        client.user(USER)
        client.pass_(PASSWORD)
        return client
    proof = Scram(USER, PASSWORD)
    client._putcmd("AUTH SCRAM-SHA-256 " + base64.b64encode(proof.first).decode())
    challenge = base64.b64decode(client._getline()[0][2:])
    client._putline(base64.b64encode(proof.final(challenge)))
    client._getline()
    client._shortcmd("")
    return client


def by_poplib(peer: Peer, count: int) -> float:
    """Letters in a second."""
    client = log_in(peer)
    begun = time.perf_counter()
    for number in range(1, count + 1):
        client.retr(number)
    seconds = time.perf_counter() - begun
    client.quit()
    return count / seconds


def by_hand(peer: Peer, count: int) -> float:
    """Letters in a second, with a client that costs next to nothing."""
    client = log_in(peer)
    line = client.sock
    begun = time.perf_counter()
    for number in range(1, count + 1):
        line.sendall(b"RETR %d\r\n" % number)
        last = b""
        while not last.endswith(b"\r\n.\r\n"):
            last = (last + line.recv(1 << 20))[-5:]
    seconds = time.perf_counter() - begun
    client.quit()
    return count / seconds


def measure(peer: Peer, count: int) -> dict[str, float]:
    """All figures of one server."""
    by_poplib(peer, count)  # once, so that an index is made
    return {
        "RETR by poplib": statistics.median(by_poplib(peer, count) for _ in range(RUNS)),
        "RETR by hand": statistics.median(by_hand(peer, count) for _ in range(RUNS)),
    }


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        fill(folder / "ours/cedar.example/mail" / USER, count)
        fill(folder / "dovecot/mail", count)
        with ours(folder / "ours", "pop3") as peer:
            figures = measure(peer, count)
        with dovecot(folder / "dovecot", "pop3") as other:
            theirs = measure(other, count) if other else {}
    print(f"POP3, {count} letters of 10 kB; letters in a second (median of {RUNS}); wanted: ratio {WANTED}")
    for item, figure in figures.items():
        if theirs:
            print(f"{item:16}{figure:9,.0f}  Dovecot {theirs[item]:9,.0f}  ratio {figure / theirs[item]:.2f}")
        else:
            print(f"{item:16}{figure:9,.0f}   Dovecot is not installed here (apt install dovecot-pop3d)")


if __name__ == "__main__":
    main()
