"""The row of messages in memory, and how it is kept equal to the files on the disk.

::

    memory   1  \\Seen      2            4  Work              UID, flags, size, date
             |               |            |
    disk     cur/17.R5:2,S   new/18.R77   cur/20.R09:2,a     where each lies now; in between, others
                                                             deliver, rename and remove

A letter is known again by its base, the part of its name that never changes.
"""

import stat
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailkit.store import filename
from mailkit.store.keywords import Keywords
from mailkit.store.maildir import Maildir
from mailkit.store.uids import Entry, Uids

Letter = tuple[str, int, int]  # file, octets on the wire, when it came


@dataclass(eq=False, slots=True)
class Message:
    """What a mailbox knows of a letter without opening it."""

    uid: int
    size: int  # octets on the wire, with CRLF
    flags: frozenset[str]  # "\\Seen", "\\Deleted", "$Junk", ...
    arrived: float  # seconds since the epoch: IMAP's INTERNALDATE
    modseq: int  # the number of its latest change
    base: str  # its name on the disk, which never changes ...
    file: str  # ... and where it lies now: "cur/" + base + ":2,S"
    gone: bool = False  # it has been removed, and only sessions still speak of it
    worked_out: dict[str, bytes] = field(default_factory=dict, repr=False)  # answers that never change

    @property
    def new(self) -> bool:
        """Whether no mail program has taken note of it (it lies in ``new/``)."""
        return self.file.startswith("new/")


class Shelf:
    """The messages of one mailbox.  Whoever uses it sees to it that only one does so at a time.

    Attributes:
        messages: in the order of their UIDs.
        octets: the size of all of them together.
        flagged: the number of the latest change of flags ...
        removed: ... and of the latest removal; there is no need to look for older ones.
        abandoned: the folder belongs to nobody, or to another mailbox, and is not to be touched.
    """

    def __init__(self, maildir: Maildir, keywords: Keywords, uids: Uids) -> None:
        self.messages: list[Message] = []
        self.octets = 0
        self.flagged = self.removed = 0
        self.abandoned = False
        self._maildir, self._keywords, self._uids = maildir, keywords, uids
        self._by_base: dict[str, Message] = {}
        self.take_in()

    def take_in(self) -> bool:
        """Make memory agree with the disk; whether anything had changed."""
        if self.abandoned:
            return False
        news = self.learn_keywords()
        files = self._maildir.files()
        if not self._uids.entries.keys() <= files.keys():
            files = self._look_twice(files)
        gone = [message for message in self.messages if message.base not in files]
        moved = [m for m in self.messages if files.get(m.base, m.file) != m.file]
        self.bury(gone)
        self._forget_missing(files)
        for message in moved:
            message.file = files[message.base]
        self._reflag(moved)
        arrivals = sorted(files.keys() - self._by_base.keys(), key=filename.age)
        self._recognise([files[base] for base in arrivals])
        return bool(gone or moved or arrivals or news)

    def find(self, base: str) -> Message | None:
        """The message with this base, if it is here."""
        return self._by_base.get(base)

    def learn_keywords(self) -> bool:
        """Another program may have given a meaning to a letter that stands in some names already."""
        news = self._keywords.refresh()
        if news:
            self._reflag(self.messages)
        return news

    def welcome(self, letters: list[Letter]) -> list[Message]:
        """Give UIDs to letters (file, size, arrived) and take them in."""
        if not letters:
            return []
        named = [(*filename.split(file[4:]), size, when) for file, size, when in letters]
        entries = self._uids.add([(base, size, when, flags) for base, flags, size, when in named])
        return [self._enter(entry, file) for entry, (file, _, _) in zip(entries, letters)]

    def place(self, message: Message, flags: Iterable[str]) -> None:
        """Give a message these flags, which are letters in the name of its file.

        Raises:
            FileNotFoundError: another program has just renamed or removed it.
        """
        self.learn_keywords()
        letters = self._keywords.letters(flags)
        self._rename(message, letters + self._keywords.unknown(filename.split(message.file)[1]))
        message.flags = self._keywords.flags(filename.split(message.file)[1])
        self._count_change([message])

    def claim(self, message: Message) -> None:
        """Move a message from ``new/`` to ``cur/``, with the same error."""
        self._rename(message, "")

    def bury(self, gone: list[Message]) -> None:
        """These messages are no more."""
        if not gone:
            return
        for message in gone:
            message.gone = True
            self.octets -= message.size
            del self._by_base[message.base]
        self.messages = [message for message in self.messages if not message.gone]
        if self.abandoned:  # the file of numbers is somebody else's now
            self._uids.modseq += 1
        else:
            self._uids.forget([message.base for message in gone])
        self.removed = self._uids.modseq

    def _look_twice(self, first: dict[str, str]) -> dict[str, str]:
        """A rename while we look through a folder may hide a file: it is gone only if it still is."""
        second = self._maildir.files()
        hidden = {base: file for base, file in first.items() if base not in second}
        return second | {base: file for base, file in hidden.items() if (self._maildir.path / file).exists()}

    def _forget_missing(self, files: dict[str, str]) -> None:
        """Letters that were removed while we were away."""
        missing = [base for base in self._uids.entries if base not in files]
        if missing:
            self._uids.forget(missing)

    def _recognise(self, files: list[str]) -> None:
        """Take in files: those that were here before a restart under their UIDs, others as new ones."""
        known: list[tuple[Entry, str]] = []
        strangers: list[Letter] = []
        for file in files:
            entry = self._uids.entries.get(filename.split(file[4:])[0])
            if entry:
                known.append((entry, file))
            else:
                strangers += self._measure(file)
        entered = [self._enter(entry, file) for entry, file in sorted(known)]
        flagged = [
            message
            for message, (entry, file) in zip(entered, sorted(known))
            if filename.split(file)[1] != entry.letters  # while we were away
        ]
        self._count_change(flagged)
        self.welcome(strangers)

    def _measure(self, file: str) -> list[Letter]:
        """A stranger's file, its size on the wire and when it came; nothing if that is no letter for us."""
        try:
            about = (self._maildir.path / file).lstat()
            if not stat.S_ISREG(about.st_mode):
                return []  # a folder, a link that leads outside, a pipe that would stop us
            size = filename.told_wire_size(file)
            if size is None:
                size = filename.wire_size(self._maildir.read(file))
            return [(file, size, int(about.st_mtime))]
        except (FileNotFoundError, PermissionError):  # gone again, somebody else's
            return []

    def _enter(self, entry: Entry, file: str) -> Message:
        base, letters = filename.split(file[4:])
        flags = self._keywords.flags(letters)
        message = Message(entry.uid, entry.size, flags, float(entry.arrived), entry.modseq, base, file)
        self.messages.append(message)
        self.octets += entry.size
        self._by_base[base] = message
        return message

    def _rename(self, message: Message, letters: str) -> None:
        file = f"cur/{filename.join(message.base, letters)}"
        if file != message.file:
            self._maildir.move(message.file, file)
            message.file = file

    def _reflag(self, messages: list[Message]) -> None:
        """Names have changed, or what letters mean: look at the flags again."""
        changed = []
        for message in messages:
            flags = self._keywords.flags(filename.split(message.file)[1])
            if flags != message.flags:
                message.flags = flags
                changed.append(message)
        self._count_change(changed)

    def _count_change(self, messages: list[Message]) -> None:
        """Each of these gets the next number."""
        if messages:
            changed = [(message.base, filename.split(message.file)[1]) for message in messages]
            for message, entry in zip(messages, self._uids.change(changed)):
                message.modseq = entry.modseq
            self.flagged = self._uids.modseq
