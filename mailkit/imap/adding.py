"""APPEND, COPY and MOVE: letters come into a mailbox (RFC 3501, RFC 4315, RFC 6851).

::

    C: a3 APPEND Drafts (\\Draft) {26}              a letter that never travelled: a draft, or one sent
    S: + go ahead
    C: ...
    S: a3 OK [APPENDUID 1700000000 7] APPEND completed     so the client need not look for it

    C: a4 COPY 2:3 Work
    S: a4 OK [COPYUID 1700000001 4:5 1:2] COPY completed   UIDs here, and UIDs there
"""

from mailkit.imap.dates import take_date_time
from mailkit.imap.refusals import No
from mailkit.imap.selecting import Selecting
from mailkit.imap.sets import written
from mailkit.imap.view import Numbered
from mailkit.imap.words import Words
from mailkit.store.mailbox import Mailbox

BIGGEST = 50 * 1024 * 1024
"""Octets of a letter that APPEND takes."""


class Adding(Selecting):
    """Commands that add letters."""

    def APPEND(self, words: Words) -> str:
        """Lay in a letter.  RFC 3501 section 6.3.11."""
        words.space()
        name = words.mailbox()
        words.space()
        flags, arrived = frozenset[str](), None
        if words.sees(b"("):
            flags = words.flags()
            words.space()
        if words.sees(b'"'):
            arrived = take_date_time(words)
            words.space()
        content = words.literal()
        words.end()
        mailbox = self._destination(name)
        message = mailbox.append(content, flags, arrived)
        return f"OK [APPENDUID {mailbox.uidvalidity} {message.uid}] APPEND completed"

    def COPY(self, words: Words, by_uid: bool = False) -> str:
        """Lay copies into another mailbox.  RFC 3501 section 6.4.7."""
        chosen, mailbox = self._chosen_and_destination(words, by_uid)
        return f"OK {self._copy(chosen, mailbox)}COPY completed"

    def MOVE(self, words: Words, by_uid: bool = False) -> str:
        """Copy, and remove here.  RFC 6851; the EXPUNGEs follow as news."""
        chosen, mailbox = self._chosen_and_destination(words, by_uid)
        self.must_be_writable()
        code = self._copy(chosen, mailbox, moving=True)
        if code:
            self.say(f"OK {code}there they are")
        self.view.mailbox.expunge(message for _, message in chosen)
        return "OK MOVE completed"

    def must_be_writable(self) -> None:
        """EXAMINE only looks."""
        if self.view.readonly:
            raise No("READ-ONLY", "you said EXAMINE: nothing can be changed here; say SELECT")

    def _chosen_and_destination(self, words: Words, by_uid: bool) -> tuple[list[Numbered], Mailbox]:
        words.space()
        ranges = words.set()
        words.space()
        name = words.mailbox()
        words.end()
        return self.view.chosen(ranges, by_uid), self._destination(name)

    def _destination(self, name: str) -> Mailbox:
        """RFC 3501 section 6.3.11: if it is not there, the client is told that it might make it."""
        if not self.mailboxes.exists(name):
            raise No("TRYCREATE", f"there is no mailbox {name}; CREATE would make it")
        return self.mailboxes.open(name)

    def _copy(self, chosen: list[Numbered], mailbox: Mailbox, moving: bool = False) -> str:
        """Copy, and say which became which (RFC 4315 section 3)."""
        if not chosen:
            return ""
        copies = mailbox.copy([message for _, message in chosen], self.view.mailbox, moving)
        here = written(message.uid for _, message in chosen)
        there = written(message.uid for message in copies)
        return f"[COPYUID {mailbox.uidvalidity} {here} {there}] "
