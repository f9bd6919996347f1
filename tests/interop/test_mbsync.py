"""mbsync (isync): keeps a Maildir here and a mailbox there alike, in both directions.

It speaks IMAP.  Special: it pipelines hundreds of commands, sends letters by ``APPEND`` with LITERAL+, learns
their UIDs from UIDPLUS, and marks each one that it sends with a line ``X-TUID`` of its own.  It compares the
certificate with host names only, so it is given the server's certificate itself.
"""

import re
import ssl
from pathlib import Path

import pytest
from letters import ODD, letter, many, unix, wire, without_stamps
from village_up import BOB, Running

CONFIGURATION = """\
IMAPAccount cedar
Host {host}
Port {port}
User bob@cedar.example
Pass {password}
SSLType {security}
CertificateFile {certificate}

IMAPStore there
Account cedar

MaildirStore here
Path {path}/
Inbox {path}/INBOX
SubFolders Verbatim

Channel all
Far :there:
Near :here:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
"""


def without_marks(content: bytes) -> bytes:
    """A letter without what servers and mbsync have added to its header."""
    return without_stamps(re.sub(rb"X-TUID: \S{12}\r\n", b"", content))


def there(village: Running, mailbox: str = "INBOX") -> list[bytes]:
    """What the village has, of Bob's letters."""
    return sorted(map(without_marks, village.letters(BOB, mailbox)))


def read(file: Path) -> bytes:
    """What a computer of Bob's has."""
    return without_marks(wire(file.read_bytes()))


class Replica:
    """A computer of Bob's with a copy of all his mailboxes."""

    def __init__(self, mbsync: str, village: Running, home, name: str, service: str = "imaps") -> None:
        host, port = village.place(service, "cedar.example")
        certificate = ssl.get_server_certificate(village.place("imaps", "cedar.example"))
        self.path: Path = home.folder(name)
        self._home, self._program = home, mbsync
        self._rc = home.write(f"{name}.rc", CONFIGURATION.format(
            host=host, port=port, password=village.passwords[BOB], path=self.path,
            security="IMAPS" if service == "imaps" else "STARTTLS",
            certificate=home.write("server.pem", certificate),
        ))  # fmt: skip

    def sync(self) -> None:
        self._home.run(self._program, "--config", str(self._rc), "all")

    def put(self, mailbox: str, letters: list[bytes], flags: str = "S") -> None:
        """Lay letters into the copy here, as a mail program does that works offline."""
        if not (self.path / mailbox).exists():
            self._home.maildir(f"{self.path.name}/{mailbox}")
        for number, content in enumerate(letters):
            self._home.write(f"{self.path.name}/{mailbox}/cur/{number}.here:2,{flags}", unix(content))

    def files(self, mailbox: str = "INBOX") -> list[Path]:
        return [file for part in ("cur", "new") for file in (self.path / mailbox / part).iterdir()]

    def letters(self, mailbox: str = "INBOX") -> list[bytes]:
        return sorted(map(read, self.files(mailbox)))

    def flags(self, mailbox: str = "INBOX") -> dict[bytes, str]:
        """For each letter its flags, as they stand in its file's name."""
        return {read(file): file.name.partition(":2,")[2] for file in self.files(mailbox)}

    def flag(self, content: bytes, flags: str) -> None:
        """Set the flags of a letter; T for one that is to be removed."""
        (file,) = (each for each in self.files() if read(each) == content)
        file.rename(self.path / "INBOX" / "cur" / f"{file.name.partition(':2,')[0]}:2,{flags}")


@pytest.fixture
def replica(village: Running, program, home):
    return lambda name, service="imaps": Replica(program("mbsync"), village, home, name, service)


@pytest.mark.parametrize("service", ["imap", "imaps"])
def test_a_copy_of_everything(village: Running, replica, service: str) -> None:
    village.deliver(BOB, *ODD.values())
    village.append(BOB, "Sent", letter("sent"))
    here = replica("here", service)
    here.sync()
    assert here.letters() == sorted(ODD.values())
    assert here.letters("Sent") == [letter("sent")]


def test_two_computers_and_a_thousand_letters(village: Running, replica) -> None:
    """What one computer has, changes and removes, the other one has, too; and the other way round."""
    laptop, desk = replica("laptop"), replica("desk")
    letters = [*ODD.values(), *many(1000 - len(ODD))]
    laptop.put("INBOX", letters[:600])
    desk.put("INBOX", letters[600:], flags="FS")
    for each in laptop, desk, laptop:
        each.sync()
    assert laptop.letters() == desk.letters() == there(village) == sorted(letters)
    assert laptop.flags() == desk.flags()
    assert sorted(laptop.flags().values()) == 400 * ["FS"] + 600 * ["S"]

    laptop.flag(letters[0], "")  # not read after all
    laptop.flag(letters[1], "RS")  # answered
    laptop.flag(letters[2], "ST")  # away with it
    desk.flag(letters[999], "S")  # no star any more
    desk.flag(letters[998], "FST")
    for each in laptop, desk, laptop:
        each.sync()
    left = sorted(set(letters) - {letters[2], letters[998]})
    assert laptop.letters() == desk.letters() == there(village) == left
    assert laptop.flags() == desk.flags()
    assert [laptop.flags()[letters[each]] for each in (0, 1, 999)] == ["", "RS", "S"]


def test_mailboxes_are_made_and_removed_on_both_sides(village: Running, replica) -> None:
    cafe = "Caf&AOk- &- Kuchen"  # mbsync writes names as they are on the wire
    laptop, desk = replica("laptop"), replica("desk")
    laptop.put(cafe, [letter("cake")])
    laptop.put("Trips", [])
    laptop.put("Trips/2025", [letter("sea")])
    for each in laptop, desk:
        each.sync()
    assert there(village, cafe) == desk.letters(cafe) == [letter("cake")]
    assert there(village, "Trips.2025") == desk.letters("Trips/2025") == [letter("sea")]
