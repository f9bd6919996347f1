"""Wrong passwords on one connection: guessing shall be slow.

::

    wrong    0.5 s   wrong    1 s     wrong      2 s        wrong ...     and in the end the server hangs up
      |-------|        |-------|        |----------------|

Who mistypes a password hardly notices; who tries a list of a million needs a connection for every few of
them, and waits.  The answer is late, nothing is said that a right password would not have waited for, and
the other connections are served meanwhile.
"""

FIRST = 0.5  # seconds before the first "no"; every further one takes twice as long


class Guesses:
    """Counts what was wrong.

    >>> guesses = Guesses(most=3)
    >>> [(guesses.wrong(), guesses.too_many) for _ in range(3)]
    [(0.5, False), (1.0, False), (2.0, True)]
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._count = 0

    def wrong(self) -> float:
        """One more; for so many seconds the answer should be kept back."""
        self._count += 1
        return FIRST * 2.0 ** (self._count - 1)

    @property
    def too_many(self) -> bool:
        """Whether it is time to hang up."""
        return self._count >= self.most
