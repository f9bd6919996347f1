"""pip, told in words: puts the project into .venv and says every few seconds how far it is.

    3 s   looking for jupyterlab
    6 s   fetching matplotlib
   33 s   unpacking: 41 packages in place

Where pip fails, its hundred lines become one sentence and one command.
"""

import os
import re
import subprocess
import threading
import time
from pathlib import Path
from typing import IO

from mailkit.install.trouble import Trouble, say, spelled, typed

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


def fetch_pip(environment: Path, python: Path, lock: IO[str]) -> None:
    """Install pip itself into an environment that has nothing; it needs no network."""
    run(python, ["ensurepip", "--upgrade", "--default-pip"], environment, lock)


def fetch(project: str, constraints: Path, environment: Path, python: Path, lock: IO[str]) -> None:
    """Install `project`, a folder perhaps with an ``[extra]``, into `environment`.

    Raises:
        Trouble: pip did not succeed.
    """
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    run(python, ["pip", "install", *quiet, "-c", str(constraints), "-e", project], environment, lock)


def run(python: Path, module: list[str], environment: Path, lock: IO[str]) -> None:
    """Run a module of `environment` that installs, and tell how far it is."""
    # -I: what PYTHONPATH and the user's own site-packages hold is not in .venv.
    command = [str(python), "-I", "-m", *module]
    heard: list[str] = []
    with Progress(environment) as progress, started(command, lock) as pip:
        assert pip.stdout  # it is a pipe
        for line in pip.stdout:
            heard.append(line)
            progress.hear(line)
    if pip.returncode:
        raise diagnosis("".join(heard), command)


def started(command: list[str], lock: IO[str]) -> "subprocess.Popen[str]":
    """pip, running.

    It holds the lock as well: should we be killed, it goes on for a while, and nobody may come between.
    """
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PIP_USER": "0"},  # some people's pip.conf says user = true
        pass_fds=() if os.name == "nt" else (lock.fileno(),),
    )


def site_packages(environment: Path) -> list[Path]:
    """Where packages are laid down in this environment, on POSIX and on Windows."""
    return [*environment.glob("lib/python*/site-packages"), *environment.glob("Lib/site-packages")]


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

    def __init__(self, environment: Path) -> None:
        super().__init__(daemon=True)
        self.doing = "starting pip"
        self._environment = environment
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
            say(f"  {time.monotonic() - begun:4.0f} s   {self.doing}{self._in_place()}")

    def _in_place(self) -> str:
        if self.doing != "unpacking":
            return ""
        count = sum(len(list(folder.glob("*.dist-info"))) for folder in site_packages(self._environment))
        return f": {count} packages in place"

    def __enter__(self) -> "Progress":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()
