"""msmtp: the part of a mail program that sends, for programs that call ``sendmail``.

It speaks SMTP.  Special: it checks the server's certificate strictly, pipelines where it may, and knows
SCRAM-SHA-256, where the password itself never goes over the line.
"""

import pytest
from letters import ODD, bare, letter, unix
from village_up import ALICE, BOB, DAVE, Running

CONFIGURATION = """\
defaults
tls on
tls_trust_file {ca}
tls_starttls {starttls}
auth {mechanism}
user {user}
password {password}

account birch
host {host}
port {port}
from {user}
"""


@pytest.fixture
def configure(village: Running, home, ca: str):
    def write(service: str = "submission", mechanism: str = "on", password: str = "") -> None:
        host, port = village.place(service, "birch.example")
        home.write(".msmtprc", CONFIGURATION.format(
            ca=ca, starttls="off" if service == "submissions" else "on", mechanism=mechanism,
            user=ALICE, password=password or village.passwords[ALICE], host=host, port=port,
        ))  # fmt: skip

    return write


@pytest.mark.parametrize("service", ["submission", "submissions"])
@pytest.mark.parametrize("mechanism", ["on", "plain", "login", "scram-sha-256"])
def test_it_sends(village: Running, program, home, configure, service: str, mechanism: str) -> None:
    configure(service, mechanism)
    for content in ODD.values():
        home.run(program("msmtp"), "-a", "birch", "--", BOB, DAVE, feed=unix(content))
    for address in BOB, DAVE:
        village.wait_for(address, len(ODD))
        assert bare(village.letters(address)) == sorted(ODD.values())


def test_recipients_are_read_from_the_letter_and_bcc_is_not_shown(
    village: Running, program, home, configure
) -> None:
    configure()
    blind = b"Bcc: dave@cedar.example\r\n"
    home.run(program("msmtp"), "-a", "birch", "-t", feed=unix(letter("blind", more=blind)))
    for address in BOB, DAVE:
        village.wait_for(address, 1)
        assert bare(village.letters(address)) == [letter("blind")]


def test_it_asks_what_the_server_can_do(village: Running, program, home, configure) -> None:
    configure()
    said = home.run(program("msmtp"), "-a", "birch", "--serverinfo").decode()
    for word in "SIZE", "PIPELINING", "STARTTLS", "AUTH", "SCRAM-SHA-256":
        assert word in said


def test_refusals_reach_the_user(village: Running, program, home, configure) -> None:
    configure(password="wrong")
    assert b"5.7.8" in home.run(program("msmtp"), "-a", "birch", BOB, feed=b"\n", fails=True)
    configure()
    said = home.run(program("msmtp"), "-a", "birch", "-f", "carol@birch.example", BOB, feed=b"\n", fails=True)
    assert b"5.7.1" in said
