"""What is said while a machine is made ready, and when it cannot be: one sentence, one command."""

import os
import shlex
import subprocess
import sys
from pathlib import Path


class Trouble(Exception):
    """Something on this machine is in the way.

    Args:
        sentence: what it is, for a person who has never heard of pip; ends in a colon.
        command: what to type next.
    """

    def __init__(self, sentence: str, command: str) -> None:
        super().__init__(sentence, command)
        self.sentence, self.command = sentence, command


def say(text: str) -> None:
    """Tell how far we are; not on standard output, which belongs to the command (``up --json``)."""
    print(text, file=sys.stderr, flush=True)


def spelled(*words: str | Path) -> str:
    """A command as one types it in this system's shell.

    >>> spelled("ls", "letters")
    'ls letters'
    """
    texts = list(map(str, words))
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)


def typed() -> str:
    """The command that was typed to come here."""
    return spelled(*sys.orig_argv)


def removal(folder: Path) -> str:
    """The command that removes a folder."""
    return spelled(*(["rmdir", "/s", "/q"] if os.name == "nt" else ["rm", "-rf"]), folder)


def moving(folder: Path, target: Path) -> str:
    """The command that puts a folder aside."""
    return spelled("move" if os.name == "nt" else "mv", folder, target)


def copying(source: Path, target: Path) -> str:
    """The command that copies a folder and begins there."""
    if os.name == "nt":
        return spelled("xcopy", "/e", "/i", source, target)
    return f"{spelled('cp', '-r', source, target)} && {spelled('cd', target)} && {typed()}"
