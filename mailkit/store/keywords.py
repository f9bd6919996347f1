"""What the letters a to z in a file name stand for.

Besides ``\\Seen`` and its like a client may invent flags of its own, *keywords* (RFC 3501 section 2.3.2):
``$Junk``, ``Work``.  A name in a Maildir has room for 26 of them, one small letter each.  The file beside
the folders says which is which; its form is Dovecot's, because the letters lie in names that Dovecot
reads too::

    0 $Junk         a in a file name
    1 Work          b
"""

import re
from collections.abc import Iterable
from pathlib import Path

from mailkit.store import filename
from mailkit.store.files import write_safely
from mailkit.talk.refusal import Refused

FILE = "dovecot-keywords"
ALPHABET = "abcdefghijklmnopqrstuvwxyz"

_LETTERS = {flag.lower(): letter for letter, flag in filename.FLAGS.items()}
_LINE = re.compile(r"(\d{1,2}) (\S+)")


class Keywords:
    """Translates between flags and letters for one mailbox."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: dict[str, str] = {}  # letter -> keyword
        self._flags: dict[str, frozenset[str]] = {}  # letters -> flags, worked out once
        self._date = 0
        self.refresh()

    def refresh(self) -> bool:
        """Read the file again if another program has written it; whether it had."""
        date = self.path.stat().st_mtime_ns if self.path.exists() else 0
        if date == self._date:
            return False
        text = self.path.read_text(encoding="utf-8", errors="replace") if date else ""
        lines = [form for form in map(_LINE.fullmatch, text.splitlines()) if form and int(form[1]) < 26]
        self.names = {ALPHABET[int(form[1])]: form[2] for form in lines}
        self._date = date
        self._flags.clear()
        return True

    def flags(self, letters: str) -> frozenset[str]:
        """The flags that letters stand for; a letter nobody has explained stands for none."""
        if letters not in self._flags:
            meanings = filename.FLAGS | self.names
            self._flags[letters] = frozenset(meanings[letter] for letter in letters if letter in meanings)
        return self._flags[letters]

    def letters(self, flags: Iterable[str]) -> str:
        """The letters for flags.  A keyword that is new here gets the next one.

        Raises:
            Refused: all 26 are taken, or it is a system flag that IMAP does not know.
        """
        return "".join(map(self._letter, flags))

    def unknown(self, letters: str) -> str:
        """Those letters that mean nothing to us; they are kept, somebody else has put them there."""
        return "".join(letter for letter in letters if letter not in filename.FLAGS | self.names)

    def spelled(self, flags: Iterable[str]) -> frozenset[str]:
        """The same flags as they are spelled here: keywords know no capitals."""
        known = {flag.lower(): flag for flag in (*filename.FLAGS.values(), *self.names.values())}
        return frozenset(known.get(flag.lower(), flag) for flag in flags)

    @property
    def full(self) -> bool:
        """Whether no further keyword can be invented."""
        return len(self.names) == len(ALPHABET)

    def _letter(self, flag: str) -> str:
        return _LETTERS.get(flag.lower()) or self._known(flag) or self._invent(flag)

    def _known(self, keyword: str) -> str | None:
        for letter, name in self.names.items():
            if name.lower() == keyword.lower():  # keywords know no capitals
                return letter
        return None

    def _invent(self, keyword: str) -> str:
        if keyword.startswith("\\"):
            raise Refused(501, "5.5.4", f"{keyword} is not a flag that a client can set")
        if self.full:
            raise Refused(452, "4.3.1", f"no room for the keyword {keyword}: a Maildir knows only 26")
        letter = next(letter for letter in ALPHABET if letter not in self.names)
        self.names[letter] = keyword
        lines = (f"{ALPHABET.index(letter)} {name}\n" for letter, name in sorted(self.names.items()))
        write_safely(self.path, "".join(lines).encode())
        self._date = self.path.stat().st_mtime_ns
        self._flags.clear()
        return letter
