"""What a client may do with its maildrop: the TRANSACTION state (RFC 1939 sections 5 and 7).

Each method is a command, spelled as on the line; its arguments are the words after it, and what it
returns is the reply.
"""

from mailkit.pop3.commands import number
from mailkit.pop3.maildrop import Maildrop
from mailkit.pop3.replies import listing, multiline, ok


class Transaction:
    """The commands that need a maildrop."""

    def __init__(self, maildrop: Maildrop) -> None:
        self.maildrop = maildrop

    def STAT(self) -> bytes:
        """How many letters, and how many octets they have: the one reply meant to be read by programs."""
        return ok(f"{len(self.maildrop.messages)} {self.maildrop.octets}")

    def LIST(self, message: str = "") -> bytes:
        """The size of one letter, or of each."""
        if message:
            return ok(f"{number(message)} {self.maildrop.message(number(message)).size}")
        sizes = [f"{n} {letter.size}" for n, letter in self.maildrop.messages.items()]
        return listing(str(self.maildrop), sizes)

    def UIDL(self, message: str = "") -> bytes:
        """The unique-id of one letter, or of each: the same in every session."""
        if message:
            return ok(f"{number(message)} {self.maildrop.unique_id(number(message))}")
        unique_ids = [f"{n} {self.maildrop.unique_id(n)}" for n in self.maildrop.messages]
        return listing("numbers and unique-ids", unique_ids)

    def RETR(self, message: str) -> bytes:
        """The whole letter.  It stays where it is: RETR deletes nothing."""
        content = self.maildrop.read(number(message))
        return multiline(f"{len(content)} octets", content)

    def TOP(self, message: str, lines: str) -> bytes:
        """The headers, and the first lines of the body: enough to decide whether to fetch the rest."""
        return multiline(f"headers and {number(lines)} lines", self._top(number(message), number(lines)))

    def DELE(self, message: str) -> bytes:
        """Mark a letter.  Not before QUIT is it removed."""
        self.maildrop.mark(number(message))
        return ok(f"message {number(message)} is marked; QUIT will remove it, RSET would keep it")

    def RSET(self) -> bytes:
        """Take back every DELE."""
        self.maildrop.unmark()
        return ok(str(self.maildrop))

    def NOOP(self) -> bytes:
        """Nothing: a sign of life, so that the server does not hang up on a silent client."""
        return ok("still here")

    def _top(self, message: int, lines: int) -> bytes:
        headers, blank, body = self.maildrop.read(message).partition(b"\r\n\r\n")
        return headers + blank + b"\r\n".join(body.split(b"\r\n")[:lines])
