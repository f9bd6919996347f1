"""The village end to end: from Alice's pen to Bob's inbox, over real sockets."""

import gc
import imaplib
import os
import poplib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import mailkit
from mailkit.evidence import Lookup
from mailkit.world import Village


@pytest.fixture(scope="module")
def v() -> Iterator[Village]:
    with Village() as village:
        yield village


def test_a_letter_from_alice_to_bob(v: Village) -> None:
    letter = v.alice.send(to=v.bob, subject="Tea?", text="At four.")
    found = [each for each in v.bob.inbox() if each.id == letter.id]
    assert [each.subject for each in found] == ["Tea?"]
    assert found[0].text == "At four.\n"
    assert letter.content in found[0].content  # what Alice wrote is there to the octet, under the stamps


def test_its_way_is_told_by_its_own_stamps(v: Village) -> None:
    letter = v.alice.send(to=v.bob, subject="Which way?", text="…")
    found = next(each for each in v.bob.inbox() if each.id == letter.id)
    last, first = found.received
    assert first.startswith("from laptop-alice.birch.example (laptop-alice.birch.example [127.0.2.101])")
    assert "by mx.birch.example with ESMTPSA" in first
    assert last.startswith("from mx.birch.example") and "by mx.cedar.example with ESMTPS id" in last
    assert found.message["Return-Path"] == "<alice@birch.example>"


def test_every_hop_is_evidence(v: Village) -> None:
    letter = v.alice.send(to=v.bob, subject="Evidence", text="…")
    v.bob.inbox()
    events = v.evidence.about(letter.id)
    dialogues = [event for event in events if hasattr(event, "protocol")]
    ways = [(each.protocol, each.client.host, each.server.host, each.secure) for each in dialogues]
    assert ways == [
        ("submission", "laptop-alice.birch.example", "mx.birch.example", True),
        ("smtp", "mx.birch.example", "mx.cedar.example", True),
        ("imap", "laptop-bob.cedar.example", "mx.cedar.example", True),
    ]
    questions = [(event.name, event.kind) for event in events if isinstance(event, Lookup)]
    assert questions[:2] == [("cedar.example", "MX"), ("mx.cedar.example", "A")]
    assert [step.what for step in v.evidence.steps if step.letter == letter.id] == [
        "accepted", "accepted", "delivered", "handed on",
    ]  # fmt: skip
    (delivery,) = [each for each in v.evidence.deliveries if each.letter == letter.id]
    assert delivery.path.startswith("cedar.example/mail/bob/")


def test_bob_reads_by_pop3_too(v: Village) -> None:
    letter = v.alice.send(to=v.bob, subject="By POP3", text="…")
    v.settle()
    provider = v.bob.pop3()
    count, _ = provider.stat()
    _, lines, _ = provider.retr(count)
    provider.quit()
    assert letter.content in b"\r\n".join(lines) + b"\r\n"


def test_a_letter_for_somebody_at_the_same_provider_does_not_leave_it(v: Village) -> None:
    letter = v.alice.send(to=v.carol, subject="Neighbour", text="…")
    assert letter.id in [each.id for each in v.carol.inbox()]
    assert not [each for each in v.evidence.dialogues if each.protocol == "smtp" and each.mentions(letter.id)]


def test_an_unknown_recipient_comes_back_as_a_bounce(v: Village) -> None:
    v.alice.send(to="nobody@cedar.example", subject="Who is there?", text="…")
    bounce = v.alice.inbox()[-1]
    assert bounce.subject == "Your letter could not be delivered"
    assert "550 5.1.1 no such person here" in bounce.message.as_string()
    assert bounce.message["Return-Path"] == "<>"


def test_while_cedar_is_down_the_letter_waits_and_then_it_arrives(v: Village) -> None:
    v.cedar.mx.stop()
    assert not v.cedar.mx.running
    letter = v.alice.send(to=v.bob, subject="Patience", text="…")
    v.settle()
    assert "Connection refused" in str(v.birch.queue)
    v.fast_forward(hours=5)
    (item,) = v.birch.queue.items
    assert item.attempts == 6
    v.cedar.mx.start()
    v.fast_forward(hours=4)
    assert letter.id in [each.id for each in v.bob.inbox()]
    assert len(v.birch.queue) == 0


@pytest.mark.parametrize(
    "address", ["postmaster@cedar.example", "bob+tea@cedar.example", "BOB@CEDAR.EXAMPLE"]
)
def test_other_names_of_bob(v: Village, address: str) -> None:
    letter = v.alice.send(to=address, subject="Name", text="…")
    assert letter.id in [each.id for each in v.bob.inbox()]


def test_no_relaying_for_strangers(v: Village) -> None:
    with v.say("mx.cedar.example", 25) as talk:
        talk("EHLO spammer")
        talk("MAIL FROM:<spam@nowhere.example>")
        assert talk("RCPT TO:<alice@birch.example>").heard.startswith(b"550 5.7.1")


def test_one_sends_as_oneself_only(v: Village) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused) as refused, v.alice.smtp() as provider:
        provider.sendmail("carol@birch.example", ["bob@cedar.example"], b"Subject: not Carol\r\n\r\n")
    assert refused.value.smtp_code == 550


def test_submission_without_a_login_is_refused(v: Village) -> None:
    with v.say("mail.birch.example", 587) as talk:
        talk("EHLO me")
        assert talk("MAIL FROM:<alice@birch.example>").heard.startswith(b"530 5.7.0")


