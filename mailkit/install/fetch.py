"""pip, told in words: puts the project into .venv and says every few seconds how far it is.

    3 s   looking for jupyterlab
    6 s   fetching matplotlib
   33 s   unpacking: 41 packages in place

Where pip fails, its hundred lines become one sentence and one command.
"""

import os
import re
import subprocess
import sysconfig
import threading
import time
from pathlib import Path
from typing import IO

from mailkit.install.trouble import Trouble, spelled, typed

PACE = 3.0  # seconds between two lines of progress

DOING = (  # what pip prints -> what we say
    (r"Collecting ([\w.-]+)", "looking for {}"),
    (r"\s*(?:Downloading|Using cached) (\S+?)-\d", "fetching {}"),
    (r"Installing collected packages", "unpacking"),
)

TROUBLES = (  # what pip prints -> our sentence; what helps is to try again after it
    (r"No space left on device|Errno 28", "The disk is full; make room (about 1 GB) and try again:"),
    (
        r"CERTIFICATE_VERIFY_FAILED",
        "This network shows a certificate of its own; name its file in PIP_CERT and try again:",
    ),
    (
        r"Retrying|ConnectionError|ConnectTimeout|ProxyError|name resolution|getaddrinfo",
        "The package index cannot be reached; connect to a network (or set HTTPS_PROXY) and try again:",
    ),
    (
        r"No matching distribution|Failed building wheel|subprocess-exited-with-error",
        "A package does not fit this Python or this machine; try with another Python, 3.11 to 3.14:",
    ),
)


def fetch(project: str, constraints: Path, environment: Path, python: Path, lock: IO[str]) -> None:
    """Install `project`, a folder perhaps with an ``[extra]``, into `environment`.

    pip holds the lock too: should we be killed, it goes on for a while, and nobody may come between.

    Raises:
        Trouble: pip did not succeed.
    """
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    # -I: what PYTHONPATH and the user's own site-packages hold is not in .venv.
    command = [str(python), "-I", "-m", "pip", "install", *quiet, "-c", str(constraints), "-e", project]
    heard: list[str] = []
    with Progress(site_packages(environment)) as progress, started(command, lock) as pip:
        assert pip.stdout  # it is a pipe
        for line in pip.stdout:
            heard.append(line)
            progress.hear(line)
    if pip.returncode:
        raise diagnosis("".join(heard), command)


def started(command: list[str], lock: IO[str]) -> "subprocess.Popen[str]":
    """pip, running."""
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PIP_USER": "0"},  # some people's pip.conf says user = true
        pass_fds=() if os.name == "nt" else (lock.fileno(),),
    )


def site_packages(environment: Path) -> Path:
    """Where pip lays packages down in this environment."""
    base = {"base": str(environment), "platbase": str(environment)}
    return Path(sysconfig.get_path("purelib", "venv", base))


def diagnosis(said: str, command: list[str]) -> Trouble:
    """What pip's words mean for a person.

    >>> diagnosis("OSError: [Errno 28] No space left on device", ["pip"]).sentence
    'The disk is full; make room (about 1 GB) and try again:'
    """
    for pattern, sentence in TROUBLES:
        if re.search(pattern, said):
            return Trouble(sentence, typed())
    last = (said.strip().splitlines() or ["it said nothing"])[-1]
    return Trouble(f"pip did not succeed ({last}); look at all it says:", spelled(*command))


class Progress(threading.Thread):
    """Says every few seconds what is being done, for as long as its ``with`` block lasts."""

    def __init__(self, packages: Path) -> None:
        super().__init__(daemon=True)
        self.doing = "starting pip"
        self._packages = packages
        self._over = threading.Event()

    def hear(self, line: str) -> None:
        """Understand one line of pip's."""
        for pattern, words in DOING:
            if said := re.match(pattern, line):
                self.doing = words.format(*said.groups())

    def run(self) -> None:
        """Speak until it is over."""
        begun = time.monotonic()
        while not self._over.wait(PACE):
            print(f"  {time.monotonic() - begun:4.0f} s   {self.doing}{self._in_place()}", flush=True)

    def _in_place(self) -> str:
        if self.doing != "unpacking":
            return ""
        return f": {sum(1 for _ in self._packages.glob('*.dist-info'))} packages in place"

    def __enter__(self) -> "Progress":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()
