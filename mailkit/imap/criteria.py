"""What SEARCH may look for (RFC 3501 section 6.4.4, RFC 7162 section 3.1.5).

::

    a8 SEARCH UNSEEN OR FROM alice SUBJECT "tea" SINCE 1-Jan-2024
              |      |                           |
              and    one or the other, and       came on that day or later

Every key becomes a `Test`: given a message with its number, is it meant?
"""

import re
from collections.abc import Callable

from mailkit.imap import looking
from mailkit.imap.dates import day_of, in_letter, take_date
from mailkit.imap.opened import Opened
from mailkit.imap.refusals import Bad, No
from mailkit.imap.sets import Range, spans
from mailkit.imap.words import Words

Test = Callable[[int, Opened], bool]

CHARSETS = ("US-ASCII", "UTF-8")
FLAGS = {
    "ANSWERED": "\\Answered",
    "DELETED": "\\Deleted",
    "DRAFT": "\\Draft",
    "FLAGGED": "\\Flagged",
    "SEEN": "\\Seen",
}
FIELDS = {"BCC": b"bcc", "CC": b"cc", "FROM": b"from", "SUBJECT": b"subject", "TO": b"to"}
DAYS: dict[str, Callable[[int, int], bool]] = {
    "BEFORE": lambda day, wanted: day < wanted,
    "ON": lambda day, wanted: day == wanted,
    "SINCE": lambda day, wanted: day >= wanted,
}

_SET_FOLLOWS = re.compile(rb"[0-9*]")


