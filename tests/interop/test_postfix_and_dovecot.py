"""Postfix and Dovecot: the mail servers that half the world uses, as a third provider, oak.example.

They speak SMTP, LMTP and IMAP.  Special: Postfix keeps to every rule (TLS with a certificate that it checks,
PIPELINING, 8BITMIME, DSN, no bare line feeds), tries again by itself, and writes bounces that everybody
takes for a model.
"""

import imaplib
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from letters import ODD, bare, letter, many
from oak import ADDRESS, HOST, OLGA, Dovecot, Postfix
from village_up import ALICE, BOB, all_of, remove_all, wait_in_idle

from mailkit.world import Village


@pytest.fixture(scope="module")
def folder(program) -> Iterator[Path]:
    """A folder that the programs' own users may enter, for they give up the rights of root."""
    program("postfix"), program("dovecot")
    if os.geteuid() != 0:
        pytest.skip("Postfix can be started by root only; run this test as root")
    with tempfile.TemporaryDirectory(prefix="oak-", ignore_cleanup_errors=True) as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture(scope="module")
def village() -> Iterator[Village]:
    with Village() as village:
        yield village


@pytest.fixture(scope="module")
def dovecot(program, folder: Path) -> Iterator[Dovecot]:
    dovecot = Dovecot(program("dovecot"), folder)
    dovecot.start()
    yield dovecot
    dovecot.stop()


@pytest.fixture(scope="module")
def postfix(program, folder: Path, village: Village, dovecot: Dovecot) -> Iterator[Postfix]:
    routes = {each.domain: village.ground.reached(each.host, 25) for each in village.providers}
    ca = folder / "ca.pem"
    ca.write_bytes(village.ca.certificate.read_bytes())
    postfix = Postfix(program("postfix"), folder, dovecot.lmtp, routes, ca)
    postfix.start()
    village.ground.attach(HOST, ADDRESS, {25: postfix.smtp})
    village.dns.add_host(HOST, ADDRESS)
    village.dns.set("oak.example", "MX", f"10 {HOST}")
    yield postfix
    postfix.stop()


@pytest.fixture(autouse=True)
def empty(village: Village, dovecot: Dovecot, postfix: Postfix) -> None:
    """Begin each test with empty mailboxes."""
    for mailbox in village.alice.imap, village.bob.imap, dovecot.mailbox:
        with mailbox() as box:
            remove_all(box)


def received(mailbox: Callable[[], imaplib.IMAP4], number: int) -> list[bytes]:
    """What somebody has, as soon as there are so many letters."""
    with mailbox() as box:
        wait_in_idle(box, number)
        return all_of(box)


def test_postfix_brings_mail_to_cedar(village: Village, postfix: Postfix) -> None:
    postfix.submit([BOB], *ODD.values())
    found = received(village.bob.imap, len(ODD))
    assert bare(found) == sorted(ODD.values())
    assert all(each.startswith(b"Return-Path: <olga@oak.example>\r\n") for each in found)
    assert all(b"Received: from mx.oak.example" in each and b"with ESMTPS" in each for each in found)


def test_birch_brings_mail_to_postfix(village: Village, dovecot: Dovecot) -> None:
    for content in ODD.values():
        village.alice.hand_in(content, [OLGA])
    found = received(dovecot.mailbox, len(ODD))
    assert bare(found) == sorted(ODD.values())
    village.settle()
    assert len(village.birch.queue) == 0


def test_a_letter_to_three_domains_arrives_at_each(village: Village, dovecot: Dovecot) -> None:
    village.alice.hand_in(letter("all"), [OLGA, BOB, ALICE])
    for mailbox in dovecot.mailbox, village.bob.imap, village.alice.imap:
        assert bare(received(mailbox, 1)) == [letter("all")]


def test_a_hundred_letters_in_each_direction_at_once(
    village: Village, postfix: Postfix, dovecot: Dovecot
) -> None:
    out, back = many(100), many(100, start=100)
    with ThreadPoolExecutor() as pool, village.alice.smtp() as provider:
        handing_in = pool.submit(postfix.submit, [BOB], *back)
        for content in out:
            provider.sendmail(ALICE, [OLGA], content)
        handing_in.result()
    assert bare(received(dovecot.mailbox, 100)) == sorted(out)
    assert bare(received(village.bob.imap, 100)) == sorted(back)


def test_a_letter_to_nobody_comes_back_to_olga(postfix: Postfix, dovecot: Dovecot) -> None:
    """cedar refuses, and Postfix understands why."""
    postfix.submit(["nobody@cedar.example"], letter("lost"))
    (report,) = received(dovecot.mailbox, 1)
    assert b"Status: 5.1.1" in report and b"Final-Recipient: rfc822; nobody@cedar.example" in report
    assert b"550 5.1.1 no such person here" in report


def test_a_letter_to_nobody_comes_back_to_alice(village: Village) -> None:
    """Postfix refuses, and birch understands why."""
    village.alice.hand_in(letter("lost"), ["nobody@oak.example"])
    (report,) = received(village.alice.imap, 1)
    assert b"Status: 5.1.1" in report and b"Final-Recipient: rfc822; nobody@oak.example" in report
    assert letter("lost") in report


def test_olga_is_told_of_success(postfix: Postfix, dovecot: Dovecot) -> None:
    """Postfix hands her wish on, and cedar fulfils it (RFC 3461)."""
    postfix.submit([BOB], letter("registered"), wishes=("NOTIFY=SUCCESS", f"ORCPT=rfc822;{BOB}"))
    (report,) = received(dovecot.mailbox, 1)
    assert b"Reporting-MTA: dns; mx.cedar.example" in report and b"Action: delivered" in report
    assert f"Original-Recipient: rfc822; {BOB}".encode() in report


def test_alice_is_told_of_success(village: Village) -> None:
    """birch hands her wish on, and Postfix fulfils it."""
    with village.alice.smtp() as provider:
        provider.sendmail(ALICE, [OLGA], letter("registered"), ["RET=HDRS", "ENVID=tea"], ["NOTIFY=SUCCESS"])
    (report,) = received(village.alice.imap, 1)
    assert b"Reporting-MTA: dns; mx.oak.example" in report and b"Original-Envelope-Id: tea" in report
    assert b"Action: relayed" in report  # to Dovecot, which speaks no DSN


def test_while_postfix_is_away_birch_keeps_the_letter(
    village: Village, postfix: Postfix, dovecot: Dovecot
) -> None:
    postfix.stop()
    village.alice.hand_in(letter("patience"), [OLGA])
    village.settle()
    assert len(village.birch.queue) == 1
    postfix.start()
    village.fast_forward(minutes=5)
    assert bare(received(dovecot.mailbox, 1)) == [letter("patience")]
    assert len(village.birch.queue) == 0


def test_while_cedar_is_away_postfix_keeps_the_letter(village: Village, postfix: Postfix) -> None:
    village.cedar.mx.stop()
    postfix.submit([BOB], letter("patience"))
    postfix.wait_for_log("Connection refused")
    village.cedar.mx.start()
    assert bare(received(village.bob.imap, 1)) == [letter("patience")]
