"""What a capture file holds: frames, each as it was on the cable, and perhaps the keys of TLS.

::

    pcap    file header | frame | frame | frame ...                         one cable, one clock
    pcapng  section | interface | interface | secrets | frame | frame ...   many cables, notes, keys

Both kinds of file end as a row of `Frame`.  A file may be cut off or tell lies; then what came before
the damage is kept, and `Damaged` says in one sentence what was wrong.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

# Which header a frame begins with (the registry of LINKTYPE values that libpcap and Wireshark share).
NULL, ETHERNET, RAW, LOOP, SLL, IPV4, IPV6, SLL2 = 0, 1, 101, 108, 113, 228, 229, 276

LARGEST = 1 << 18  # octets of one frame: four times the largest IP packet; who claims more is lying


class Damaged(Exception):
    """A capture file cannot be read any further."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(f"the capture file is damaged at octet {offset}: {why}")
        self.offset = offset


class Frame(NamedTuple):
    """What one place of the cable carried at one moment."""

    ns: int  # nanoseconds since the epoch; a float could not hold them
    data: bytes
    linktype: int = ETHERNET
    cut: int = 0  # octets at its end that whoever captured it did not keep
    comment: str = ""
    place: str = ""  # the interface it was captured at, where the file says so

    @property
    def time(self) -> float:
        """Seconds since the epoch."""
        return self.ns / 1e9


class Secrets(NamedTuple):
    """The keys of TLS connections, in the form of an SSLKEYLOGFILE."""

    data: bytes


def believable(offset: int, length: int, left: int) -> None:
    """Hold the length that a frame claims against what there is.

    Raises:
        Damaged: the length is a lie, or the file ends inside the frame.
    """
    if length > LARGEST:
        raise Damaged(offset, f"a frame claims {length} octets, and none has more than {LARGEST}")
    if length > left:
        raise Damaged(offset, f"a frame of {length} octets begins, and only {left} are left")


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """100,000 new packets, and all stay: to look for garbage among them would take half the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
