"""pcap: the older kind of capture file, which every program can read.

The file begins with 24 octets, and each frame with 16 more::

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +---------------------------------------------------------------+
    |  magic: its order on disk tells the byte order of all others  |
    +-------------------------------+-------------------------------+
    |        major version          |         minor version         |
    +-------------------------------+-------------------------------+
    |                        unused (twice)                         |
    +---------------------------------------------------------------+
    |           octets of a frame that are kept at most             |
    +-------------------------------+-------------------------------+
    |            unused             |           linktype            |
    +===============================+===============================+
    |                 frame: seconds since the epoch                |
    +---------------------------------------------------------------+
    |          microseconds, or nanoseconds: the magic says         |
    +---------------------------------------------------------------+
    |                     octets that were kept                     |
    +---------------------------------------------------------------+
    |                 octets that were on the cable                 |
    +---------------------------------------------------------------+

We read it and do not write it: pcapng says more.
"""

from collections.abc import Iterator
from struct import Struct

from mailkit.wire.recording import Damaged, Frame, believable

MAGICS = {  # as on disk: the byte order, and how many nanoseconds one tick of the clock has
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
HEADER = 24


def read(data: bytes) -> Iterator[Frame]:
    """The frames of a pcap file.

    Raises:
        Damaged: behind the last frame that is whole.
    """
    if len(data) < HEADER:
        raise Damaged(len(data), "the file ends inside its first header")
    order, tick = MAGICS[data[:4]]
    linktype = Struct(order + "I").unpack_from(data, 20)[0] & 0xFFFF  # above it: whether an FCS follows
    header = Struct(order + "IIII")
    at, end = HEADER, len(data)
    while at < end:
        if at + header.size > end:
            raise Damaged(at, "the file ends inside the header of a frame")
        seconds, ticks, kept, length = header.unpack_from(data, at)
        believable(at, kept, end - at - header.size)
        at += header.size
        cut = length - kept if length > kept else 0
        yield Frame(seconds * 1_000_000_000 + ticks * tick, data[at : at + kept], linktype, cut)
        at += kept
