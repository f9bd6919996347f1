"""A mailbox as an object: what survives a restart, and what other programs do meanwhile."""

import threading
from pathlib import Path

import pytest

from mailkit.store.mailbox import Mailbox
from mailkit.store.mailboxes import SPECIAL, Mailboxes
from mailkit.talk.refusal import Refused

NOON = 1704110400.0
TEA = b"Subject: Tea\r\n\r\nAt four.\r\n"


def open_at(root: Path) -> Mailboxes:
    """Bob's mailboxes, as after a restart."""
    return Mailboxes(root, lambda: NOON, "mx.cedar.example")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "bob"


@pytest.fixture
def inbox(root: Path) -> Mailbox:
    return open_at(root).inbox


def drop(inbox: Mailbox, file: str, content: bytes = b"Subject: Tea\n\nAt four.\n") -> Path:
    """What another program does: put a file there."""
    path = inbox.path / file
    path.write_bytes(content)
    return path


def test_a_letter_comes_back_as_it_went_in(inbox: Mailbox) -> None:
    message = inbox.append(TEA, {"\\Seen", "Work"}, arrived=1700000000.0)
    assert inbox.read(message) == TEA
    assert inbox.read_header(message) == b"Subject: Tea\r\n\r\n"
    assert (message.uid, message.size, message.arrived) == (1, len(TEA), 1700000000.0)
    assert message.flags == {"\\Seen", "Work"}


def test_the_header_of_a_long_letter(inbox: Mailbox) -> None:
    header = b"".join(b"X-%d: %b\r\n" % (n, b"x" * 70) for n in range(1000)) + b"\r\n"
    assert inbox.read_header(inbox.append(TEA + b"x\r\n" * 100_000)) == b"Subject: Tea\r\n\r\n"
    assert inbox.read_header(inbox.append(header + b"x\r\n" * 100_000)) == header
    assert inbox.read_header(inbox.append(b"Subject: all header\r\n")) == b"Subject: all header\r\n"


def test_uids_survive_a_restart_and_are_never_used_again(root: Path) -> None:
    inbox = open_at(root).inbox
    first, second, third = [inbox.append(TEA) for _ in range(3)]
    inbox.store(second, frozenset({"\\Flagged"}))
    inbox.expunge([first, third])
    again = open_at(root).inbox
    assert again.uidvalidity == inbox.uidvalidity
    assert [(message.uid, message.flags) for message in again.messages] == [(2, {"\\Flagged"})]
    assert again.append(TEA).uid == 4


def test_lost_or_damaged_numbers_change_uidvalidity(root: Path) -> None:
    inbox = open_at(root).inbox
    inbox.append(TEA)
    seen = {inbox.uidvalidity}
    for damage in (b"", b"nonsense\n", b"uidvalidity 1 uidnext 2 modseq 1\nx y z\n", b"\xff\n"):
        (root / "uids").write_bytes(damage)
        again = open_at(root).inbox
        assert again.uidvalidity not in seen
        assert [message.uid for message in again.messages] == [1]
        seen.add(again.uidvalidity)


def test_a_torn_last_line_costs_nothing_but_that_line(root: Path) -> None:
    """A power cut in the middle of writing: nobody had been told of that UID."""
    inbox = open_at(root).inbox
    inbox.append(TEA)
    with open(root / "uids", "ab") as file:
        file.write(b"2 26 170411")
    again = open_at(root).inbox
    assert again.uidvalidity == inbox.uidvalidity
    assert again.append(TEA).uid == 2
    assert [message.uid for message in open_at(root).inbox.messages] == [1, 2]


def test_the_file_of_numbers_does_not_grow_for_ever(root: Path) -> None:
    inbox = open_at(root).inbox
    for _ in range(300):
        inbox.expunge([inbox.append(TEA)])
    assert (root / "uids").stat().st_size < 30_000
    assert open_at(root).inbox.uidnext == 301


def test_mail_from_another_program_is_noticed(inbox: Mailbox) -> None:
    drop(inbox, "new/1700000002.b.host")
    drop(inbox, "new/1700000001.a.host,S=23,W=26")
    drop(inbox, "cur/1700000003.c.host:2,RS")
    drop(inbox, "tmp/1700000004.d.host")
    drop(inbox, "new/.hidden")
    inbox.refresh()
    assert [message.base[:12] for message in inbox.messages] == [
        "1700000001.a",
        "1700000002.b",
        "1700000003.c",
    ]
    assert [message.size for message in inbox.messages] == [26, 26, 26]
    assert inbox.messages[2].flags == {"\\Answered", "\\Seen"}


