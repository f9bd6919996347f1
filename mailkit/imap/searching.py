"""SEARCH: which messages are like that?  (RFC 3501 section 6.4.4, RFC 4731, RFC 7162)

::

    C: a8 SEARCH UNSEEN FROM "alice"
    S: * SEARCH 2 84 85 86 882
    S: a8 OK SEARCH completed

    C: a9 SEARCH RETURN (MIN COUNT ALL) UNSEEN FROM "alice"      the same, shorter
    S: * ESEARCH (TAG "a9") MIN 2 COUNT 5 ALL 2,84:86,882
    S: a9 OK SEARCH completed
"""

from mailkit.imap.criteria import Criteria
from mailkit.imap.opened import Opened
from mailkit.imap.refusals import Bad
from mailkit.imap.session import Long, Session
from mailkit.imap.sets import written
from mailkit.imap.words import Words
from mailkit.store.mailbox import Message
from mailkit.talk.refusal import Refused

RETURNS = ("MIN", "MAX", "ALL", "COUNT")

Found = list[tuple[int, Message]]  # what the client counts by (a number or a UID), and the message


class Searching(Session):
    """The command that looks for letters."""

    def SEARCH(self, words: Words, by_uid: bool = False) -> Long:
        """Numbers (or UIDs) of the messages that fit all keys."""
        words.space()
        returns = self._returns(words)
        messages = self.view.messages
        criteria = Criteria(words, len(messages), messages[-1].uid if messages else 0)
        test = criteria.take_all()
        words.end()
        if criteria.asks_modseq:
            self.enable_condstore()
        found: Found = []
        for number, message in self.still_there(list(enumerate(messages, start=1))):
            try:
                if test(number, Opened(self.view, message)):
                    found.append((message.uid if by_uid else number, message))
            except Refused:
                if not message.gone:
                    raise
            yield self.said()
        if returns is None:
            self.say(" ".join(["SEARCH", *(str(number) for number, _ in found), *_latest(found, criteria)]))
        else:
            self.say(" ".join(self._extended(found, returns, by_uid, criteria)))
        return "OK SEARCH completed"

    def _returns(self, words: Words) -> set[str] | None:
        """``RETURN (MIN COUNT)``, if that stands there; an empty list means ALL."""
        if words.text[words.at : words.at + 8].upper() != b"RETURN (":
            return None
        words.at += 7
        wanted = set(words.list_of(words.atom, may_be_empty=True))
        words.space()
        if wanted - set(RETURNS):
            raise Bad(f"SEARCH can return {' '.join(RETURNS)}, but not {' '.join(wanted - set(RETURNS))}")
        return wanted or {"ALL"}

    def _extended(self, found: Found, returns: set[str], by_uid: bool, criteria: Criteria) -> list[str]:
        """What RFC 4731 section 3.1 tells instead of all numbers."""
        told = [f'ESEARCH (TAG "{self.tag}")', *(["UID"] if by_uid else [])]
        numbers = [number for number, _ in found]
        told += [f"MIN {numbers[0]}"] if found and "MIN" in returns else []
        told += [f"MAX {numbers[-1]}"] if found and "MAX" in returns else []
        told += [f"COUNT {len(numbers)}"] if "COUNT" in returns else []
        told += [f"ALL {written(numbers)}"] if found and "ALL" in returns else []
        if not returns & {"ALL", "COUNT"}:  # RFC 4731 section 3.2: the MODSEQ of what is told
            found = [*(found[:1] if "MIN" in returns else []), *(found[-1:] if "MAX" in returns else [])]
        return [*told, *(word.strip("()") for word in _latest(found, criteria))]


def _latest(found: Found, criteria: Criteria) -> list[str]:
    """``(MODSEQ 917)``: the latest change of those that were found, if the client has asked for changes."""
    if not found or not criteria.asks_modseq:
        return []
    return [f"(MODSEQ {max(message.modseq for _, message in found)})"]
