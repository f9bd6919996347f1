"""curl: a program that fetches and sends what a URL names, by SMTP, POP3 and IMAP.

Special: it is no mail program; with ``--request`` it says any command and shows the raw answer, so it is
the barest client that there is.
"""

import re
from collections.abc import Callable

import pytest
from letters import ODD, bare, letter
from village_up import ALICE, BOB, DAVE, Running

Curl = Callable[..., bytes]


@pytest.fixture
def curl(village: Running, program, home, ca: str) -> Curl:
    path = program("curl")

    def run(address: str, *arguments: str, feed: bytes = b"", fails: bool = False) -> bytes:
        user = ("--user", village.login(address)) if address else ()
        return home.run(path, "-sS", "--cacert", ca, *user, *arguments, feed=feed, fails=fails)

    return run


@pytest.mark.parametrize("service", ["submission", "submissions"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_it_sends(village: Running, curl: Curl, service: str, mechanism: str) -> None:
    for content in ODD.values():
        scheme = "smtps" if service == "submissions" else "smtp"
        curl(ALICE, village.url(service, "birch.example", scheme), "--ssl-reqd",
             "--login-options", f"AUTH={mechanism}", "--mail-from", ALICE, "--mail-rcpt", BOB,
             "--mail-rcpt", DAVE, "--upload-file", "-", feed=content)  # fmt: skip
    for address in BOB, DAVE:
        village.wait_for(address, len(ODD))
        assert bare(village.letters(address)) == sorted(ODD.values())


def test_it_fetches_by_pop3_and_imap(village: Running, curl: Curl) -> None:
    village.deliver(BOB, *ODD.values())
    there = village.letters(BOB)
    pop3, imaps = village.url("pop3", "cedar.example"), village.url("imaps", "cedar.example")
    for number, content in enumerate(there, 1):
        assert curl(BOB, f"{pop3}/{number}", "--ssl-reqd") == content
        assert curl(BOB, f"{imaps}/INBOX;MAILINDEX={number}") == content
        section = curl(BOB, f"{imaps}/INBOX;MAILINDEX={number};SECTION=TEXT")
        assert section == content.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "*"])
def test_it_logs_in_to_pop3(village: Running, curl: Curl, mechanism: str) -> None:
    listing = curl(BOB, village.url("pop3s", "cedar.example"), "--login-options", f"AUTH={mechanism}")
    assert listing.strip() == b""


def test_it_says_any_word_of_pop3(village: Running, curl: Curl) -> None:
    village.deliver(BOB, *ODD.values())
    there = village.letters(BOB)
    url = village.url("pop3s", "cedar.example")
    sizes = [int(line.split()[1]) for line in curl(BOB, url).splitlines()]
    assert sizes == list(map(len, there))
    names = curl(BOB, url, "--request", "UIDL").split()
    assert len(set(names[1::2])) == len(there)
    assert curl(BOB, url, "--request", "TOP 1 1").startswith(there[0].partition(b"\r\n\r\n")[0])
    curl(BOB, url + "/1", "--request", "DELE", "--head")
    assert village.letters(BOB) == there[1:]


def test_it_says_any_word_of_imap(village: Running, curl: Curl, home) -> None:
    url = village.url("imaps", "cedar.example")
    draft = home.write("draft", ODD["eight-bits"])  # a file: APPEND has to say the size at once
    curl(BOB, f"{url}/Drafts", "--upload-file", str(draft))
    village.deliver(BOB, letter("tea", subject="Tea?"))
    village.deliver(BOB, letter("cake", subject="Cake!"))  # after the other: the second

    def ask(words: str, mailbox: str = "INBOX") -> str:
        return curl(BOB, f"{url}/{mailbox}", "--request", words).decode()

    names = re.findall(r'"\." "?(\w+)', curl(BOB, url + "/").decode())
    assert {"INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive"} <= set(names)
    assert ask('SEARCH SUBJECT "cake"').split() == ["*", "SEARCH", "2"]
    assert curl(BOB, f"{url}/INBOX?SUBJECT%20tea").split() == [b"*", b"SEARCH", b"1"]
    assert "FLAGS (\\Seen" in ask("STORE 2 +FLAGS (\\Seen)")
    assert ask("SEARCH SEEN").split()[2:] == ["2"]
    ask("MOVE 2 Archive")
    assert bare(village.letters(BOB, "Archive")) == [letter("cake", subject="Cake!")]
    assert village.letters(BOB, "Drafts") == [ODD["eight-bits"]]
    assert "Notes" in curl(BOB, url, "--request", "CREATE Notes").decode() + ask('LIST "" Notes')


def test_no_login_without_tls_and_none_with_a_wrong_password(village: Running, curl: Curl) -> None:
    for service in "pop3", "imap":
        url = village.url(service, "cedar.example")
        curl(BOB, url, fails=True)
        curl("", url, "--ssl-reqd", "--user", f"{BOB}:wrong", fails=True)
