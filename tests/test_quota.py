"""Quotas: how much a person may keep, and what happens when it is reached."""

from pathlib import Path

import pytest

from mailkit.store.accounts import Accounts
from mailkit.store.mailboxes import Mailboxes
from mailkit.talk.refusal import Refused
from mailkit.world import Village

NOON = 1704110400.0
LETTER = b"Subject: Tea\r\n\r\n" + b"x" * 382 + b"\r\n"  # 400 octets


@pytest.fixture
def boxes(tmp_path: Path) -> Mailboxes:
    """Bob's mailboxes: 1,000 octets, that is two letters."""
    return Mailboxes(tmp_path / "bob", lambda: NOON, limit=lambda: 1000)


def test_all_mailboxes_count_together(boxes: Mailboxes) -> None:
    boxes.inbox.append(LETTER)
    boxes.open("Sent").append(LETTER)
    assert boxes.quota.used == 800
    for name in ("INBOX", "Archive"):
        with pytest.raises(Refused, match="full") as no:
            boxes.open(name).append(LETTER)
        assert (no.value.code, no.value.status) == (452, "4.2.2")
    boxes.inbox.expunge(boxes.inbox.messages)
    boxes.open("Archive").append(LETTER)


def test_a_letter_that_could_never_fit_is_refused_for_good(boxes: Mailboxes) -> None:
    with pytest.raises(Refused) as no:
        boxes.inbox.append(LETTER * 3)
    assert (no.value.code, no.value.status) == (552, "5.2.2")


def test_what_other_programs_lay_in_and_remove_counts(boxes: Mailboxes) -> None:
    for number in range(3):  # mutt asks nobody
        (boxes.root / "new" / f"{number}.strange").write_bytes(LETTER.replace(b"\r\n", b"\n"))
    assert boxes.quota.used == 1200
    with pytest.raises(Refused):
        boxes.inbox.append(LETTER)
    for path in boxes.root.glob("new/*"):
        path.unlink()
    boxes.inbox.append(LETTER)


def test_who_is_over_it_can_move_to_the_trash_but_not_copy(boxes: Mailboxes) -> None:
    first, _ = boxes.inbox.append(LETTER), boxes.inbox.append(LETTER)
    with pytest.raises(Refused):
        boxes.open("Archive").copy([first], boxes.inbox)
    boxes.open("Trash").copy([first], boxes.inbox, moving=True)
    boxes.inbox.expunge([first])
    assert boxes.quota.used == 800


def test_used_octets_are_known_after_a_restart(boxes: Mailboxes) -> None:
    boxes.inbox.append(LETTER)
    assert Mailboxes(boxes.root, lambda: NOON).quota.used == 400


def test_another_quota_changes_neither_the_password_nor_the_mail(tmp_path: Path) -> None:
    accounts = Accounts("cedar.example", tmp_path)
    accounts.add("bob", "tea")
    accounts.set_quota("bob", 1000)
    accounts.add("bob", "cake")  # a new password keeps the quota
    again = Accounts("cedar.example", tmp_path)
    assert again.quota("bob@cedar.example") == again.quota("Bob") == 1000
    assert again.check("bob", "cake") == "bob@cedar.example"
    again.set_quota("bob", None)
    assert again.quota("bob") is None and again.check("bob", "cake")
    with pytest.raises(KeyError):
        again.set_quota("nobody", 1)


def test_a_full_mailbox_in_the_village() -> None:
    """The role at the door, the delivery behind it, and POP3, which only takes away."""
    with Village() as village:
        mda, boxes = village.cedar.mda, village.cedar.mda.mailboxes("bob@cedar.example")
        mda.room_for("bob@cedar.example", 10**9)
        boxes.inbox.append(LETTER)
        village.cedar.accounts.set_quota("bob", 500)
        mda.room_for("bob+tea@cedar.example", 100)
        mda.room_for("nobody@cedar.example", 10**9)  # that he does not exist is for others to say
        for octets, code in ((101, 452), (501, 552)):
            with pytest.raises(Refused) as no:
                mda.room_for("postmaster@cedar.example", octets)
            assert no.value.code == code
        assert len(boxes.inbox.messages) == 1


def test_a_letter_waits_in_the_queue_until_there_is_room() -> None:
    with Village() as village:
        inbox = village.cedar.mda.mailboxes("bob@cedar.example").inbox
        for _ in range(9):
            inbox.append(LETTER)
        village.cedar.accounts.set_quota("bob", 4000)
        village.alice.send(to=village.bob, subject="Tea?", text="At four.\n" * 50)
        village.settle()
        waiting = [*village.birch.queue.items, *village.cedar.queue.items]
        assert (len(inbox.messages), len(waiting)) == (9, 1)
        inbox.expunge(inbox.messages)
        village.cedar.accounts.set_quota("bob", None)
        village.fast_forward(hours=4)
        assert len(inbox.messages) == 1 and b"Tea?" in inbox.read(inbox.messages[0])


def test_a_letter_that_could_never_fit_comes_back() -> None:
    with Village() as village:
        village.cedar.accounts.set_quota("bob", 500)
        village.alice.send(to=village.bob, subject="Tea?", text="At four.\n" * 100)
        village.settle()
        [report] = village.birch.mda.mailboxes("alice@birch.example").inbox.messages
        assert b"5.2.2" in village.birch.mda.mailboxes("alice@birch.example").inbox.read(report)
