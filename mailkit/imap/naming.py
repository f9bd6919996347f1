"""The names of mailboxes: CREATE DELETE RENAME SUBSCRIBE UNSUBSCRIBE LIST LSUB STATUS NAMESPACE
(RFC 3501 section 6.3, RFC 2342, RFC 3348, RFC 6154).

::

    C: a2 LIST "" "*"
    S: * LIST (\\HasNoChildren) "." "INBOX"
    S: * LIST (\\HasNoChildren \\Sent) "." "Sent"             what it is for (RFC 6154)
    S: * LIST (\\Noselect \\HasChildren) "." "Work"           only a name above others
    S: * LIST (\\HasNoChildren) "." "Work.Tea"
               attributes         separator  name            * any letters, % any but the separator
"""

from collections.abc import Callable

from mailkit.imap import out
from mailkit.imap.patterns import above_all, inbox_first, matches
from mailkit.imap.refusals import Bad
from mailkit.imap.session import Session
from mailkit.imap.words import Words
from mailkit.store.mailbox import Mailbox
from mailkit.store.mailboxes import SPECIAL
from mailkit.store.names import SEPARATOR

STATUS_ITEMS: dict[str, Callable[[Mailbox], int]] = {
    "MESSAGES": lambda mailbox: len(mailbox.messages),
    "RECENT": lambda mailbox: sum(message.new for message in mailbox.messages),
    "UIDNEXT": lambda mailbox: mailbox.uidnext,
    "UIDVALIDITY": lambda mailbox: mailbox.uidvalidity,
    "UNSEEN": lambda mailbox: sum("\\Seen" not in message.flags for message in mailbox.messages),
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

    def LIST(self, words: Words) -> str:
        """Which mailboxes are there?  RFC 3501 section 6.3.8."""
        pattern = self._pattern(words)
        if not pattern:  # "what is the separator?"
            self.say(f'LIST (\\Noselect) "{SEPARATOR}" ""')
            return "OK LIST completed"
        names = set(self.mailboxes.names())
        above = above_all(names)
        for name in sorted(names | above, key=inbox_first):
            if matches(pattern, name):
                attributes = [] if name in names else ["\\Noselect"]
                attributes.append("\\HasChildren" if name in above else "\\HasNoChildren")  # RFC 3348
                attributes += [SPECIAL[name]] if name in SPECIAL else []
                self._list("LIST", name, attributes)
        return "OK LIST completed"

    def LSUB(self, words: Words) -> str:
        """Which mailboxes should be shown?  RFC 3501 section 6.3.9."""
        pattern = self._pattern(words)
        names = set(self.mailboxes.subscribed())
        # One that is only above a subscribed one is named where % stops at it.
        above = above_all(names) if pattern.endswith("%") else set()
        for name in sorted(names | above, key=inbox_first):
            if matches(pattern, name):
                self._list("LSUB", name, [] if name in names else ["\\Noselect"])
        return "OK LSUB completed"

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
        wanted = words.list_of(words.atom)
        words.end()
        unknown = [item for item in wanted if item not in STATUS_ITEMS]
        if unknown:
            raise Bad(f"STATUS does not know {' '.join(unknown)}; it knows {' '.join(STATUS_ITEMS)}")
        mailbox = self.mailboxes.open(name)
        mailbox.refresh()
        values = " ".join(f"{item} {STATUS_ITEMS[item](mailbox)}" for item in wanted)
        self.say(b"STATUS %b (%b)" % (out.mailbox(mailbox.name), values.encode()))
        return "OK STATUS completed"

    def _only_name(self, words: Words) -> str:
        words.space()
        name = words.mailbox()
        words.end()
        return name

    def _pattern(self, words: Words) -> str:
        """The reference and the pattern, put together (RFC 3501 section 6.3.8)."""
        words.space()
        reference = words.text_astring()
        words.space()
        pattern = words.pattern()
        words.end()
        return reference + pattern if pattern else ""

    def _list(self, word: str, name: str, attributes: list[str]) -> None:
        self.say(f'{word} {out.listed(attributes)} "{SEPARATOR}" '.encode() + out.mailbox(name))
