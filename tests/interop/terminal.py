"""A terminal for a program that insists on one: what a person would see and type.

The program gets one end of a pseudo-terminal; we hold the other end, wait for words on the screen and
press keys.
"""

import os
import re
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager

from village_up import PATIENCE

CONTROL = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>78]|[\x0e\x0f]")


class Terminal:
    """Our end of it.

    Attributes:
        seen: all that has been on the screen since the last key was pressed.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.seen = ""

    def press(self, keys: str) -> None:
        """Press keys; what was on the screen before does not count any more."""
        self.seen = ""
        os.write(self._descriptor, keys.encode())

    def wait_for(self, words: str) -> None:
        """Read until these words have been shown, one after the other."""
        deadline = time.monotonic() + PATIENCE / 3
        while words not in self.seen:
            left = deadline - time.monotonic()
            ready = select.select([self._descriptor], [], [], max(0, left))[0]
            assert ready, f"{words!r} was not shown, but {self.seen!r}"
            try:
                shown = os.read(self._descriptor, 65536)
            except OSError:  # EIO: nobody holds the other end any more
                raise AssertionError(f"it has ended without showing {words!r}: {self.seen!r}") from None
            self.seen += CONTROL.sub(b"", shown).decode(errors="replace")

    def wait_for_the_end(self) -> None:
        """Read until the program has let go of its end."""
        while select.select([self._descriptor], [], [], PATIENCE)[0]:
            try:
                os.read(self._descriptor, 65536)
            except OSError:
                return
        raise AssertionError(f"it has not ended: {self.seen!r}")


@contextmanager
def terminal() -> Iterator[tuple[Terminal, int]]:
    """Both ends of a new terminal: ours, and the one for the program."""
    import pty  # not on Windows, which has no mutt either

    ours, its = pty.openpty()
    try:
        yield Terminal(ours), its
    finally:
        os.close(ours)