def test_a_letter_with_crlf_on_the_disk_is_the_same_on_the_wire(inbox: Mailbox) -> None:
    drop(inbox, "cur/1.crlf", TEA)
    inbox.refresh()
    assert inbox.messages[0].size == len(TEA)
    assert inbox.read(inbox.messages[0]) == TEA


def test_flags_and_removals_by_another_program_are_noticed(inbox: Mailbox) -> None:
    path = drop(inbox, "cur/1.one:2,")
    drop(inbox, "cur/2.two:2,")
    inbox.refresh()
    one, two = inbox.messages
    before = inbox.modseq
    path = path.rename(path.with_name("1.one:2,FS"))
    inbox.refresh()
    assert one.flags == {"\\Flagged", "\\Seen"} and one.modseq > before
    path.unlink()
    inbox.refresh()
    assert one.gone and inbox.messages == [two]
    with pytest.raises(Refused):
        inbox.read(one)


def test_a_letter_renamed_between_two_looks_is_still_read_and_flagged(inbox: Mailbox) -> None:
    path = drop(inbox, "cur/1.one:2,")
    inbox.refresh()
    [message] = inbox.messages
    path = path.rename(path.with_name("1.one:2,F"))
    assert inbox.read(message) == TEA
    path = path.rename(path.with_name("1.one:2,FR"))
    inbox.store(message, message.flags | {"\\Seen"})
    assert "\\Seen" in message.flags and (inbox.path / message.file).exists()


def test_letters_in_a_name_that_we_do_not_know_are_kept(inbox: Mailbox) -> None:
    drop(inbox, "cur/1.one:2,FXz")
    inbox.refresh()
    [message] = inbox.messages
    inbox.store(message, frozenset({"\\Seen"}))
    assert message.file == "cur/1.one:2,SXz"


def test_keywords_are_dovecots(root: Path) -> None:
    inbox = open_at(root).inbox
    (root / "dovecot-keywords").write_text("0 $Junk\n3 Work\n")
    message = inbox.append(TEA, {"work", "Tea"})
    assert message.flags == {"Work", "Tea"}
    assert message.file.endswith("2,bd")
    assert (root / "dovecot-keywords").read_text() == "0 $Junk\n1 Tea\n3 Work\n"


def test_there_is_room_for_26_keywords(inbox: Mailbox) -> None:
    message = inbox.append(TEA, {f"k{n}" for n in range(26)})
    assert not inbox.takes_keywords
    with pytest.raises(Refused, match="26"):
        inbox.store(message, frozenset({"another"}))
    assert len(message.flags) == 26


def test_watchers_hear_of_every_change(inbox: Mailbox) -> None:
    heard: list[int] = []
    watcher = lambda: heard.append(len(inbox.messages))  # noqa: E731
    inbox.watch(watcher)
    message = inbox.append(TEA)
    inbox.store(message, frozenset({"\\Seen"}))
    drop(inbox, "new/1.strange")
    inbox.refresh()
    inbox.expunge(inbox.messages)
    assert heard == [1, 1, 2, 0]
    inbox.unwatch(watcher)
    inbox.append(TEA)
    assert len(heard) == 4


def test_the_lock_is_for_one(inbox: Mailbox) -> None:
    assert inbox.lock()
    assert not inbox.lock()
    inbox.unlock()
    assert inbox.lock()


def test_copies_share_the_octets_and_keep_flags_and_date(root: Path) -> None:
    boxes = open_at(root)
    message = boxes.inbox.append(TEA, {"\\Seen", "Work"}, arrived=1700000000.0)
    [copy] = boxes.open("Archive").copy([message], boxes.inbox)
    assert (copy.flags, copy.arrived, copy.size) == (message.flags, message.arrived, message.size)
    boxes.inbox.expunge([message])
    assert boxes.open("Archive").read(copy) == TEA


def test_copying_is_all_or_nothing(root: Path) -> None:
    boxes = open_at(root)
    one, two = boxes.inbox.append(TEA), boxes.inbox.append(TEA)
    (boxes.inbox.path / two.file).unlink()
    with pytest.raises(Refused):
        boxes.open("Archive").copy([one, two], boxes.inbox)
    assert boxes.open("Archive").messages == []
    assert not list((root / ".Archive" / "cur").iterdir())


