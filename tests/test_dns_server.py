"""The answering side of DNS, with dnspython as the judge of every answer."""

from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.dns.server import DNSStream, answer
from mailkit.dns.zone import Zones

FOLDER = Path(__file__).parent.parent / "data/zones"


def village() -> Zones:
    zones = Zones.read(FOLDER)
    zones.add_host("ns.example", "127.0.1.53")
    zones.add_host("mx.cedar.example", "127.0.3.25")
    zones.set("www.deep.cedar.example", "A", "127.0.3.80")
    zones.set("mail.cedar.example", "CNAME", "mx.cedar.example")
    zones.set("away.cedar.example", "CNAME", "mx.oak.invalid")
    zones.set("ring.cedar.example", "CNAME", "ring2.cedar.example")
    zones.set("ring2.cedar.example", "CNAME", "ring.cedar.example")
    zones.set("big.cedar.example", "TXT", *(f'"{n:02} {"x" * 60}"' for n in range(20)))
    return zones


ZONES = village()


def ask(name: str, kind: str = "A", **options: object) -> dns.message.Message:
    query = dns.message.make_query(name, kind, **options)  # type: ignore[arg-type]
    wire = answer(ZONES, query.to_wire(), over="udp")
    assert wire is not None
    reply = dns.message.from_wire(wire)
    assert query.is_response(reply)
    return reply


def records(section: list) -> list[str]:  # type: ignore[type-arg]
    return [f"{found.name} {line}" for found in section for line in map(str, found)]


def test_a_record_that_is_there() -> None:
    reply = ask("cedar.example", "MX")
    assert records(reply.answer) == ["cedar.example. 10 mx.cedar.example."]
    assert records(reply.additional) == ["mx.cedar.example. 127.0.3.25"]  # told at once
    assert reply.flags & dns.flags.AA and not reply.flags & dns.flags.RA


def test_capitals_make_no_difference() -> None:
    [found] = records(ask("CEDAR.Example", "mx").answer)
    assert found.lower() == "cedar.example. 10 mx.cedar.example."


def test_who_answers_for_a_zone() -> None:
    reply = ask("cedar.example", "NS")
    assert records(reply.answer) == ["cedar.example. ns.example."]
    assert records(reply.additional) == ["ns.example. 127.0.1.53"]


def test_an_address_back_to_a_name() -> None:
    assert records(ask("25.3.0.127.in-addr.arpa", "PTR").answer)[0].endswith(" mx.cedar.example.")


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("tedar.example", "MX", "NXDOMAIN"),  # no such name
        ("cedar.example", "AAAA", "NOERROR"),  # the name is there, such a record is not
        ("deep.cedar.example", "A", "NOERROR"),  # there is a name below it, so it exists (RFC 8020)
    ],
)
def test_two_ways_to_say_no(name: str, kind: str, status: str) -> None:
    reply = ask(name, kind)
    assert (dns.rcode.to_text(reply.rcode()), reply.answer) == (status, [])
    assert "hostmaster" in records(reply.authority)[0]  # the SOA: how long this no may be remembered


def test_an_alias_is_followed_as_far_as_we_know() -> None:
    followed = ["mail.cedar.example. mx.cedar.example.", "mx.cedar.example. 127.0.3.25"]
    assert records(ask("mail.cedar.example").answer) == followed
    assert records(ask("mail.cedar.example", "CNAME").answer) == followed[:1]
    assert records(ask("away.cedar.example").answer) == ["away.cedar.example. mx.oak.invalid."]
    assert len(ask("ring.cedar.example").answer) == 2


def test_any_is_everything() -> None:
    assert {found.rdtype.name for found in ask("cedar.example", "ANY").answer} == {"SOA", "NS", "MX", "TXT"}


@pytest.mark.parametrize(
    ("name", "kind", "options"),
    [("oak.invalid", "A", {}), ("cedar.example", "AXFR", {}), ("cedar.example", "TXT", {"rdclass": "CH"})],
)
def test_what_is_not_ours_is_refused(name: str, kind: str, options: dict[str, str]) -> None:
    reply = ask(name, kind, **options)
    assert reply.rcode() == dns.rcode.REFUSED and not reply.flags & dns.flags.AA


