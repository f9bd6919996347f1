"""Who tells apart what is said and what is carried: one reader for each language.

    SMTP   after 354 the letter comes, up to a line of one dot    RFC 5321 section 4.1.1.4
           after BDAT n come n octets                             RFC 3030
    POP3   after +OK to RETR or TOP the same, to the client       RFC 1939 section 3
    IMAP   after {n} at the end of a line come n octets           RFC 3501 section 4.3

A reader hears one line after the other.  It loses none, whatever it hears.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from mailkit.dialogue import Side, Spoken
from mailkit.show.explain import language
from mailkit.show.parts import Carried, Part, Said


def parts(protocol: str, lines: Iterable[Spoken]) -> list[Part]:
    """A dialogue's lines as parts, in their order."""
    reader = READERS.get(language(protocol), Reader)()
    for line in lines:
        reader.hear(line)
    reader.lay_down()
    return reader.parts


class Reader:
    """What all readers share; by itself it takes every line as said."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.asked: deque[str] = deque()  # commands that wait for their answer
        self.challenge: str | None = None  # what the server asked back, in a login
        self._load: list[Spoken] = []

    def hear(self, line: Spoken) -> None:
        """Take the next line."""
        self.say(line)

    def say(self, line: Spoken, before: str | None = None) -> None:
        """This line belongs to the talk."""
        self.lay_down()
        self.parts.append(Said(line, before))

    def carry(self, line: Spoken) -> None:
        """This line is a piece of a letter."""
        if self._load and self._load[0].side != line.side:
            self.lay_down()
        self._load.append(line)

    def lay_down(self, broken_off: bool = False) -> None:
        """The letter that was carried so far is whole."""
        if self._load:
            self.parts.append(Carried(tuple(self._load), broken_off))
            self._load = []

    def command(self, line: Spoken) -> None:
        """The client asks, or answers a challenge."""
        self.say(line, self.challenge)
        self.challenge = None
        self.asked.append(line.text)

    @property
    def oldest(self) -> str | None:
        """The command that is to be answered next."""
        return self.asked[0] if self.asked else None

    def answered(self) -> None:
        """It has been."""
        if self.asked:
            self.asked.popleft()


class SMTP(Reader):
    """After DATA and 354, or after BDAT, the client sends the letter."""

    def __init__(self) -> None:
        super().__init__()
        self._in_data = False
        self._announced = self._end = 0  # of a BDAT: octets that come, and where in the stream they end

    def hear(self, line: Spoken) -> None:
        if line.side == "S":
            self._reply(line)
        elif self._is_letter(line):
            self.carry(line)
        else:
            self._in_data = False
            self.command(line)
            self._announced = _number(rb"BDAT (\d{1,18})\b", line)

    def _is_letter(self, line: Spoken) -> bool:
        if self._announced:
            self._end, self._announced = line.offset + self._announced, 0
        return line.offset < self._end or (self._in_data and line.data != b".")

    def _reply(self, line: Spoken) -> None:
        self.say(line, self.oldest)
        if line.data[3:4] != b"-":  # with a minus there is more
            self.answered()
        self._in_data |= line.data.startswith(b"354")
        self.challenge = line.text if line.data.startswith(b"334") else None


class POP3(Reader):
    """After some commands the server sends a list, or a letter, and a dot."""

    LISTS = {"LIST", "UIDL", "CAPA"}  # with no argument
    LETTERS = {"RETR", "TOP"}

    def __init__(self) -> None:
        super().__init__()
        self._listing: str | None = None  # the command whose list is coming

    def hear(self, line: Spoken) -> None:
        if line.side == "C":
            self.command(line)
        elif self._listing is None:
            self._answer(line)
        elif line.data == b".":
            self.say(line, self._listing)
            self._listing = None
        elif self._listing.split()[0].upper() in self.LETTERS:
            self.carry(line)
        else:
            self.say(line, self._listing)

    def _answer(self, line: Spoken) -> None:
        before = self.oldest
        self.say(line, before)
        self.answered()
        self._listing = before if line.data.startswith(b"+OK") and self._has_list(before or "") else None
        self.challenge = line.text if line.data.startswith(b"+ ") else None

    def _has_list(self, command: str) -> bool:
        verb, *rest = command.upper().split() or [""]
        return verb in self.LETTERS or (verb in self.LISTS and not rest)


class IMAP(Reader):
    """Either side may announce a literal; answers find their commands by the tag."""

    def __init__(self) -> None:
        super().__init__()
        self._tags: dict[str, str] = {}
        self._latest = ""  # command
        self._invited = False  # the server has said +
        self._announced: dict[Side, int] = {"C": 0, "S": 0}
        self._end: dict[Side, int] = {"C": 0, "S": 0}

    def hear(self, line: Spoken) -> None:
        side = line.side
        if self._announced[side]:
            self._end[side], self._announced[side] = line.offset + self._announced[side], 0
        inside, outside = _cut(line, self._end[side])
        if inside is not None:
            self.carry(inside)
        if outside is None:
            return
        if inside is not None:
            self.lay_down(broken_off=True)
        self._announced[side] = _number(rb".*\{(\d{1,18})\+?\}$", outside)
        if side == "S":
            self._answer(outside)
        else:
            self._ask(outside, begins=inside is None and not self._invited)

    def _answer(self, line: Spoken) -> None:
        tag = line.text.split(" ", 1)[0]
        self.say(line, self._tags.pop(tag, self._latest))
        self._invited = line.data.startswith(b"+")
        self.challenge = line.text if self._invited and "AUTHENTICATE" in self._latest.upper() else None

    def _ask(self, line: Spoken, begins: bool) -> None:
        self.say(line, self.challenge)
        self.challenge, self._invited = None, False
        if begins:
            self._latest = self._tags[line.text.split(" ", 1)[0]] = line.text


def _number(pattern: bytes, line: Spoken) -> int:
    found = re.match(pattern, line.data, re.IGNORECASE | re.DOTALL)
    return int(found[1]) if found else 0


def _cut(line: Spoken, end: int) -> tuple[Spoken | None, Spoken | None]:
    """What of a line lies before this place in the stream, and what behind it."""
    inside = end - line.offset
    if inside <= 0:
        return None, line
    if inside >= len(line.data):
        return line, None
    return replace(line, data=line.data[:inside]), replace(line, offset=end, data=line.data[inside:])


READERS: dict[str, type[Reader]] = {"smtp": SMTP, "pop3": POP3, "imap": IMAP}