def test_deliveries_from_many_threads(root: Path) -> None:
    inbox = open_at(root).inbox
    threads = [threading.Thread(target=lambda: [inbox.append(TEA) for _ in range(20)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [message.uid for message in inbox.messages] == list(range(1, 101))
    assert [message.uid for message in open_at(root).inbox.messages] == list(range(1, 101))


# ---- the tree


def test_a_person_begins_with_the_mailboxes_that_programs_look_for(root: Path) -> None:
    boxes = open_at(root)
    assert boxes.names() == ["INBOX", *sorted(SPECIAL)]
    assert boxes.subscribed() == sorted(["INBOX", *SPECIAL])
    assert boxes.open("inbox") is boxes.inbox


def test_create_rename_delete(root: Path) -> None:
    boxes = open_at(root)
    boxes.create("Work.Tea").append(TEA)
    boxes.create("Entwürfe")
    assert (root / ".Entw&APw-rfe" / "cur").is_dir()
    boxes.create("Work")
    boxes.rename("Work", "Play")
    assert [name for name in boxes.names() if name not in SPECIAL] == [
        "INBOX",
        "Entwürfe",
        "Play",
        "Play.Tea",
    ]
    assert len(boxes.open("Play.Tea").messages) == 1
    boxes.delete("Play")
    assert boxes.exists("Play.Tea") and not boxes.exists("Play")
    assert not list(root.glob("deleted-*"))


def test_a_mailbox_that_is_made_again_has_another_uidvalidity(root: Path) -> None:
    boxes = open_at(root)
    old = boxes.create("Work")
    old.append(TEA)
    boxes.delete("Work")
    new = boxes.create("Work")
    assert new.uidvalidity > old.uidvalidity
    old.refresh()
    assert old.messages == [] and new.messages == []
    with pytest.raises(Refused):
        old.append(TEA)
    assert open_at(root).create("Other").uidvalidity > new.uidvalidity


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a..b", ".a", "a.", "a\0b", "a\nb", "x" * 300, "a*", "a\\b"]
)
def test_names_that_cannot_be_one(root: Path, name: str) -> None:
    boxes = open_at(root)
    for act in (boxes.create, boxes.open, boxes.subscribe, lambda name: boxes.rename("Sent", name)):
        with pytest.raises(Refused):
            act(name)
    assert boxes.names() == ["INBOX", *sorted(SPECIAL)]


def test_what_may_not_be_done(root: Path) -> None:
    boxes = open_at(root)
    for act in (
        lambda: boxes.delete("INBOX"),
        lambda: boxes.delete("Nowhere"),
        lambda: boxes.create("Sent"),
        lambda: boxes.create("inbox"),
        lambda: boxes.rename("Sent", "Trash"),
        lambda: boxes.rename("Sent", "Sent.Old"),
        lambda: boxes.rename("Nowhere", "Somewhere"),
        lambda: boxes.open("Nowhere"),
    ):
        with pytest.raises(Refused):
            act()


def test_a_mailbox_made_by_another_program_is_there(root: Path) -> None:
    boxes = open_at(root)
    for folder in ("tmp", "new", "cur"):
        (root / ".From mutt" / folder).mkdir(parents=True)
    assert "From mutt" in boxes.names()
    assert boxes.open("From mutt").messages == []


# ---- the numbers of changes


def test_the_numbers_of_changes_survive_a_restart(root: Path) -> None:
    inbox = open_at(root).inbox
    first, second = inbox.append(TEA), inbox.append(TEA)
    inbox.store(first, frozenset({"\\Seen"}))
    again = open_at(root).inbox
    assert [message.modseq for message in again.messages] == [first.modseq, second.modseq]
    assert again.modseq == inbox.modseq == first.modseq
    again.expunge(again.messages)
    assert open_at(root).inbox.modseq == again.modseq > inbox.modseq


def test_what_others_did_while_we_were_away_has_a_later_number(root: Path) -> None:
    inbox = open_at(root).inbox
    first, second, third = [inbox.append(TEA, {"\\Seen"}) for _ in range(3)]
    last = inbox.modseq
    path = inbox.path / first.file
    path.rename(path.with_name(path.name + "F"))
    (inbox.path / second.file).unlink()
    again = open_at(root).inbox
    assert [(message.uid, message.modseq > last) for message in again.messages] == [(1, True), (3, False)]
    assert open_at(root).inbox.modseq == again.modseq  # and it was written down


def test_many_changes_of_flags_do_not_make_the_file_grow_for_ever(root: Path) -> None:
    inbox = open_at(root).inbox
    message = inbox.append(TEA)
    for number in range(300):
        inbox.store(message, frozenset({"\\Seen"} if number % 2 else ()))
    assert (root / "uids").stat().st_size < 10_000
    assert open_at(root).inbox.messages[0].modseq == message.modseq
