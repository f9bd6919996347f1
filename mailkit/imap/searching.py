"""SEARCH: which messages are like that?  (RFC 3501 section 6.4.4)

::

    C: a8 SEARCH UNSEEN FROM "alice"
    S: * SEARCH 2 84 882
    S: a8 OK SEARCH completed
"""

from mailkit.imap.criteria import Criteria
from mailkit.imap.opened import Opened
from mailkit.imap.session import Session
from mailkit.imap.words import Words
from mailkit.talk.refusal import Refused


class Searching(Session):
    """The command that looks for letters."""

    def SEARCH(self, words: Words, by_uid: bool = False) -> str:
        """Numbers (or UIDs) of the messages that fit all keys."""
        words.space()
        messages = self.view.messages
        test = Criteria(words, len(messages), messages[-1].uid if messages else 0).take_all()
        words.end()
        found = []
        for number, message in self.still_there(list(enumerate(messages, start=1))):
            try:
                if test(number, Opened(self.view, message)):
                    found.append(message.uid if by_uid else number)
            except Refused:
                if not message.gone:
                    raise
        self.say(" ".join(["SEARCH", *map(str, found)]))
        return "OK SEARCH completed"
