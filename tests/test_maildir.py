"""A Maildir on the disk: names, and what other programs may do with it."""

import mailbox as python_mailbox
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.store import filename, names
from mailkit.store.mailboxes import Mailboxes
from mailkit.store.maildir import Maildir
from mailkit.talk.refusal import Refused

NOON = 1704110400.0


@pytest.fixture
def maildir(tmp_path: Path) -> Maildir:
    maildir = Maildir(tmp_path / "bob", "mx.cedar.example")
    maildir.make()
    return maildir


def test_a_new_letter_lies_in_new_and_its_name_says_its_sizes(maildir: Maildir) -> None:
    file = maildir.deliver(b"Subject: Tea\n\nAt four.\n", None, NOON)
    assert file.startswith("new/1704110400.R") and file.endswith(".mx.cedar.example,S=23,W=26")
    assert (maildir.path / file).read_bytes() == b"Subject: Tea\n\nAt four.\n"
    assert (maildir.path / file).stat().st_mtime == NOON
    assert not list((maildir.path / "tmp").iterdir())


def test_a_letter_with_flags_lies_in_cur(maildir: Maildir) -> None:
    file = maildir.deliver(b"x", "SF", NOON)
    assert file.startswith("cur/") and file.endswith(filename.MARK + "FS")


def test_half_a_letter_is_never_seen(maildir: Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        path.write_bytes(content[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mailkit.store.maildir.write_durably", full)
    with pytest.raises(OSError):
        maildir.deliver(b"Subject: Tea\n\n", None, NOON)
    assert [path for path in maildir.path.rglob("*") if path.is_file()] == []


def test_a_letter_is_on_the_disk_before_anybody_is_told(
    maildir: Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(filename.os, name)
        monkeypatch.setattr(f"os.{name}", lambda *a, name=name, real=real: (order.append(name), real(*a))[1])
    maildir.deliver(b"x", None, NOON)
    assert order == ["fsync", "replace", "fsync"]  # the letter, its name, the folder that holds the name


def test_changes_are_noticed_and_peace_is_cheap(maildir: Maildir) -> None:
    maildir.deliver(b"x", None, NOON)
    assert len(maildir.files()) == 1
    (maildir.path / "new" / "1.strange").write_bytes(b"y")
    assert maildir.changed()
    assert set(maildir.files().values()) >= {"new/1.strange"}
    (maildir.path / "new" / "1.strange").rename(maildir.path / "cur" / "1.strange:2,S")
    assert maildir.changed()
    assert maildir.files()["1.strange"] == "cur/1.strange:2,S"


def test_pythons_own_maildir_reads_ours(tmp_path: Path) -> None:
    boxes = Mailboxes(tmp_path / "bob", lambda: NOON)
    boxes.inbox.append(b"Subject: Tea\r\n\r\nAt four.\r\n", {"\\Seen", "\\Flagged"})
    theirs = python_mailbox.Maildir(tmp_path / "bob", create=False)
    [letter] = list(theirs)
    assert (letter["subject"], letter.get_flags()) == ("Tea", "FS")
    assert set(theirs.list_folders()) == {"Archive", "Drafts", "Junk", "Sent", "Trash"}


def test_ours_reads_pythons_own(tmp_path: Path) -> None:
    boxes = Mailboxes(tmp_path / "bob", lambda: NOON)
    letter = python_mailbox.MaildirMessage(b"Subject: Tea\n\nAt four.\n")
    letter.set_flags("RS")
    letter.set_subdir("cur")
    python_mailbox.Maildir(tmp_path / "bob").add(letter)
    boxes.inbox.refresh()
    [message] = boxes.inbox.messages
    assert message.flags == {"\\Answered", "\\Seen"}
    assert boxes.inbox.read(message) == b"Subject: Tea\r\n\r\nAt four.\r\n"
    assert message.size == 26


@given(st.binary())
def test_the_wire_size_is_the_size_on_the_wire(content: bytes) -> None:
    disk = filename.to_disk(content)
    assert filename.wire_size(disk) == len(filename.to_wire(disk))


@given(st.lists(st.sampled_from([b"\r\n", b"Tea", b" "])).map(b"".join))
def test_lines_with_crlf_come_back_to_the_octet(content: bytes) -> None:
    assert filename.to_wire(filename.to_disk(content)) == content


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_modified_utf7_goes_both_ways(name: str) -> None:
    assert names.encode(name).isascii()
    assert names.decode(names.encode(name)) == name


@pytest.mark.parametrize("coded", ["Entw&APw", "&AGE-", "&&", "&APw-&APw-", "\u00fc", "&!!-", "&2AA-"])
def test_what_is_not_modified_utf7_is_refused(coded: str) -> None:
    with pytest.raises(Refused):
        names.decode(coded)


@given(st.text(alphabet="./\\ab\0~é\n:*") | st.text())
def test_no_name_leads_outside(name: str) -> None:
    try:
        folder = names.folder(name)
    except Refused:
        return
    assert folder == "." or (
        folder.startswith(".") and ".." not in folder and not set(folder) & set("/\\\0\n")
    )
    assert folder == "." or names.unfolder(folder) == names.canonical(name)
