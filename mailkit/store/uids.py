"""The numbers that clients remember: UIDVALIDITY, UIDs and MODSEQs (RFC 3501 section 2.3.1.1, RFC 7162).

A client keeps copies of letters under the server's UIDs.  So a UID must never change and never be given
twice, not even after a restart.  If the numbers are lost, UIDVALIDITY changes, and every client starts
again.  Every change of flags has a number too, the MODSEQ: a client that was away asks only for what has
a higher one than it knows.  They all lie in a file that a person can read::

    uidvalidity 1700000000 uidnext 3 modseq 2     how far the numbers had come when this line was written
    1 63 1700000000 1 S 1700000000.R5f0c.mx,S=61,W=63     UID, octets on the wire, when it came,
    2 910 1700000060 2 - 1700000060.R77aa.mx,S=888,W=910      MODSEQ, letters of its flags then, base
    2 flags 3 FS                                  written behind it later: it has other flags now
    2 gone 4                                      it has been removed

News is written behind the rest, which is cheap; a file with much that is past is written anew.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mailkit.store.files import add_lines, sync_folder, write_safely

_HEAD = re.compile(r"uidvalidity (\d{1,10}) uidnext (\d{1,10}) modseq (\d{1,19})")
_PAST_BEFORE_TIDYING = 100

Letter = tuple[str, int, int, str]  # base, octets on the wire, when it came, letters of its flags


class Entry(NamedTuple):
    """What is remembered of a letter."""

    uid: int
    size: int  # octets on the wire
    arrived: int  # seconds since the epoch
    modseq: int  # the number of its latest change ...
    letters: str  # ... and its flags since then: if they differ, it was changed while we were away


class Uids:
    """The UIDs and MODSEQs of one mailbox, by base.

    Args:
        path: the file.
        fresh: gives a UIDVALIDITY that this name has never had; asked when the file is lost.
    """

    def __init__(self, path: Path, fresh: Callable[[], int]) -> None:
        self.path = path
        self.entries: dict[str, Entry] = {}
        self._past = 0  # lines that say what is no longer so
        try:
            whole = self._load(path.read_bytes())
        except (FileNotFoundError, KeyError, ValueError):  # lost or damaged: clients have to start again
            self.entries, self.validity, self.next, self.modseq = {}, fresh(), 1, 1
            whole = False
        if not whole or self._past > _PAST_BEFORE_TIDYING:
            self._write_anew()

    def add(self, letters: list[Letter]) -> list[Entry]:
        """Give UIDs and MODSEQs to letters in this order, and write them down at once."""
        if self.next == 1:  # from now on the file itself would be missed
            sync_folder(self.path.parent)
        entries = [
            Entry(self.next + n, size, arrived, self.modseq + 1 + n, flags)
            for n, (_, size, arrived, flags) in enumerate(letters)
        ]
        bases = [base for base, *_ in letters]
        self._append("".join(map(_line, bases, entries)), durable=True)
        self.entries.update(zip(bases, entries))
        self.next += len(letters)
        self.modseq += len(letters)
        return entries

    def change(self, changed: list[tuple[str, str]]) -> list[Entry]:
        """These letters (base, letters of the flags) have other flags now: each gets the next MODSEQ."""
        entries = [
            self.entries[base]._replace(modseq=self.modseq + 1 + n, letters=flags)
            for n, (base, flags) in enumerate(changed)
        ]
        self.entries.update(zip((base for base, _ in changed), entries))
        self.modseq += len(changed)
        self._past += len(changed)
        self._tell("".join(f"{entry.uid} flags {entry.modseq} {entry.letters or '-'}\n" for entry in entries))
        return entries

    def forget(self, bases: list[str]) -> None:
        """These letters are gone; that is a change, too."""
        gone = [self.entries.pop(base) for base in bases]
        self.modseq += 1
        self._past += len(gone)
        self._tell("".join(f"{entry.uid} gone {self.modseq}\n" for entry in gone))

    def _load(self, content: bytes) -> bool:
        """Take in the file; False if its last line is torn (nobody was told of that one yet)."""
        head, *lines = os.fsdecode(content).split("\n")
        form = _HEAD.fullmatch(head)
        if not form:
            raise ValueError(f"{self.path}: expected 'uidvalidity N uidnext N modseq N', but found {head!r}")
        self.validity, self.next, self.modseq = map(int, form.groups())
        bases: dict[int, str] = {}
        for line in lines[:-1]:
            number, *rest = line.split(" ", 5)
            self._take(int(number), rest, bases)
        return lines[-1:] == [""]

    def _take(self, uid: int, rest: list[str], bases: dict[int, str]) -> None:
        """One line of the file."""
        if rest[0] == "gone":
            modseq = int(rest[1])
            del self.entries[bases.pop(uid)]
            self._past += 1
        elif rest[0] == "flags":
            modseq = int(rest[1])
            entry = self.entries[bases[uid]]
            self.entries[bases[uid]] = entry._replace(modseq=modseq, letters=rest[2].strip("-"))
            self._past += 1
        else:
            size, arrived, number, letters, base = rest
            modseq = int(number)
            self.entries[base] = Entry(uid, int(size), int(arrived), modseq, letters.strip("-"))
            bases[uid] = base
            self.next = max(self.next, uid + 1)
        self.modseq = max(self.modseq, modseq)

    def _tell(self, news: str) -> None:
        """Write news behind the rest, or all anew."""
        if not self.path.exists():  # the whole mailbox has been deleted
            return
        if self._past > _PAST_BEFORE_TIDYING + len(self.entries):
            self._write_anew()
        else:
            self._append(news, durable=False)

    def _append(self, text: str, durable: bool) -> None:
        add_lines(self.path, os.fsencode(text), durable)

    def _write_anew(self) -> None:
        """Write the whole file beside the old one, then put it in its place: never half a file."""
        head = f"uidvalidity {self.validity} uidnext {self.next} modseq {self.modseq}\n"
        content = os.fsencode(head + "".join(map(_line, self.entries, self.entries.values())))
        if self.next == 1:  # no UID has been given yet: if this is lost, nobody misses it
            self.path.write_bytes(content)
        else:
            write_safely(self.path, content)
        self._past = 0


def _line(base: str, entry: Entry) -> str:
    return f"{entry.uid} {entry.size} {entry.arrived} {entry.modseq} {entry.letters or '-'} {base}\n"
