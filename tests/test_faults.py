"""What goes wrong on purpose, and how the other side gets over it: over real sockets, in a whole village."""

import time
from collections.abc import Iterator

import pytest

from mailkit.roles.hand import Talk
from mailkit.talk.fault import STAGES, Fault, Faults, named
from mailkit.world import Village

HELLO = "EHLO mx.birch.example"
MAIL = "MAIL FROM:<alice@birch.example>"


@pytest.fixture(scope="module")
def v() -> Iterator[Village]:
    with Village() as village:
        yield village


@pytest.fixture(autouse=True)
def mended(v: Village) -> Iterator[None]:
    yield
    for switch in v.cedar.switches.values():
        switch.mend()
    v.fast_forward(hours=5)  # whatever waits goes its way now
    assert len(v.birch.queue) == 0


def arrived(v: Village, letter: str) -> int:
    """How often a letter lies in Bob's inbox."""
    return [each.id for each in v.bob.inbox()].count(letter)


def began(v: Village) -> Talk:
    """A conversation with cedar's MX in which a letter has been begun."""
    talk = v.say("mx.cedar.example", 25)
    talk(HELLO)
    talk(MAIL)
    return talk


@pytest.mark.parametrize("stage", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "end"])
def test_after_two_refusals_for_now_the_letter_arrives(v: Village, stage: str) -> None:
    fault = v.cedar.mx.fault(stage, reply="451 4.3.0 try later", times=2)
    letter = v.alice.send(to=v.bob, subject=f"451 at {stage}")
    v.fast_forward(hours=1)
    assert fault.struck == 2
    assert arrived(v, letter.id) == 1
    assert f"at {stage}: answers 451 4.3.0 try later (has struck 2 of 2 times)" in str(v.cedar.mx.faults)


@pytest.mark.parametrize("reply", ["454 4.7.0 not now", "220 begin"], ids=["refused", "broken"])
def test_where_tls_fails_the_letter_goes_without(v: Village, reply: str) -> None:
    """Refused, or agreed to and then no handshake comes about: opportunistic TLS (RFC 7435)."""
    v.cedar.mx.fault("STARTTLS", reply=reply, times=1)
    letter = v.alice.send(to=v.bob, subject="In the clear")
    found = next(each for each in v.bob.inbox() if each.id == letter.id)
    assert "by mx.cedar.example with ESMTP id" in found.received[0]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "end"])
def test_a_refusal_for_good_comes_back(v: Village, stage: str) -> None:
    v.cedar.mx.fault(stage, reply="550 5.7.1 not from you", times=1)
    letter = v.alice.send(to=v.bob, subject="550")
    bounce = v.alice.inbox()[-1]
    assert "550 5.7.1 not from you" in bounce.text
    assert arrived(v, letter.id) == 0


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in ("AUTH", "end", "QUIT")])
def test_a_broken_line_loses_nothing(v: Village, stage: str) -> None:
    v.cedar.mx.fault(stage, drop=True, after=4 if stage == "RCPT" else 0, times=1)
    letter = v.alice.send(to=v.bob, subject="The line breaks")
    v.settle()
    assert "451 4.4." in str(v.birch.queue)
    v.fast_forward(minutes=10)
    assert arrived(v, letter.id) == 1


def test_when_the_250_is_lost_the_letter_arrives_twice(v: Village) -> None:
    """RFC 1047: the server has it, the client cannot know."""
    v.cedar.mx.fault("end", drop=True, times=1)
    letter = v.alice.send(to=v.bob, subject="Twice")
    v.fast_forward(minutes=10)
    assert arrived(v, letter.id) == 2


def test_when_goodbye_fails_nothing_is_lost_or_doubled(v: Village) -> None:
    v.cedar.mx.fault("QUIT", drop=True, times=1)
    letter = v.alice.send(to=v.bob, subject="Goodbye")
    assert arrived(v, letter.id) == 1


@pytest.mark.parametrize("stage", ["connect", "EHLO", "RCPT", "DATA"])
def test_silence_ends_the_clients_patience_not_the_village(v: Village, stage: str) -> None:
    v.cedar.mx.fault(stage, silence=True, times=1)
    begun = time.monotonic()
    letter = v.alice.send(to=v.bob, subject="Silence")
    v.settle()  # comes back although a client waits
    other = v.alice.send(to=v.bob, subject="Meanwhile")
    assert arrived(v, other.id) == 1
    v.fast_forward(minutes=6)
    assert "451 4.4.2 the server keeps silent" in str(v.birch.queue)
    v.fast_forward(minutes=10)
    assert arrived(v, letter.id) == 1
    assert time.monotonic() - begun < 20


def test_a_delay_is_by_the_villages_clock(v: Village) -> None:
    v.cedar.mx.fault("MAIL", delay=200.0, times=1)
    letter = v.alice.send(to=v.bob, subject="Delay")
    assert arrived(v, letter.id) == 0
    v.fast_forward(seconds=201)
    assert arrived(v, letter.id) == 1


