"""STORE and EXPUNGE: marks on letters, and the end of those marked as deleted (RFC 3501, RFC 4315, RFC 7162).

::

    C: a5 STORE 2 +FLAGS (\\Deleted)
    S: * 2 FETCH (FLAGS (\\Deleted \\Seen))      how it is now
    S: a5 OK STORE completed
    C: a6 EXPUNGE                              only now it is removed, for all
    S: * 2 EXPUNGE                             and number 3 is number 2 from here on
    S: a6 OK EXPUNGE completed

    C: a7 STORE 1,2 (UNCHANGEDSINCE 12) +FLAGS (Work)    only if nobody else has been here since
    S: * 1 FETCH (MODSEQ (15) FLAGS (Work))
    S: a7 OK [MODIFIED 2] ...                          somebody has; look again before you decide
"""

from collections.abc import Callable
from itertools import islice

from mailkit.imap.adding import Adding
from mailkit.imap.refusals import Bad
from mailkit.imap.session import Long
from mailkit.imap.sets import written
from mailkit.imap.words import Words
from mailkit.store.mailbox import Message

Flags = frozenset[str]

CHANGES: dict[str, Callable[[Flags, Flags], Flags]] = {
    "FLAGS": lambda has, given: given,
    "+FLAGS": lambda has, given: has | given,
    "-FLAGS": lambda has, given: has - given,
}

SHOVEL = 100  # letters that are removed in one go, before others get their turn


class Flagging(Adding):
    """Commands that change flags and remove letters."""

    def STORE(self, words: Words, by_uid: bool = False) -> Long:
        """Change flags.  RFC 3501 section 6.4.6."""
        words.space()
        ranges = words.set()
        words.space()
        since = self._unchanged_since(words) if words.sees(b"(") else None
        how, _, silent = words.atom().partition(".")
        words.space()
        given = words.flags() if words.sees(b"(") else words.bare_flags()
        words.end()
        change = CHANGES.get(how)
        if change is None or silent not in ("", "SILENT"):
            raise Bad(f"STORE knows {' '.join(CHANGES)}, each with or without .SILENT")
        self.must_be_writable()
        self.view.mailbox.refresh()
        chosen = self.view.chosen(ranges, by_uid)
        given = self.view.mailbox.spelled(given)
        modified = []
        for number, message in self.still_there(chosen):
            if since is not None and message.modseq > since:
                modified.append(message.uid if by_uid else number)
                continue
            flags = change(message.flags, given)
            if flags != message.flags:
                self.view.store(message, flags)
            self._tell_flags(number, message, by_uid, bool(silent))
            yield self.said()
        self.complain_about_gone(chosen)
        return (
            f"OK [MODIFIED {written(modified)}] others have changed these"
            if modified
            else "OK STORE completed"
        )

    def EXPUNGE(self, words: Words, by_uid: bool = False) -> Long:
        """Remove what is marked as deleted; with UID, only from a set.  RFC 3501 section 6.4.3, RFC 4315."""
        chosen = list(enumerate(self.view.messages, start=1))
        if by_uid:
            words.space()
            chosen = self.view.chosen(words.set(), by_uid)
        words.end()
        self.must_be_writable()
        marked = (message for _, message in chosen if "\\Deleted" in message.flags)
        for some in iter(lambda: list(islice(marked, SHOVEL)), []):
            self.view.mailbox.expunge(some)
            yield from (b"" for _ in some)  # each counts as a step
        return "OK EXPUNGE completed"

    def _unchanged_since(self, words: Words) -> int:
        """``(UNCHANGEDSINCE 12)``, and the space behind it.  RFC 7162 section 3.1.3."""
        since = words.since("UNCHANGEDSINCE", "before the flags")
        words.space()
        self.enable_condstore()
        return since

    def _tell_flags(self, number: int, message: Message, by_uid: bool, silent: bool) -> None:
        """How it is now.  Even .SILENT does not keep back a MODSEQ: the client could not know it."""
        told = [b"UID %d" % message.uid] if by_uid else []
        told += [b"MODSEQ (%d)" % message.modseq] if self.condstore else []
        told += [] if silent else [b"FLAGS " + self.view.flags(message)]
        if self.condstore or not silent:
            self.say(b"%d FETCH (%b)" % (number, b" ".join(told)))
