"""Is there another Python on this machine, one that can run mailkit?

Like ``__main__.py``, this file is written so that even Python 3.6 can read it.
"""

import os
import subprocess


def another_python() -> str:
    """How to start a Python that can run mailkit, if there is one beside this; else nothing."""
    name = "py -{}" if os.name == "nt" else "python{}"
    return next(filter(starts, map(name.format, ("3.14", "3.13", "3.12", "3.11"))), "")


def starts(python: str) -> bool:
    """Whether it starts and can install: that a program of this name is there proves little (pyenv)."""
    command = python.split() + ["-c", "import ensurepip"]
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False
