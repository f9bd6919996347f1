"""A command on its way: lines, and between them literals (RFC 3501 section 4.3, RFC 7888).

::

    C: a3 APPEND Drafts {26}           "26 octets follow, whatever they are"
    S: + go ahead                      the server may say no here, before anything is sent
    C: From: bob@cedar.example...      exactly 26 octets, then the command goes on
    C:
    C: a4 APPEND Drafts {26+}          "... and I do not wait for your permission" (LITERAL+)

A literal that is not wanted is skipped without being kept.
"""

import re

from mailkit.talk.buffer import Buffer

LITERAL = re.compile(rb"\{([0-9]{1,18})(\+?)\}\Z")


class Incoming:
    """Collects one command.

    Attributes:
        lines: its lines; all but the last end with the announcement of a literal.
        literals: what came between them.
        too_big: a literal was larger than allowed, and has been skipped.
    """

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.literals: list[bytes] = []
        self.too_big = False
        self.octets = 0
        self._awaited: int | None = None  # octets of a literal that are still to come

    @property
    def wants_octets(self) -> bool:
        """Whether a literal comes next, and not a line."""
        return self._awaited is not None

    @property
    def text(self) -> bytes:
        """All lines as one; a literal is seen only by its announcement."""
        return b"\r\n".join(self.lines)

    def line(self, line: bytes, most: int) -> bool | None:
        """Take a line.  `most` is how many octets the command may have in all.

        Returns:
            None if the command is whole now; else whether the client waits for permission.
        """
        self.lines.append(line)
        self.octets += len(line) + 2
        announced = LITERAL.search(line)
        if not announced:
            return None
        size, waits = int(announced[1]), not announced[2]
        self.too_big = self.too_big or self.octets + size > most
        if self.too_big and waits:  # say no now, and nothing will come
            return None
        self.octets += size
        self._awaited = size
        return waits

    def take(self, buffer: Buffer) -> bool:
        """Take what is there of a literal; whether that was anything."""
        assert self._awaited is not None
        if self.too_big:
            return self._skip(buffer, self._awaited)
        octets = buffer.octets(self._awaited)
        if octets is None:
            return False
        self.literals.append(octets)
        self._awaited = None
        return True

    def _skip(self, buffer: Buffer, awaited: int) -> bool:
        there = min(len(buffer), awaited)
        buffer.octets(there)
        self._awaited = awaited - there
        if self._awaited == 0:
            self._awaited = None
            self.literals.append(b"")
            return True
        return False
