"""SELECT, EXAMINE, CHECK, CLOSE and UNSELECT: which mailbox to look at (RFC 3501, RFC 3691, RFC 7162).

::

    C: a2 SELECT INBOX
    S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)     flags that may appear
    S: * 3 EXISTS                                             messages 1, 2 and 3
    S: * 1 RECENT                                             nobody has been told of one of them
    S: * OK [UNSEEN 2] ...                                    the first that has not been read
    S: * OK [PERMANENTFLAGS (... \\*)] ...                     flags that are kept; \\* new keywords too
    S: * OK [UIDVALIDITY 1700000000] ...                      your copies are good if you know this number
    S: * OK [UIDNEXT 4] ...                                   the UID that the next letter will get
    S: * OK [HIGHESTMODSEQ 12] ...                            the latest change: ask for later ones next time
    S: a2 OK [READ-WRITE] SELECT completed
"""

from mailkit.imap import out
from mailkit.imap.refusals import Bad
from mailkit.imap.session import Session
from mailkit.imap.view import View
from mailkit.imap.words import SYSTEM_FLAGS, Words


class Selecting(Session):
    """Commands that choose the mailbox."""

    def SELECT(self, words: Words) -> str:
        """Look at a mailbox.  RFC 3501 section 6.3.1."""
        self._look_at(words, readonly=False)
        return "OK [READ-WRITE] SELECT completed"

    def EXAMINE(self, words: Words) -> str:
        """Look, but do not touch.  RFC 3501 section 6.3.2."""
        self._look_at(words, readonly=True)
        return "OK [READ-ONLY] EXAMINE completed"

    def CHECK(self, words: Words) -> str:
        """Write down what you have only in mind.  RFC 3501 section 6.4.1: we never have such."""
        words.end()
        return "OK CHECK completed"

    def CLOSE(self, words: Words) -> str:
        """Remove what is marked as deleted, without a word, and look away.  RFC 3501 section 6.4.2."""
        words.end()
        if not self.view.readonly:
            self.view.mailbox.expunge(m for m in self.view.messages if "\\Deleted" in m.flags)
        self.select(None)
        return "OK CLOSE completed"

    def UNSELECT(self, words: Words) -> str:
        """Look away, and leave everything as it is.  RFC 3691."""
        words.end()
        self.select(None)
        return "OK UNSELECT completed"

    def _look_at(self, words: Words, readonly: bool) -> None:
        words.space()
        name = words.mailbox()
        if words.took(b" "):
            self._take_parameters(words)
        words.end()
        self.select(None)  # even if the next one cannot be opened (RFC 3501 section 6.3.1)
        mailbox = self.mailboxes.open(name)
        self.select(View(mailbox, readonly))
        self._describe(self.view)

    def _describe(self, view: View) -> None:
        mailbox = view.mailbox
        flags = [*SYSTEM_FLAGS.values(), *mailbox.keywords]
        kept = [] if view.readonly else [*flags, *(["\\*"] if mailbox.takes_keywords else [])]
        self.say(f"FLAGS {out.listed(flags)}")
        self.say(f"{len(view.messages)} EXISTS")
        self.say(f"{view.count_recent()} RECENT")
        for number, message in enumerate(view.messages, start=1):
            if "\\Seen" not in message.flags:
                self.say(f"OK [UNSEEN {number}] the first that has not been read")
                break
        self.say(f"OK [PERMANENTFLAGS {out.listed(kept)}] flags that are kept")
        self.say(f"OK [UIDVALIDITY {mailbox.uidvalidity}] UIDs are valid under this number")
        self.say(f"OK [UIDNEXT {mailbox.uidnext}] the UID of the next letter")
        self.say(f"OK [HIGHESTMODSEQ {view.told}] the latest change")

    def _take_parameters(self, words: Words) -> None:
        """``(CONDSTORE)``.  RFC 7162 section 3.1.8."""
        unknown = set(words.list_of(words.atom)) - {"CONDSTORE"}
        if unknown:
            raise Bad(f"behind the mailbox may stand (CONDSTORE), but not {' '.join(sorted(unknown))}")
        self.condstore = True
