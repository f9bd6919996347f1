"""How fast a capture is read, sorted, and put together.  ``python3 tests/benchmarks/bench_wire.py [PACKETS]``

    mailkit     reads the file, sorts its packets into TCP connections, reassembles both directions of each
    tshark      Wireshark's own program, told to do the same: follow every connection
    Scapy       rdpcap only: packets, no connections; a tenth of the file, for it takes its time

Read the ratios: a machine's absolute figures are its own.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from wire_cable import Cable, pcap  # noqa: E402

from mailkit.wire import read  # noqa: E402
from mailkit.wire.recording import Frame  # noqa: E402

ROUNDS, SEGMENTS, MSS = 3, 136, 1460
WANTED = 2.0  # seconds for 100,000 packets


def capture(packets: int) -> list[Frame]:
    """Letters of 200 kB, each over its own connection; every second segment is acknowledged."""
    letter = bytes(range(32, 96)) * (SEGMENTS * MSS // 64 + 1)
    frames: list[Frame] = []
    while len(frames) < packets:
        number = len(frames)
        now = frames[-1].ns + 1_000_000 if frames else Cable.now
        cable = Cable(first=number * 7919, client_port=1024 + number % 60000, now=now)
        cable.handshake()
        cable.server(0, b"220 mx.cedar.example\r\n")
        for segment in range(SEGMENTS):
            begin = segment * MSS
            cable.client(begin, letter[begin : begin + MSS])
            if segment == 40:  # one in each letter is sent again
                cable.wait(300)
                cable.client(begin, letter[begin : begin + MSS])
            if segment % 2:
                cable.server(22, acked=begin + MSS)
            cable.wait(0.01)
        cable.close()
        frames += cable.frames
    return frames[:packets]


def best(run: Callable[[], object]) -> float:
    """Seconds: the best of some rounds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def ours(path: Path) -> int:
    """Read, sort, reassemble; return how many octets came out."""
    streams = read(path).streams()
    assert not any(stream.gaps and stream is not streams[-1] for stream in streams)
    return sum(len(stream.client_bytes) + len(stream.server_bytes) for stream in streams)


def tshark(path: Path, streams: int) -> None:
    """All connections in one run: each is followed, and printed."""
    follow = [word for number in range(streams) for word in ("-z", f"follow,tcp,raw,{number}")]
    subprocess.run(["tshark", "-r", path, "-q", *follow], capture_output=True, check=True)


def scapy(path: Path) -> None:
    import scapy.layers.inet  # noqa: F401
    from scapy.utils import rdpcap

    rdpcap(str(path))


def main() -> None:
    """Measure and print."""
    packets = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    frames = capture(packets)
    with tempfile.TemporaryDirectory() as folder:
        whole, tenth = Path(folder, "whole.pcap"), Path(folder, "tenth.pcap")
        whole.write_bytes(pcap(frames))
        tenth.write_bytes(pcap(frames[: packets // 10]))
        streams = read(whole).streams()
        del frames
        again = sum(len(stream.retransmissions) for stream in streams)
        print(
            f"{packets} packets, {len(streams)} connections, {again} segments sent again; best of {ROUNDS}\n"
        )
        mine = best(lambda: ours(whole))
        begun = time.perf_counter()
        dissected = read(whole).packets
        print(f"  mailkit        {mine:6.2f} s   (wanted: {WANTED * packets / 100_000:.2f} s at most)")
        print(
            f"   of it, reading and headers: {time.perf_counter() - begun:.2f} s for {len(dissected)} packets"
        )
        if shutil.which("tshark"):
            theirs = best(lambda: tshark(whole, len(streams)))
            print(f"  tshark         {theirs:6.2f} s   {theirs / mine:6.1f} x mailkit's time")
            table = ["tshark", "-r", str(whole), "-q", "-z", "conv,tcp"]
            plain = best(lambda: subprocess.run(table, capture_output=True, check=True))
            print(f"   sorting only    {plain:6.2f} s   {plain / mine:6.1f} x mailkit's time (-z conv,tcp)")
        else:
            print("  tshark is missing: apt-get install tshark")
        slow = best(lambda: scapy(tenth)) * 10
        print(f"  Scapy's rdpcap {slow:6.2f} s   {slow / mine:6.1f} x mailkit's time (ten times a tenth)")


if __name__ == "__main__":
    main()
