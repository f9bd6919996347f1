"""Many clients, slow ones, big letters, words without end: memory stays bounded, the others are served.

`up` runs as a process of its own, so that its memory can be read.  Nothing here asserts how long something
takes; `tests/benchmarks/bench_load.py` prints that.
"""

import selectors
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from load_tools import MB, PATIENCE, Line, Neighbour, Up, letter

from mailkit.world import Village

pytestmark = pytest.mark.slow

MEMORY = 450 * MB  # for a letter of 50 MB, which each of two servers has to hold at the same time
LITTLE = 40 * MB  # for whatever a stranger says
MANY = 300


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    running = Up(tmp_path)
    yield running
    assert "Traceback" not in running.stop()


@pytest.fixture
def dave(up: Up) -> Iterator[Neighbour]:
    """Dave says NOOP to IMAP all the time, and is answered every time."""
    with Neighbour(up.imap("dave"), b"n NOOP", b"n OK") as neighbour:
        yield neighbour
        noops = len(neighbour.answers)
        neighbour.wait_for(noops + 10)  # and he still is


def bounded(up: Up, before: int, most: int) -> None:
    """The process never had more than so many octets more than before."""
    assert up.peak() - before < most, f"{(up.peak() - before) / MB:.0f} MB"


def lay(folder: Path, letters: int, content: bytes, name: str = "bob") -> None:
    """Lay letters into somebody's mailbox, as another program would."""
    box = folder / "cedar.example" / "mail" / name
    for part in ("tmp", "new", "cur"):
        (box / part).mkdir(parents=True, exist_ok=True)
    on_disk = content.replace(b"\r\n", b"\n")
    for number in range(letters):
        (box / "cur" / f"{1700000000 + number}.R{number:06}.mx:2,").write_bytes(on_disk)


# ---- many


