"""STORE and EXPUNGE: marks on letters, and the end of those marked as deleted (RFC 3501, RFC 4315).

::

    C: a5 STORE 2 +FLAGS (\\Deleted)
    S: * 2 FETCH (FLAGS (\\Deleted \\Seen))      how it is now
    S: a5 OK STORE completed
    C: a6 EXPUNGE                              only now it is removed, for all
    S: * 2 EXPUNGE                             and number 3 is number 2 from here on
    S: a6 OK EXPUNGE completed
"""

from collections.abc import Callable

from mailkit.imap.adding import Adding
from mailkit.imap.refusals import Bad
from mailkit.imap.words import Words

Flags = frozenset[str]

CHANGES: dict[str, Callable[[Flags, Flags], Flags]] = {
    "FLAGS": lambda has, given: given,
    "+FLAGS": lambda has, given: has | given,
    "-FLAGS": lambda has, given: has - given,
}


class Flagging(Adding):
    """Commands that change flags and remove letters."""

    def STORE(self, words: Words, by_uid: bool = False) -> str:
        """Change flags.  RFC 3501 section 6.4.6."""
        words.space()
        ranges = words.set()
        words.space()
        how = words.atom()
        words.space()
        given = words.flags() if words.sees(b"(") else words.bare_flags()
        words.end()
        change = CHANGES.get(how.removesuffix(".SILENT"))
        if change is None:
            raise Bad(f"STORE knows {' '.join(CHANGES)}, each with or without .SILENT, but not {how}")
        chosen = self.view.chosen(ranges, by_uid)
        self.must_be_writable()
        given = self.view.mailbox.spelled(given)
        for number, message in self.still_there(chosen):
            flags = change(message.flags, given)
            if flags != message.flags:
                self.view.store(message, flags)
            if not how.endswith(".SILENT"):
                uid = b"UID %d " % message.uid if by_uid else b""
                self.say(b"%d FETCH (%bFLAGS %b)" % (number, uid, self.view.flags(message)))
        self.complain_about_gone(chosen)
        return "OK STORE completed"

    def EXPUNGE(self, words: Words, by_uid: bool = False) -> str:
        """Remove what is marked as deleted; with UID, only from a set.  RFC 3501 section 6.4.3, RFC 4315."""
        chosen = list(enumerate(self.view.messages, start=1))
        if by_uid:
            words.space()
            chosen = self.view.chosen(words.set(), by_uid)
        words.end()
        self.must_be_writable()
        self.view.mailbox.expunge(message for _, message in chosen if "\\Deleted" in message.flags)
        return "OK EXPUNGE completed"
