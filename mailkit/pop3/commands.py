"""The words a client says (RFC 1939 section 3; CAPA: RFC 2449, STLS: RFC 2595, AUTH: RFC 5034).

A command is one line: a keyword in upper or lower case, then its arguments, each after a space::

    TOP 1 10 CRLF
    |   | |
    |   | +--- how many lines of the body
    |   +----- which message
    +--------- keyword
"""

import re
from dataclasses import dataclass

from mailkit.talk.refusal import Refused

# The whole grammar of POP3: each keyword and its arguments; those in brackets may be left out.
SYNTAX = {
    "CAPA": "",
    "STLS": "",
    "USER": "name",
    "PASS": "password",
    "AUTH": "mechanism [initial-response]",
    "STAT": "",
    "LIST": "[message]",
    "UIDL": "[message]",
    "RETR": "message",
    "TOP": "message lines",
    "DELE": "message",
    "RSET": "",
    "NOOP": "",
    "QUIT": "",
}


@dataclass(frozen=True)
class Command:
    """One command, understood."""

    word: str
    arguments: tuple[str, ...] = ()


def parse(line: bytes) -> Command:
    """Understand one line.

    Raises:
        Refused: 500 for an unknown keyword, 501 for wrong arguments; the text says what was expected.

    >>> parse(b"top 1 10")
    Command(word='TOP', arguments=('1', '10'))
    >>> parse(b"PASS tea and cake")
    Command(word='PASS', arguments=('tea and cake',))
    """
    keyword, _, rest = _text(line).partition(" ")
    word = keyword.upper()
    if word not in SYNTAX:
        raise Refused(500, "5.5.2", f"that is no command of POP3; there are {' '.join(SYNTAX)}")
    # A password may hold spaces, and PASS has only one argument (RFC 1939 section 7, PASS).
    arguments = [rest] if word == "PASS" else rest.split(" ")
    given = tuple(argument for argument in arguments if argument)
    expected = SYNTAX[word].split()
    needed = [argument for argument in expected if not argument.startswith("[")]
    if not len(needed) <= len(given) <= len(expected):
        raise Refused(501, "5.5.4", f"expected: {word} {SYNTAX[word]}".rstrip())
    return Command(word, given)


def number(argument: str) -> int:
    """A number in an argument: a message, or a count of lines.

    Raises:
        Refused: 501 when it is none.

    >>> number("12")
    12
    """
    if not re.fullmatch("[0-9]{1,9}", argument):
        raise Refused(501, "5.5.4", "expected a number, such as 1")
    return int(argument)


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(500, "5.5.2", "expected ASCII or UTF-8, and this is neither") from None
