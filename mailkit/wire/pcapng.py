"""pcapng: the newer kind of capture file, a row of blocks.  Each has its length in front and behind::

    +----------------+
    |  type          |    header     0A0D0D0A   a new section: the byte order of what follows
    +----------------+    interface    1          a place on the cable: linktype, name, clock
    |  length        |    packet       6          a frame: when, where, perhaps a comment
    +----------------+    simple       3          a frame, and nothing else
    |  body          |    secrets      A          keys of TLS: Wireshark opens what they locked
    |    fixed part  |
    |    options     |    an option: code, length, value, filled up to a multiple of four octets
    +----------------+
    |  length again  |    for readers that go backwards; for us, a proof
    +----------------+

Blocks of other types are skipped: that is how the format grows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from struct import Struct, error
from typing import NamedTuple

from mailkit.wire.recording import Damaged, Frame, Secrets, believable

SECTION, INTERFACE, SIMPLE, PACKET, SECRETS = 0x0A0D0D0A, 1, 3, 6, 10
MAGIC = b"\x0a\x0d\x0d\x0a"  # the type of a section: the same in both byte orders
BYTE_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
END, COMMENT, NAME, RESOLUTION, OFFSET, PROGRAM = 0, 1, 2, 9, 14, 4  # options
TLS_KEYS = 0x544C534B  # "TLSK": the secrets are lines of an SSLKEYLOGFILE
LATEST = (1 << 64) - 1  # nanoseconds: some time in 2554

Ticks = Callable[[int], int]  # what an interface's clock shows -> nanoseconds since the epoch


class Interface(NamedTuple):
    """A place on the cable, as its block describes it."""

    linktype: int
    keeps: int  # octets of a frame, at most; 0: all
    name: str
    ns: Ticks


def read(data: bytes) -> Iterator[Frame | Secrets]:
    """The frames of a pcapng file, and the keys of TLS that it holds.

    Raises:
        Damaged: behind the last block that is whole.
    """
    interfaces: list[Interface] = []
    order, at = "<", 0
    while at < len(data):
        if data[at : at + 4] == MAGIC:
            order, interfaces = _byte_order(data, at), []
        kind, body, behind = _block(data, at, order)
        try:
            if kind == PACKET:
                yield _packet(body, order, interfaces)
            elif kind == SIMPLE:
                yield _simple(body, order, interfaces)
            elif kind == INTERFACE:
                interfaces.append(_interface(body, order))
            elif kind == SECRETS:
                what, length = Struct(order + "II").unpack_from(body)
                if what == TLS_KEYS:
                    yield Secrets(body[8 : 8 + length])
        except error:
            raise Damaged(at, "a block is too short for what it should hold") from None
        except IndexError:
            raise Damaged(at, "a frame names an interface that nobody has described") from None
        except Damaged as damage:
            raise Damaged(at, str(damage).split(": ", 1)[1]) from None
        at = behind


def write(frames: Sequence[Frame], secrets: Iterable[bytes] = ()) -> Iterator[bytes]:
    """A pcapng file, block by block; each place and linktype of the frames becomes an interface."""
    yield _written(SECTION, Struct("<IHHq").pack(0x1A2B3C4D, 1, 0, -1), {PROGRAM: b"mailkit"})
    interfaces: dict[tuple[int, str], int] = {}
    for frame in frames:
        interfaces.setdefault((frame.linktype, frame.place), len(interfaces))
    for linktype, place in interfaces:
        told = {NAME: place.encode(), RESOLUTION: b"\x09"}  # a tick is a nanosecond
        yield _written(INTERFACE, Struct("<HHI").pack(linktype, 0, 0), told)
    for keys in secrets:  # in front of what they unlock, and behind the interfaces: editcap wants it so
        yield _written(SECRETS, Struct("<II").pack(TLS_KEYS, len(keys)) + _filled(keys))
    for frame in frames:
        ns, kept = min(max(frame.ns, 0), LATEST), len(frame.data)
        number, length = interfaces[frame.linktype, frame.place], min(kept + frame.cut, 0xFFFFFFFF)
        fixed = Struct("<IIIII").pack(number, ns >> 32, ns & 0xFFFFFFFF, kept, length)
        yield _written(PACKET, fixed + _filled(frame.data), {COMMENT: frame.comment.encode()})


def _byte_order(data: bytes, at: int) -> str:
    magic = data[at + 8 : at + 12]
    if magic not in BYTE_ORDERS:
        raise Damaged(at, "a section does not tell its byte order")
    return BYTE_ORDERS[magic]


def _block(data: bytes, at: int, order: str) -> tuple[int, bytes, int]:
    """The type of a block, its body, and where the next one begins."""
    if len(data) - at < 12:
        raise Damaged(at, "the file ends inside the header of a block")
    kind, length = Struct(order + "II").unpack_from(data, at)
    if length < 12 or length % 4:
        raise Damaged(at, f"a block claims {length} octets: at least 12, and a multiple of 4, are possible")
    if length > len(data) - at:
        raise Damaged(at, f"a block of {length} octets begins, and only {len(data) - at} are left")
    behind = at + length
    if Struct(order + "I").unpack_from(data, behind - 4)[0] != length:
        raise Damaged(at, "a block tells two lengths, one in front and another behind")
    return kind, data[at + 8 : behind - 4], behind


def _interface(body: bytes, order: str) -> Interface:
    linktype, _, keeps = Struct(order + "HHI").unpack_from(body)
    told = _options(body[8:], order)
    resolution = (told.get(RESOLUTION) or b"\x06")[
        0
    ]  # a clock ticks in microseconds unless it says otherwise
    second = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    begin = Struct(order + "q").unpack(told[OFFSET])[0] * 1_000_000_000 if OFFSET in told else 0
    name = told.get(NAME, b"").decode(errors="replace")
    return Interface(linktype, keeps, name, lambda ticks: begin + ticks * 1_000_000_000 // second)


def _packet(body: bytes, order: str, interfaces: list[Interface]) -> Frame:
    number, high, low, kept, length = Struct(order + "IIIII").unpack_from(body)
    interface = interfaces[number]
    believable(0, kept, len(body) - 20)
    options = body[20 + kept + -kept % 4 :]
    comment = _options(options, order).get(COMMENT, b"").decode(errors="replace") if options else ""
    cut = length - kept if length > kept else 0
    ns = interface.ns(high << 32 | low)
    return Frame(ns, body[20 : 20 + kept], interface.linktype, cut, comment, interface.name)


def _simple(body: bytes, order: str, interfaces: list[Interface]) -> Frame:
    """A frame of the first interface.  It does not say when: 0."""
    (length,) = Struct(order + "I").unpack_from(body)
    interface = interfaces[0]
    kept = min(length, interface.keeps or length)
    believable(0, kept, len(body) - 4)
    return Frame(0, body[4 : 4 + kept], interface.linktype, length - kept, place=interface.name)


def _options(data: bytes, order: str) -> dict[int, bytes]:
    """Each option by its code; of several with one code, as of two comments, the first."""
    told: dict[int, bytes] = {}
    header, at = Struct(order + "HH"), 0
    while at + 4 <= len(data):
        code, length = header.unpack_from(data, at)
        if code == END:
            break
        told.setdefault(code, data[at + 4 : at + 4 + length])
        at += 4 + length + -length % 4
    return told


def _written(kind: int, fixed: bytes, options: Mapping[int, bytes] = {}) -> bytes:
    option = Struct("<HH")
    values = {code: value[:0xFFFF] for code, value in options.items() if value}
    told = [option.pack(code, len(value)) + _filled(value) for code, value in values.items()]
    body = fixed + b"".join(told) + (option.pack(END, 0) if told else b"")
    length = Struct("<I").pack(len(body) + 12)
    return Struct("<I").pack(kind) + length + body + length


def _filled(value: bytes) -> bytes:
    """Filled up with zeros to a multiple of four octets."""
    return value + bytes(-len(value) % 4)