@pytest.mark.parametrize("port", [993, 995, 465])
def test_tls_comes_first_on_the_ports_that_are_made_for_it(v: Village, port: int) -> None:
    with v.say("mail.cedar.example", port) as talk:
        assert talk.exchanges[0].heard
    assert v.evidence.dialogues[-1].secure


@pytest.mark.parametrize(("port", "agree"), [(143, b"a1 OK"), (110, b"+OK"), (587, b"220"), (25, b"220")])
def test_starttls_by_hand_and_nothing_said_before_it_counts_inside(
    v: Village, port: int, agree: bytes
) -> None:
    words = {143: b"a1 STARTTLS\r\na2 NOOP\r\n", 110: b"STLS\r\nNOOP\r\n"}
    with v.say("mail.cedar.example", port) as talk:
        if port in (25, 587):
            talk("EHLO me")
        answer = talk.raw(words.get(port, b"STARTTLS\r\nNOOP\r\n"))
        assert answer.heard.startswith(agree)
        assert answer.heard.count(b"\r\n") == 1  # NOOP, glued behind it, got no answer then ...
        talk.start_tls()
        later = talk("EHLO me" if port in (25, 587) else "a3 CAPABILITY" if port == 143 else "CAPA")
        assert b"a2" not in later.heard  # ... and gets none now (RFC 3207 section 4.2)


def test_a_wrong_certificate_name_is_noticed(v: Village) -> None:
    connected = v.call("laptop-alice.birch.example", "mail.birch.example", 993)
    with connected, pytest.raises(ssl.SSLCertVerificationError):
        v.ca.client().wrap_socket(connected, server_hostname="mail.cedar.example")


def test_one_who_hangs_up_in_the_middle_disturbs_nobody(v: Village) -> None:
    for port in (25, 110, 143, 587):
        talk = v.say("mail.cedar.example", port)
        talk.raw(b"EHLO half a li") if port in (25, 587) else talk.raw(b"a1 LOGIN {100}\r\n")
        talk.close()
    test_bob_reads_by_pop3_too(v)


def test_a_village_is_started_once_and_renewed_on_request() -> None:
    first = mailkit.village()
    try:
        assert mailkit.village() is first
        second = mailkit.village(fresh=True)
        assert second is not first
        assert not first.running and second.running
        with pytest.raises(RuntimeError, match="has been stopped; village"):
            first.settle()
    finally:
        mailkit.village().stop()


def test_twenty_villages_side_by_side_leave_nothing_behind() -> None:
    gc.collect()
    threads, files = threading.active_count(), _open_files()
    villages = [Village() for _ in range(20)]
    folders = [village.dir for village in villages]
    with ThreadPoolExecutor(4) as pool:
        letters = list(
            pool.map(lambda village: village.alice.send(to=village.bob, subject="One each"), villages)
        )
    for village, letter in zip(villages, letters, strict=True):
        assert [each.id for each in village.bob.inbox()] == [letter.id]
        village.stop()
    del villages, village
    gc.collect()
    assert threading.active_count() == threads
    assert _open_files() == files
    assert not any(folder.exists() for folder in folders)


def _open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


def test_mail_survives_in_a_folder_and_one_village_uses_it_at_a_time(tmp_path: Path) -> None:
    with Village(tmp_path, accounts={"erin@cedar.example": "soup"}) as first:
        delivered = first.alice.send(to=["bob@cedar.example", "erin@cedar.example"], subject="For later")
        first.settle()
        first.cedar.mx.stop()
        waiting = first.alice.send(to=first.bob, subject="Still on its way")
        first.settle()
        certificate = first.ca.certificate.read_bytes()
        with pytest.raises(RuntimeError, match="another village uses"):
            Village(tmp_path)
    with Village(tmp_path) as second:
        second.fast_forward(hours=1)
        assert [each.id for each in second.bob.inbox()] == [delivered.id, waiting.id]
        assert (
            second.ca.certificate.read_bytes() == certificate
        )  # a program that trusts it need not learn anew
        assert second.cedar.accounts.check("erin", "soup") == "erin@cedar.example"
    assert "cake-at-five" not in (tmp_path / "cedar.example" / "accounts.json").read_text()


def test_a_taken_port_is_named_and_nothing_is_left_open() -> None:
    base = 23400
    with socket.create_server(("127.0.3.25", base + 11)):
        before = threading.active_count()
        with pytest.raises(OSError, match="another program has it; stop that program or choose another"):
            Village(port_base=base)
        assert threading.active_count() == before
    with Village(port_base=base) as village:
        assert village.ground.reached("mx.birch.example", 25)[1] == base + 1
        assert village.ground.reached("mx.cedar.example", 25)[1] == base + 11


def test_the_standard_library_is_content_in_every_way_in(v: Village) -> None:
    trust = v.ca.client()
    for port, client, upgrade in ((143, imaplib.IMAP4, "starttls"), (110, poplib.POP3, "stls")):
        host, real = v.ground.reached("mx.cedar.example", port)
        provider = client(host, real)
        getattr(provider, upgrade)(trust)
        if isinstance(provider, imaplib.IMAP4):
            assert provider.login("bob", "cake-at-five")[0] == "OK"
            provider.logout()
        else:
            provider.user("bob")
            assert provider.pass_("cake-at-five").startswith(b"+OK")
            provider.quit()
