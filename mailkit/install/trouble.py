"""What is said when a machine cannot be made ready: one sentence, and the one command that helps."""

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


def copying(source: Path, target: Path) -> str:
    """The command that copies a folder."""
    return spelled(*(["xcopy", "/e", "/i"] if os.name == "nt" else ["cp", "-r"]), source, target)
