"""When is a reply whole?  The client's question (RFC 3501 section 2.2.2).

::

    * 3 EXISTS                  a star: there is more to come
    * 1 FETCH (BODY[] {42}      a literal: so many octets follow, whatever they look like
    a1 OK done                  the command's own tag, and OK, NO or BAD: this was the last line
    + go on                     or the server waits for the rest of the command
"""

import re

_LAST_LINE = re.compile(rb"\+|(?!\*)[^ ]+ (?:OK|NO|BAD)(?: |\Z)", re.IGNORECASE)
_LITERAL = re.compile(rb"\{([0-9]{1,12})\}\Z")


def complete(command: bytes, data: bytes) -> bool:
    """Whether `data` is all that the server says to `command` (empty: to the connection itself).

    >>> complete(b"a1 NOOP", b"* 3 EXISTS\\r\\n"), complete(b"a1 NOOP", b"* 3 EXISTS\\r\\na1 OK done\\r\\n")
    (False, True)
    """
    rest = data
    while rest:
        line, ended, rest = rest.partition(b"\r\n")
        if not ended:
            return False
        literal = _LITERAL.search(line)
        if literal:
            rest = rest[int(literal[1]) :]
        elif not command or _LAST_LINE.match(line):
            return not rest
    return False
