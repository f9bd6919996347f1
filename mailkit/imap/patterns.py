"""Which names does a pattern mean?  (RFC 3501 section 6.3.8)

::

    *            every name                 Work.*       all beneath Work
    %            those at the top           Work.%       those right beneath Work

A pattern is walked through once, remembering every place in the name where one may stand by then; a
regular expression would try all ways one after the other, and ``*a*a*a*a*b`` would take it for ever.
"""

import re
from collections.abc import Iterable

from mailkit.store.names import SEPARATOR, encode

_SEVERAL = re.compile(r"[*%]{2,}")


def matches(pattern: str, name: str) -> bool:
    """Whether the pattern (in modified UTF-7, as it came) means this mailbox.

    >>> matches("%", "Work"), matches("%", "Work.Tea"), matches("W*T%", "Work.Tea"), matches("inbox", "INBOX")
    (True, False, True, True)
    """
    if name == "INBOX":  # which knows no capitals
        pattern = pattern.upper()
    coded = encode(name)
    places = {0}
    for letter in _SEVERAL.sub(lambda run: "*" if "*" in run[0] else "%", pattern):
        places = set(_after(letter, places, coded))
        if not places:
            return False
    return len(coded) in places


def above_all(names: Iterable[str]) -> set[str]:
    """The names above others, whether they are mailboxes or not.

    >>> sorted(above_all({"Work.Tea.Green", "Sent"}))
    ['Work', 'Work.Tea']
    """
    above = set()
    for name in names:
        while SEPARATOR in name:
            name = name.rpartition(SEPARATOR)[0]
            above.add(name)
    return above


def inbox_first(name: str) -> tuple[bool, str]:
    """A key for sorting."""
    return name != "INBOX", name


def _after(letter: str, places: set[int], name: str) -> Iterable[int]:
    """Where one may stand in the name behind this letter of the pattern."""
    if letter == "*":
        return range(min(places), len(name) + 1)
    if letter == "%":
        return (behind for place in places for behind in range(place, _level_end(name, place) + 1))
    return (place + 1 for place in places if name.startswith(letter, place))


def _level_end(name: str, place: int) -> int:
    end = name.find(SEPARATOR, place)
    return end if end >= 0 else len(name)
