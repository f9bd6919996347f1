"""How many letters a second a server takes.  ``python3 tests/benchmarks/bench_smtp.py [LETTERS]``

Postfix's smtp-source (Debian's package postfix) sends letters of 10 kB over 10 connections at a time, to one
after the other:

    village              its MX: two files forced to the disk before each 250, and delivered meanwhile
    village, holding     the same, delivering nothing: what acceptance alone costs
    bare aiosmtpd        the library that the village stands on, throwing every letter away
    smtp-sink            Postfix's own, in C, throwing away likewise

once with a new connection for each letter and once with connections that stay open.  Read the ratios: a
machine's absolute figures are its own.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


from mailkit.dialogue import Address  # noqa: E402

SESSIONS, OCTETS, ROUNDS = 10, 10_000, 3
WANTED = 0.9  # of bare aiosmtpd

VILLAGE = """
import asyncio, sys, time
sys.path.insert(0, {root!r})
from mailkit.world import Village
async def hold(attempt):
    await asyncio.Event().wait()
with Village({folder!r}) as v:
    v.cedar.accounts.add("bench", "bench")
    if {hold!r}:
        v.cedar.queue.carry = hold
    print(*v.ground.reached("mx.cedar.example", 25), flush=True)
    while True:
        time.sleep(1)
"""
BARE = """
import asyncio
from aiosmtpd.smtp import SMTP
class Discard:
    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 OK"
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Discard(), hostname="bare.example", loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    print(*server.sockets[0].getsockname(), flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def program(text: str) -> Iterator[Address]:
    """A Python program that prints where it listens."""
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        try:
            host, port = running.stdout.readline().split()
            yield host, int(port)
        finally:
            running.terminate()


@contextmanager
def sink() -> Iterator[Address]:
    """Postfix's smtp-sink."""
    place = ("127.0.0.1", 23925)
    with subprocess.Popen([tool("smtp-sink"), "-u", "nobody", f"{place[0]}:{place[1]}", "100"]) as running:
        time.sleep(0.5)
        try:
            yield place
        finally:
            running.terminate()


def tool(name: str) -> str:
    """Where a program is.

    Raises:
        SystemExit: nowhere.
    """
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        raise SystemExit(f"{name} is missing: apt-get install postfix")
    return found


def rate(place: Address, letters: int, keep_open: bool) -> float:
    """Letters in a second."""
    command = [tool("smtp-source"), "-s", str(SESSIONS), "-m", str(letters), "-l", str(OCTETS)]
    command += ["-f", "alice@birch.example", "-t", "bench@cedar.example", "-M", "client.example"]
    begun = time.perf_counter()
    subprocess.run([*command, *(["-d"] if keep_open else []), f"{place[0]}:{place[1]}"], check=True)
    return letters / (time.perf_counter() - begun)


def main() -> None:
    """Measure and print."""
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    root = str(Path(__file__).resolve().parents[2])
    with ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in range(2)]
        places = {
            "village": program(VILLAGE.format(root=root, folder=folders[0], hold=False)),
            "village, holding": program(VILLAGE.format(root=root, folder=folders[1], hold=True)),
            "bare aiosmtpd": program(BARE),
            "smtp-sink": sink(),
        }
        servers = {name: stack.enter_context(server) for name, server in places.items()}
        print(f"{letters} letters of {OCTETS} octets, {SESSIONS} sessions; letters/s, median of {ROUNDS}\n")
        for keep_open in (False, True):
            print("connections kept open" if keep_open else "a new connection for each letter")
            rates: dict[str, list[float]] = {name: [] for name in servers}
            for _ in range(ROUNDS):  # in turns, so that a noisy moment hits all of them
                for name, place in servers.items():
                    rates[name].append(rate(place, letters, keep_open))
            bare = statistics.median(rates["bare aiosmtpd"])
            for name, measured in rates.items():
                median = statistics.median(measured)
                wanted = f"   (wanted: at least {WANTED})" if name.startswith("village") else ""
                print(f"  {name:20} {median:8.0f}   {median / bare:5.2f} x bare aiosmtpd{wanted}")


if __name__ == "__main__":
    main()
