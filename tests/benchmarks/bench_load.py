"""What do the others feel?  ``python3 tests/benchmarks/bench_load.py``

While one client does something heavy, Dave says NOOP over and over: how long was he kept waiting at worst,
and how much memory did the village take at most?  What must hold is asserted
by `tests/test_load.py`.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from load_tools import MB, Neighbour, Up, letter  # noqa: E402  # the path comes first

BIG, MANY = 50_000_000, 20_000


def submit(up: Up) -> None:
    """A letter of 50 MB is handed in, carried to cedar, and laid into Bob's mailbox."""
    with up.submission() as line:
        line.ask(b"MAIL FROM:<alice@birch.example>")
        line.ask(b"RCPT TO:<bob@cedar.example>")
        line.ask(b"DATA")
        line.say(letter(BIG) + b".\r\n")
        assert line.hear().startswith(b"250")
    while any(Path(up.said["dir"]).glob("*/queue/*")):
        time.sleep(0.01)


def fetch(up: Up) -> None:
    """Bob fetches it."""
    with up.imap() as line:
        line.ask(b"a FETCH 1 BODY.PEEK[]", b"a OK FETCH")


def retrieve(up: Up) -> None:
    """Bob gets it by POP3."""
    with up.pop3() as line:
        line.ask(b"RETR 1", b"\r\n.\r\n")


def fill(up: Up) -> None:
    """Another program lays 20,000 letters into Bob's mailbox, and he selects it."""
    box = Path(up.said["dir"]) / "cedar.example" / "mail" / "bob" / "cur"
    for number in range(MANY):
        (box / f"{1700000000 + number}.R{number:06}.mx:2,").write_bytes(
            b"Subject: one of many\n\nTea?\n" * 30
        )
    up.imap().close()


def look(up: Up) -> None:
    """FLAGS, sizes and a search among them."""
    with up.imap() as line:
        line.ask(b"a FETCH 2:* (FLAGS RFC822.SIZE)", b"a OK FETCH")
        line.ask(b"b SEARCH SUBJECT nothing", b"b OK SEARCH")


def knock(up: Up) -> None:
    """90 connections with TLS, as fast as they come."""
    lines = [up.call("imaps") for _ in range(90)]
    for line in lines:
        line.close()


def main() -> None:
    """Print a line for each."""
    print(f"{'':55} {'took':>8} {'NOOPs':>7} {'worst':>8} {'memory':>8}")
    with tempfile.TemporaryDirectory() as folder:
        up = Up(Path(folder))
        heavy: list[Callable[[Up], None]] = [submit, fetch, retrieve, fill, look, knock]
        for work in heavy:
            with Neighbour(up.imap("dave"), b"n NOOP", b"n OK") as dave:
                dave.wait_for(10)
                up.forget_peak()
                before, begun = len(dave.answers), time.perf_counter()
                work(up)
                took = time.perf_counter() - begun
            answers = dave.answers[before:]
            name = (work.__doc__ or "").splitlines()[0][:54]
            print(
                f"{name:55} {took:6.2f} s {len(answers):7} {max(answers) * 1000:5.0f} ms"
                f" {up.peak() / MB:5.0f} MB"
            )
        up.stop()


if __name__ == "__main__":
    main()
