"""A capture: what one place of the cable carried for a while, from a file or live.

>>> capture = read(b"this is no capture file")
>>> print(capture)
packets: 0, TCP connections: 0
the capture file is damaged at octet 0: it is neither pcap nor pcapng
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mailkit.shown import Shown
from mailkit.wire import conversations, pcap, pcapng
from mailkit.wire.fragments import Fragments
from mailkit.wire.packet import Packet, dissect
from mailkit.wire.recording import Damaged, Frame, Secrets, nothing_is_garbage
from mailkit.wire.stream import Streams

if TYPE_CHECKING:
    from scapy.packet import Packet as ScapyPacket


@dataclass(eq=False)
class Capture(Shown):
    """Frames in the order in which they were captured; everything else is worked out when it is asked for.

    Attributes:
        ports: which protocol a server's port speaks; the ground adds those that it has chosen itself.
        secrets: the keys of TLS connections (SSLKEYLOGFILE); saved, too, so that Wireshark reads inside.
        trouble: why the file could not be read to its end.
        dropped: frames that the kernel had no room for.  If it is not 0, draw no conclusions.
    """

    frames: list[Frame] = field(default_factory=list, repr=False)
    ports: Mapping[int, str] = field(default_factory=dict)
    secrets: list[bytes] = field(default_factory=list, repr=False)
    trouble: Damaged | None = None
    dropped: int = 0

    def __post_init__(self) -> None:
        self._packets: list[Packet] = []
        self._fragments = Fragments()
        self._streams = Streams([])
        self._sorted = 0  # packets that are sorted into streams

    @property
    def packets(self) -> list[Packet]:
        """Every frame, taken apart; IP fragments are joined in the last of them."""
        if len(self._packets) < len(self.frames):
            with nothing_is_garbage():
                for number in range(len(self._packets), len(self.frames)):
                    packet = dissect(self.frames[number], number + 1)
                    if packet.fragment:
                        self._fragments.add(packet)
                    self._packets.append(packet)
        return self._packets

    def streams(self) -> Streams:
        """The TCP connections."""
        packets = self.packets
        if len(packets) != self._sorted:
            with nothing_is_garbage():
                self._streams = conversations.streams(packets, {**conversations.PORTS, **self.ports})
            self._sorted = len(packets)
        return self._streams

    def exchanges(self) -> list[conversations.Exchange]:
        """Questions and answers by UDP: DNS."""
        return conversations.exchanges(self.packets, {**conversations.PORTS, **self.ports})

    def scapy(self) -> "list[ScapyPacket]":
        """All as Scapy packets: slow, and large.  For a few, ask each packet."""
        return [packet.scapy() for packet in self.packets]

    def save(self, path: Path | str) -> None:
        """Write a pcapng file, which Wireshark opens."""
        with Path(path).open("wb") as file:
            file.writelines(pcapng.write(self.frames, self.secrets))

    def __str__(self) -> str:
        streams = self.streams()
        lines = [f"packets: {len(self.frames)}, TCP connections: {len(streams)}", *map(str, streams)]
        lines += [str(exchange) for exchange in self.exchanges()]
        lines += [f"{self.dropped} packets were dropped: this is not all that happened"] * bool(self.dropped)
        lines += [str(self.trouble)] * bool(self.trouble)
        return "\n".join(lines)


def read(source: Path | str | bytes, ports: Mapping[int, str] | None = None) -> Capture:
    """Read a capture file, ours or anybody's.

    A damaged one gives what was readable, and says in `Capture.trouble` why there is no more.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    capture = Capture(ports=ports or {})
    try:
        if data[:4] == pcapng.MAGIC:
            for item in pcapng.read(data):
                if isinstance(item, Secrets):
                    capture.secrets.append(item.data)
                else:
                    capture.frames.append(item)
        elif data[:4] in pcap.MAGICS:
            with nothing_is_garbage():
                capture.frames.extend(pcap.read(data))
        else:
            raise Damaged(0, "it is neither pcap nor pcapng")
    except Damaged as damage:
        capture.trouble = damage
    return capture
