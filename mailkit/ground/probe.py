"""What this machine really allows: every question is tried out, none is guessed from the system's name.

Each probe answers whether it can be done, and what was found.  Nothing is changed, nothing stays open.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mailkit.ground.plan import LOOPBACK

PATIENCE = 20.0  # seconds for a probe in a process of its own


class Answer(NamedTuple):
    """What came of trying."""

    ok: bool
    found: str


def tried(attempt: Callable[[], object], found: str) -> Answer:
    """Yes with `found`, or no with the system's own words."""
    try:
        attempt()
    except OSError as error:
        return Answer(False, error.strerror or str(error))
    return Answer(True, found)


def bind(address: str, port: int = 0, family: int = socket.AF_INET) -> None:
    """Take a TCP port for a moment."""
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.bind((address, port))


def many_addresses() -> Answer:
    """Whether each host of the village can have a loopback address of its own."""
    hosts = LOOPBACK.values()
    return tried(lambda: list(map(bind, hosts)), f"{min(hosts)} to {max(hosts)}")


def ipv6() -> Answer:
    """Whether this machine can speak IPv6 with itself."""
    return tried(lambda: bind("::1", family=socket.AF_INET6), "::1")


def port_25() -> Answer:
    """Whether SMTP's own port is ours to take."""
    taken = tried(lambda: bind("127.0.0.1", 25), "may be taken")
    return Answer(taken.ok, f"{taken.found}; the lowest port for you is {lowest_port()}")


def lowest_port() -> int:
    """The lowest port that we have the right to take, busy or not."""
    low, high = 1, 1024
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_allowed(middle) else (middle + 1, high)
    return low


def is_allowed(port: int) -> bool:
    """Whether it is not forbidden: somebody else may have it, but that is no question of rights."""
    try:
        bind("127.0.0.1", port)
    except PermissionError:
        return False
    except OSError:
        return True
    return True


def own_network() -> Answer:
    """Whether an ordinary process may have a network of its own (`mailkit.ground.own_network`)."""
    program = Path(__file__).with_name("own_network.py")
    try:
        ran = subprocess.run(
            [sys.executable, "-I", str(program)], capture_output=True, text=True, timeout=PATIENCE
        )
        told = json.loads(ran.stdout)
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError):
        return Answer(False, "this system has no network namespaces")
    return Answer(
        told["ok"], "real hosts with real ports" if told["ok"] else f"{told['step']}: {told['error']}"
    )


def packets() -> Answer:
    """Whether the packets on the loopback interface may be read: AF_PACKET on Linux, BPF on a Mac."""
    if hasattr(socket, "AF_PACKET"):
        return tried(_packet_socket, "a packet socket on lo")
    devices = sorted(Path("/dev").glob("bpf*"))
    if not devices:
        return Answer(False, "this system has neither packet sockets nor BPF devices")
    answers = [tried(lambda: os.close(os.open(device, os.O_RDONLY)), str(device)) for device in devices]
    return next((answer for answer in answers if answer.ok), answers[0])


def _packet_socket() -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as ear:
        ear.bind(("lo", 3))  # 3: ETH_P_ALL, every protocol


def dumpcap() -> Answer:
    """Whether Wireshark's capturing program is here and may capture: it is told to, for a second."""
    program = shutil.which("dumpcap")
    if not program:
        return Answer(False, "not found")
    with suppress(OSError, subprocess.TimeoutExpired):
        command = [program, "-q", "-i", loopback_interface(), "-a", "duration:1", "-w", "-"]
        ran = subprocess.run(command, capture_output=True, timeout=PATIENCE)
        if ran.stdout.startswith((b"\n\r\r\n", b"\xd4\xc3\xb2\xa1")):  # pcapng, pcap
            return Answer(True, program)
    return Answer(False, f"{program} may not capture")


def loopback_interface() -> str:
    """What this system calls its loopback interface (the last is Npcap's name on Windows)."""
    names = [name for _, name in socket.if_nameindex() if name.startswith("lo")]
    return names[0] if names else r"\Device\NPF_Loopback"


def writable(folder: Path) -> Answer:
    """Whether files can be made in a folder."""
    probe = folder / f".mailkit-probe-{os.getpid()}"
    answer = tried(probe.touch, str(folder))
    if answer.ok:
        probe.unlink()
    return answer


def program(name: str) -> Answer:
    """Whether a program is installed."""
    path = shutil.which(name)
    return Answer(path is not None, path or "not found")
