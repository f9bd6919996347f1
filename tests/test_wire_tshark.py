"""Wireshark's tshark as the referee: it opens our files and agrees with our streams, octet by octet."""

import random
import re
import shutil
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from test_wire_streams import CASES, CUTS, sent, stream
from wire_cable import Cable

from mailkit.wire import Capture, read
from mailkit.wire.recording import Frame

pytestmark = pytest.mark.skipif(
    not shutil.which("tshark"), reason="tshark is missing: apt-get install tshark"
)


def tshark(path: Path, *words: str) -> list[str]:
    run = subprocess.run(["tshark", "-r", path, *words], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def followed(path: Path) -> tuple[bytes, bytes]:
    """What tshark says that the client and the server said in the first connection."""
    client, server = bytearray(), bytearray()
    for line in tshark(path, "-q", "-z", "follow,tcp,raw,0"):
        if line and set(line) <= set("0123456789abcdef\t"):
            (server if line.startswith("\t") else client).extend(bytes.fromhex(line.strip()))
    return bytes(client), bytes(server)


def counted(path: Path, wanted: str) -> int:
    return len(tshark(path, "-Y", wanted, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"))


def saved(frames: list[Frame], folder: Path) -> Path:
    path = folder / "capture.pcapng"
    Capture(frames).save(path)
    return path


@pytest.mark.parametrize("name", CASES)
def test_it_agrees_on_every_octet_and_on_what_was_sent_again(name: str, tmp_path: Path) -> None:
    cable = CASES[name][0]()
    ours, path = stream(cable), saved(cable.frames, tmp_path)
    assert followed(path) == (ours.client_bytes, ours.server_bytes)
    assert counted(path, "tcp.analysis.retransmission") == len(ours.retransmissions)
    assert counted(path, "_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0") == 0


def test_it_agrees_on_gaps(tmp_path: Path) -> None:
    cable = sent([*CUTS[:3], *CUTS[4:]])
    theirs, _ = followed(saved(cable.frames, tmp_path))
    theirs = re.sub(rb"\[(\d+) bytes missing in capture file\]\0?", rb"[\1 octets missing]", theirs)
    assert theirs == stream(cable).client_bytes


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_on_a_lossy_connection(seed: int, tmp_path: Path) -> None:
    """Captured at the receiver: of what is lost, only the copy that was sent again is ever seen there."""
    cable, dice = Cable(2**32 - 5000), random.Random(seed)
    letter = dice.randbytes(40_000)
    cable.handshake()
    cable.server(0, b"354 go on\r\n")
    received, late = 0, []
    for begin in range(0, len(letter), 1000):
        cable.wait(0.1)
        if dice.random() < 0.1:
            late.append(begin)
            continue
        cable.client(begin, letter[begin : begin + 1000])
        received = late[0] if late else begin + 1000
        cable.wait(0.1)
        cable.server(11, acked=received)
        if late and dice.random() < 0.3:
            cable.wait(250)
            for lost in late:
                cable.client(lost, letter[lost : lost + 1000])
            late.clear()
            cable.wait(0.1)
            cable.server(11, acked=begin + 1000)
    cable.wait(300)
    for lost in late:
        cable.client(lost, letter[lost : lost + 1000])
    cable.close()
    ours, path = stream(cable), saved(cable.frames, tmp_path)
    assert ours.client_bytes == letter and followed(path) == (letter, b"354 go on\r\n")
    assert counted(path, "tcp.analysis.retransmission") == len(ours.retransmissions) > 0


def test_it_shows_comments_places_and_keys(tmp_path: Path) -> None:
    frames = sent(CUTS).frames
    frames[0] = frames[0]._replace(comment="Alice's program knocks: ä", place="laptop-alice")
    keys = b"CLIENT_RANDOM " + b"00" * 32 + b" " + b"11" * 48 + b"\n"
    Capture(frames, secrets=[keys]).save(tmp_path / "told.pcapng")
    wanted = ["-T", "fields", "-e", "frame.comment", "-e", "frame.interface_name", "-c", "1"]
    assert tshark(tmp_path / "told.pcapng", *wanted) == ["Alice's program knocks: ä\tlaptop-alice"]
    assert len(tshark(tmp_path / "told.pcapng")) == len(frames)
    subprocess.run(["editcap", tmp_path / "told.pcapng", tmp_path / "again"], check=True, capture_output=True)
    again = read(tmp_path / "again")
    assert (again.frames, again.secrets) == (frames, [keys])


def test_it_reads_inside_tls_with_the_keys_in_our_file(tmp_path: Path) -> None:
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.configure_trust(ours)
    authority.issue_cert("mx.cedar.example").configure_cert(theirs)
    ours.keylog_filename = str(tmp_path / "keys")
    client_in, client_out, server_in, server_out = (ssl.MemoryBIO() for _ in range(4))
    client = ours.wrap_bio(client_in, client_out, server_hostname="mx.cedar.example")
    server = theirs.wrap_bio(server_in, server_out, server_side=True)
    cable = Cable(port=993)
    cable.handshake()

    def carry() -> None:
        if octets := client_out.read():
            cable.client(cable.sent, octets)
            server_in.write(octets)
        if octets := server_out.read():
            cable.server(cable.answered, octets, acked=cable.sent)
            client_in.write(octets)

    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
        carry()
    client.write(b"a1 LOGIN bob tea\r\n")
    carry()
    path = tmp_path / "tls.pcapng"
    Capture(cable.frames, secrets=[(tmp_path / "keys").read_bytes()]).save(path)
    assert "a1 LOGIN bob tea" in "\n".join(tshark(path, "-q", "-z", "follow,tls,ascii,0"))
    assert b"LOGIN" not in stream(cable).client_bytes


@pytest.mark.parametrize("kind", ["pcap", "nsecpcap", "pcapng"])
def test_what_its_friends_write_is_read(kind: str, tmp_path: Path) -> None:
    """Every kind of file that editcap can make of ours has the same frames in it."""
    ours = saved(sent(CUTS).frames, tmp_path)
    theirs = tmp_path / "theirs"
    subprocess.run(["editcap", "-F", kind, ours, theirs], check=True, capture_output=True)
    capture = read(theirs)
    assert capture.frames == sent(CUTS).frames and capture.trouble is None
