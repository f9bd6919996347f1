"""fetchmail: takes letters out of far mailboxes and hands them to the delivery program of this machine.

It speaks POP3 and IMAP.  Special: it asks for ``UIDL`` or flags to know what is new, deletes only after
the delivery program has taken a letter, and can stay and wait in IDLE.  The delivery program here is
four lines of shell.
"""

import os
import select

import pytest
from letters import ODD, bare, letter, wire
from village_up import BOB, PATIENCE, Running

CONFIGURATION = """\
set no bouncemail
set invisible
poll {host} protocol {protocol} port {port} {special}
  user "bob@cedar.example" password "{password}" {wishes}
  sslcertck sslcertfile "{ca}" sslcommonname "mx.cedar.example"
  mda "{mda}"
"""
MDA = """\
#!/bin/sh
file=$(mktemp "$HOME/laid/XXXXXX") && cat > "$file.writing" && mv "$file.writing" "$file"
[ ! -p "$HOME/told" ] || echo one > "$HOME/told"
"""


@pytest.fixture
def fetchmail(village: Running, program, home, ca: str):
    path = program("fetchmail")
    laid = home.folder("laid")
    mda = home.write("mda", MDA)
    mda.chmod(0o700)

    class Fetchmail:
        command = path, "--nosyslog", "--pidfile", str(home.path / "pid")

        def configure(self, service: str, wishes: str, special: str = "") -> None:
            host, port = village.place(service, "cedar.example")
            home.write(".fetchmailrc", CONFIGURATION.format(
                host=host, port=port, protocol=service.removesuffix("s"), password=village.passwords[BOB],
                ca=ca, mda=mda, special=special,
                wishes=wishes + (" ssl" if service.endswith("s") else ' sslproto "TLS1.2+"'),
            ))  # fmt: skip

        def laid(self) -> list[bytes]:
            return [wire(each.read_bytes()) for each in sorted(laid.iterdir())]

        def run(self, *, nothing_new: bool = False) -> None:
            home.run(*self.command, fails=nothing_new)  # it ends with 1 if there was no mail

    return Fetchmail()


@pytest.mark.parametrize("service", ["pop3", "pop3s", "imap", "imaps"])
def test_it_takes_everything_away(village: Running, fetchmail, service: str) -> None:
    village.deliver(BOB, *ODD.values())
    fetchmail.configure(service, "fetchall nokeep")
    fetchmail.run()
    assert bare(fetchmail.laid()) == sorted(ODD.values())
    assert village.letters(BOB) == []


@pytest.mark.parametrize("service", ["pop3s", "imaps"])
def test_what_it_has_seen_stays_there_and_is_not_fetched_again(
    village: Running, fetchmail, service: str
) -> None:
    fetchmail.configure(service, "keep", special="uidl" if service == "pop3s" else "")
    village.deliver(BOB, letter("first"), letter("second"))
    fetchmail.run()
    village.deliver(BOB, letter("third"))
    fetchmail.run()
    fetchmail.run(nothing_new=True)
    assert bare(fetchmail.laid()) == [letter("first"), letter("second"), letter("third")]
    assert len(village.letters(BOB)) == 3


def test_a_letter_that_could_not_be_laid_down_stays(village: Running, fetchmail, home) -> None:
    village.deliver(BOB, letter("dear"))
    fetchmail.configure("pop3s", "fetchall nokeep")
    home.write("mda", "#!/bin/sh\nexit 75\n").chmod(0o700)
    fetchmail.run()
    assert bare(village.letters(BOB)) == [letter("dear")]


def test_in_idle_it_hears_at_once_of_new_mail(village: Running, fetchmail, home) -> None:
    fetchmail.configure("imaps", "idle fetchall nokeep")
    os.mkfifo(home.path / "told")
    (home.path / "told").chmod(0o666)
    told = os.open(home.path / "told", os.O_RDWR)  # open at both ends, so that nobody waits for the other

    def wait_to_be_told() -> None:
        assert select.select([told], [], [], PATIENCE)[0], "the delivery program has not been called"
        assert os.read(told, 4) == b"one\n"

    village.deliver(BOB, letter("before"))
    with home.start(*fetchmail.command):
        wait_to_be_told()
        village.hand_in(BOB, letter("while it waits"))
        wait_to_be_told()
    os.close(told)
    assert bare(fetchmail.laid()) == [letter("before"), letter("while it waits")]
