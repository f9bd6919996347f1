"""Makes a machine ready that has nothing but Python.  Standard library only.

    lacking.py       is all here?  yes: nothing to do       (conda, an active venv, the second run)
        | no
    environment.py   .venv, made beside pyproject.toml, by one terminal at a time
        |
    fetch.py         pip puts the project in, with the exact versions of constraints.txt
        |
    .venv/mailkit.txt   a note: for which pyproject.toml and constraints.txt it is finished
        |
    again            the same command, now with the Python of .venv

Where a step fails, trouble.py says so, in one sentence and with one command that helps.
The note is written last.  Whatever stops an installation, the next try finds it empty and begins anew.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from mailkit.install.environment import Environment
from mailkit.install.lacking import Needs, lacking, listed
from mailkit.install.trouble import Trouble, moving, removal, say, spelled

__all__ = ["PROJECT", "ROOT", "Needs", "Trouble", "become", "make_ready", "with_project"]

ROOT = Path(__file__).resolve().parents[2]  # the folder of the project
PROJECT = ROOT / "pyproject.toml"
AGAIN = "MAILKIT_AGAIN"  # set for the Python of .venv, so that we never go round in a circle


def make_ready(needs: Needs) -> None:
    """Return when this Python has what is needed; otherwise start again in one that has.

    Raises:
        Trouble: it could not be done; says why, and what helps.
    """
    sent_here = os.environ.pop(AGAIN, "")
    lacks = lacking(needs, PROJECT)
    if not lacks:
        return
    environment = Environment(ROOT)
    if (environment.is_active or sent_here) and environment.is_foreign:
        by_hand = spelled(environment.python, "-m", "pip", "install", "-e", environment.project(needs))
        raise Trouble(f"Your own {environment.folder} lacks {listed(lacks)}; put it in:", by_hand)
    if environment.is_foreign and not environment.python.exists():
        aside = moving(environment.folder, environment.folder.with_name("venv-kept"))
        raise Trouble(f"{environment.folder} is no Python environment; put it aside and try again:", aside)
    if sent_here:
        sentence = f"{environment.folder} lacks {listed(lacks)} in spite of all; remove it and try again:"
        raise Trouble(sentence, removal(environment.folder))
    if environment.is_active:  # but not finished, or out of date: only from outside can it be made anew
        start_again(Path(getattr(sys, "_base_executable")))
    if not environment.is_foreign and not environment.meets(needs):
        say(f"This Python lacks {listed(lacks)}.")
        environment.install(needs)
    start_again(environment.python, {AGAIN: "1"})


def start_again(python: Path, sign: dict[str, str] | None = None) -> NoReturn:
    """The same command once more, with another Python."""
    command = [str(python), "-m", "mailkit", *sys.argv[1:]]
    become(command, {**with_project(os.environ), **(sign or {})})


def with_project(environ: Mapping[str, str]) -> dict[str, str]:
    """The same environment, in which every Python (a notebook's kernel, too) finds this mailkit."""
    path = [str(ROOT), *environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {**environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(filter(None, path)))}


def become(command: list[str], environ: dict[str, str]) -> NoReturn:
    """Let this process go on as another program; it gets our signals and gives our exit code."""
    if os.name != "nt":
        os.execve(command[0], command, environ)
    with subprocess.Popen(command, env=environ) as child:  # Windows has no exec
        while child.poll() is None:
            try:
                child.wait()
            except KeyboardInterrupt:
                continue  # Ctrl-C has reached the child as well, and it decides
    sys.exit(child.returncode)
