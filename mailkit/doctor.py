"""``python3 -m mailkit doctor``: what this machine can do for the course, and what unlocks more.

    yes  own networks   real hosts with real ports
    no   port 25        Permission denied; the lowest port for you is 1024
                        Servers listen on other ports; the village knows them.
                        To unlock it: sudo sysctl net.ipv4.ip_unprivileged_port_start=25

Standard library only: it works where nothing else does, and it installs nothing.
"""

import json
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from mailkit.ground import probe
from mailkit.install import PROJECT, ROOT
from mailkit.install.environment import Environment
from mailkit.install.fetch import site_packages
from mailkit.install.lacking import lacking

PACKAGES = ("jupyterlab", "scapy", "matplotlib", "aiosmtpd", "ipywidgets")

CLIENTS = {  # mail programs that can talk to the village: Debian's name of the package
    "curl": "curl",
    "swaks": "swaks",
    "mutt": "mutt",
    "fetchmail": "fetchmail",
    "getmail": "getmail6",
    "mbsync": "isync",
    "msmtp": "msmtp",
    "thunderbird": "thunderbird",
    "tshark": "tshark",
}

TIERS = (  # what the cable can show, best first, and the probe that has to succeed for it
    ("namespaces", "own networks"),
    ("loopback capture", "packets"),
    ("loopback capture", "dumpcap"),
)

SWITCHES = {  # under /proc/sys: what says that ordinary users may have no namespaces, and what allows it
    "kernel/apparmor_restrict_unprivileged_userns": ("1", "0"),
    "kernel/unprivileged_userns_clone": ("0", "1"),
    "user/max_user_namespaces": ("0", "15000"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        means: what it means for a learner that it is so.
        unlocks: what would make a yes of a no; empty where nothing does or nothing has to.
    """

    name: str
    ok: bool
    found: str
    means: str
    unlocks: str = ""

    def __str__(self) -> str:
        lines = [f"{'yes' if self.ok else 'no ':3}  {self.name:13}  {self.found}", f"{'':20}{self.means}"]
        if self.unlocks:
            lines.append(f"{'':20}To unlock it: {self.unlocks}")
        return "\n".join(lines)


class Question(NamedTuple):
    """A probe, and what to say to its yes and to its no."""

    name: str
    ask: Callable[[], probe.Answer]
    if_yes: str
    if_no: str
    unlock: Callable[[], str] = lambda: ""

    def answer(self) -> Finding:
        """Try it."""
        ok, found = self.ask()
        return Finding(self.name, ok, found, self.if_yes if ok else self.if_no, "" if ok else self.unlock())


QUESTIONS = (
    Question(
        "folder",
        lambda: probe.writable(ROOT),
        "Your answers and the notebooks can be saved.",
        "Notebooks cannot be saved here.",
        lambda: "a copy of this folder where you may write",
    ),
    Question(
        "addresses",
        probe.many_addresses,
        "Each host of the village has an address of its own.",
        "The hosts of the village share 127.0.0.1; their ports tell them apart.",
    ),
    Question(
        "IPv6",
        probe.ipv6,
        "What is said about IPv6 can be tried out, too.",
        "What is said about IPv6 can only be read.",
    ),
    Question(
        "port 25",
        probe.port_25,
        "Servers could have the ports that the standards name.",
        "Servers listen on other ports; the village knows them.",
        lambda: unlock_ports(),
    ),
    Question(
        "own networks",
        probe.own_network,
        "Several hosts, routers and cables can be built here, without root.",
        "All hosts live on one machine's loopback.",
        lambda: unlock_networks(),
    ),
    Question(
        "packets",
        probe.packets,
        "What goes over the loopback can be captured.",
        "What goes over the loopback itself cannot be captured by us.",
        lambda: "dumpcap (the next line) is enough",
    ),
    Question(
        "dumpcap",
        probe.dumpcap,
        "Wireshark's own program can capture for us.",
        "Where one of the two above says yes, nothing is lost.",
        lambda: "install Wireshark, and let ordinary users capture when it asks",
    ),
)


def findings() -> list[Finding]:
    """Everything, looked at now."""
    return [packages(), widgets(), *(question.answer() for question in QUESTIONS), clients()]


def packages() -> Finding:
    """The five that the course stands on."""
    here = versions()
    missing = [name for name in PACKAGES if name not in here]
    found = ", ".join(f"{name} {here[name]}" for name in PACKAGES if name in here) or "none of the five"
    if not missing:
        return Finding("packages", True, found, "The course can begin.")
    return Finding("packages", False, found, f"Missing: {', '.join(missing)}.", "python3 -m mailkit lab")


def versions() -> dict[str, str]:
    """What is installed in the Python that `lab` would use: this one, or that of .venv."""
    environment = Environment(ROOT)
    elsewhere = lacking("course", PROJECT) and environment.meets("course")
    path = list(map(str, site_packages(environment.folder))) if elsewhere else sys.path
    return {found.name.lower(): found.version for found in metadata.distributions(path=path)}


def widgets() -> Finding:
    """Whether figures can be moved and clicked."""
    version = versions().get("ipywidgets")
    if version:
        return Finding("widgets", True, f"ipywidgets {version}", "Some figures move when you ask them to.")
    return Finding("widgets", False, "not installed", "Figures stand still.", "python3 -m mailkit lab")


def clients() -> Finding:
    """Real mail programs, to be used against the village."""
    found = {name: probe.program(name).ok for name in CLIENTS}
    here = [name for name in found if found[name]]
    missing = [CLIENTS[name] for name in found if not found[name]]
    means = "`python3 -m mailkit up` runs the village for any of them, and for every other mail program."
    how = f"sudo apt install {' '.join(missing)}" if shutil.which("apt") else f"install {', '.join(missing)}"
    return Finding(
        "mail programs", bool(here), ", ".join(here) or "none found", means, how if missing else ""
    )


def unlock_ports() -> str:
    """Linux has a switch for it; elsewhere it takes root, which is not worth it."""
    switch = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    return "sudo sysctl net.ipv4.ip_unprivileged_port_start=25" if switch.exists() else ""


def unlock_networks() -> str:
    """The switch of this Linux that says no; else another machine."""
    for name, (closed, opened) in SWITCHES.items():
        switch = Path("/proc/sys", name)
        if switch.exists() and switch.read_text().strip() == closed:
            return f"sudo sysctl {name.replace('/', '.')}={opened}"
    return "a Linux that is no container (on Windows, WSL); everything but routers and cables works here"


def capture_tier(found: list[Finding]) -> str:
    """The best that captures could show on this machine."""
    able = {finding.name for finding in found if finding.ok}
    return next((tier for tier, needed in TIERS if needed in able), "teaching")


def as_text() -> str:
    """For a person."""
    found = findings()
    return "\n".join(
        [
            f"Python {platform.python_version()} ({sys.executable}) on {platform.platform()}",
            "",
            *map(str, found),
            "",
            "Today the village runs on loopback, which every machine has.",
            f"What captures could show here: {capture_tier(found)}.",
        ]
    )


def as_json() -> str:
    """For a program: the same, in one object."""
    found = findings()
    here = versions()
    return json.dumps(
        {
            "python": {"version": platform.python_version(), "executable": sys.executable},
            "system": platform.platform(),
            "tier": "loopback",
            "capture": capture_tier(found),
            "packages": {name: here.get(name) for name in PACKAGES},
            "programs": {name: shutil.which(name) for name in CLIENTS},
            "findings": {finding.name: asdict(finding) for finding in found},
        },
        indent=2,
    )
