"""The mailbox as one session has been told of it (RFC 3501 sections 5.2 and 7.4.1).

::

    the mailbox now        UID 1      UID 4  UID 5  UID 6        (2 and 3 are gone, 6 has come)
    told to the phone      1  2  3  4  5                         message numbers: it still counts five
    told to the laptop     1     2  3  4                         it has heard EXPUNGE 2, EXPUNGE 2, EXISTS 4

A message number is only a place in a row, so the row may change only when the session is told, and
EXPUNGE must not be said while the client waits for FETCH, STORE or SEARCH: it would count differently
from us.  So every session keeps its own row.  Messages themselves are shared with the mailbox.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import takewhile

from mailkit.imap import out
from mailkit.imap.refusals import Bad
from mailkit.imap.sets import Range, spans
from mailkit.imap.words import SYSTEM_FLAGS
from mailkit.store.mailbox import Mailbox, Message

Numbered = tuple[int, Message]


class View:
    """One session's row of messages.

    Attributes:
        messages: number 1 is the first.
        told: all changes up to this MODSEQ are known to the client.
        recent: UIDs that this session was the first to be told of (``\\Recent``).
    """

    def __init__(self, mailbox: Mailbox, readonly: bool) -> None:
        self.mailbox, self.readonly = mailbox, readonly
        mailbox.refresh()
        self.told = mailbox.modseq
        self._ghosts = False  # something is gone and the client does not know yet
        self._mine: set[int] = set()  # changes that the client has made itself and been told of
        self.recent = self._newcomers(mailbox.messages)
        self._keywords = mailbox.keywords
        self.messages = list(mailbox.messages)
        self._uids = [message.uid for message in self.messages]

    def chosen(self, ranges: list[Range], by_uid: bool) -> list[Numbered]:
        """The messages of a set, with their numbers, in ascending order.

        Raises:
            Bad: a number that the client cannot have been told; an unknown UID is no error
                (RFC 3501 section 6.4.8).
        """
        if by_uid:
            return self._chosen_by_uid(ranges)
        last = len(self.messages)
        if last == 0:  # 1:* of nothing is nothing
            ranges = [pair for pair in ranges if None not in pair]
        found: list[Numbered] = []
        for low, high in spans(ranges, last):
            if high > last:
                raise Bad(f"there is no message {high}: the mailbox has {last}")
            found += enumerate(self.messages[max(low, 1) - 1 : high], start=max(low, 1))
        return found

    def flags(self, message: Message) -> bytes:
        """The flags of a message, as this session sees them."""
        if message.uid in self.recent:
            return out.flags(message.flags | {"\\Recent"})
        return out.flags(message.flags)

    def store(self, message: Message, flags: frozenset[str]) -> None:
        """Change flags; the caller tells the client, so it is no news."""
        self.mailbox.store(message, flags)
        self._mine.add(message.modseq)

    def news(self, expunges: bool, modseqs: bool = False) -> list[bytes]:
        """What the client has not been told yet.

        Args:
            expunges: whether it may be told what is gone.
            modseqs: whether it wants to know the MODSEQ of each change.
        """
        self.mailbox.refresh()
        now = self.mailbox.modseq
        if now == self.told and not (expunges and self._ghosts):
            return []
        flagged, removed = self.mailbox.since(self.told)
        self._ghosts = self._ghosts or removed
        lines = self._gone() if expunges and self._ghosts else []
        lines += self._new_keywords()
        lines += self._changed(modseqs) if flagged else []
        lines += self._arrived()
        self.told = now
        self._mine.clear()
        return lines

    def _chosen_by_uid(self, ranges: list[Range]) -> list[Numbered]:
        found: list[Numbered] = []
        for low, high in spans(ranges, self._uids[-1] if self._uids else 0):
            first, behind = bisect_left(self._uids, low), bisect_right(self._uids, high)
            found += enumerate(self.messages[first:behind], start=first + 1)
        return found

    def _gone(self) -> list[bytes]:
        gone = [number for number, message in enumerate(self.messages, start=1) if message.gone]
        self.messages = [message for message in self.messages if not message.gone]
        self._uids = [message.uid for message in self.messages]
        self._ghosts = False
        # From the last to the first: so no number moves before it has been said.
        return [b"%d EXPUNGE" % number for number in reversed(gone)]

    def _new_keywords(self) -> list[bytes]:
        if self.mailbox.keywords == self._keywords:
            return []
        self._keywords = self.mailbox.keywords
        return [b"FLAGS " + out.flags(frozenset([*SYSTEM_FLAGS.values(), *self._keywords]))]

    def _changed(self, modseqs: bool) -> list[bytes]:
        told, mine = self.told, self._mine
        return [
            b"%d FETCH (%b)" % (number, self._flags_now(message, modseqs))
            for number, message in enumerate(self.messages, start=1)
            if message.modseq > told and message.modseq not in mine and not message.gone
        ]

    def _flags_now(self, message: Message, modseqs: bool) -> bytes:
        modseq = b"MODSEQ (%d) " % message.modseq if modseqs else b""
        return b"UID %d %bFLAGS %b" % (message.uid, modseq, self.flags(message))

    def _arrived(self) -> list[bytes]:
        last = self._uids[-1] if self._uids else 0
        arrived = list(takewhile(lambda message: message.uid > last, reversed(self.mailbox.messages)))
        if not arrived:
            return []
        arrived.reverse()
        self.recent |= self._newcomers(arrived)
        self.messages += arrived
        self._uids += [message.uid for message in arrived]
        return [b"%d EXISTS" % len(self.messages), b"%d RECENT" % self.count_recent()]

    def count_recent(self) -> int:
        """How many messages are ``\\Recent`` here."""
        return sum(uid in self.recent for uid in self._uids) if self.recent else 0

    def _newcomers(self, messages: Iterable[Message]) -> set[int]:
        """The first session that may change the mailbox takes them, EXAMINE not (RFC 3501 section 6.3.2)."""
        if self.readonly:
            return {message.uid for message in messages if message.new}
        return self.mailbox.claim(messages)
