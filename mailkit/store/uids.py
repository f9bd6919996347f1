"""The numbers that clients remember: UIDVALIDITY and UIDs (RFC 3501 section 2.3.1.1).

A client keeps copies of letters under the server's UIDs.  So a UID must never change and never be given
twice, not even after a restart.  If the numbers are lost, UIDVALIDITY changes, and every client starts
again.  They lie in a file that a person can read::

    uidvalidity 1700000000 uidnext 3          what a new letter will get, when this line was written
    1 63 1700000000 1700000000.R5f0c.mx,S=61,W=63      UID, octets on the wire, when it came, base
    2 910 1700000060 1700000060.R77aa.mx,S=888,W=910
    3 1260 1700000123 1700000123.R09d2.mx,S=1234,W=1260    written behind it later
    2 gone                                    it has been removed

News is written behind the rest, which is cheap; a file with much that is gone is written anew.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mailkit.store.files import sync_folder, write_safely

_HEAD = re.compile(r"uidvalidity (\d{1,10}) uidnext (\d{1,10})")
_GONE_BEFORE_TIDYING = 100


class Entry(NamedTuple):
    """What is remembered of a letter."""

    uid: int
    size: int  # octets on the wire
    arrived: int  # seconds since the epoch


class Uids:
    """The UIDs of one mailbox, by base.

    Args:
        path: the file.
        fresh: gives a UIDVALIDITY that this name has never had; asked when the file is lost.
    """

    def __init__(self, path: Path, fresh: Callable[[], int]) -> None:
        self.path = path
        self.entries: dict[str, Entry] = {}
        self._gone = 0
        try:
            whole = self._load(path.read_bytes())
        except (FileNotFoundError, ValueError):  # lost or damaged: clients have to start again
            self.entries, self.validity, self.next = {}, fresh(), 1
            whole = False
        if not whole or self._gone > _GONE_BEFORE_TIDYING:
            self._write_anew()

    def add(self, letters: list[tuple[str, int, int]]) -> list[Entry]:
        """Give UIDs to letters (base, size, arrived) in this order, and write them down at once."""
        entries = [Entry(self.next + n, size, arrived) for n, (_, size, arrived) in enumerate(letters)]
        if self.next == 1:  # from now on the file itself would be missed
            sync_folder(self.path.parent)
        bases = [base for base, _, _ in letters]
        self._append("".join(map(_line, bases, entries)), durable=True)
        self.entries.update(zip(bases, entries))
        self.next += len(letters)
        return entries

    def forget(self, bases: list[str]) -> None:
        """These letters are gone."""
        gone = [self.entries.pop(base) for base in bases]
        self._gone += len(gone)
        if not self.path.exists():  # the whole mailbox has been deleted
            return
        if self._gone > _GONE_BEFORE_TIDYING + len(self.entries):
            self._write_anew()
        else:
            self._append("".join(f"{entry.uid} gone\n" for entry in gone), durable=False)

    def _load(self, content: bytes) -> bool:
        """Take in the file; False if its last line is torn (nobody was told of that one yet)."""
        head, *lines = os.fsdecode(content).split("\n")
        form = _HEAD.fullmatch(head)
        if not form:
            raise ValueError(f"{self.path}: expected 'uidvalidity N uidnext N', but found {head!r}")
        self.validity, self.next = int(form[1]), int(form[2])
        bases: dict[int, str] = {}
        for line in lines[:-1]:
            uid, *rest = line.split(" ", 3)
            if rest == ["gone"]:
                del self.entries[bases.pop(int(uid))]
                self._gone += 1
            else:
                size, arrived, base = rest
                self.entries[base] = Entry(int(uid), int(size), int(arrived))
                bases[int(uid)] = base
                self.next = max(self.next, int(uid) + 1)
        return lines[-1:] == [""]

    def _append(self, text: str, durable: bool) -> None:
        with open(self.path, "ab") as file:
            file.write(os.fsencode(text))
            file.flush()
            if durable:
                os.fsync(file.fileno())

    def _write_anew(self) -> None:
        """Write the whole file beside the old one, then put it in its place: never half a file."""
        head = f"uidvalidity {self.validity} uidnext {self.next}\n"
        content = os.fsencode(head + "".join(map(_line, self.entries, self.entries.values())))
        if self.next == 1:  # no UID has been given yet: if this is lost, nobody misses it
            self.path.write_bytes(content)
        else:
            write_safely(self.path, content)
        self._gone = 0


def _line(base: str, entry: Entry) -> str:
    return f"{entry.uid} {entry.size} {entry.arrived} {base}\n"
