"""getmail6: takes letters out of far mailboxes into a Maildir of this machine.

It speaks POP3 and IMAP.  Special: it refuses to run as root, it remembers by UIDL or UID what it has
had, and it can move what it has read into another mailbox.
"""

import re

import pytest
from letters import ODD, bare, letter, wire
from village_up import BOB, Running

CONFIGURATION = """\
[retriever]
type = {retriever}
server = {host}
port = {port}
username = bob@cedar.example
password = {password}
ca_certs = {ca}
{special}

[destination]
type = Maildir
path = {maildir}/

[options]
delivered_to = false
received = false
{options}
"""
RETRIEVERS = {
    "pop3": "SimplePOP3Retriever",
    "pop3s": "SimplePOP3SSLRetriever",
    "imaps": "SimpleIMAPSSLRetriever",
}


class Getmail:
    def __init__(self, path: str, village: Running, home, ca: str) -> None:
        self.path, self.village, self.home, self.ca = path, village, home, ca
        self.maildir = home.maildir("mail")
        self.settings = home.folder(".getmail")

    def run(self, service: str, options: str, special: str = "") -> None:
        host, port = self.village.place(service, "cedar.example")
        rc = self.home.write(".getmail/rc", CONFIGURATION.format(
            retriever=RETRIEVERS[service], host=host, port=port, password=self.village.passwords[BOB],
            ca=self.ca, special=special, maildir=self.maildir, options=options,
        ))  # fmt: skip
        said = self.home.run(self.path, "--getmaildir", str(self.settings), "--rcfile", str(rc))
        assert b"rror" not in said, said

    def laid(self) -> list[bytes]:
        """What lies in the Maildir; of a letter that came by IMAP getmail notes where it has been."""
        note = re.compile(rb"X-getmail-retrieved-from-mailbox: \w+\r\n")
        return [note.sub(b"", wire(each.read_bytes())) for each in (self.maildir / "new").iterdir()]


@pytest.fixture
def getmail(village: Running, program, home, ca: str) -> Getmail:
    return Getmail(program("getmail"), village, home, ca)


@pytest.mark.parametrize("service", ["pop3s", "imaps"])
def test_it_takes_everything_away(village: Running, getmail: Getmail, service: str) -> None:
    village.deliver(BOB, *ODD.values())
    getmail.run(service, "read_all = true\ndelete = true")
    assert bare(getmail.laid()) == sorted(ODD.values())
    assert village.letters(BOB) == []


@pytest.mark.parametrize("service", ["pop3s", "imaps"])
def test_it_fetches_each_letter_once(village: Running, getmail: Getmail, service: str) -> None:
    options = "read_all = false\ndelete = false"
    village.deliver(BOB, letter("first"), letter("second"))
    getmail.run(service, options)
    village.deliver(BOB, letter("third"))
    getmail.run(service, options)
    getmail.run(service, options)
    assert bare(getmail.laid()) == [letter("first"), letter("second"), letter("third")]
    assert len(village.letters(BOB)) == 3


def test_by_imap_it_moves_what_it_has_read(village: Running, getmail: Getmail) -> None:
    village.deliver(BOB, letter("first"), letter("second"))
    there = village.letters(BOB)
    getmail.run("imaps", "read_all = true\ndelete = true", special="move_on_delete = Archive")
    assert village.letters(BOB) == []
    assert sorted(village.letters(BOB, "Archive")) == sorted(there)


def test_it_reads_other_mailboxes(village: Running, getmail: Getmail) -> None:
    village.append(BOB, "Sent", letter("sent"))
    village.append(BOB, "Junk", letter("junk"))
    getmail.run("imaps", "read_all = true", special='mailboxes = ("Sent", "Junk")')
    assert bare(getmail.laid()) == [letter("junk"), letter("sent")]
