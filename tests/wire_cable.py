"""A cable for tests: packets, built octet by octet with the headers of mailkit/wire, and no right needed."""

from dataclasses import dataclass, field
from struct import pack

from mailkit.wire.checksum import checksum, pseudo_header
from mailkit.wire.headers import ACK, FIN, IP4, PSH, SYN, TCP, UDP, Ethernet, IPv4
from mailkit.wire.recording import Frame

CLIENT, SERVER = bytes([192, 0, 2, 1]), bytes([198, 51, 100, 25])
HERE, THERE = bytes([2, 0, 0, 0, 0, 1]), bytes([2, 0, 0, 0, 0, 2])
MSS = b"\x02\x04\x05\xb4"
MILLISECOND = 1_000_000
SERVERS_FIRST = 7000  # the server's first sequence number


def ip(source: bytes, destination: bytes, protocol: int, carried: bytes, identification: int = 1) -> bytes:
    header = IPv4(0x45, 0, 20 + len(carried), identification, 0x4000, 64, protocol, 0, source, destination)
    right = header._replace(checksum=checksum(bytes(header)))
    return bytes(Ethernet(THERE, HERE, IP4)) + bytes(right) + carried


def tcp(source: bytes, destination: bytes, header: TCP, payload: bytes = b"") -> bytes:
    whole = bytes(header) + payload
    right = checksum(pseudo_header(source, destination, 6, len(whole)) + whole)
    return ip(source, destination, 6, bytes(header._replace(checksum=right)) + payload)


def udp(source: tuple[bytes, int], destination: tuple[bytes, int], payload: bytes) -> bytes:
    header = UDP(source[1], destination[1], 8 + len(payload), 0)
    return ip(source[0], destination[0], 17, bytes(header) + payload)


@dataclass
class Cable:
    """One connection, of which a test says what is captured, and when."""

    first: int = 100  # the client's first sequence number
    port: int = 25
    client_port: int = 40000
    now: int = 1_700_000_000_000_000_000
    frames: list[Frame] = field(default_factory=list)
    sent: int = 0  # octets of the client, without those sent again
    answered: int = 0

    def wait(self, milliseconds: float) -> None:
        self.now += int(milliseconds * MILLISECOND)

    def client(self, octet: int, payload: bytes = b"", flags: int = ACK | PSH, options: bytes = b"") -> None:
        """A segment of the client that begins with this octet of its stream; its SYN is octet -1."""
        ack = 0 if flags == SYN else SERVERS_FIRST + 1 + self.answered
        self._tcp(True, self.first + 1 + octet, ack, payload, flags, options)
        self.sent = max(self.sent, octet + len(payload))

    def server(self, octet: int, payload: bytes = b"", flags: int = ACK, acked: int = 0) -> None:
        """A segment of the server, which has received so many octets."""
        self._tcp(False, SERVERS_FIRST + 1 + octet, self.first + 1 + acked, payload, flags, b"")
        self.answered = max(self.answered, octet + len(payload))

    def handshake(self) -> None:
        self.client(-1, flags=SYN, options=MSS)
        self.wait(1)
        self._tcp(False, SERVERS_FIRST, self.first + 1, b"", SYN | ACK, MSS)
        self.wait(1)
        self.client(0, flags=ACK)
        self.wait(1)

    def close(self) -> None:
        """Both sides say that they have nothing more to say."""
        self.client(self.sent, flags=FIN | ACK)
        self.wait(1)
        self.server(self.answered, flags=FIN | ACK, acked=self.sent + 1)
        self.wait(1)
        self._tcp(True, self.first + 2 + self.sent, SERVERS_FIRST + 2 + self.answered, b"", ACK, b"")

    def _tcp(self, ours: bool, seq: int, ack: int, payload: bytes, flags: int, options: bytes) -> None:
        ports = (self.client_port, self.port) if ours else (self.port, self.client_port)
        words = (20 + len(options)) // 4 << 4
        header = TCP(*ports, seq % 2**32, ack % 2**32, words, flags, 64240, 0, 0, options)
        hosts = (CLIENT, SERVER) if ours else (SERVER, CLIENT)
        self.frames.append(Frame(self.now, tcp(*hosts, header, payload)))


def pcap(frames: list[Frame], order: str = "<", nano: bool = False) -> bytes:
    """The older kind of capture file, which the kit itself does not write."""
    magic, tick = (0xA1B23C4D, 1) if nano else (0xA1B2C3D4, 1000)
    linktype = frames[0].linktype if frames else 1
    parts = [pack(order + "IHHIIII", magic, 2, 4, 0, 0, 262144, linktype)]
    for frame in frames:
        seconds, ns = divmod(frame.ns, 1_000_000_000)
        kept = len(frame.data)
        parts += [pack(order + "IIII", seconds, ns // tick, kept, kept + frame.cut), frame.data]
    return b"".join(parts)
