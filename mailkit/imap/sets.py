"""Sets of messages: ``1:3,7,*`` (RFC 3501 section 9, sequence-set).

``*`` is the last message.  ``4:2`` means the same as ``2:4``, so ``7:*`` with three messages is ``3:7``:
it always has the last one in it.
"""

from collections.abc import Iterable

Range = tuple[int | None, int | None]  # both ends belong to it; None is *


def spans(ranges: Iterable[Range], last: int) -> list[tuple[int, int]]:
    """The ranges in ascending order, none touching another.

    >>> spans([(5, 7), (None, None), (6, 4), (1, 1)], last=9)
    [(1, 1), (4, 7), (9, 9)]
    """
    bounds = ((last if a is None else a, last if b is None else b) for a, b in ranges)
    found: list[tuple[int, int]] = []
    for low, high in sorted((min(pair), max(pair)) for pair in bounds):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def written(numbers: Iterable[int]) -> str:
    """Numbers in the order in which they come, as a set.

    >>> written([1, 2, 3, 7])
    '1:3,7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{low}:{high}" if low < high else f"{low}" for low, high in runs)
