"""The folder .venv: made by one terminal at a time, and finished or not, never in between.

.venv/mailkit.txt     what it means
missing               somebody else's .venv: used as it is, never changed
empty                 begun and not finished: made anew
course 5f2c...        whole, for the pyproject.toml and constraints.txt with this hash
test 5f2c...          the same, with all that the tests need
"""

import importlib.util
import os
import shutil
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from mailkit.install.fetch import fetch, fetch_pip
from mailkit.install.lacking import Needs
from mailkit.install.trouble import Trouble, copying, removal, say
from mailkit.pythons import another_python


class Environment:
    """The .venv of one project folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self._note = self.folder / "mailkit.txt"
        self._sources = root / "pyproject.toml", root / "constraints.txt"

    @property
    def is_active(self) -> bool:
        """Whether the Python that runs this is the one of this folder."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    @property
    def is_foreign(self) -> bool:
        """Whether somebody else made it."""
        return self.folder.exists() and not self._note.exists() and any(self.folder.iterdir())

    def meets(self, needs: Needs) -> bool:
        """Whether it is finished, for these very versions, and still has its Python."""
        return self.python.exists() and self._line(needs) in self._finished()

    def install(self, needs: Needs) -> None:
        """Make it, or bring it up to date.

        Raises:
            Trouble: it could not be done.
        """
        with one_at_a_time(self.root) as lock:
            if self.meets(needs):
                return  # another terminal has done it while we waited
            if not self.python.exists() or not self._finished():
                self._make(lock)
            self._note.write_text("")
            fetch(self.project(needs), self._sources[1], self.folder, self.python, lock)
            met: list[Needs] = ["course", "test"] if needs == "test" else ["course"]
            self._note.write_text("\n".join(map(self._line, met)))

    def project(self, needs: Needs) -> str:
        """What pip is to install: this folder, with or without the tests' packages."""
        return f"{self.root}[test]" if needs == "test" else str(self.root)

    def _finished(self) -> list[str]:
        return self._note.read_text().splitlines() if self._note.exists() else []

    def _line(self, needs: Needs) -> str:
        # The folder counts too: a .venv that was copied elsewhere still points to where it was made.
        content = b"".join([bytes(self.folder), *(source.read_bytes() for source in self._sources)])
        return f"{needs} {sha256(content).hexdigest()}"

    def _make(self, lock: IO[str]) -> None:
        if importlib.util.find_spec("ensurepip") is None:
            raise no_ensurepip()
        say(f"Making {self.folder}, this once; it takes a minute or two.")
        try:
            self._clear()
            venv.create(self.folder, symlinks=os.name != "nt")
        except OSError as error:
            raise Trouble(
                f"{self.folder} could not be made ({error}); try again after:", removal(self.folder)
            ) from None
        fetch_pip(self.folder, self.python, lock)

    def _clear(self) -> None:
        old = self.root / ".venv-old"  # renamed first: half removed, it would look like somebody else's
        shutil.rmtree(old, ignore_errors=True)
        if self.folder.exists():
            say("(The last try was not finished; beginning anew.)")
            self.folder.rename(old)
            shutil.rmtree(old, ignore_errors=True)
        self.folder.mkdir()
        self._note.touch()


def no_ensurepip() -> Trouble:
    """Debian and Ubuntu cut ensurepip, the part that installs, into a package of its own."""
    sentence = "This Python came without ensurepip, the part that installs"
    another = another_python()
    if not shutil.which("apt"):
        return Trouble(f"{sentence}; take another Python:", f"{another or 'python3.13'} -m mailkit lab")
    ours = Path("/usr/bin/python3").resolve() == Path(sys.executable).resolve()
    package = "python3-venv" if ours else f"python3.{sys.version_info.minor}-venv"
    instead = f" (or take another Python: {another} -m mailkit lab)" if another else ""
    return Trouble(f"{sentence}; add it{instead}:", f"sudo apt install {package}")


@contextmanager
def one_at_a_time(root: Path) -> Iterator[IO[str]]:
    """Wait until no other terminal installs.  The system itself unlocks when the holder dies."""
    try:
        lock = (root / ".venv.lock").open("a")
    except OSError as error:
        command = copying(root, Path.home() / "mailkit")
        raise Trouble(f"{root} may not be written to ({error.strerror}); work in a copy:", command) from None
    with lock:
        seconds = 0
        while not is_ours(lock):
            if seconds % 5 == 0:
                say("Another terminal is installing; waiting for it.")
            time.sleep(1)
            seconds += 1
        yield lock


def is_ours(lock: IO[str]) -> bool:
    """Take the lock if it is free."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
