"""How long a village takes to start, and a letter to arrive.  ``python3 tests/benchmarks/bench_village.py``

Prints medians of several runs.  The peer in the same run is the machine itself: a bare TCP exchange on
loopback, and a file forced to the disk, of which one letter needs several.
"""

import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mailkit.world import Village  # noqa: E402  # the path comes first

RUNS = 31


def median_ms(work: Callable[[], float]) -> float:
    """Call `work` several times; the median of what it measured, in milliseconds."""
    return statistics.median(work() for _ in range(RUNS)) * 1000


def start() -> float:
    """One village, from nothing until every port listens."""
    begun = time.perf_counter()
    with Village():
        return time.perf_counter() - begun


def echo() -> float:
    """The peer: connect, one line there, one line back."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            taken, _ = server.accept()
            with taken:
                taken.sendall(taken.recv(100))

        thread = threading.Thread(target=answer)
        thread.start()
        begun = time.perf_counter()
        with socket.create_connection(server.getsockname()) as client:
            client.sendall(b"hello\r\n")
            client.recv(100)
        taken = time.perf_counter() - begun
        thread.join()
        return taken


def forced_to_disk() -> float:
    """The peer: one small file that survives a power cut."""
    with tempfile.NamedTemporaryFile() as file:
        begun = time.perf_counter()
        file.write(b"x" * 1000)
        file.flush()
        os.fsync(file.fileno())
        return time.perf_counter() - begun


class Waiting:
    """Bob's mail program, waiting in IDLE."""

    def __init__(self, village: Village) -> None:
        self.imap = village.bob.imap()
        self.imap.select("INBOX")
        self.imap.send(b"idle1 IDLE\r\n")
        self.imap.readline()

    def until_exists(self) -> None:
        """Return when the server says that there is one letter more."""
        while b"EXISTS" not in self.imap.readline():
            pass


def letter(village: Village, bob: Waiting) -> float:
    """From the dot that ends the submission to ``* n EXISTS`` at Bob's."""
    with village.alice.smtp() as provider:
        provider.mail("alice@birch.example")
        provider.rcpt("bob@cedar.example")
        begun = time.perf_counter()
        provider.data(b"Subject: quick\r\n\r\nTea?\r\n")
        bob.until_exists()
        return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    start()  # once, so that everything is imported
    rows = [("village() until every port listens", median_ms(start), "150 ms")]
    with Village() as village:
        bob = Waiting(village)
        rows.append(
            ("DATA until * EXISTS in a waiting IDLE", median_ms(lambda: letter(village, bob)), "50 ms")
        )
        bob.imap.sock.close()
    rows.append(("peer: connect and one line on loopback", median_ms(echo), ""))
    rows.append(("peer: one file forced to the disk", median_ms(forced_to_disk), ""))
    for name, median, wanted in rows:
        print(f"{name:42} {median:8.2f} ms   {f'(wanted: at most {wanted})' if wanted else ''}")


if __name__ == "__main__":
    main()
