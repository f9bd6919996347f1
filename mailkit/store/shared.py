"""A thing that several sessions use at once: they watch it, and one of them may have it for itself.

::

    phone, in IDLE  <-- "something has changed" --.
    laptop, in IDLE <-- "something has changed" ---  Mailbox  <-- a letter comes
    POP3 session    --- "it is mine until QUIT" --'
"""

import threading
from collections.abc import Callable


class Shared:
    """Watched by many, held by at most one."""

    def __init__(self) -> None:
        self._watchers: list[Callable[[], None]] = []
        self._holder = threading.Lock()

    def watch(self, callback: Callable[[], None]) -> None:
        """Call back after every change, whoever makes it."""
        self._watchers.append(callback)

    def unwatch(self, callback: Callable[[], None]) -> None:
        """Call back no more."""
        self._watchers.remove(callback)

    def lock(self) -> bool:
        """Have it for oneself (RFC 1939 section 4); False if another POP3 session has it."""
        return self._holder.acquire(blocking=False)

    def unlock(self) -> None:
        """Give it back."""
        self._holder.release()

    def tell(self) -> None:
        """Something has changed."""
        for watcher in list(self._watchers):
            watcher()
