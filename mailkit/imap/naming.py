"""The names of mailboxes: CREATE DELETE RENAME SUBSCRIBE UNSUBSCRIBE STATUS NAMESPACE
(RFC 3501 section 6.3, RFC 2342).

::

    C: a2 CREATE Work.Tea                                    the dot is the separator of levels
    S: a2 OK CREATE completed
    C: a3 STATUS Work.Tea (MESSAGES UNSEEN)                  how is it there?
    S: * STATUS "Work.Tea" (MESSAGES 0 UNSEEN 0)
    S: a3 OK STATUS completed
"""

from collections.abc import Callable

from mailkit.imap import out
from mailkit.imap.refusals import Bad
from mailkit.imap.session import Session
from mailkit.imap.words import Words
from mailkit.store.mailbox import Mailbox
from mailkit.store.names import SEPARATOR

STATUS_ITEMS: dict[str, Callable[[Mailbox], int]] = {
    "MESSAGES": lambda mailbox: len(mailbox.messages),
    "RECENT": lambda mailbox: sum(message.new for message in mailbox.messages),
    "UIDNEXT": lambda mailbox: mailbox.uidnext,
    "UIDVALIDITY": lambda mailbox: mailbox.uidvalidity,
    "UNSEEN": lambda mailbox: sum("\\Seen" not in message.flags for message in mailbox.messages),
    "HIGHESTMODSEQ": lambda mailbox: mailbox.modseq,  # RFC 7162 section 3.1.7
    "DELETED-STORAGE": lambda mailbox: sum(
        m.size for m in mailbox.messages if "\\Deleted" in m.flags
    ),  # 9208
}


class Naming(Session):
    """Commands about mailboxes as a whole."""

    def CREATE(self, words: Words) -> str:
        """Make a mailbox.  RFC 3501 section 6.3.3: a separator at the end only announces others."""
        self.mailboxes.create(self._only_name(words).removesuffix(SEPARATOR))
        return "OK CREATE completed"

    def DELETE(self, words: Words) -> str:
        """Remove a mailbox and its letters.  RFC 3501 section 6.3.4."""
        self.mailboxes.delete(self._only_name(words))
        return "OK DELETE completed"

    def RENAME(self, words: Words) -> str:
        """Give a mailbox another name.  RFC 3501 section 6.3.5."""
        words.space()
        name = words.mailbox()
        to = self._only_name(words)
        self.mailboxes.rename(name, to)
        return "OK RENAME completed"

    def SUBSCRIBE(self, words: Words) -> str:
        """Show this one in mail programs.  RFC 3501 section 6.3.6."""
        self.mailboxes.subscribe(self._only_name(words))
        return "OK SUBSCRIBE completed"

    def UNSUBSCRIBE(self, words: Words) -> str:
        """Show it no more.  RFC 3501 section 6.3.7."""
        self.mailboxes.unsubscribe(self._only_name(words))
        return "OK UNSUBSCRIBE completed"

    def NAMESPACE(self, words: Words) -> str:
        """Where do my mailboxes begin?  RFC 2342: mine at the top; none of other people, none for all."""
        words.end()
        self.say(f'NAMESPACE (("" "{SEPARATOR}")) NIL NIL')
        return "OK NAMESPACE completed"

    def STATUS(self, words: Words) -> str:
        """How is it there?  RFC 3501 section 6.3.10: without looking at it."""
        words.space()
        name = words.mailbox()
        words.space()
        wanted = self.take_status_items(words)
        words.end()
        self.say_status(self.mailboxes.open(name), wanted)
        return "OK STATUS completed"

    def take_status_items(self, words: Words) -> list[str]:
        """``(MESSAGES UIDNEXT)``."""
        wanted = words.list_of(words.atom)
        unknown = [item for item in wanted if item not in STATUS_ITEMS]
        if unknown:
            raise Bad(f"STATUS does not know {' '.join(unknown)}; it knows {' '.join(STATUS_ITEMS)}")
        if "HIGHESTMODSEQ" in wanted:
            self.enable_condstore()
        return wanted

    def say_status(self, mailbox: Mailbox, wanted: list[str]) -> None:
        """``STATUS "INBOX" (MESSAGES 17 UIDNEXT 18)``."""
        mailbox.refresh()
        values = " ".join(f"{item} {STATUS_ITEMS[item](mailbox)}" for item in wanted)
        self.say(b"STATUS %b (%b)" % (out.mailbox(mailbox.name), values.encode()))

    def _only_name(self, words: Words) -> str:
        words.space()
        name = words.mailbox()
        words.end()
        return name
