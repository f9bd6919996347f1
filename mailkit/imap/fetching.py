"""FETCH: show me something of these messages (RFC 3501 section 6.4.5).

::

    C: a3 FETCH 1:2 (UID FLAGS BODY.PEEK[HEADER.FIELDS (Subject)])
    S: * 1 FETCH (UID 4 FLAGS (\\Seen) BODY[HEADER.FIELDS (Subject)] {17}
    S: Subject: Tea?
    S:
    S: )
    S: * 2 FETCH (...)
    S: a3 OK FETCH completed
"""

from mailkit.imap.items import SIMPLE, Item, take_items
from mailkit.imap.opened import Opened
from mailkit.imap.session import Session
from mailkit.imap.words import Words
from mailkit.talk.refusal import Refused


class Fetching(Session):
    """The command that shows letters."""

    def FETCH(self, words: Words, by_uid: bool = False) -> str:
        """Show something of these messages."""
        words.space()
        ranges = words.set()
        words.space()
        items = take_items(words)
        words.end()
        if by_uid and SIMPLE["UID"] not in items:  # RFC 3501 section 6.4.8
            items = [SIMPLE["UID"], *items]
        chosen = self.view.chosen(ranges, by_uid)
        for number, message in self.still_there(chosen):
            opened = Opened(self.view, message)
            try:
                asked = self._mark_seen(opened, items)
                answers = b" ".join([item.answer(opened) for item in asked])
            except Refused:
                if not message.gone:
                    raise
                continue
            self.say(b"%d FETCH (%b)" % (number, answers))
        self.complain_about_gone(chosen)
        return "OK FETCH completed"

    def _mark_seen(self, opened: Opened, items: list[Item]) -> list[Item]:
        """Who fetches a text has read it; the change is told along with the text."""
        flags = opened.message.flags
        if self.view.readonly or "\\Seen" in flags or not any(item.marks_seen for item in items):
            return items
        self.view.store(opened.message, flags | {"\\Seen"})
        return items if SIMPLE["FLAGS"] in items else [*items, SIMPLE["FLAGS"]]
