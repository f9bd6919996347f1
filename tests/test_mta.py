"""The MTA and the carrier: whose mail is taken, where it goes next, and what if nobody is there."""

from collections.abc import Iterator

import pytest

from mailkit.dns.resolver import MailHost
from mailkit.letter import trace
from mailkit.roles.hand import Talk
from mailkit.roles.route import better
from mailkit.talk.refusal import Refused
from mailkit.world import Village


@pytest.fixture(scope="module")
def v() -> Iterator[Village]:
    with Village() as village:
        yield village


def knock(v: Village, recipient: str, host: str = "mx.cedar.example") -> bytes:
    """What an MX says to a stranger's letter for this recipient."""
    with v.say(host, 25) as talk:
        talk("EHLO stranger")
        talk("MAIL FROM:<stranger@nowhere.example>")
        return talk(f"RCPT TO:<{recipient}>").heard


@pytest.mark.parametrize(
    "recipient",
    ["bob@cedar.example", "BOB@Cedar.Example", "bob+tea@cedar.example", "Postmaster", "bob@[127.0.3.25]"],
)
def test_taken_for_its_own_people_by_any_of_their_names(v: Village, recipient: str) -> None:
    assert knock(v, recipient).startswith(b"250 2.1.5")


@pytest.mark.parametrize(
    "recipient",
    [
        "alice@birch.example",
        "bob@[127.0.2.25]",
        "alice%birch.example@evil.example",
        "bob@cedar.example.evil.example",
        "@cedar.example:alice@birch.example",
    ],
)
def test_relays_for_nobody(v: Village, recipient: str) -> None:
    assert knock(v, recipient).startswith(b"550 5.7.1")


@pytest.mark.parametrize(
    "recipient", ["nobody@cedar.example", "alice%birch.example@cedar.example", '"bob x"@cedar.example']
)
def test_unknown_people_are_refused_at_once(v: Village, recipient: str) -> None:
    assert knock(v, recipient).startswith(b"550 5.1.1")


def test_a_letter_that_goes_round_in_circles_is_stopped(v: Village) -> None:
    with v.say("mx.cedar.example", 25) as talk:
        for line in ("EHLO loop", "MAIL FROM:<a@loop.example>", "RCPT TO:<bob@cedar.example>", "DATA"):
            talk(line)
        stamps = "Received: from here by there;\r\n" * trace.HOPS_ARE_TOO_MANY
        assert talk(stamps + "\r\n.").heard.startswith(b"554 5.4.6")


def test_a_letter_to_an_address_in_brackets_finds_its_way(v: Village) -> None:
    letter = v.alice.send(to="bob@[127.0.3.25]", subject="By number")
    assert letter.id in [each.id for each in v.bob.inbox()]
    assert not [each for each in v.evidence.lookups if each.letter == letter.id]


def test_a_domain_without_mx_is_its_own_mail_host(v: Village) -> None:
    v.dns.remove("cedar.example", "MX")
    v.dns.set("cedar.example", "A", "127.0.3.25")
    letter = v.alice.send(to=v.bob, subject="No MX")
    arrived = letter.id in [each.id for each in v.bob.inbox()]
    v.dns.set("cedar.example", "MX", "10 mx.cedar.example")
    v.dns.remove("cedar.example", "A")
    assert arrived


def test_a_domain_that_takes_no_mail_says_so(v: Village) -> None:
    v.dns.set("cedar.example", "MX", "0 .")
    v.alice.send(to=v.bob, subject="Null MX")
    bounce = v.alice.inbox()[-1]
    v.dns.set("cedar.example", "MX", "10 mx.cedar.example")
    assert "556 5.1.10" in bounce.text


# -- the backup -------------------------------------------------------------------------------------


def test_the_backup_is_off_and_unknown_until_it_is_started(v: Village) -> None:
    assert not v.cedar.backup.running
    assert v.ask("cedar.example", "MX").records == ("10 mx.cedar.example.",)
    v.cedar.backup.start()
    assert set(v.ask("cedar.example", "MX").records) == {"10 mx.cedar.example.", "20 mx2.cedar.example."}
    assert knock(v, "bob@cedar.example", "mx2.cedar.example").startswith(b"250")
    assert knock(v, "nobody@cedar.example", "mx2.cedar.example").startswith(b"550 5.1.1")
    assert knock(v, "alice@birch.example", "mx2.cedar.example").startswith(b"550 5.7.1")
    v.cedar.backup.stop()
    assert v.ask("cedar.example", "MX").records == ("10 mx.cedar.example.",)


