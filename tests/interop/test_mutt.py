"""mutt: a mail program for a person at a terminal.

It speaks IMAP to read and SMTP to send.  Special: it works on the server's mailbox all the time, with a
header cache, IDLE, server-side search (``=b``) and UIDs; and it needs a terminal, so it gets one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from letters import ODD, bare, letter, without_stamps
from terminal import Terminal, terminal
from village_up import ALICE, BOB, Running

CONFIGURATION = """\
set folder="{imap}/" spoolfile="+INBOX" record="+Sent" postponed="+Drafts"
set imap_user="{user}" imap_pass="{password}" imap_idle imap_keepalive=5 timeout=1 mail_check=1
set smtp_url="{smtp}" smtp_pass="{password}"
set ssl_force_tls ssl_starttls ssl_ca_certificates_file="{ca}" certificate_file="{ca}"
set from="{user}" realname="Somebody" use_envelope_from use_8bitmime edit_headers=no editor="true"
set sort=mailbox-order quit=yes delete=yes move=no mark_old=no beep=no wait_key=no confirmappend=no
set header_cache="{cache}" arrow_cursor pager_index_lines=0 abort_unmodified=no copy=yes
set index_format="%C of the letters is %Z %s" status_format="-- %m letters, %n new --"
"""


@pytest.fixture
def mutt(village: Running, program, home, ca: str):
    path = program("mutt")
    cache = home.folder("cache")

    def configure(user: str, service: str = "imaps") -> None:
        domain = user.partition("@")[2]
        host, port = village.place("submission", domain)
        home.write(".muttrc", CONFIGURATION.format(
            imap=village.url(service, domain), smtp=f"smtp://{user}@{host}:{port}/", user=user,
            password=village.passwords[user], ca=ca, cache=cache,
        ))  # fmt: skip

    @contextmanager
    def run(user: str, *arguments: str, service: str = "imaps") -> Iterator[Terminal]:
        configure(user, service)
        with terminal() as (screen, its):
            ends = {"stdin": its, "stdout": its, "stderr": its}
            with home.start("setsid", "--ctty", "--wait", path, *arguments, **ends):
                os.close(its)
                yield screen

    run.configure, run.path = configure, path
    return run


@pytest.mark.parametrize("service", ["imap", "imaps"])
def test_a_person_reads_flags_files_and_removes(village: Running, mutt, service: str) -> None:
    village.deliver(BOB, letter("tea"), letter("cake", b"With cream.\r\n"), letter("soup"), letter("bread"))
    with mutt(BOB, service=service) as screen:
        screen.wait_for("4 letters, 4 new")
        screen.press("2\n\n")
        screen.wait_for("With cream.")
        screen.press("i")
        screen.wait_for("4 letters, 3 new")
        screen.press("3\nF")  # important
        screen.press("1\ns\x15=Archive\n")
        screen.press("4\nd$")
        screen.wait_for("2 kept, 2 deleted")
        screen.press("q")
        screen.wait_for_the_end()
    here = [(without_stamps(content), flags) for content, flags in village.letters_and_flags(BOB)]
    assert here == [(letter("cake", b"With cream.\r\n"), {"\\Seen"}), (letter("soup"), {"\\Flagged"})]
    assert bare(village.letters(BOB, "Archive")) == [letter("tea")]


def test_a_person_writes(village: Running, mutt, home) -> None:
    body = home.write("body", "Um vier, ☕.\n")
    photo = home.write("photo.png", bytes(range(256)) * 40)
    with mutt(ALICE, "-s", "Tea?", "-i", str(body), "-a", str(photo), "--", BOB) as screen:
        screen.wait_for("To: ")
        screen.press("\n")
        screen.wait_for("Subject: ")
        screen.press("\n")
        screen.wait_for("y:Send")
        screen.press("y")
        screen.wait_for_the_end()
    village.wait_for(BOB, 1)
    (received,) = village.letters(BOB)
    (copy,) = village.letters(ALICE, "Sent")
    assert "Um vier, ☕.".encode() in received
    body_of_both = {content.partition(b"\r\n\r\n")[2] for content in (received, copy)}
    assert len(body_of_both) == 1


def test_a_search_on_the_server_and_new_mail_while_it_runs(village: Running, mutt) -> None:
    village.deliver(BOB, *ODD.values())
    with mutt(BOB) as screen:
        screen.wait_for(f"{len(ODD)} letters")
        screen.press("l=b 'From within'\n")
        screen.wait_for("nested")
        screen.press("lall\n")
        screen.wait_for("photo")
        village.hand_in(BOB, letter("news"))
        screen.wait_for("news")
        screen.press("q")
        screen.wait_for_the_end()


def test_it_sends_and_files_a_copy_without_a_person(village: Running, mutt, home) -> None:
    mutt.configure(ALICE)
    home.run(mutt.path, "-s", "Grüße", "--", BOB, feed="Um vier.\n".encode())
    village.wait_for(BOB, 1)
    (received,), (copy,) = village.letters(BOB), village.letters(ALICE, "Sent")
    assert received.partition(b"\r\n\r\n")[2] == copy.partition(b"\r\n\r\n")[2] == b"Um vier.\r\n"
