"""How much mail one person may keep (RFC 9208).

::

    limit   |=============================|      of all mailboxes together, in octets
    used    |================|                   INBOX, Sent, Trash, ...
    comes                    |========|          there is room
    comes                    |================   452 4.2.2: not now; if Bob throws something away, it will fit
    comes   |==================================  552 5.2.2: it could never fit, even if all was empty
"""

from collections.abc import Callable

from mailkit.talk.refusal import Refused


class Quota:
    """The limit of one person.

    Args:
        limit: asked every time, as it may be changed while people are logged in; None: no limit.
        used: how many octets there are now; asked only if there is a limit.
    """

    def __init__(self, limit: Callable[[], int | None], used: Callable[[], int]) -> None:
        self._limit, self._used = limit, used

    @property
    def limit(self) -> int | None:
        """Octets; None: no limit."""
        return self._limit()

    @property
    def used(self) -> int:
        """Octets."""
        return self._used()

    def must_have_room(self, octets: int) -> None:
        """Ask whether so many octets may come.

        Raises:
            Refused: 552 5.2.2 if they never may, 452 4.2.2 if they may not now.
        """
        limit = self.limit
        if limit is None:
            return
        if octets > limit:
            raise Refused(552, "5.2.2", f"{octets} octets are more than this mailbox may ever hold ({limit})")
        if self.used + octets > limit:
            raise Refused(452, "4.2.2", f"the mailbox is full: it may hold {limit} octets")