def test_while_the_first_server_is_away_the_backup_keeps_the_mail(v: Village) -> None:
    v.cedar.backup.start()
    v.cedar.mx.stop()
    letter = v.alice.send(to=v.bob, subject="By the back door")
    v.settle()
    assert len(v.birch.queue) == 0
    (item,) = v.cedar.backup_queue.items
    assert "mx.cedar.example [127.0.3.25]: Connection refused" in item.reasons["bob@cedar.example"]
    v.cedar.mx.start()
    v.fast_forward(minutes=10)
    found = next(each for each in v.bob.inbox() if each.id == letter.id)
    assert [stamp.split(" by ")[1].split()[0] for stamp in found.received] == [
        "mx.cedar.example", "mx2.cedar.example", "mx.birch.example",
    ]  # fmt: skip
    v.cedar.backup.stop()


def test_when_the_first_server_is_there_the_backup_gets_nothing(v: Village) -> None:
    v.cedar.backup.start()
    letter = v.alice.send(to=v.bob, subject="By the front door")
    found = next(each for each in v.bob.inbox() if each.id == letter.id)
    v.cedar.backup.stop()
    assert len(found.received) == 2


def test_a_first_server_that_says_not_now_is_passed_over(v: Village) -> None:
    v.cedar.backup.start()
    v.cedar.mx.fault("connect", reply="421 4.3.2 full up", times=1)
    letter = v.alice.send(to=v.bob, subject="Next door, please")
    v.fast_forward(minutes=6)
    found = next(each for each in v.bob.inbox() if each.id == letter.id)
    v.cedar.backup.stop()
    assert len(found.received) == 3


def test_only_to_a_better_host_than_oneself() -> None:
    hosts = [MailHost(10, "a", ()), MailHost(20, "us", ()), MailHost(20, "b", ()), MailHost(30, "c", ())]
    assert [host.name for host in better(hosts, "us")] == ["a"]
    assert better(hosts, "elsewhere") == hosts
    with pytest.raises(Refused, match="554 5.4.6"):
        better(hosts, "a")


@pytest.mark.parametrize("host", ["mx.cedar.example", "mail.cedar.example"])
def test_what_is_glued_behind_starttls_is_forgotten(v: Village, host: str) -> None:
    """Said in the clear by somebody in the middle, it must not count inside TLS (CVE-2011-0411)."""
    with v.say(host, 25) as talk:
        talk("EHLO me")
        answer = talk.raw(b"STARTTLS\r\nEHLO me\r\nMAIL FROM:<attacker@evil.example>\r\n")
        assert answer.heard.startswith(b"220 ") and answer.heard.count(b"\r\n") == 1
        talk.start_tls()
        assert talk("RCPT TO:<bob@cedar.example>").heard.startswith(b"503 5.5.1 say who you are first")


# -- the next server is not like ours ---------------------------------------------------------------


def test_recipients_of_one_domain_share_a_connection_and_each_domain_has_its_own(v: Village) -> None:
    before = len(v.evidence.dialogues)
    v.alice.send(to=[v.bob, v.dave, v.carol], subject="Three of you")
    v.settle()
    hops = [each for each in v.evidence.dialogues[before:] if each.protocol == "smtp"]
    assert len(hops) == 1
    assert hops[0].stream("C").count(b"RCPT TO:") == 2


def test_commands_are_pipelined_to_a_server_that_can_take_it(v: Village) -> None:
    letter = v.alice.send(to=[v.bob, v.dave], subject="In one go")
    v.settle()
    hop = next(each for each in v.evidence.dialogues if each.protocol == "smtp" and each.mentions(letter.id))
    pieces = [chunk.data for chunk in hop.chunks if chunk.side == "C"]
    assert any(piece.startswith(b"MAIL FROM") and piece.count(b"RCPT TO") == 2 for piece in pieces)


def test_octets_above_127_do_not_go_to_a_server_that_cannot_take_them(v: Village) -> None:
    v.cedar.mx.fault("EHLO", reply="502 5.5.1 only HELO here", times=1)
    v.alice.hand_in("From: alice@birch.example\r\n\r\nThé?\r\n".encode(), ["bob@cedar.example"])
    v.settle()
    assert "554 5.6.3" in v.alice.inbox()[-1].text


def test_a_full_house_answers_421(v: Village) -> None:
    talks = [v.say("mx.cedar.example", 25) for _ in range(100)]
    one_more: Talk = v.say("mx.cedar.example", 25)
    try:
        assert all(talk.exchanges[0].heard.startswith(b"220") for talk in talks)
        assert one_more.exchanges[0].heard.startswith(b"421 4.7.0 you have 100 connections already")
        letter = v.alice.send(to=v.bob, subject="From another address")
        assert letter.id in [each.id for each in v.bob.inbox()]
    finally:
        for talk in [*talks, one_more]:
            talk.close()
