"""The ladder of a letter: every stop, every line, in pictures and in words."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_evidence import (
    BIRCH,
    BIRCH_OUT,
    CEDAR,
    LETTER,
    TEXT,
    Speaker,
    hello,
    journey_evidence,
    lookups,
    reading,
    relay,
    submission,
)

from mailkit.dialogue import Place
from mailkit.evidence import Delivery, Event, Evidence, Lookup, Step
from mailkit.show import html
from mailkit.show.hop import Kind
from mailkit.show.hosts import role, short
from mailkit.show.journey import Journey
from mailkit.show.svg import letters, shorten


def journey(text: str = TEXT) -> Journey:
    return Journey(LETTER, journey_evidence(text).about(LETTER), "LIVE, ON LOOPBACK")


def test_the_stops_come_in_the_order_of_the_way() -> None:
    kinds = [Kind.SUBMISSION, Kind.LOOKUP, Kind.RELAY, Kind.DELIVERY, Kind.READING]
    assert [hop.kind for hop in journey()] == kinds
    assert [hop.number for hop in journey()] == [1, 2, 3, 4, 5]
    assert journey().hop(3).title == "mx.birch passes the letter on to mx.cedar"
    assert (journey().hop(5).client, journey().hop(5).server) == (
        "laptop-bob.cedar.example",
        "mx.cedar.example",
    )


def test_a_stop_that_is_not_there_is_an_error_that_says_which_are() -> None:
    with pytest.raises(ValueError, match="hops 1 to 5"):
        journey().hop(6)


def test_the_hosts_are_columns_in_the_order_of_the_way() -> None:
    hosts = [short(host) for host in journey().overview.hosts]
    assert hosts == ["laptop-alice", "mx.birch", "ns", "mx.cedar", "laptop-bob"]


def test_queue_steps_belong_to_the_talk_that_caused_them() -> None:
    submitted, _, relayed, delivered, _ = journey()
    steps = [
        [event.what for event in hop.events if isinstance(event, Step)]
        for hop in (submitted, relayed, delivered)
    ]
    assert steps == [["accepted"], ["accepted", "handed on"], ["delivered"]]


def test_every_line_is_in_the_page_and_in_the_text() -> None:
    seen = journey()
    page = unescape(html(seen))
    for hop in seen:
        for line in hop.lines:
            assert line.text in page
            assert line.text in str(hop)
    assert len(seen.lines) == sum(len(hop.lines) for hop in seen)


def test_questions_answers_steps_and_files_are_in_both() -> None:
    for shown in (unescape(html(journey())), str(journey())):
        for words in (
            "cedar.example MX?",
            "10 mx.cedar.example.",
            "handed on for bob@cedar.example",
            "mail/bob/new/",
        ):
            assert words in shown


def test_every_picture_has_an_alternative_in_words() -> None:
    page = html(journey())
    alternatives = re.findall(r'<div role="img" aria-label="([^"]+)"><svg', page)
    assert len(alternatives) == 1 + len(journey())
    assert "laptop-alice, mx.birch, ns, mx.cedar, laptop-bob" in alternatives[0]
    assert page.count("<svg viewBox") == len(alternatives) + page.count('class="tls"')


def test_ports_tls_and_badge_are_words() -> None:
    page = html(journey())
    for words in ("port 587 · TLS · 49 lines", "port 25 · TLS", "LIVE, ON LOOPBACK", "TLS from here on"):
        assert words in page


def test_the_page_explains_and_folds() -> None:
    page = html(journey())
    assert "RFC 5321 section 4.1.1.2" in page and "the letter, 377 octets" in page
    assert "<details open>" not in page
    assert 'class="said"' in html(journey().hop(1))


def test_a_letter_cannot_act() -> None:
    letter = "<x<script>@birch.example>"
    evidence = journey_evidence(TEXT.replace(LETTER, letter), letter)
    evidence.record(Delivery(2e9, CEDAR.host, letter, "<script>alert(1)</script>@x", "<script>"))
    evidence.record(Step(2e9, "<script>", "<script>", letter, "deferred", "<script>", "<script>"))
    page = html(Journey(letter, evidence.about(letter), "<script>"))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_long_lines_are_shortened_and_kept_whole_in_the_title() -> None:
    evidence = Evidence()
    say = Speaker(evidence, evidence.open("smtp", BIRCH_OUT, CEDAR, 0.0, 25))
    long = "220 " + "very " * 60 + "long"
    say("S", long)
    say("C", f"NOOP {LETTER}")
    page = html(Journey(LETTER, evidence.about(LETTER)))
    assert f"<title>{long}\n" in page
    assert all(letters(unescape(text)) < 110 for text in re.findall(r"<text [^>]*>([^<]*)</text>", page))


def test_a_refused_attempt_is_told_as_one() -> None:
    evidence = Evidence()
    time = submission(evidence, 0.0, TEXT)
    say = Speaker(evidence, evidence.open("smtp", BIRCH_OUT, CEDAR, time, 25))
    say("S", "220 mx.cedar.example")
    hello(say, "mx.birch.example", "mx.cedar.example")
    say("C", "MAIL FROM:<alice@birch.example>")
    say("S", "250 2.1.0 fine")
    say("C", "RCPT TO:<bob@cedar.example>")
    say("S", "450 4.7.1 come back later")
    reply = "450 4.7.1 come back later"
    evidence.record(
        Step(say.time, BIRCH.host, "4F", LETTER, "deferred", "bob@cedar.example", reply, BIRCH_OUT.address)
    )
    relayed = Journey(LETTER, evidence.about(LETTER)).hop(2)
    assert relayed.refusal == reply and "in vain" in relayed.title
    assert reply in html(relayed) and "deferred" in str(relayed)


def test_without_a_connection_the_queue_tells_why() -> None:
    evidence = Evidence()
    lookups(evidence, 0.0)
    evidence.record(
        Step(1.0, BIRCH.host, "4F", LETTER, "deferred", "bob@cedar.example", "451 4.4.1 no answer")
    )
    seen = Journey(LETTER, evidence.about(LETTER))
    assert [hop.kind for hop in seen] == [Kind.LOOKUP, Kind.QUEUE]
    assert "451 4.4.1 no answer" in html(seen) and "451 4.4.1 no answer" in str(seen)


def test_a_session_opened_long_before_the_letter_comes_last() -> None:
    evidence = Evidence()
    idle = evidence.open("imap", Place("phone-bob.cedar.example", ("127.0.3.102", 1)), CEDAR, 0.0, 143)
    say = Speaker(evidence, idle)
    say("S", "* OK hello")
    time = relay(evidence, submission(evidence, 100.0, TEXT), TEXT)
    say.time = time
    say("S", f"* 1 FETCH (ENVELOPE ({LETTER}))", wait=1.0)
    assert [hop.kind for hop in Journey(LETTER, evidence.about(LETTER))][-1] is Kind.READING


def test_a_copy_for_the_sender_is_not_reading() -> None:
    evidence = Evidence()
    say = Speaker(
        evidence, evidence.open("imap", Place("laptop-alice.birch.example", ("127.0.2.101", 2)), BIRCH, 0.0)
    )
    say("C", f"a APPEND Sent {{{len(TEXT)}}}")
    say("S", "+ go on")
    say("C", *TEXT.splitlines())
    assert Journey(LETTER, evidence.about(LETTER)).hop(1).kind is Kind.KEEPING


def test_reading_alone_is_a_journey_too() -> None:
    evidence = Evidence()
    reading(evidence, 0.0, TEXT)
    assert len(Journey(LETTER, evidence.about(LETTER))) == 1


def test_nothing_known_is_said() -> None:
    unknown = Journey("<who@where>", [])
    assert "nothing is known" in str(unknown) and "nothing is known" in html(unknown)


def test_the_text_is_good_to_read() -> None:
    lines = str(journey().overview).splitlines()
    assert lines[0].split() == ["laptop-alice", "mx.birch", "ns", "mx.cedar", "laptop-bob"]
    assert max(map(len, lines)) < 110
    assert all(line == line.rstrip() for line in lines)


def test_hosts_have_words() -> None:
    assert role("phone-bob.cedar.example") == "Bob's mail program"
    assert (short("host.elsewhere.test"), role("host.elsewhere.test")) == ("host.elsewhere.test", "")


def test_shortened_text_fits() -> None:
    assert letters(shorten("茶" * 50, 20)) <= 20 and shorten("tea", 20) == "tea"


def test_events_show_themselves() -> None:
    evidence = journey_evidence()
    for event in [*evidence, evidence]:
        assert html(event).startswith('<div class="mailkit">')
    page = unescape(html(evidence))
    assert all(str(lookup) in page for lookup in evidence.lookups)
    assert "Nothing has happened" in html(Evidence())


TEXTS = st.text(max_size=12)
EVENTS = st.one_of(
    st.builds(Lookup, st.floats(0, 9), TEXTS, TEXTS, TEXTS, TEXTS, st.tuples(TEXTS)),
    st.builds(
        Step, st.floats(0, 9), TEXTS, TEXTS, TEXTS, st.sampled_from(["accepted", "deferred"]), TEXTS, TEXTS
    ),
    st.builds(Delivery, st.floats(0, 9), TEXTS, TEXTS, TEXTS, TEXTS),
)


@settings(max_examples=60, deadline=None)
@given(events=st.lists(EVENTS, max_size=8), letter=TEXTS, said=st.lists(st.binary(max_size=30), max_size=5))
def test_no_evidence_is_too_strange(events: list[Event], letter: str, said: list[bytes]) -> None:
    evidence = Evidence()
    talk = evidence.open("smtp", BIRCH_OUT, CEDAR, 1.0)
    for number, data in enumerate(said):
        evidence.heard(talk, 1.0 + number, "CS"[number % 2], data, number > 2)  # type: ignore[arg-type]
    seen = Journey(letter, [*events, talk])
    assert "<script" not in html(seen)
    assert str(seen)
