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
from pathlib import Path

from mailkit.letter.structure import header_end
from mailkit.store import filename
from mailkit.store.files import sync_folder
from mailkit.store.keywords import FILE as KEYWORDS
from mailkit.store.keywords import Keywords
from mailkit.store.maildir import Maildir
from mailkit.store.shelf import Letter, Shelf
from mailkit.store.shelf import Message as Message
from mailkit.store.uids import Uids
from mailkit.talk.refusal import Refused

HEAD = 16_384  # octets that are read of a letter whose header is wanted; nearly all are shorter


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
        self._clock = clock
        self._maildir = Maildir(path, host)
        self._maildir.make()
        self._keywords = Keywords(path / KEYWORDS)
        self._uids = Uids(path / "uids", validity)
        self._shelf = Shelf(self._maildir, self._keywords, self._uids)
        self._watchers: list[Callable[[], None]] = []
        self._changing = threading.RLock()  # sessions, deliveries and notebooks run in several threads
        self._owner = threading.Lock()  # POP3 wants the mailbox for itself

    @property
    def messages(self) -> list[Message]:
        """The messages, in the order of their UIDs."""
        return self._shelf.messages

    @property
    def modseq(self) -> int:
        """The number of the latest change."""
        return self._shelf.modseq

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
        return self._keywords.spelled(flags)

    # ---- reading

    def refresh(self) -> None:
        """Notice what other programs have delivered, removed or flagged; cheap if they have not."""
        with self._changing:
            changed = self._maildir.changed() and self._shelf.take_in()
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
                    self._shelf.claim(message)
            except FileNotFoundError:  # another program is doing the same
                self._shelf.take_in()
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
            self._shelf.learn_keywords()
            letters = self._keywords.letters(flags) or None
            try:
                file = self._maildir.deliver(disk, letters, when)
            except OSError as error:
                raise Refused(452, "4.3.1", f"the letter could not be written: {error.strerror}") from error
            [message] = self._shelf.welcome([(file, filename.wire_size(disk), int(when))])
        self._tell()
        return message

    def copy(self, messages: Sequence[Message], source: "Mailbox") -> list[Message]:
        """Lay in copies of another mailbox's messages, all or none, with their flags and dates.

        Raises:
            Refused: one of them is gone, or there is no room.
        """
        laid: list[Letter] = []
        with source._changing, self._changing:
            self._must_exist()
            self._shelf.learn_keywords()
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
            copies = self._shelf.welcome(laid)
        self._tell()
        return copies

    def store(self, message: Message, flags: frozenset[str]) -> None:
        """Give a message these flags instead of those that it has.

        Raises:
            Refused: it is gone, or the mailbox has no room for another keyword.
        """
        with self._changing:
            self._must_be_here(message)
            try:
                self._shelf.place(message, flags)
            except FileNotFoundError:  # another program has renamed it; where is it now?
                self._shelf.take_in()
                self._must_be_here(message)
                self._shelf.place(message, flags)
        self._tell()

    def expunge(self, messages: Iterable[Message]) -> None:
        """Remove messages for good."""
        with self._changing:
            gone = [message for message in messages if not message.gone]
            for message in gone:
                self._maildir.remove(message.file)
            self._shelf.bury(gone)
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
            self._shelf.abandoned = True
            self._shelf.bury(self.messages)
        self._tell()

    # ---- behind the counter

    def _whole_header(self, message: Message) -> bytes:
        content = self.read(message)
        return content[: header_end(content, 0, len(content))]

    def _octets(self, message: Message, most: int = -1) -> bytes:
        try:
            try:
                return self._maildir.read(message.file, most)
            except FileNotFoundError:  # another program has renamed it; where is it now?
                with self._changing:
                    self._shelf.take_in()
                self._tell()
                self._must_be_here(message)
                return self._maildir.read(message.file, most)
        except OSError as error:
            raise Refused(451, "4.2.0", f"the letter cannot be read: {error.strerror}") from error

    def _must_be_here(self, message: Message) -> None:
        if message.gone:
            raise Refused(550, "5.2.0", "this message has been removed meanwhile")

    def _must_exist(self) -> None:
        if self._shelf.abandoned or not (self.path / "tmp").is_dir():
            raise Refused(550, "5.1.1", f"the mailbox {self.name} has been deleted")

    def _tell(self) -> None:
        for watcher in list(self._watchers):
            watcher()
