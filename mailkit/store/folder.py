"""The folder of a village: its mail, its queues, its keys; used by one village at a time.

::

    birch.example/  accounts.json  queue/  mail/alice/  mail/carol/
    cedar.example/  accounts.json  queue/  mail/bob/    mail/dave/
    ca.pem          to be trusted by mail programs
    lock            held while a village uses the folder, by whatever process
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

PREFIX = "mailkit-village-"


class Folder:
    """A folder for one village.

    Args:
        path: kept when the village ends; None makes a temporary folder that goes with it.

    Raises:
        RuntimeError: another village uses this folder.
        OSError: it cannot be made or written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.temporary = path is None
        if path is None:
            _sweep()
            path = Path(tempfile.mkdtemp(prefix=PREFIX))
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path.resolve()
        self._lock = _locked(self.path / "lock")
        if self._lock is None:
            raise RuntimeError(f"another village uses {self.path}; stop it, or choose another --dir")

    def release(self) -> None:
        """Let go of the folder; a temporary one is removed."""
        if self._lock:
            self._lock.close()
            self._lock = None
            if self.temporary:
                shutil.rmtree(self.path, ignore_errors=True)


def _sweep() -> None:
    """Remove temporary folders of villages that were killed: nobody holds their locks any more."""
    for path in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        if path.is_dir() and os.access(path, os.W_OK) and (path / "lock").exists():
            lock = _locked(path / "lock")
            if lock:
                lock.close()
                shutil.rmtree(path, ignore_errors=True)


def _locked(path: Path) -> IO[bytes] | None:
    """The file, open and locked until it is closed; None when somebody else has it."""
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