@pytest.mark.parametrize(
    ("service", "word", "answer"),
    [
        ("smtp", b"NOOP", b"250"),
        ("pop3", b"NOOP", b"-ERR"),
        ("imap", b"a NOOP", b"a OK"),
        ("imaps", b"a NOOP", b"a OK"),
    ],
)
def test_three_hundred_at_once(up: Up, dave: Neighbour, service: str, word: bytes, answer: bytes) -> None:
    """All knock in the same moment, from a few hosts; half of them then are silent, or hang up at once."""
    place = up.place(service)
    hosts = [f"127.0.{20 + number}.1" for number in range(5)] if up.many_addresses else ["127.0.0.1"]
    sources = [host for host in hosts for _ in range(MANY // 5)]  # more than 100 from one are refused
    callers = [_knock(place, source) for source in sources]
    connected = [_answered(caller) for caller in callers]
    lines = [Line(up.trust.wrap_socket(each) if service == "imaps" else each) for each in connected]
    assert all(line.hear() for line in lines)
    for line in lines[1::4]:
        line.close()
    for _ in range(3):
        assert all(line.ask(word).startswith(answer) for line in lines[::2])
    for line in lines:
        line.close()


def _knock(place: tuple[str, int], source: str) -> socket.socket:
    caller = socket.socket()
    caller.bind((source, 0))
    caller.setblocking(False)
    caller.connect_ex(place)
    return caller


def _answered(caller: socket.socket) -> socket.socket:
    with selectors.DefaultSelector() as ready:
        ready.register(caller, selectors.EVENT_WRITE)
        assert ready.select(PATIENCE)
    assert caller.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    caller.settimeout(PATIENCE)
    return caller


# ---- slow


def test_a_client_that_sends_one_octet_at_a_time(up: Up, dave: Neighbour) -> None:
    with up.call("imap") as line:
        line.hear()
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in b"a CAPABILITY\r\n":
            noops = len(dave.answers)
            line.say(bytes([octet]))
            dave.wait_for(noops + 1)
        assert b"a OK" in line.hear(b"a OK")


@pytest.mark.parametrize("language", ["imap", "pop3"])
def test_a_client_that_asks_for_much_and_reads_nothing(up: Up, tmp_path: Path, language: str) -> None:
    """A thousand times the same letter of 1 MB, ordered in one go."""
    lay(tmp_path, 1, letter(1 * MB))
    order = {"imap": b"a FETCH 1 BODY.PEEK[]\r\n", "pop3": b"RETR 1\r\n"}[language]
    with getattr(up, language)() as line, Neighbour(up.imap("dave"), b"n NOOP", b"n OK") as neighbour:
        before = up.memory()
        up.forget_peak()
        line.say(order * 1000)
        neighbour.wait_for(200)
        bounded(up, before, LITTLE)


def test_a_whole_mailbox_in_one_answer(up: Up, tmp_path: Path) -> None:
    """100 letters of 1 MB by one FETCH, to a client that does not read them."""
    lay(tmp_path, 100, letter(1 * MB))
    with up.imap() as line, Neighbour(up.imap("dave"), b"n NOOP", b"n OK") as neighbour:
        before = up.memory()
        up.forget_peak()
        line.say(b"a FETCH 1:* BODY.PEEK[]\r\n")
        neighbour.wait_for(200)
        bounded(up, before, LITTLE)
        assert line.hear(b"a OK FETCH").count(b"Subject: Big") == 100
        bounded(up, before, LITTLE)


# ---- big


def test_a_letter_of_50_mb_from_one_end_to_the_other(up: Up, tmp_path: Path, dave: Neighbour) -> None:
    content = letter(50_000_000)
    with up.submission("alice") as line:
        line.ask(b"MAIL FROM:<alice@birch.example>")
        line.ask(b"RCPT TO:<bob@cedar.example>")
        assert line.ask(b"DATA").startswith(b"354")
        line.say(content + b".\r\n")
        assert line.hear().startswith(b"250")
    while b"MESSAGES 1)" not in _said_of_bob(up) or list(tmp_path.glob("*/queue/*")):
        dave.wait_for(len(dave.answers) + 1)
    bounded(up, 0, MEMORY)
    up.forget_peak()
    with up.imap("bob") as line:
        assert content in line.ask(b"a FETCH 1 BODY.PEEK[]", b"a OK FETCH")
    bounded(up, 0, MEMORY)
    up.forget_peak()
    with up.pop3("bob") as line:
        assert content in line.ask(b"RETR 1", b"\r\n.\r\n")
    bounded(up, 0, MEMORY)


def _said_of_bob(up: Up) -> bytes:
    with up.imap("bob", select=False) as line:
        return line.ask(b"a STATUS INBOX (MESSAGES)")


def test_a_mailbox_of_20_000(up: Up, tmp_path: Path, dave: Neighbour) -> None:
    lay(tmp_path, 20_000, letter(800, subject="One of many"))
    up.forget_peak()
    with up.imap(select=False) as line:
        assert b"* 20000 EXISTS" in line.ask(b"a SELECT INBOX", b"a OK")
        line.hear()
        flags = line.ask(b"b FETCH 1:* FLAGS", b"b OK")
        assert flags.count(b"FETCH (FLAGS ") == 20_000
        sizes = line.ask(b"c FETCH 1:* RFC822.SIZE", b"c OK")
        assert sizes.count(b"RFC822.SIZE 800)") == 20_000
        found = line.ask(b'd SEARCH SUBJECT "many" NOT SEEN', b"d OK")
        assert len(found.partition(b"\r\nd OK")[0].splitlines()[-1].split()) == 2 + 20_000
        line.hear()
        assert b"UIDNEXT 20001" in line.ask(b"e STATUS INBOX (UIDNEXT)")
    with up.pop3() as line:
        assert line.ask(b"STAT").startswith(b"+OK 20000 16000000")
        assert line.ask(b"UIDL", b"\r\n.\r\n").count(b"\r\n") == 20_002
    bounded(up, 0, MEMORY)


# ---- endless


@pytest.mark.parametrize("service", ["smtp", "pop3", "imap"])
def test_a_line_without_end(up: Up, dave: Neighbour, service: str) -> None:
    with up.call(service) as line:
        line.hear()
        before = up.memory()
        up.forget_peak()
        line.say(b"x" * 100_000_000)
        line.say(b"\r\n")
        assert line.hear().startswith((b"500 ", b"-ERR ", b"* BAD "))
        bounded(up, before, LITTLE)


def test_a_line_without_end_within_a_letter(up: Up, dave: Neighbour) -> None:
    with up.call("smtp") as line:
        line.hear()
        line.ask(b"EHLO elm.example", b"250 HELP\r\n")
        line.ask(b"MAIL FROM:<spam@elm.example>")
        line.ask(b"RCPT TO:<bob@cedar.example>")
        assert line.ask(b"DATA").startswith(b"354")
        before = up.memory()
        up.forget_peak()
        with suppress(ConnectionError):  # it need not listen to the end
            line.say(b"x" * 200_000_000)
            line.say(b"\r\n.\r\n")
            assert line.hear().startswith((b"421 ", b"552 ", b"554 "))
        bounded(up, before, 2 * LITTLE)  # of a letter 50 MB are allowed


@pytest.mark.parametrize("within", [b"APPEND INBOX", b"LOGIN", b"CREATE", b"SEARCH SUBJECT"])
@pytest.mark.parametrize("size", [b"999999999999", b"99999999999999999999999", b"60000000"])
def test_a_literal_that_announces_too_much(up: Up, within: bytes, size: bytes) -> None:
    with up.imap() as line:
        before = up.memory()
        up.forget_peak()
        assert line.ask(b"a " + within + b" {" + size + b"}").startswith((b"a NO", b"a BAD"))
        assert line.ask(b"b NOOP").startswith(b"b OK")
        line.say(b"c " + within + b" {" + size + b"+}\r\n")
        with suppress(ConnectionError):  # it need not listen to the end
            line.say(b"x" * 60_000_000)
        with up.imap("dave") as other:
            assert other.ask(b"a NOOP").startswith(b"a OK")
        bounded(up, before, LITTLE)


@pytest.mark.parametrize(
    ("language", "noop", "goodbye"),
    [
        ("imap", b"a NOOP\r\n", b"a LOGOUT\r\n"),
        ("pop3", b"NOOP\r\n", b"QUIT\r\n"),
        ("submission", b"NOOP\r\n", b"QUIT\r\n"),
    ],
)
def test_a_hundred_thousand_commands_in_one_go(
    up: Up, dave: Neighbour, language: str, noop: bytes, goodbye: bytes
) -> None:
    with getattr(up, language)() as line:
        before = up.memory()
        up.forget_peak()
        speaker = threading.Thread(target=line.say, args=[noop * 100_000 + goodbye])
        noops = len(dave.answers)
        speaker.start()
        heard = line.hear(b"\0never")
        speaker.join()
        assert heard.count(b"\n") >= 100_001
        assert len(dave.answers) > noops
        bounded(up, before, LITTLE)


# ---- time and the end, while others work


def test_time_may_be_turned_forward_while_letters_come_in() -> None:
    """Cedar is down, time flies, three threads hand in letters; in the end each has arrived once."""
    with Village() as village:
        village.cedar.mx.stop()
        writers = [Writer(village, number, 8) for number in range(3)]
        for _ in range(24):  # hours: far from the five days after which a letter comes back
            village.fast_forward(hours=1)
        for writer in writers:
            writer.join(PATIENCE)
        village.cedar.mx.start()
        village.fast_forward(hours=5)
        assert sorted(each.subject for each in village.bob.inbox()) == sorted(_promised(writers))
        assert len(_promised(writers)) == 24
        assert len(village.birch.queue) == 0


# A connection that is just being accepted, or put behind TLS, is closed only when its object goes.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_village_may_be_stopped_while_it_works(tmp_path: Path) -> None:
    """Whoever is speaking with it hears that it has ended; what it has promised is there the next time."""
    with Village(tmp_path) as village:
        writers = [Writer(village, number, 1000) for number in range(3)]
        for writer in writers:
            assert writer.started_well.wait(PATIENCE)
        for writer in writers:
            writer.may_fail.set()
    for writer in writers:
        writer.join(PATIENCE)
        assert not writer.is_alive()
    with Village(tmp_path) as village:
        assert set(_promised(writers)) <= {each.subject for each in village.bob.inbox()}


class Writer(threading.Thread):
    """Alice, who hands in letters as fast as she can."""

    def __init__(self, village: Village, number: int, letters: int) -> None:
        super().__init__()
        self.village, self.subjects = village, [f"{number}.{letter}" for letter in range(letters)]
        self.promised: list[str] = []
        self.started_well, self.may_fail = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        for subject in self.subjects:
            try:
                self.village.alice.send(to=self.village.bob, subject=subject)
            except (OSError, smtplib.SMTPException, RuntimeError):
                assert self.may_fail.is_set()
                return
            self.promised.append(subject)
            self.started_well.set()


def _promised(writers: list[Writer]) -> list[str]:
    return [subject for writer in writers for subject in writer.promised]
