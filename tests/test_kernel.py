"""The life of a village in a real notebook kernel: whatever happens to the kernel, no port stays open."""

import ast
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parent.parent
PATIENCE = 60  # seconds

pytestmark = pytest.mark.slow

START = """
from mailkit import village
v = village()
print([v.ground.reached(f"mx.{d}.example", p) for d in ("birch", "cedar") for p in (25, 110, 143, 587)])
"""


class Kernel:
    """A kernel, and a client that runs cells in it."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env=environment, cwd=str(ROOT))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(PATIENCE)

    def run(self, cell: str) -> tuple[str, str]:
        """What the cell printed, and the name of the error that ended it, if one did."""
        printed: list[str] = []

        def hear(message: dict) -> None:  # type: ignore[type-arg]
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        reply = self.client.execute_interactive(cell, timeout=PATIENCE, output_hook=hear)
        return "".join(printed), reply["content"].get("ename", "")

    def close(self) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.close()


def places(printed: str) -> list[tuple[str, int]]:
    return [tuple(place) for place in ast.literal_eval(printed.strip())]


def answers(place: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(place, 2):
            return True
    except OSError:
        return False


def test_the_same_cell_twice_gives_the_same_village(kernel: Kernel) -> None:
    first, _ = kernel.run(START)
    second, _ = kernel.run(START)
    assert first == second
    assert all(map(answers, places(first)))


def test_a_restart_closes_every_port_and_the_next_village_starts(kernel: Kernel) -> None:
    printed, _ = kernel.run(START)
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(PATIENCE)
    assert not any(map(answers, places(printed)))
    again, error = kernel.run(
        START + 'print(v.alice.send(to=v.bob, subject="Again").id in str(v.bob.inbox()[0]))'
    )
    assert not error
    assert again.endswith("True\n")


def test_a_killed_kernel_leaves_no_port_open(kernel: Kernel) -> None:
    if sys.platform == "win32":
        pytest.skip("SIGKILL is known on POSIX only")
    printed, _ = kernel.run(START)
    kernel.manager.signal_kernel(signal.SIGKILL)
    while kernel.manager.is_alive():
        pass
    assert not any(map(answers, places(printed)))


def test_an_interrupt_ends_the_cell_and_not_the_village(kernel: Kernel) -> None:
    if sys.platform == "win32":
        pytest.skip("interrupts reach a Windows kernel in another way")
    printed, _ = kernel.run(START)
    waiting = "import threading, time, os, signal\n" + (
        "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        'v.say("mx.cedar.example", 25).raw(b"NO")  # half a line: no answer comes\n'
        "time.sleep(30)"
    )
    _, error = kernel.run(waiting)
    assert error == "KeyboardInterrupt"
    assert all(map(answers, places(printed)))
    later, error = kernel.run('print(v.alice.send(to=v.bob, subject="Still here").subject)')
    assert (later, error) == ("Still here\n", "")
