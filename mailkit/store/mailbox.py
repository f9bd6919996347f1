"""A mailbox as one object: its messages in the order of their UIDs, shared by every session.

::

    phone-bob  --- IMAP session --\\
                                    Mailbox  ---  Maildir on the disk  ---  mutt, Dovecot, Postfix
    laptop-bob --- POP3 session --/    |
                                       `-- tells its watchers when something has changed

All that a client asks often (flags, sizes, dates, UIDs) is here in memory; only the letters' own octets are
read from the disk when they are wanted.  Every change gets the next number, `Message.modseq`
(RFC 7162 section 3.1): so a session knows what is news to it.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mailkit.letter.structure import header_end
from mailkit.store import filename
from mailkit.store.keywords import FILE as KEYWORDS
from mailkit.store.keywords import Keywords
from mailkit.store.maildir import Maildir, sync_folder
from mailkit.store.uids import Entry, Uids
from mailkit.talk.refusal import Refused

HEAD = 16_384  # octets that are read of a letter whose header is wanted; nearly all are shorter


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


class Mailbox:
    """One mailbox.  Ask `mailkit.store.mailboxes.Mailboxes` for it, so that all share one object.

    Args:
        name: as a person says it, e.g. ``INBOX`` or ``Work.Tea``.
        path: its Maildir, which exists.
        clock: tells the time of arrival.
        validity: gives a UIDVALIDITY that was never used, for a mailbox that has none.
        host: whose machine is named in the files.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        clock: Callable[[], float],
        validity: Callable[[], int],
        host: str = "localhost",
    ) -> None:
        self.name, self.path = name, path
        self.messages: list[Message] = []
        self.modseq = 1
        self._clock = clock
        self._maildir = Maildir(path, host)
        self._maildir.make()
        self._keywords = Keywords(path / KEYWORDS)
        self._uids = Uids(path / "uids", validity)
        self._by_base: dict[str, Message] = {}
        self._watchers: list[Callable[[], None]] = []
        self._changing = threading.RLock()  # sessions, deliveries and notebooks run in several threads
        self._owner = threading.Lock()  # POP3 wants the mailbox for itself
        self._abandoned = False
        self._take_in()

    @property
    def uidvalidity(self) -> int:
        """Changes when the UIDs of before mean nothing any more."""
        return self._uids.validity

    @property
    def uidnext(self) -> int:
        """The UID that the next letter will get, at least 1."""
        return self._uids.next

    @property
    def keywords(self) -> list[str]:
        """The keywords that have been used here."""
        return list(self._keywords.names.values())

    @property
    def takes_keywords(self) -> bool:
        """Whether a client may invent a further keyword."""
        return not self._keywords.full

    def spelled(self, flags: Iterable[str]) -> frozenset[str]:
        """The same flags as they are spelled here: keywords know no capitals."""
        known = {flag.lower(): flag for flag in (*filename.FLAGS.values(), *self.keywords)}
        return frozenset(known.get(flag.lower(), flag) for flag in flags)

    # ---- reading

    def refresh(self) -> None:
        """Notice what other programs have delivered, removed or flagged; cheap if they have not."""
        with self._changing:
            changed = self._maildir.changed() and self._take_in()
        if changed:
            self._tell()

    def read(self, message: Message) -> bytes:
        """The letter, with CRLF, to the octet.

        Raises:
            Refused: it is gone, or cannot be read.
        """
        return filename.to_wire(self._octets(message))

    def read_header(self, message: Message) -> bytes:
        """The letter's header, with the blank line that ends it; a long body is not read at all."""
        content = filename.to_wire(self._octets(message, HEAD))
        end = header_end(content, 0, len(content))
        return content[:end] if end < len(content) else self._whole_header(message)

    def claim(self) -> list[Message]:
        """The messages that no mail program had seen; from now on one has (IMAP's ``\\Recent``)."""
        with self._changing:
            new = [message for message in self.messages if message.new]
            try:
                for message in new:
                    self._rename(message, "")
            except FileNotFoundError:  # another program is doing the same
                self._take_in()
        return [message for message in new if not message.gone]

    # ---- changing

    def append(self, content: bytes, flags: Iterable[str] = (), arrived: float | None = None) -> Message:
        """Lay a letter in.  When this returns, the letter survives a power cut.

        Without flags it is new to everybody; with flags some client has had it before.

        Raises:
            Refused: there is no room for it.
        """
        when = self._clock() if arrived is None else arrived
        disk = filename.to_disk(content)
        with self._changing:
            self._must_exist()
            flags = frozenset(flags)
            letters = self._keywords.letters(flags) if flags else None
            try:
                file = self._maildir.deliver(disk, letters, when)
            except OSError as error:
                raise Refused(452, "4.3.1", f"the letter could not be written: {error.strerror}") from error
            [message] = self._welcome([(file, filename.wire_size(disk), int(when))])
        self._tell()
        return message

    def copy(self, messages: Sequence[Message], source: "Mailbox") -> list[Message]:
        """Lay in copies of another mailbox's messages, all or none, with their flags and dates.

        Raises:
            Refused: one of them is gone, or there is no room.
        """
        laid: list[tuple[str, int, int]] = []
        with source._changing, self._changing:
            self._must_exist()
            source.refresh()
            try:
                for message in messages:
                    source._must_be_here(message)
                    letters = self._keywords.letters(message.flags)
                    path = source.path / message.file
                    file = self._maildir.copy(path, letters, message.arrived, message.size)
                    laid.append((file, message.size, int(message.arrived)))
                sync_folder(self.path / "cur")
            except (OSError, Refused) as error:
                for file, _, _ in laid:  # RFC 3501 section 6.4.7: as it was before
                    self._maildir.remove(file)
                if isinstance(error, Refused):
                    raise
                raise Refused(452, "4.3.1", f"a letter could not be copied: {error.strerror}") from error
            copies = self._welcome(laid)
        self._tell()
        return copies

    def store(self, message: Message, flags: frozenset[str]) -> None:
        """Give a message these flags instead of those that it has.

        Raises:
            Refused: it is gone, or the mailbox has no room for another keyword.
        """
        with self._changing:
            self._must_be_here(message)
            letters = self._keywords.letters(flags)
            kept = self._keywords.unknown(filename.split(message.file)[1])
            try:
                self._rename(message, letters + kept)
            except FileNotFoundError:  # another program has renamed it; where is it now?
                self._take_in()
                self._must_be_here(message)
                self._rename(message, letters + kept)
            message.flags = self._keywords.flags(filename.split(message.file)[1])
            self._change(message)
        self._tell()

    def expunge(self, messages: Iterable[Message]) -> None:
        """Remove messages for good."""
        with self._changing:
            gone = [message for message in messages if not message.gone]
            for message in gone:
                self._maildir.remove(message.file)
            self._bury(gone)
        if gone:
            self._tell()

    # ---- watching and holding

    def watch(self, callback: Callable[[], None]) -> None:
        """Call back after every change, whoever makes it."""
        self._watchers.append(callback)

    def unwatch(self, callback: Callable[[], None]) -> None:
        """Call back no more."""
        self._watchers.remove(callback)

    def lock(self) -> bool:
        """Have the mailbox for oneself (RFC 1939 section 4); False if another POP3 session has it."""
        return self._owner.acquire(blocking=False)

    def unlock(self) -> None:
        """Give it back."""
        self._owner.release()

    def abandon(self) -> None:
        """The folder has been deleted or renamed: whoever still looks here sees every message go."""
        with self._changing:
            self._abandoned = True
            self._bury(self.messages)
        self._tell()

    # ---- behind the counter

    def _take_in(self) -> bool:
        """Make memory agree with the disk; whether anything had changed."""
        if self._abandoned:
            return False
        news = self._keywords.refresh()
        files = self._maildir.files()
        if any(base not in files for base in self._by_base):
            files = self._look_twice(files)
        gone = [message for message in self.messages if message.base not in files]
        moved = [m for m in self.messages if not m.gone and files.get(m.base, m.file) != m.file]
        self._bury(gone)
        for message in self.messages if news else moved:
            message.file = files[message.base]
            self._reflag(message)
        arrivals = sorted(files.keys() - self._by_base.keys(), key=filename.age)
        self._recognise([files[base] for base in arrivals])
        return bool(gone or moved or arrivals or news)

    def _look_twice(self, first: dict[str, str]) -> dict[str, str]:
        """A rename while we look through a folder may hide a file: it is gone only if it still is."""
        second = self._maildir.files()
        hidden = {base: file for base, file in first.items() if base not in second}
        return second | {base: file for base, file in hidden.items() if (self.path / file).exists()}

    def _recognise(self, files: list[str]) -> None:
        """Take in files: those that were here before a restart under their UIDs, others as new ones."""
        known: list[tuple[Entry, str]] = []
        strangers: list[tuple[str, int, int]] = []
        for file in files:
            entry = self._uids.entries.get(filename.split(file[4:])[0])
            if entry:
                known.append((entry, file))
            else:
                strangers += self._measure(file)
        for entry, file in sorted(known):
            self._enter(entry, file)
        self._welcome(strangers)

    def _measure(self, file: str) -> list[tuple[str, int, int]]:
        """A stranger's file, its size on the wire and when it came; nothing if it is gone again."""
        try:
            size = filename.told_wire_size(file)
            if size is None:
                size = filename.wire_size(self._maildir.read(file))
            return [(file, size, int((self.path / file).stat().st_mtime))]
        except (FileNotFoundError, IsADirectoryError, PermissionError):
            return []

    def _welcome(self, letters: list[tuple[str, int, int]]) -> list[Message]:
        """Give UIDs to letters (file, size, arrived) and take them in."""
        if not letters:
            return []
        entries = self._uids.add([(filename.split(file[4:])[0], size, when) for file, size, when in letters])
        return [self._enter(entry, file) for entry, (file, _, _) in zip(entries, letters)]

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

    def _bury(self, gone: list[Message]) -> None:
        if not gone:
            return
        for message in gone:
            self._change(message)
            message.gone = True
            del self._by_base[message.base]
        self.messages = [message for message in self.messages if not message.gone]
        if not self._abandoned:
            self._uids.forget([message.base for message in gone])

    def _whole_header(self, message: Message) -> bytes:
        content = self.read(message)
        return content[: header_end(content, 0, len(content))]

    def _octets(self, message: Message, most: int = -1) -> bytes:
        try:
            try:
                return self._maildir.read(message.file, most)
            except FileNotFoundError:  # another program has renamed it; where is it now?
                with self._changing:
                    self._take_in()
                self._must_be_here(message)
                return self._maildir.read(message.file, most)
        except OSError as error:
            raise Refused(451, "4.2.0", f"the letter cannot be read: {error.strerror}") from error

    def _must_be_here(self, message: Message) -> None:
        if message.gone:
            raise Refused(550, "5.2.0", "this message has been removed meanwhile")

    def _must_exist(self) -> None:
        if self._abandoned or not (self.path / "tmp").is_dir():
            raise Refused(550, "5.1.1", f"the mailbox {self.name} has been deleted")

    def _tell(self) -> None:
        for watcher in list(self._watchers):
            watcher()
