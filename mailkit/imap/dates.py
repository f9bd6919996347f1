"""Dates as IMAP writes them (RFC 3501 section 9): ``01-Jan-2024`` and ``"01-Jan-2024 09:00:00 +0000"``.

The months are English whatever the language of the machine, so they stand here and not in a library.
"""

import calendar
import re
import time

from mailkit.imap.words import Words

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY = 86_400

_MONTH = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_DATE = re.compile(rb'("?)([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})\1')
_DATE_TIME = re.compile(
    rb'"([ 0-9][0-9])-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"'
)
_IN_LETTER = re.compile(rb"\b([0-9]{1,2})\s+([A-Za-z]{3})[a-z]*\s+([0-9]{4})\b")


def internal_date(seconds: float) -> bytes:
    """Seconds since the epoch, as INTERNALDATE.

    >>> internal_date(1704099600)
    b'"01-Jan-2024 09:00:00 +0000"'
    """
    year, month, day, hour, minute, second, *_ = time.gmtime(seconds)
    return f'"{day:02}-{MONTHS[month - 1]}-{year:04} {hour:02}:{minute:02}:{second:02} +0000"'.encode()


def day_of(seconds: float) -> int:
    """The day of an INTERNALDATE, counted from the epoch."""
    return int(seconds // DAY)


def take_date(words: Words) -> int:
    """Take a date; give its day, counted from the epoch."""
    start = words.at
    form = _DATE.fullmatch(words.match(_DATE, "a date, such as 01-Jan-2024"))
    day = _day(form[2], form[3], form[4]) if form else None
    if day is None:
        words.at = start
        raise words.bad("a day that exists")
    return day


def take_date_time(words: Words) -> float:
    """Take a date with time and zone; give seconds since the epoch."""
    start = words.at
    form = _DATE_TIME.fullmatch(words.match(_DATE_TIME, 'a date, such as "01-Jan-2024 09:00:00 +0000"'))
    day = _day(form[1], form[2], form[3]) if form else None
    if form is None or day is None or int(form[4]) > 23 or int(form[5]) > 59 or int(form[6]) > 60:
        words.at = start
        raise words.bad("a date and time that exist")
    east = (int(form[8]) * 60 + int(form[9])) * 60 * (-1 if form[7] == b"-" else 1)
    return day * DAY + int(form[4]) * 3600 + int(form[5]) * 60 + int(form[6]) - east


def in_letter(value: bytes) -> int | None:
    """The day that a ``Date:`` field names, in its own zone (RFC 3501 section 6.4.4, SENTON).

    >>> in_letter(b"Mon, 1 Jan 2024 23:30:00 -0800") == in_letter(b"1 January 2024")
    True
    """
    form = _IN_LETTER.search(value)
    return _day(form[1], form[2], form[3]) if form else None


def _day(day: bytes, month: bytes, year: bytes) -> int | None:
    number = _MONTH.get(month.decode().lower())
    if number is None or int(year) < 1 or not 1 <= int(day) <= calendar.monthrange(int(year), number)[1]:
        return None
    return calendar.timegm((int(year), number, int(day), 0, 0, 0)) // DAY
