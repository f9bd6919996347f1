"""Killed at any instant: no letter that was answered with 250 is lost, and no index is corrupt.

``MAILKIT_CRASHES=100`` kills more often than the quick run does; ``MAILKIT_SEED=7`` at other instants.
"""

import mailbox
import os
from pathlib import Path
from random import Random

import pytest
from crash_load import Collector, Reader, Town, Writer, by_hand_over

from mailkit.letter import trace
from mailkit.store.filename import to_disk
from mailkit.store.mailbox import Mailbox
from mailkit.store.mailboxes import SPECIAL
from mailkit.store.uids import Uids
from mailkit.world import Village

CRASHES = int(os.environ.get("MAILKIT_CRASHES", "20"))
SEED = int(os.environ.get("MAILKIT_SEED", "1"))
CHILDHOOD, LIFE = 0.4, 0.8  # seconds at most: killed while it begins (every fourth time), or while it serves

pytestmark = [
    pytest.mark.slow,
    # the standard library's clients forget their sockets if the line breaks while they connect
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is known on POSIX only"),
]


def test_killed_at_random_instants(tmp_path: Path) -> None:
    instants = Random(SEED)
    town = Town(tmp_path, 22000 + os.getpid() % 100 * 20)
    writers = [Writer(town, name, number) for number, name in enumerate(["alice", "carol", "alice"])]
    reader, collector = Reader(town, "bob"), Collector(town, "dave")
    clients = [*writers, reader, collector]
    for client in clients:
        client.start()
    for number in range(CRASHES):
        childhood = number % 4 == 3
        town.live(instants.uniform(0, CHILDHOOD if childhood else LIFE), childhood)
    for client in clients:
        client.enough.set()
    for client in clients:
        client.join()
    assert [complaint for client in clients for complaint in client.complaints] == []
    assert town.errors == []

    with Village(tmp_path) as village:
        village.settle(120)  # no time has to pass: what waits is tried again at once
        assert not village.birch.queue.items and not village.cedar.queue.items
        assert not list(tmp_path.glob("*/queue/*"))
        bob, dave = (village.cedar.mda.mailboxes(f"{name}@cedar.example") for name in ("bob", "dave"))
        assert set(bob.names()) == set(dave.names()) == {"INBOX", *SPECIAL}
        _the_index_is_whole(bob.inbox)
        _the_index_is_whole(dave.inbox)
        _a_python_program_reads_the_same(bob.inbox)
        _the_reader_was_told_the_truth(reader, bob.inbox)
        assert not collector.back
        kept = {
            f"{dave.inbox.uidvalidity}.{message.uid}": dave.inbox.read(message)
            for message in dave.inbox.messages
        }
        assert not collector.removed & kept.keys()
        bobs = [bob.inbox.read(message) for message in bob.inbox.messages]
        daves = list((kept | collector.has).values())
        doubles = [
            _every_promise_was_kept(writers, "bob@cedar.example", bobs),
            _every_promise_was_kept(writers, "dave@cedar.example", daves),
        ]
    promised = sum(len(to) for writer in writers for to in writer.promised.values())
    print(f"\n{CRASHES} crashes, {promised} deliveries promised and kept; twice: {sum(doubles)}")


def _the_index_is_whole(box: Mailbox) -> None:
    """The UIDs in memory ascend, and a second look at the file finds the same."""
    uids = [message.uid for message in box.messages]
    assert uids == sorted(set(uids))
    assert box.uidnext > max(uids, default=0)
    again = Uids(box.path / "uids", lambda: pytest.fail("the UIDs were lost"))
    assert (again.validity, again.next) == (box.uidvalidity, box.uidnext)
    assert {m.base: m.uid for m in box.messages}.items() <= {
        b: e.uid for b, e in again.entries.items()
    }.items()


def _a_python_program_reads_the_same(box: Mailbox) -> None:
    theirs = mailbox.Maildir(box.path, factory=None, create=False)
    assert sorted(theirs.get_bytes(key) for key in theirs.keys()) == sorted(
        to_disk(box.read(message)) for message in box.messages
    )


def _the_reader_was_told_the_truth(reader: Reader, box: Mailbox) -> None:
    """Nobody removed a letter of Bob's: what he saw under a UID is there under it, with its flags."""
    now = {message.uid: message for message in box.messages}
    assert reader.validity == {str(box.uidvalidity).encode()}
    assert reader.seen.items() <= {uid: trace.message_id(box.read(m)) for uid, m in now.items()}.items()
    assert all({"\\Seen", "$Tea"} <= now[uid].flags for uid in reader.flagged)


def _every_promise_was_kept(writers: list[Writer], address: str, letters: list[bytes]) -> int:
    """All that was answered with 250 is there; how many letters are there twice."""
    copies = by_hand_over(letters)
    promised = {key for writer in writers for key, to in writer.promised.items() if address in to}
    tried = {key for writer in writers for key, to in writer.tried.items() if address in to}
    assert promised <= copies.keys() <= tried
    # cedar never delivers twice what it has taken once ...
    assert [key for key, stamps in copies.items() if max(stamps.values()) > 1] == []
    # ... but birch hands over twice what it was killed over before it could note cedar's 250
    # (RFC 5321 section 4.5.3.2.6: better twice than never).
    return sum(len(stamps) - 1 for stamps in copies.values())
