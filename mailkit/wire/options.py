"""The options of TCP: what two hosts tell each other beside the stream.

::

    +------+--------+-----------+         +------+
    | kind | length | value     |   or    | kind |  0: the end; 1: nothing, to fill up
    +------+--------+-----------+         +------+

All but timestamps and SACK blocks stand in SYN segments only: that is when both sides agree.
"""

from struct import iter_unpack, unpack
from typing import NamedTuple

END, NOTHING, MSS, WINDOW_SCALE, SACK_PERMITTED, SACK, TIMESTAMPS = 0, 1, 2, 3, 4, 5, 8


class TCPOptions(NamedTuple):
    """What the options of one segment say; None and empty: nothing."""

    mss: int | None = None  # "send me no larger segments": RFC 9293 section 3.7.1
    window_scale: int | None = (
        None  # the window counts in units of 2 to the power of this: RFC 7323 section 2
    )
    sack_permitted: bool = False  # "you may tell me what has come out of order": RFC 2018 section 2
    sack: tuple[tuple[int, int], ...] = ()  # what has come out of order: RFC 2018 section 3
    timestamps: tuple[int, int] | None = None  # my clock, and the last I saw of yours: RFC 7323 section 3

    def __str__(self) -> str:
        said = [
            f"MSS {self.mss}" if self.mss is not None else "",
            f"window scale {self.window_scale}" if self.window_scale is not None else "",
            "SACK permitted" if self.sack_permitted else "",
            *(f"SACK {left}-{right}" for left, right in self.sack),
            "timestamps {} {}".format(*self.timestamps) if self.timestamps else "",
        ]
        return ", ".join(filter(None, said))


def tcp_options(data: bytes) -> TCPOptions:
    """Read the options as far as they make sense.

    >>> print(tcp_options(bytes([2, 4, 5, 180, 1, 3, 3, 7])))
    MSS 1460, window scale 7
    """
    told: dict[int, bytes] = {}
    at = 0
    while at < len(data) and data[at] != END:
        if data[at] == NOTHING:
            at += 1
            continue
        length = data[at + 1] if at + 1 < len(data) else 0
        if length < 2 or at + length > len(data):
            break  # nonsense: where the next option begins, nobody knows
        told.setdefault(data[at], data[at + 2 : at + length])
        at += length
    mss, scale, times = told.get(MSS, b""), told.get(WINDOW_SCALE, b""), told.get(TIMESTAMPS, b"")
    blocks = told.get(SACK, b"")
    return TCPOptions(
        unpack("!H", mss)[0] if len(mss) == 2 else None,
        scale[0] if len(scale) == 1 else None,
        SACK_PERMITTED in told,
        tuple(iter_unpack("!II", blocks)) if len(blocks) % 8 == 0 else (),
        unpack("!II", times) if len(times) == 8 else None,
    )
