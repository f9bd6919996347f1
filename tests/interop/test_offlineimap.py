"""offlineimap: keeps a Maildir here and a mailbox there alike, in both directions.

It speaks IMAP, by Python's imaplib2.  Special: it compares both sides with what it remembers of the last
time, on several connections, and selects again and again.  Its STARTTLS can hang, with any server: it tells
the thread that reads to end, and that thread may hear it one reply too early.  So here TLS comes first.
"""

import hashlib
import ssl
from pathlib import Path

import pytest
from letters import ODD, bare, letter, many, unix, wire, without_stamps
from village_up import BOB, Running

CONFIGURATION = """\
[general]
accounts = cedar
metadata = {state}
ui = basic
fsync = False

[Account cedar]
localrepository = here
remoterepository = there

[Repository here]
type = Maildir
localfolders = {path}

[Repository there]
type = IMAP
remotehost = {host}
remoteport = {port}
ssl = yes
cert_fingerprint = {fingerprint}
remoteuser = bob@cedar.example
remotepass = {password}
maxconnections = 3
"""


def read(file: Path) -> bytes:
    return without_stamps(wire(file.read_bytes()))


class Replica:
    """A computer of Bob's with a copy of all his mailboxes."""

    def __init__(self, offlineimap: str, village: Running, home, name: str) -> None:
        host, port = village.place("imaps", "cedar.example")
        certificate = ssl.get_server_certificate((host, port))
        fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()
        self.path: Path = home.folder(name)
        self._home, self._program = home, offlineimap
        self._rc = home.write(f"{name}.rc", CONFIGURATION.format(
            host=host, port=port, password=village.passwords[BOB], path=self.path,
            fingerprint=fingerprint, state=home.folder(f"{name}.state"),
        ))  # fmt: skip

    def sync(self) -> None:
        said = self._home.run(self._program, "-o", "-c", str(self._rc))
        assert b"ERROR" not in said, said.decode()

    def put(self, mailbox: str, letters: list[bytes], flags: str = "S") -> None:
        if not (self.path / mailbox).exists():
            self._home.maildir(f"{self.path.name}/{mailbox}")
        for number, content in enumerate(letters):
            self._home.write(f"{self.path.name}/{mailbox}/cur/{number}.here:2,{flags}", unix(content))

    def files(self, mailbox: str = "INBOX") -> list[Path]:
        return [file for part in ("cur", "new") for file in (self.path / mailbox / part).iterdir()]

    def letters(self, mailbox: str = "INBOX") -> list[bytes]:
        return sorted(map(read, self.files(mailbox)))

    def flags(self) -> dict[bytes, str]:
        """For each letter its flags, as they stand in its file's name."""
        return {read(file): file.name.partition(":2,")[2] for file in self.files()}

    def file(self, content: bytes) -> Path:
        return next(each for each in self.files() if read(each) == content)

    def flag(self, content: bytes, flags: str) -> None:
        file = self.file(content)
        file.rename(self.path / "INBOX" / "cur" / f"{file.name.partition(':2,')[0]}:2,{flags}")


@pytest.fixture
def replica(village: Running, program, home):
    return lambda name: Replica(program("offlineimap"), village, home, name)


def test_a_copy_of_everything(village: Running, replica) -> None:
    village.deliver(BOB, *ODD.values())
    village.append(BOB, "Sent", letter("sent"))
    here = replica("here")
    here.sync()
    assert here.letters() == sorted(ODD.values())
    assert here.letters("Sent") == [letter("sent")]


def test_two_computers_and_a_thousand_letters(village: Running, replica) -> None:
    laptop, desk = replica("laptop"), replica("desk")
    letters = [*ODD.values(), *many(1000 - len(ODD))]
    laptop.put("INBOX", letters[:600])
    desk.put("INBOX", letters[600:], flags="FS")
    for each in laptop, desk, laptop:
        each.sync()
    assert laptop.letters() == desk.letters() == bare(village.letters(BOB)) == sorted(letters)
    assert laptop.flags() == desk.flags()

    laptop.flag(letters[0], "")  # not read after all
    laptop.flag(letters[1], "RS")  # answered
    laptop.file(letters[2]).unlink()  # away with it
    desk.flag(letters[999], "S")  # no star any more
    desk.file(letters[998]).unlink()
    for each in laptop, desk, laptop:
        each.sync()
    left = sorted(set(letters) - {letters[2], letters[998]})
    assert laptop.letters() == desk.letters() == bare(village.letters(BOB)) == left
    assert laptop.flags() == desk.flags()
    assert [laptop.flags()[letters[each]] for each in (0, 1, 999)] == ["", "RS", "S"]