class Criteria:
    """Reads keys.  `last` and `last_uid` are what ``*`` means."""

    def __init__(self, words: Words, last: int, last_uid: int) -> None:
        self.words, self.last, self.last_uid = words, last, last_uid
        self.charset = "utf-8"
        self.asks_modseq = False

    def take_all(self) -> Test:
        """``CHARSET UTF-8`` perhaps, then keys up to the end; all must be true."""
        words = self.words
        if words.text[words.at : words.at + 8].upper() == b"CHARSET ":
            words.at += 8
            self._take_charset()
            words.space()
        tests = [self.take()]
        while words.took(b" "):
            tests.append(self.take())
        return _all(tests)

    def take(self) -> Test:
        """One key."""
        words = self.words
        if words.sees(b"("):
            return words.deeper(lambda: _all(words.list_of(self.take)))
        if _SET_FOLLOWS.match(words.text, words.at):
            numbers = _members(words.set(), self.last)
            return lambda number, opened: number in numbers
        return self._take_named(words.atom())

    def _take_named(self, key: str) -> Test:
        if key in FLAGS:
            return _has(FLAGS[key])
        if key.startswith("UN") and key[2:] in FLAGS:
            return _not(_has(FLAGS[key[2:]]))
        if key in FIELDS:
            return self._field(FIELDS[key])
        if key in DAYS:
            return self._arrived(DAYS[key])
        if key.startswith("SENT") and key[4:] in DAYS:
            return self._sent(DAYS[key[4:]])
        if key in OTHERS:
            return OTHERS[key](self)
        raise Bad(f"SEARCH does not know {key}")

    # ---- what stands behind a key

    def _word(self) -> str:
        """A word to look for, without its capitals."""
        self.words.space()
        try:
            return self.words.astring().decode(self.charset).casefold()
        except UnicodeDecodeError:
            raise Bad(f"a word to look for is not {self.charset}") from None

    def _number(self) -> int:
        self.words.space()
        return self.words.number()

    def _day(self) -> int:
        self.words.space()
        return take_date(self.words)

    def _key(self) -> Test:
        self.words.space()
        return self.words.deeper(self.take)

    def _take_charset(self) -> None:
        charset = self.words.astring().decode("latin-1").upper()
        if charset not in CHARSETS:
            raise No(f"BADCHARSET ({' '.join(CHARSETS)})", "words to look for come in one of these")
        self.charset = charset

    # ---- the keys

    def _field(self, name: bytes) -> Test:
        wanted = self._word()
        return lambda number, opened: looking.in_field(opened, name, wanted)

    def _arrived(self, compare: Callable[[int, int], bool]) -> Test:
        wanted = self._day()
        return lambda number, opened: compare(day_of(opened.message.arrived), wanted)

    def _sent(self, compare: Callable[[int, int], bool]) -> Test:
        wanted = self._day()

        def test(number: int, opened: Opened) -> bool:
            day = in_letter(opened.fields.get(b"date", b""))
            return day is not None and compare(day, wanted)

        return test

    def all(self) -> Test:
        """Every message."""
        return lambda number, opened: True

    def new(self) -> Test:
        """``RECENT UNSEEN``."""
        return _all([_recent, _not(_has("\\Seen"))])

    def old(self) -> Test:
        """``NOT RECENT``."""
        return _not(_recent)

    def recent(self) -> Test:
        """Those that this session was the first to be told of."""
        return _recent

    def keyword(self) -> Test:
        """Those with this flag of a client's own."""
        self.words.space()
        return _has(self.words.flag())

    def unkeyword(self) -> Test:
        """Those without it."""
        return _not(self.keyword())

    def modseq(self) -> Test:
        """Those that have changed since (RFC 7162 section 3.1.5); if one flag is named, any counts."""
        self.asks_modseq = True
        self.words.space()
        if self.words.sees(b'"'):
            self.words.string()
            self.words.space()
            self.words.atom()
            self.words.space()
        since = self.words.modseq()
        return lambda number, opened: opened.message.modseq >= since

    def negated(self) -> Test:
        """``NOT key``."""
        return _not(self._key())

    def either(self) -> Test:
        """``OR key key``."""
        one, other = self._key(), self._key()
        return lambda number, opened: one(number, opened) or other(number, opened)

    def larger(self) -> Test:
        """More octets than so many."""
        octets = self._number()
        return lambda number, opened: opened.message.size > octets

    def smaller(self) -> Test:
        """Fewer octets than so many."""
        octets = self._number()
        return lambda number, opened: opened.message.size < octets

    def uid(self) -> Test:
        """Those with these UIDs."""
        self.words.space()
        uids = spans(self.words.set(), self.last_uid)
        return lambda number, opened: any(low <= opened.message.uid <= high for low, high in uids)

    def header(self) -> Test:
        """Those with this field, and this in it."""
        self.words.space()
        return self._field(self.words.astring().lower())

    def body(self) -> Test:
        """Those with this in a text."""
        wanted = self._word()
        return lambda number, opened: looking.in_texts(opened, wanted)

    def text(self) -> Test:
        """Those with this in the header or in a text."""
        wanted = self._word()
        return lambda number, opened: looking.in_header(opened, wanted) or looking.in_texts(opened, wanted)


OTHERS: dict[str, Callable[[Criteria], Test]] = {
    "ALL": Criteria.all,
    "BODY": Criteria.body,
    "HEADER": Criteria.header,
    "KEYWORD": Criteria.keyword,
    "LARGER": Criteria.larger,
    "MODSEQ": Criteria.modseq,
    "NEW": Criteria.new,
    "NOT": Criteria.negated,
    "OLD": Criteria.old,
    "OR": Criteria.either,
    "RECENT": Criteria.recent,
    "SMALLER": Criteria.smaller,
    "TEXT": Criteria.text,
    "UID": Criteria.uid,
    "UNKEYWORD": Criteria.unkeyword,
}


def _all(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda number, opened: all(test(number, opened) for test in tests)


def _not(test: Test) -> Test:
    return lambda number, opened: not test(number, opened)


def _has(flag: str) -> Test:
    wanted = flag.lower()
    return lambda number, opened: wanted in map(str.lower, opened.message.flags)


def _recent(number: int, opened: Opened) -> bool:
    return opened.message.uid in opened.view.recent


def _members(ranges: list[Range], last: int) -> frozenset[int]:
    found = (range(low, min(high, last) + 1) for low, high in spans(ranges, last))
    return frozenset(number for numbers in found for number in numbers)