def test_what_does_not_fit_into_a_datagram_is_cut_short() -> None:
    reply = ask("big.cedar.example", "TXT")
    assert reply.flags & dns.flags.TC
    assert len(reply.to_wire()) <= 512


def test_the_asker_may_have_room_for_more() -> None:
    assert ask("big.cedar.example", "TXT", use_edns=0, payload=900).flags & dns.flags.TC
    reply = ask("big.cedar.example", "TXT", use_edns=0, payload=4096)
    assert not reply.flags & dns.flags.TC and len(reply.answer[0]) == 20


def test_a_version_of_edns_that_is_still_to_come() -> None:
    assert ask("cedar.example", use_edns=1).rcode() == dns.rcode.BADVERS


def test_over_tcp_all_of_it_fits_whatever_the_cut() -> None:
    query = dns.message.make_query("big.cedar.example", "TXT").to_wire()
    stream = (len(query).to_bytes(2) + query) * 2
    for cut in (1, 2, 3, 7, len(stream)):
        core = DNSStream(ZONES)
        pieces = (stream[start : start + cut] for start in range(0, len(stream), cut))
        heard = core.greet() + b"".join(map(core.receive, pieces))
        half = heard[: len(heard) // 2]
        assert heard == half * 2
        assert int.from_bytes(half[:2]) == len(half) - 2
        assert len(dns.message.from_wire(half[2:]).answer[0]) == 20


def test_garbage_with_an_id_is_a_format_error() -> None:
    for garbage in (b"\x12\x34", b"\x12\x34\x01", b"\x12\x34\x00\x00tea at four"):
        wire = answer(ZONES, garbage, over="udp")
        assert wire is not None
        assert wire[:2] == b"\x12\x34" and dns.message.from_wire(wire).rcode() == dns.rcode.FORMERR


def test_no_question_no_answer() -> None:
    reply = dns.message.make_response(dns.message.make_query("cedar.example", "MX")).to_wire()
    assert [answer(ZONES, query, over="udp") for query in (b"", b"\x12", reply)] == [None] * 3


def test_other_operations_are_not_implemented() -> None:
    query = dns.message.make_query("cedar.example", "MX")
    query.set_opcode(dns.opcode.UPDATE)
    wire = answer(ZONES, query.to_wire(), over="udp")
    assert wire is not None and wire[3] & 15 in (dns.rcode.NOTIMP, dns.rcode.FORMERR)


HEADS = st.builds(
    lambda opcode, counts: b"\x12\x34" + bytes([opcode << 3, 0, *counts]),
    st.integers(0, 15),
    st.lists(st.sampled_from([0, 1, 2]), min_size=4, max_size=4).map(
        lambda counts: [octet for count in counts for octet in (0, count)]
    ),
)
ASKED = st.sampled_from(["cedar.example", "mail.cedar.example", "big.cedar.example", "oak.invalid"])
BODIES = ASKED.map(lambda name: dns.message.make_query(name, "MX", use_edns=0).to_wire()[12:])


@given(
    st.one_of(st.binary(), st.builds(lambda *parts: b"".join(parts), HEADS, BODIES, st.binary(max_size=30)))
)
def test_no_bytes_make_the_server_raise(data: bytes) -> None:
    for over in ("udp", "tcp"):
        wire = answer(ZONES, data, over=over)  # type: ignore[arg-type]
        assert wire is None or wire[:2] == data[:2]
    DNSStream(ZONES).receive(data)


@given(st.data())
def test_no_damaged_question_makes_the_server_raise(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["MX", "ANY", "TXT", "SOA", "TSIG", "OPT"]))
    query = bytearray(dns.message.make_query("mail.cedar.example", kind, use_edns=0, payload=1232).to_wire())
    for _ in range(data.draw(st.integers(1, 4))):
        query[data.draw(st.integers(0, len(query) - 1))] = data.draw(st.integers(0, 255))
    answer(ZONES, bytes(query), over="udp")