def test_on_a_slow_line_a_letter_takes_its_time_and_the_others_do_not(v: Village) -> None:
    v.cedar.mx.fault("RCPT", slow=60, recipient="bob@cedar.example", times=1)
    letter = v.alice.send(to=v.bob, subject="Slow")
    v.settle()
    other = v.alice.send(to=v.dave, subject="Quick")
    v.settle()
    assert other.id in [each.id for each in v.dave.inbox()]
    assert arrived(v, letter.id) == 0
    v.fast_forward(minutes=3)  # some 600 octets and some replies
    assert arrived(v, letter.id) == 1


def test_a_fault_may_be_for_one_recipient_only(v: Village) -> None:
    v.cedar.mx.fault("RCPT", reply="452 4.2.2 full", recipient="Dave@cedar.example")
    letter = v.alice.send(to=[v.bob, v.dave], subject="One of two")
    assert arrived(v, letter.id) == 1
    (item,) = v.birch.queue.items
    assert item.recipients == ["dave@cedar.example"]


@pytest.mark.parametrize("name", ["421", "451", "452", "550", "552"])
def test_who_writes_to_a_number_gets_it(v: Village, name: str) -> None:
    with began(v) as talk:
        assert talk(f"RCPT TO:<{name}@cedar.example>").heard.startswith(f"{name} {name[0]}.3.0 ".encode())
        gone = talk("NOOP")
        assert gone.heard == b"" if name == "421" else gone.heard.startswith(b"250")


def test_who_writes_to_drop_is_dropped(v: Village) -> None:
    with began(v) as talk:
        assert not talk("RCPT TO:<drop@cedar.example>").heard


def test_who_writes_to_a_number_with_end_gets_it_after_the_dot(v: Village) -> None:
    with began(v) as talk:
        assert talk("RCPT TO:<552-end@cedar.example>").heard.startswith(b"250")
        talk("DATA")
        assert talk("Subject: too large?\r\n\r\n.").heard.startswith(b"552 5.3.0")


def test_what_a_fault_lets_through_is_the_postmasters(v: Village) -> None:
    letter = v.alice.send(to="slow@cedar.example", subject="In the end")
    v.fast_forward(minutes=5)
    assert arrived(v, letter.id) == 1  # Bob is cedar's postmaster


def test_the_names_are_of_the_domain_only(v: Village) -> None:
    assert named("451@birch.example", "cedar.example") is None
    assert named("451x@cedar.example", "cedar.example") is None
    assert named("slow-end@cedar.example", "cedar.example") is None


def test_a_login_can_fail_for_now(v: Village) -> None:
    v.birch.switches["submission"].fault("AUTH", reply="454 4.7.0 not now", times=1)
    with v.say("mail.birch.example", 587) as talk:
        for line in (HELLO, "STARTTLS", HELLO):
            talk(line)
        assert talk("AUTH LOGIN").heard == b"454 4.7.0 not now\r\n"
        assert talk("AUTH LOGIN").heard.startswith(b"334 ")


@pytest.mark.parametrize(
    "what", [{}, {"reply": "no"}, {"after": 3, "delay": 1.0}, {"reply": "250 a\r\n250 b"}]
)
def test_a_fault_that_makes_no_sense_is_said_to_make_none(what: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Fault("RCPT", **what)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the stages are connect, EHLO"):
        Faults("cedar.example", STAGES).order("RECEIPT", drop=True)
    with pytest.raises(ValueError, match="SMTP only"):
        Faults().order("FETCH", reply="250 no")


# -- POP3 and IMAP ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "port"), [("pop3", 110), ("imap", 143), ("pop3s", 995), ("imaps", 993)])
def test_no_greeting_comes_at_all(v: Village, name: str, port: int) -> None:
    v.cedar.switches[name].fault("connect", drop=True, times=1)
    with v.say("mail.cedar.example", port) as talk:
        assert talk.exchanges[0].heard == b""
    with v.say("mail.cedar.example", port) as talk:
        assert talk.exchanges[0].heard


def test_the_line_breaks_in_the_middle_of_an_answer(v: Village) -> None:
    v.cedar.switches["imap"].fault("CAPABILITY", drop=True, after=10, times=1)
    with v.say("mail.cedar.example", 143) as talk:
        assert talk("a1 CAPABILITY").heard == b"* CAPABILI"


def test_an_answer_is_late_and_slow(v: Village) -> None:
    v.cedar.switches["pop3"].fault("CAPA", delay=100.0, slow=50, times=1)
    with v.say("mail.cedar.example", 110) as talk:
        assert talk("CAPA").note.startswith("the server says nothing more")
        v.fast_forward(seconds=100)
        assert talk.raw(b"").heard.startswith(b"+OK")
        v.fast_forward(seconds=60)


def test_a_silent_server_holds_up_no_more_letters_than_it_is_sent(v: Village) -> None:
    """More letters than are tried at a time, and all who are ahead wait in vain: time goes on."""
    v.cedar.mx.fault("connect", silence=True)
    for number in range(25):
        v.alice.send(to=v.bob, subject=f"Number {number}")
    v.fast_forward(hours=2)
    assert len(v.birch.queue) == 25
    assert all(item.attempts for item in v.birch.queue.items)
    v.cedar.mx.mend()
    v.fast_forward(hours=5)
    assert len(v.birch.queue) == 0
