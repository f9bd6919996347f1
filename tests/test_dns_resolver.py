"""The asking side of DNS, joined to the answering side without a network."""

import asyncio
from pathlib import Path
from random import Random

import dns.message
import pytest

from mailkit.dns.resolver import Answer, MailHost, Resolver
from mailkit.dns.server import answer
from mailkit.dns.zone import Zones
from mailkit.talk.refusal import Refused

FOLDER = Path(__file__).parent.parent / "data/zones"


class Desk:
    """A resolver, and the name server that it asks; notes every question."""

    def __init__(self, seed: int = 1) -> None:
        self.zones = Zones.read(FOLDER)
        self.zones.add_host("mx.cedar.example", "127.0.3.25")
        self.zones.add_host("mx2.cedar.example", "127.0.3.26")
        self.asked: list[Answer] = []
        self.resolver = Resolver(self.exchange, self.asked.append, Random(seed))

    async def exchange(self, query: bytes, tcp: bool) -> bytes:
        reply = answer(self.zones, query, over="tcp" if tcp else "udp")
        assert reply is not None
        return reply

    def ask(self, name: str, kind: str) -> Answer:
        return asyncio.run(self.resolver.ask(name, kind))

    def mail_hosts(self, domain: str = "cedar.example") -> list[MailHost]:
        return asyncio.run(self.resolver.mail_hosts(domain))

    def refusal(self, domain: str = "cedar.example") -> tuple[int, str]:
        with pytest.raises(Refused) as no:
            self.mail_hosts(domain)
        return no.value.code, no.value.status


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ---- one question


def test_an_answer_shows_itself(desk: Desk) -> None:
    found = desk.ask("cedar.example", "MX")
    assert (found.records, found.status, found.transport) == (("10 mx.cedar.example.",), "NOERROR", "udp")
    assert str(found).splitlines() == [
        ";; cedar.example MX?  NOERROR over udp",
        "cedar.example. 300 IN MX 10 mx.cedar.example.",
    ]


def test_there_are_two_ways_to_say_no(desk: Desk) -> None:
    assert (desk.ask("tedar.example", "A").status, desk.ask("tedar.example", "A").exists) == (
        "NXDOMAIN",
        False,
    )
    assert (desk.ask("cedar.example", "A").records, desk.ask("cedar.example", "A").exists) == ((), True)


def test_an_alias_on_the_way_is_shown_and_is_no_record_of_the_kind(desk: Desk) -> None:
    desk.zones.set("mail.cedar.example", "CNAME", "mx.cedar.example")
    found = desk.ask("mail.cedar.example", "A")
    assert found.records == ("127.0.3.25",)
    assert [line.split()[3] for line in found.section] == ["CNAME", "A"]


def test_what_did_not_fit_is_asked_again_over_tcp(desk: Desk) -> None:
    desk.zones.set("cedar.example", "TXT", *(f'"{n} {"x" * 60}"' for n in range(20)))
    found = desk.ask("cedar.example", "TXT")
    assert (found.transport, len(found.records)) == ("tcp", 20)


def test_every_question_is_reported(desk: Desk) -> None:
    desk.mail_hosts()
    asked = [(found.name, found.kind) for found in desk.asked]
    assert asked == [("cedar.example", "MX"), ("mx.cedar.example", "A"), ("mx.cedar.example", "AAAA")]


@pytest.mark.parametrize("name", ["cedar..example", "x" * 64, "\udc80"])
def test_what_is_no_name_cannot_be_asked(desk: Desk, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a name"):
        desk.ask(name, "A")


def test_what_is_no_kind_cannot_be_asked(desk: Desk) -> None:
    with pytest.raises(ValueError, match="'POST' is no kind of record"):
        desk.ask("cedar.example", "POST")


# ---- answers that are none


def spoilt(desk: Desk, how: str) -> Desk:
    """The same desk, but something happens to every answer."""
    honest = desk.exchange

    async def exchange(query: bytes, tcp: bool) -> bytes:
        reply = await honest(query, tcp)
        if how == "silence":
            raise TimeoutError
        if how == "no way there":
            raise OSError("no route to host")
        if how == "another id":
            return bytes([reply[0] ^ 1]) + reply[1:]
        if how == "another question":
            other = dns.message.make_query("oak.example", "A", id=int.from_bytes(query[:2])).to_wire()
            return await honest(other, tcp)
        if how == "a question":
            return query
        if how == "garbage":
            return reply[:-3]
        return reply[:3] + b"\x82" + reply[4:]  # the rcode is SERVFAIL

    desk.resolver = Resolver(exchange, desk.asked.append)
    return desk


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("silence", "TIMEOUT"),
        ("no way there", "TIMEOUT"),
        ("another id", "MISMATCH"),
        ("another question", "MISMATCH"),
        ("a question", "MISMATCH"),
        ("garbage", "MISMATCH"),
        ("trouble", "SERVFAIL"),
    ],
)
def test_without_an_answer_the_letter_waits(desk: Desk, how: str, status: str) -> None:
    assert spoilt(desk, how).refusal() == (451, "4.4.3")
    assert [found.status for found in desk.asked] == [status]
    assert desk.asked[0].exists is None


# ---- mail hosts


def test_the_smallest_preference_first(desk: Desk) -> None:
    desk.zones.set("cedar.example", "MX", "20 mx2.cedar.example", "10 mx.cedar.example")
    assert desk.mail_hosts() == [
        MailHost(10, "mx.cedar.example", ("127.0.3.25",)),
        MailHost(20, "mx2.cedar.example", ("127.0.3.26",)),
    ]


def test_equal_preferences_share_the_work() -> None:
    first = set()
    for seed in range(20):
        desk = Desk(seed)
        desk.zones.set("cedar.example", "MX", "10 mx.cedar.example", "10 mx2.cedar.example")
        first.add(desk.mail_hosts()[0].name)
    assert first == {"mx.cedar.example", "mx2.cedar.example"}


def test_without_an_mx_the_domain_is_its_own_mail_host(desk: Desk) -> None:
    desk.zones.remove("cedar.example", "MX")
    desk.zones.add_host("cedar.example", "127.0.3.25")
    desk.zones.add_host("cedar.example", "::1")
    assert desk.mail_hosts() == [MailHost(0, "cedar.example", ("127.0.3.25", "::1"))]


def test_a_domain_that_takes_no_mail_says_so(desk: Desk) -> None:
    desk.zones.add_host("cedar.example", "127.0.3.25")  # which must not be used now (RFC 7505 section 3)
    desk.zones.set("cedar.example", "MX", "0 .")
    assert desk.refusal() == (556, "5.1.10")


@pytest.mark.parametrize("domain", ["tedar.example", "cedar..example", "x" * 64 + ".example"])
def test_no_such_domain(desk: Desk, domain: str) -> None:
    assert desk.refusal(domain) == (550, "5.1.2")


def test_a_host_without_an_address_is_passed_over(desk: Desk) -> None:
    desk.zones.set("cedar.example", "MX", "5 nowhere.cedar.example", "10 mx.cedar.example")
    assert [host.name for host in desk.mail_hosts()] == ["mx.cedar.example"]
    desk.zones.set("cedar.example", "MX", "5 nowhere.cedar.example")
    assert desk.refusal() == (550, "5.4.4")


def test_a_mail_host_shows_itself(desk: Desk) -> None:
    assert str(desk.mail_hosts()[0]) == "10 mx.cedar.example [127.0.3.25]"
