"""One person's mailboxes: INBOX, and the others beside it (Maildir++).

::

    bob/            INBOX            .Drafts/  .Sent/  .Junk/  .Trash/  .Archive/     made at the start
     |- new/                         .Work.Tea/                                      made by CREATE
     |- cur/                         subscriptions    those that a mail program should show
     `- tmp/                         uidvalidity      the last UIDVALIDITY that was given to any of them

A mailbox is a folder, so the list of mailboxes is what lies on the disk; mutt or Dovecot may make some too.
"""

import os
import secrets
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from mailkit.store import names
from mailkit.store.files import sync_folder
from mailkit.store.home import Home
from mailkit.store.mailbox import Mailbox
from mailkit.store.quota import Quota
from mailkit.store.subscriptions import Subscriptions
from mailkit.talk.refusal import Refused

SPECIAL = {
    "Drafts": "\\Drafts",
    "Sent": "\\Sent",
    "Junk": "\\Junk",
    "Trash": "\\Trash",
    "Archive": "\\Archive",
}
"""The mailboxes that every mail program looks for, and what they are for (RFC 6154)."""


class Mailboxes:
    """The tree of one person.  There must be one such object for one root.

    Args:
        root: the folder of INBOX.
        clock: seconds since the epoch, by the village's clock.
        host: whose machine is named in the files of new letters.
        limit: how many octets all of them may hold together; None: no limit.

    Attributes:
        quota: that limit, and how much there is.
    """

    def __init__(
        self,
        root: Path,
        clock: Callable[[], float],
        host: str = "localhost",
        limit: Callable[[], int | None] = lambda: None,
    ) -> None:
        self.root = root
        self.quota = Quota(limit, self._octets)
        self._changing = threading.RLock()
        self._home = Home(clock, host, self._validity, self.quota, self._changing)
        self._open: dict[str, Mailbox] = {}
        self._subscriptions = Subscriptions(root / "subscriptions")
        if not (root / "cur").is_dir():
            self._begin()

    @property
    def inbox(self) -> Mailbox:
        """Where new mail is delivered."""
        return self.open("INBOX")

    def open(self, name: str) -> Mailbox:
        """The mailbox of that name, one object for all who ask.

        Raises:
            Refused: there is none, or none can have that name.
        """
        name = names.canonical(name)
        with self._changing:
            if not self.exists(name):
                self._abandon(name)
                raise Refused(550, "5.1.1", f"there is no mailbox {name}")
            if name not in self._open:
                self._open[name] = Mailbox(name, self._path(name), self._home)
            return self._open[name]

    def exists(self, name: str) -> bool:
        """Whether there is such a mailbox.  A link is none: it may lead to somebody else's."""
        path = self._path(name)
        return not path.is_symlink() and (path / "cur").is_dir()

    def names(self) -> list[str]:
        """All mailboxes, INBOX first."""
        with os.scandir(self.root) as entries:
            folders = [entry.name for entry in entries if entry.name.startswith(".") and entry.is_dir()]
        found = [name for name in map(names.unfolder, folders) if name and self.exists(name)]
        return ["INBOX", *sorted(found)]

    # ---- making and removing

    def create(self, name: str) -> Mailbox:
        """Make a mailbox.

        Raises:
            Refused: the name is taken, or cannot be one.
        """
        with self._changing:
            self._must_be_free(name)
            try:
                mailbox = self._make(name)
                sync_folder(self.root)
            except OSError as error:
                raise Refused(550, "5.1.3", f"{name} cannot be a folder here: {error.strerror}") from error
        return mailbox

    def delete(self, name: str) -> None:
        """Remove a mailbox and the letters in it, but not those beneath it.

        Raises:
            Refused: there is none, or it is INBOX.
        """
        with self._changing:
            if names.canonical(name) == "INBOX":
                raise Refused(550, "5.7.1", "INBOX cannot be deleted: new mail comes there")
            mailbox = self.open(name)
            grave = self.root / f"deleted-{secrets.token_hex(4)}"
            os.replace(mailbox.path, grave)  # one rename: it is gone wholly or not at all
            self._abandon(mailbox.name)
            shutil.rmtree(grave)

    def rename(self, name: str, to: str) -> None:
        """Give a mailbox, and all beneath it, another name.

        Renaming INBOX moves its letters into a new mailbox and leaves it empty (RFC 3501 section 6.3.5).

        Raises:
            Refused: there is no such mailbox, or the new name is taken or cannot be one.
        """
        name, to = names.canonical(name), names.canonical(to)
        with self._changing:
            mailbox = self.open(name)
            if name == "INBOX":
                self.create(to).copy(mailbox.messages, mailbox, moving=True)
                mailbox.expunge(mailbox.messages)
                return
            if to.startswith(name + names.SEPARATOR):
                raise Refused(550, "5.1.3", f"{name} cannot be moved into itself")
            below = [other for other in self.names() if other.startswith(name + names.SEPARATOR)]
            moves = [(old, to + old.removeprefix(name)) for old in [name, *below]]
            for _, new in moves:
                self._must_be_free(new)
            for old, new in moves:
                self._move(old, new)

    # ---- subscriptions

    def subscribed(self) -> list[str]:
        """The names that a mail program should show; they need not exist."""
        return self._subscriptions.names()

    def subscribe(self, name: str) -> None:
        """Show this one."""
        with self._changing:
            self._subscriptions.add(name)

    def unsubscribe(self, name: str) -> None:
        """Show this one no more."""
        with self._changing:
            self._subscriptions.remove(name)

    # ---- behind the counter

    def _begin(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._subscriptions.add("INBOX", *SPECIAL)
        for name in [*SPECIAL, "INBOX"]:  # if we are killed before INBOX is there, we begin again
            self._make(name)

    def _octets(self) -> int:
        """The size of all letters in all mailboxes, those among them that other programs have laid in."""
        mailboxes = [self.open(name) for name in self.names()]
        for mailbox in mailboxes:
            mailbox.refresh()
        return sum(mailbox.octets for mailbox in mailboxes)

    def _make(self, name: str) -> Mailbox:
        mailbox = Mailbox(names.canonical(name), self._path(name), self._home)
        if mailbox.name != "INBOX":
            (mailbox.path / "maildirfolder").touch()  # Maildir++: "I am beneath another Maildir"
        self._open[mailbox.name] = mailbox
        return mailbox

    def _move(self, old: str, new: str) -> None:
        os.replace(self._path(old), self._path(new))
        self._abandon(old)

    def _abandon(self, name: str) -> None:
        mailbox = self._open.pop(name, None)
        if mailbox:
            mailbox.abandon()

    def _must_be_free(self, name: str) -> None:
        if names.canonical(name) == "INBOX" or self.exists(name):
            raise Refused(550, "5.1.4", f"there is a mailbox {names.canonical(name)} already")

    def _path(self, name: str) -> Path:
        return self.root / names.folder(name)

    def _validity(self) -> int:
        """A UIDVALIDITY higher than all before, even if two mailboxes are made in one second."""
        path = self.root / "uidvalidity"
        last = path.read_text(encoding="ascii").strip() if path.exists() else "0"
        fresh = max(int(self._home.clock()), int(last) + 1 if last.isdecimal() else 1)
        path.write_text(f"{fresh}\n", encoding="ascii")
        return fresh
