"""The row of messages in memory, and how it is kept equal to the files on the disk.

::

    memory   1  \\Seen      2            4  Work              UID, flags, size, date
             |               |            |
    disk     cur/17.R5:2,S   new/18.R77   cur/20.R09:2,a     where each lies now; in between, others
                                                             deliver, rename and remove

A letter is known again by its base, the part of its name that never changes.
"""

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
        modseq: the number of the latest change.
        abandoned: the folder belongs to nobody, or to another mailbox, and is not to be touched.
    """

    def __init__(self, maildir: Maildir, keywords: Keywords, uids: Uids) -> None:
        self.messages: list[Message] = []
        self.modseq = 1
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
        if any(base not in files for base in self._by_base):
            files = self._look_twice(files)
        gone = [message for message in self.messages if message.base not in files]
        moved = [m for m in self.messages if not m.gone and files.get(m.base, m.file) != m.file]
        self.bury(gone)
        for message in moved:
            message.file = files[message.base]
            self._reflag(message)
        arrivals = sorted(files.keys() - self._by_base.keys(), key=filename.age)
        self._recognise([files[base] for base in arrivals])
        return bool(gone or moved or arrivals or news)

    def learn_keywords(self) -> bool:
        """Another program may have given a meaning to a letter that stands in some names already."""
        news = self._keywords.refresh()
        for message in self.messages if news else ():
            self._reflag(message)
        return news

    def welcome(self, letters: list[Letter]) -> list[Message]:
        """Give UIDs to letters (file, size, arrived) and take them in."""
        if not letters:
            return []
        entries = self._uids.add([(filename.split(file[4:])[0], size, when) for file, size, when in letters])
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
        self._change(message)

    def claim(self, message: Message) -> None:
        """Move a message from ``new/`` to ``cur/``, with the same error."""
        self._rename(message, "")

    def bury(self, gone: list[Message]) -> None:
        """These messages are no more."""
        if not gone:
            return
        for message in gone:
            self._change(message)
            message.gone = True
            del self._by_base[message.base]
        self.messages = [message for message in self.messages if not message.gone]
        if not self.abandoned:
            self._uids.forget([message.base for message in gone])

    def _look_twice(self, first: dict[str, str]) -> dict[str, str]:
        """A rename while we look through a folder may hide a file: it is gone only if it still is."""
        second = self._maildir.files()
        hidden = {base: file for base, file in first.items() if base not in second}
        return second | {base: file for base, file in hidden.items() if (self._maildir.path / file).exists()}

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
        for entry, file in sorted(known):
            self._enter(entry, file)
        self.welcome(strangers)

    def _measure(self, file: str) -> list[Letter]:
        """A stranger's file, its size on the wire and when it came; nothing if that is no letter for us."""
        try:
            size = filename.told_wire_size(file)
            if size is None:
                size = filename.wire_size(self._maildir.read(file))
            return [(file, size, int((self._maildir.path / file).stat().st_mtime))]
        except (
            FileNotFoundError,
            IsADirectoryError,
            PermissionError,
        ):  # gone again, a folder, somebody else's
            return []

    def _enter(self, entry: Entry, file: str) -> Message:
        base, letters = filename.split(file[4:])
        self.modseq += 1
        flags = self._keywords.flags(letters)
        message = Message(entry.uid, entry.size, flags, float(entry.arrived), self.modseq, base, file)
        self.messages.append(message)
        self._by_base[base] = message
        return message

    def _rename(self, message: Message, letters: str) -> None:
        file = f"cur/{filename.join(message.base, letters)}"
        if file != message.file:
            self._maildir.move(message.file, file)
            message.file = file

    def _reflag(self, message: Message) -> None:
        flags = self._keywords.flags(filename.split(message.file)[1])
        if flags != message.flags:
            message.flags = flags
            self._change(message)

    def _change(self, message: Message) -> None:
        self.modseq += 1
        message.modseq = self.modseq
