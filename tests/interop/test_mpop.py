"""mpop: takes letters out of a POP3 maildrop into a Maildir or an mbox file.

It speaks POP3 and nothing else.  Special: it pipelines, many commands in one go, knows SCRAM-SHA-256,
and remembers by UIDL what it has had.
"""

import mailbox
from contextlib import closing

import pytest
from letters import ODD, bare, letter, many, wire
from village_up import BOB, Running

CONFIGURATION = """\
defaults
tls on
tls_trust_file {ca}
tls_starttls {starttls}
received_header off
account cedar
host {host}
port {port}
user bob@cedar.example
password {password}
auth {mechanism}
pipelining {pipelining}
keep {keep}
delivery {delivery}
uidls_file {uidls}
"""


class Mpop:
    def __init__(self, path: str, village: Running, home, ca: str) -> None:
        self.path, self.village, self.home, self.ca = path, village, home, ca
        self.maildir = home.maildir("mail")

    def run(
        self, *arguments: str, service: str = "pop3s", mechanism: str = "on", pipelining: str = "auto",
        keep: str = "off", delivery: str = "", fails: bool = False, password: str = "",
    ) -> bytes:  # fmt: skip
        host, port = self.village.place(service, "cedar.example")
        self.home.write(".mpoprc", CONFIGURATION.format(
            ca=self.ca, starttls="off" if service == "pop3s" else "on", host=host, port=port,
            password=password or self.village.passwords[BOB], mechanism=mechanism, pipelining=pipelining,
            keep=keep, delivery=delivery or f"maildir {self.maildir}", uidls=self.home.path / "uidls",
        ))  # fmt: skip
        return self.home.run(self.path, *arguments, "cedar", fails=fails)

    def laid(self) -> list[bytes]:
        return [wire(each.read_bytes()) for each in (self.maildir / "new").iterdir()]


@pytest.fixture
def mpop(village: Running, program, home, ca: str) -> Mpop:
    return Mpop(program("mpop"), village, home, ca)


@pytest.mark.parametrize("service", ["pop3", "pop3s"])
@pytest.mark.parametrize("mechanism", ["on", "user", "plain", "login", "scram-sha-256"])
def test_it_takes_everything_away(village: Running, mpop: Mpop, service: str, mechanism: str) -> None:
    village.deliver(BOB, *ODD.values())
    mpop.run(service=service, mechanism=mechanism)
    assert bare(mpop.laid()) == sorted(ODD.values())
    assert village.letters(BOB) == []


@pytest.mark.parametrize("pipelining", ["on", "off"])
def test_it_asks_for_many_letters_in_one_go(village: Running, mpop: Mpop, pipelining: str) -> None:
    letters = many(200)
    village.deliver(BOB, *letters)
    mpop.run(pipelining=pipelining)
    assert bare(mpop.laid()) == sorted(letters)
    assert village.letters(BOB) == []


def test_what_it_has_had_it_does_not_fetch_again(village: Running, mpop: Mpop) -> None:
    village.deliver(BOB, letter("first"))
    mpop.run(keep="on")
    village.deliver(BOB, letter("second"))
    mpop.run(keep="on")
    mpop.run(keep="on")
    assert bare(mpop.laid()) == [letter("first"), letter("second")]
    assert len(village.letters(BOB)) == 2


def test_an_mbox_of_them_is_read_by_python(village: Running, mpop: Mpop, home) -> None:
    village.deliver(BOB, *ODD.values())
    mpop.run(delivery=f"mbox {home.path}/mbox")
    with closing(mailbox.mbox(home.path / "mbox")) as mbox:
        assert [each["Message-ID"] for each in mbox] == [f"<{name}@birch.example>" for name in ODD]


def test_it_asks_what_the_server_can_do(village: Running, mpop: Mpop) -> None:
    said = mpop.run("--serverinfo").decode()
    for word in "CAPA", "PIPELINING", "TOP", "UIDL", "RESP-CODES", "SCRAM-SHA-256":
        assert word in said


def test_a_wrong_password_fetches_nothing(village: Running, mpop: Mpop) -> None:
    village.deliver(BOB, letter("safe"))
    assert b"authentication failed" in mpop.run(password="wrong", fails=True)
    assert bare(village.letters(BOB)) == [letter("safe")]
