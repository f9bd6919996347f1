"""A mailbox on the disk: three folders, and no locks.

::

    a letter comes      tmp/17.R5f.mx            written in peace; nobody looks in here
                         |  rename: it is there as a whole, or not at all
                        new/17.R5f.mx,S=3,W=4    nobody has seen it yet
                         |  rename
                        cur/17.R5f.mx,S=3,W=4:2,S   a mail program knows it; flags are in the name

Every change is one rename, and a rename happens wholly or not at all.  So mutt, Dovecot, Postfix and we
may use the same Maildir at the same time (https://cr.yp.to/proto/maildir.html).
"""

import os
import time
from pathlib import Path

from mailkit.store import filename
from mailkit.store.files import sync_folder, write_durably

FOLDERS = ("tmp", "new", "cur")
Original = tuple[
    Path, str, float, int
]  # a file to copy, letters of its flags, when it came, octets on the wire

SMALL = 200  # a folder with so few files is read again at the least doubt


class Maildir:
    """The files of one mailbox.  A file is named by its path from here: ``cur/17.R5f.mx:2,S``."""

    def __init__(self, path: Path, host: str = "localhost") -> None:
        self.path = path
        self.host = host
        self._read_at: tuple[int, ...] = ()  # the dates of new/ and cur/ when they were last read
        self._doubt = False  # ... and they may have changed since without a new date
        self._count = 0

    def make(self) -> None:
        """Make the folders that are not there yet.  Letters are private: mode 0700."""
        for folder in FOLDERS:
            (self.path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)

    def deliver(self, content: bytes, letters: str | None, arrived: float, name: str = "") -> str:
        """Lay a letter in, so that it survives a power cut, and return its file.

        With letters (even none: ``""``) it goes to ``cur/``; with None it is new to everybody.
        """
        base = self.base(content, arrived, name)
        file = f"new/{base}" if letters is None else f"cur/{filename.join(base, letters)}"
        waiting = self.path / "tmp" / base
        try:
            write_durably(waiting, content)
            os.utime(waiting, (arrived, arrived))  # others take the date of the file for the date of arrival
            self.move(f"tmp/{base}", file)
        except BaseException:
            waiting.unlink(missing_ok=True)
            raise
        sync_folder((self.path / file).parent)
        return file

    def base(self, content: bytes, arrived: float, name: str = "") -> str:
        """A base for a letter; the same one for the same letter if it has a `name`."""
        return filename.fresh(arrived, self.host, len(content), filename.wire_size(content), name)

    def copy(self, originals: list[Original]) -> list[str]:
        """Lay in letters that lie in another mailbox, all or none, and return their files."""
        laid: list[str] = []
        try:
            for original in originals:
                laid.append(self._link(*original))
            sync_folder(self.path / "cur")
        except OSError:
            for file in laid:  # RFC 3501 section 6.4.7: as it was before
                self.remove(file)
            raise
        return laid

    def move(self, file: str, to: str) -> None:
        """Give a file another name."""
        known = self._dates() == self._read_at
        os.replace(self.path / file, self.path / to)
        self._note(known)

    def remove(self, file: str) -> None:
        """Remove a file; it is no error if somebody was quicker."""
        known = self._dates() == self._read_at
        (self.path / file).unlink(missing_ok=True)
        self._note(known)

    def read(self, file: str, most: int = -1) -> bytes:
        """The letter as it lies on the disk, or its first octets."""
        with open(f"{self.path}/{file}", "rb", buffering=0) as letter:
            return letter.read(most)

    def changed(self) -> bool:
        """Whether another program may have changed something since `files`; costs two looks.

        A folder's date says when something in it was last named, renamed or removed, but clocks of
        file systems tick: two changes in one tick have one date.  So a date that was young when we
        read the folder is doubted, until it has grown old and the folder has been read once more.
        """
        dates = self._dates()
        return dates != self._read_at or (self._doubt and (self._count <= SMALL or not _young(dates)))

    def files(self) -> dict[str, str]:
        """Every letter: its base, and the file where it lies now."""
        self._read_at = self._dates()  # first the date, then the look: a change in between is seen later
        self._doubt = _young(self._read_at)
        found = {}
        for folder in ("new", "cur"):
            for name in _names(self.path / folder):
                found[filename.split(name)[0]] = f"{folder}/{name}"
        self._count = len(found)
        return found

    def _link(self, source: Path, letters: str, arrived: float, wire: int) -> str:
        """One file with two names (a hard link) costs no octets."""
        base = filename.fresh(arrived, self.host, source.stat().st_size, wire)
        file = f"cur/{filename.join(base, letters)}"
        known = self._dates() == self._read_at
        try:
            os.link(source, self.path / file)
        except FileNotFoundError:
            raise
        except OSError:  # a disk without hard links: copy the octets
            return self.deliver(source.read_bytes(), letters, arrived)
        self._note(known)
        return file

    def _note(self, known: bool) -> None:
        """We have changed something ourselves: if we knew the folders before, we still do."""
        if known:
            self._read_at = self._dates()
            self._doubt = True

    def _dates(self) -> tuple[int, ...]:
        return _date(f"{self.path}/new"), _date(f"{self.path}/cur")


def _date(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except FileNotFoundError:
        return 0


def _names(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not name.startswith(".") and "\n" not in name]
    except FileNotFoundError:  # the mailbox has been deleted: no letters
        return []


def _young(dates: tuple[int, ...]) -> bool:
    """Whether a folder may change again without a new date.

    Most file systems tick every few milliseconds.  A date on the very second comes from one that
    knows only seconds, or two of them (FAT).
    """
    now = time.time_ns()
    return any(now - date < (2_000_000_000 if date % 1_000_000_000 == 0 else 20_000_000) for date in dates)
