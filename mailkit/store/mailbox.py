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

from collections.abc import Iterable, Sequence
from pathlib import Path

from mailkit.letter.structure import header_end
from mailkit.store import filename
from mailkit.store.home import Home
from mailkit.store.keywords import FILE as KEYWORDS
from mailkit.store.keywords import Keywords
from mailkit.store.maildir import Maildir
from mailkit.store.shared import Shared
from mailkit.store.shelf import Message as Message
from mailkit.store.shelf import Shelf
from mailkit.store.uids import Uids
from mailkit.talk.refusal import Refused

HEAD = 16_384  # octets that are read of a letter whose header is wanted; nearly all are shorter


class Mailbox(Shared):
    """One mailbox.  Ask `mailkit.store.mailboxes.Mailboxes` for it, so that all share one object.

    Args:
        name: as a person says it, e.g. ``INBOX`` or ``Work.Tea``.
        path: its Maildir, which exists.
        home: the tree it stands in.
    """

    def __init__(self, name: str, path: Path, home: Home) -> None:
        super().__init__()
        self.name, self.path = name, path
        self._home, self._changing = home, home.changing
        self._maildir = Maildir(path, home.host)
        self._maildir.make()
        self._keywords = Keywords(path / KEYWORDS)
        self._uids = Uids(path / "uids", home.validity)
        self._shelf = Shelf(self._maildir, self._keywords, self._uids)

    @property
    def messages(self) -> list[Message]:
        """The messages, in the order of their UIDs."""
        return self._shelf.messages

    @property
    def modseq(self) -> int:
        """The number of the latest change."""
        return self._uids.modseq

    def since(self, modseq: int) -> tuple[bool, bool]:
        """Whether any flags have changed, and any letters gone, after that change."""
        return self._shelf.flagged > modseq, self._shelf.removed > modseq

    @property
    def octets(self) -> int:
        """The size of all messages together."""
        return self._shelf.octets

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
            self.tell()

    def read(self, message: Message) -> bytes:
        """The letter, with CRLF, to the octet.

        Raises:
            Refused: it is gone, or cannot be read.
        """
        return filename.to_wire(self._octets(message))

    def read_header(self, message: Message) -> bytes:
        """The letter's header, with the blank line that ends it; a long body is not read at all."""
        for most in (HEAD, -1):
            content = filename.to_wire(self._octets(message, most))
            end = header_end(content, 0, len(content))
            if end < len(content):  # else it has only begun
                break
        return content[:end]

    def claim(self, messages: Iterable[Message]) -> set[int]:
        """UIDs of those that no mail program had seen; from now on one has (IMAP's ``\\Recent``)."""
        with self._changing:
            new = [message for message in messages if message.new]
            try:
                for message in new:
                    self._shelf.claim(message)
            except FileNotFoundError:  # another program is doing the same
                self._shelf.take_in()
        return {message.uid for message in new if not message.gone}

    # ---- changing

    def append(
        self, content: bytes, flags: Iterable[str] = (), arrived: float | None = None, name: str = ""
    ) -> Message:
        """Lay a letter in.  When this returns, the letter survives a power cut.

        Without flags it is new to everybody; with flags some client has had it before.  With a `name` (and
        the same `arrived`) it is laid in once, however often that is tried: a crash may have come between.

        Raises:
            Refused: there is no room for it.
        """
        when = self._home.clock() if arrived is None else arrived
        disk = filename.to_disk(content)
        with self._changing:
            self._must_exist()
            self._shelf.learn_keywords()
            there = name and self._shelf.find(self._maildir.base(disk, when, name))
            if there:
                return there
            self._home.quota.must_have_room(len(content))
            letters = self._keywords.letters(flags) or None
            try:
                file = self._maildir.deliver(disk, letters, when, name)
            except OSError as error:
                raise Refused(452, "4.3.1", f"the letter could not be written: {error.strerror}") from error
            [message] = self._shelf.welcome([(file, filename.wire_size(disk), int(when))])
        self.tell()
        return message

    def copy(self, messages: Sequence[Message], source: "Mailbox", moving: bool = False) -> list[Message]:
        """Lay in copies of another mailbox's messages, all or none, with their flags and dates.

        Who is `moving` them will expunge them there, and so needs no further room.

        Raises:
            Refused: one of them is gone, or there is no room.
        """
        with self._changing:
            self._must_exist()
            self._shelf.learn_keywords()
            source.refresh()
            for message in messages:
                source._must_be_here(message)
            if not moving:
                self._home.quota.must_have_room(sum(message.size for message in messages))
            originals = [
                (source.path / m.file, self._keywords.letters(m.flags), m.arrived, m.size) for m in messages
            ]
            try:
                files = self._maildir.copy(originals)
            except OSError as error:
                raise Refused(452, "4.3.1", f"a letter could not be copied: {error.strerror}") from error
            laid = [(file, m.size, int(m.arrived)) for file, m in zip(files, messages)]
            copies = self._shelf.welcome(laid)
        self.tell()
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
        self.tell()

    def expunge(self, messages: Iterable[Message]) -> None:
        """Remove messages for good."""
        with self._changing:
            gone = [message for message in messages if not message.gone]
            for message in gone:
                self._maildir.remove(message.file)
            self._shelf.bury(gone)
        if gone:
            self.tell()

    def abandon(self) -> None:
        """The folder has been deleted or renamed: whoever still looks here sees every message go."""
        with self._changing:
            self._shelf.abandoned = True
            self._shelf.bury(self.messages)
        self.tell()

    # ---- behind the counter

    def _octets(self, message: Message, most: int = -1) -> bytes:
        try:
            try:
                return self._maildir.read(message.file, most)
            except FileNotFoundError:  # another program has renamed it; where is it now?
                with self._changing:
                    self._shelf.take_in()
                self.tell()
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
