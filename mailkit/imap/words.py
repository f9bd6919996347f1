"""The words of a command, read one after the other (RFC 3501 section 9).

::

    a7 STORE 1:3 +FLAGS.SILENT (\\Seen Work)
    |  |     |   |             |
    |  |     |   atom          list of flags
    |  |     sequence set
    |  atom: the command
    tag

Every kind of word has a method here that takes it, or raises `Bad` with what was expected and what came.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from mailkit.imap.refusals import Bad
from mailkit.imap.sets import Range
from mailkit.store import names
from mailkit.talk.refusal import Refused

DEEPEST = 50  # lists within lists

_ATOM = re.compile(rb"[!#-$&'+-\[^-z|}~]+")  # no ( ) { % * " \ ] space or controls
_ASTRING = re.compile(rb"[!#-$&'+-\[\]-z|}~]+")  # an atom that may have ]
_TAG = re.compile(rb"[!#-$&',-\[\]-z|}~]+")  # an astring without +
_PATTERN = re.compile(rb"[!#-'*-\[\]-z|}~]+")  # an astring with LIST's wildcards
_QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')
_ANNOUNCED = re.compile(rb"\{[0-9]{1,18}\+?\}\r\n")
_FLAG = re.compile(rb"\\?[!#-$&'+-\[^-z|}~]+")
_NUMBER = re.compile(rb"[0-9]{1,10}")
_MODSEQ = re.compile(rb"[0-9]{1,19}")
_SET = re.compile(
    rb"(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?(?:,(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?)*"
)
_QUOTED_PAIR = re.compile(rb"\\(.)")

SYSTEM_FLAGS = {flag.lower(): flag for flag in ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")}

Value = TypeVar("Value")


class Words:
    """A command that is being read.

    >>> words = Words(b'a1 LOGIN bob {3}\\r\\n', [b"tea"])
    >>> words.tag(), words.space(), words.atom()
    ('a1', None, 'LOGIN')
    >>> words.space(), words.astring(), words.space(), words.astring(), words.end()
    (None, b'bob', None, b'tea', None)
    """

    def __init__(self, text: bytes, literals: list[bytes] | None = None) -> None:
        self.text = text
        self.at = 0
        self.literals = literals or []
        self._used = 0
        self._depth = 0

    # ---- between words

    def space(self) -> None:
        """One space, and another word behind it."""
        if not self.took(b" "):
            raise self.bad("a space and a further word")

    def end(self) -> None:
        """Nothing more."""
        if self.at != len(self.text) or self._used != len(self.literals):
            raise self.bad("nothing more")

    def took(self, mark: bytes) -> bool:
        """Take this if it comes next, and say whether it did."""
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def expect(self, mark: bytes) -> None:
        """Take this, which must come next."""
        if not self.took(mark):
            raise self.bad(mark.decode())

    def sees(self, mark: bytes) -> bool:
        """Whether this comes next."""
        return self.text.startswith(mark, self.at)

    # ---- words

    def tag(self) -> str:
        """The tag before the command."""
        return self.match(_TAG, "a tag, such as a1, before the command").decode()

    def atom(self) -> str:
        """A bare word, in upper case: all that the protocol itself says."""
        return self.match(_ATOM, "a bare word").decode().upper()

    def number(self) -> int:
        """A number of 32 bits."""
        value = int(self.match(_NUMBER, "a number"))
        if value > 0xFFFFFFFF:
            raise self.bad("a number below 4294967296")
        return value

    def modseq(self) -> int:
        """The number of a change, of 63 bits (RFC 7162 section 7); 0 is before all of them."""
        value = int(self.match(_MODSEQ, "the number of a change"))
        if value >= 1 << 63:
            raise self.bad("a number below 9223372036854775808")
        return value

    def since(self, modifier: str, where: str) -> int:
        """``(CHANGEDSINCE 12)``: what a client says that knows all up to a change (RFC 7162 section 3.1)."""
        self.expect(b"(")
        said = self.atom()
        if said != modifier:
            raise Bad(f"{where} may stand ({modifier} number), but not {said}")
        self.space()
        number = self.modseq()
        self.expect(b")")
        return number

    def string(self) -> bytes:
        """A quoted string or a literal."""
        if self.sees(b"{"):
            return self.literal()
        quoted = self.match(_QUOTED, 'a "string" or a literal')[1:-1]
        return _QUOTED_PAIR.sub(rb"\1", quoted) if b"\\" in quoted else quoted

    def astring(self) -> bytes:
        """What a person chose: a bare word, a quoted string or a literal."""
        if self.sees(b'"') or self.sees(b"{"):
            return self.string()
        return self.match(_ASTRING, 'a word, a "string" or a literal')

    def nstring(self) -> bytes | None:
        """A string, or NIL for none."""
        if self.text[self.at : self.at + 3].upper() == b"NIL":
            self.at += 3
            return None
        return self.string()

    def text_astring(self) -> str:
        """An astring that must be UTF-8."""
        try:
            return self.astring().decode("utf-8")
        except UnicodeDecodeError:
            raise self.bad("UTF-8") from None

    def rest(self) -> bytes:
        """All that is left of the line."""
        start, self.at = self.at, len(self.text)
        return self.text[start:]

    def literal(self) -> bytes:
        """Octets that were announced: ``{5}``."""
        self.match(_ANNOUNCED, "a literal, such as {5}")
        if self._used == len(self.literals):
            raise self.bad("a literal")
        self._used += 1
        return self.literals[self._used - 1]

    def mailbox(self) -> str:
        """The name of a mailbox, out of its modified UTF-7."""
        try:
            return names.canonical(names.decode(self.text_astring()))
        except Refused as no:
            raise Bad(no.text) from None

    def pattern(self) -> str:
        """What LIST looks for: a name with ``*`` and ``%``."""
        if self.sees(b'"') or self.sees(b"{"):
            return self.text_astring()
        return self.match(_PATTERN, "a pattern, such as *").decode()

    def flag(self) -> str:
        """A flag that a client may set: one of the five, or a keyword."""
        flag = self.match(_FLAG, "a flag, such as \\Seen or Work").decode()
        if not flag.startswith("\\"):
            return flag
        if flag.lower() not in SYSTEM_FLAGS:  # \Recent among them: only the server sets it
            raise Bad(
                f"{flag} is not a flag that a client can set; there are {' '.join(SYSTEM_FLAGS.values())}"
            )
        return SYSTEM_FLAGS[flag.lower()]

    def flags(self) -> frozenset[str]:
        """``(\\Seen Work)``."""
        return frozenset(self.list_of(self.flag, may_be_empty=True))

    def bare_flags(self) -> frozenset[str]:
        """Flags without brackets, which STORE allows."""
        found = [self.flag()]
        while self.took(b" "):
            found.append(self.flag())
        return frozenset(found)

    def set(self) -> list[Range]:
        """A sequence set."""
        text = self.match(_SET, "a set of messages, such as 1:3,7,*").decode()
        ranges = []
        for part in text.split(","):
            low, _, high = part.partition(":")
            ranges.append((self._bound(low), self._bound(high or low)))
        return ranges

    def list_of(self, word: Callable[[], Value], may_be_empty: bool = False) -> list[Value]:
        """``(one two three)``, each taken by `word`."""
        self.expect(b"(")
        found = [] if may_be_empty and self.sees(b")") else [word()]
        while not self.took(b")"):
            self.space()
            found.append(word())
        return found

    def deeper(self, word: Callable[[], Value]) -> Value:
        """Take something that may hold the like of itself; too deep is Bad."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Bad(f"more than {DEEPEST} levels within each other")
        value = word()
        self._depth -= 1
        return value

    # ---- for those above

    def match(self, form: re.Pattern[bytes], expected: str) -> bytes:
        """Take what has this form."""
        found = form.match(self.text, self.at)
        if not found:
            raise self.bad(expected)
        self.at = found.end()
        return found[0]

    def bad(self, expected: str) -> Bad:
        """What to raise here."""
        rest = self.text[self.at : self.at + 20].decode("ascii", errors="replace")
        came = repr(rest) if rest else "the end of the command"
        return Bad(f"expected {expected}, but found {came}")

    def _bound(self, text: str) -> int | None:
        if text == "*":
            return None
        if not 0 < int(text) <= 0xFFFFFFFF:
            raise Bad(f"{text} is no number of a message: they begin with 1 and end with 4294967295")
        return int(text)
