"""The bytes that have come and are not yet understood.

TCP hands over a *stream*, cut wherever it pleased::

    sent       USER bob CRLF PASS tea CRLF
    arrived    US | ER bob CR | LF PASS te | a CRLF

A mail language never wants "what has just arrived".  It wants **a line** (every command of SMTP,
POP3 and IMAP) or **exactly n octets** (an IMAP literal, RFC 3501 section 4.3).  This buffer waits
until it has one, so that the same bytes give the same answer whatever the cut:

>>> buffer = Buffer()
>>> buffer.feed(b"USER bob\\r")
>>> buffer.line() is None                       # the line is not whole yet
True
>>> buffer.feed(b"\\nPASS")
>>> buffer.line()
b'USER bob'
>>> buffer.octets(4)
b'PASS'
"""


class LineTooLong(Exception):
    """A line was longer than this buffer allows; it has been thrown away up to its end."""


class Buffer:
    """Holds what has arrived; gives it out by the line or by the octet.

    A line ends with LF; a CR before it belongs to the ending.  RFC 5321 section 2.3.8 wants CRLF,
    but a learner's ``nc`` sends a bare LF, and in a *command* line nothing is lost by taking it.

    Args:
        longest_line: octets that a line may have without its ending.  A longer one costs no
            memory: it is dropped as it comes, and `line` raises `LineTooLong` once, at its end.
    """

    def __init__(self, longest_line: int = 8192) -> None:
        self.longest_line = longest_line
        self._held = bytearray()
        self._searched = 0  # no LF among the first so many octets: do not look there again
        self._skipping = False  # inside a line that is too long

    def __len__(self) -> int:
        return len(self._held)

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        self._held += data

    def line(self) -> bytes | None:
        """The next line without its ending, or None while it is not whole.

        Raises:
            LineTooLong: once for each line longer than `longest_line`.
        """
        end = self._held.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._held)
            if self._searched > self.longest_line + 1:  # + 1: the CR of an ending that is on its way
                self.clear()
                self._skipping = True
            return None
        line = self._take(end + 1).removesuffix(b"\n").removesuffix(b"\r")
        if self._skipping or len(line) > self.longest_line:
            self._skipping = False
            raise LineTooLong
        return line

    def octets(self, count: int) -> bytes | None:
        """The next `count` octets, or None while fewer are here."""
        return self._take(count) if len(self._held) >= count else None

    def clear(self) -> int:
        """Throw away what is here and return how many octets that was.

        RFC 3207 section 4.2: what was glued behind STARTTLS must not be taken for something said
        inside TLS.
        """
        thrown = len(self._held)
        self._held.clear()
        self._searched = 0
        self._skipping = False
        return thrown

    def _take(self, count: int) -> bytes:
        taken = bytes(self._held[:count])
        del self._held[:count]
        self._searched = 0
        return taken
