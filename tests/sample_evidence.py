"""Evidence as a village would write it: a letter from Alice to Bob, told by hand.

submission with STARTTLS and AUTH PLAIN -> queue -> DNS -> relay with TLS -> delivery -> reading by IMAP
"""

import base64
from collections.abc import Callable

from mailkit.dialogue import Dialogue, Place
from mailkit.evidence import Delivery, Evidence, Lookup, Step

ALICE = Place("laptop-alice.birch.example", ("127.0.2.101", 40101))
BIRCH = Place("mx.birch.example", ("127.0.2.25", 10587))
BIRCH_OUT = Place("mx.birch.example", ("127.0.2.25", 40202))
CEDAR = Place("mx.cedar.example", ("127.0.3.25", 10025))
BOB = Place("laptop-bob.cedar.example", ("127.0.3.101", 40303))
CEDAR_IMAP = Place("mx.cedar.example", ("127.0.3.25", 10143))

LETTER = "<tea.1@birch.example>"
PLAIN = base64.b64encode(b"\0alice\0tea-at-four").decode()
TEXT = f"""\
From: Alice <alice@birch.example>
To: Bob <bob@cedar.example>
Subject: Tea?
Date: Mon, 06 Jan 2025 15:00:00 +0000
Message-ID: {LETTER}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear Bob,

shall we have tea at four? I have baked a cake, and Carol brings
the jam. The forecast promises sun.

..and please bring the good cups.

Alice
"""


class Speaker:
    """Writes a dialogue down: ``speaker("C", "QUIT")``."""

    def __init__(self, evidence: Evidence, dialogue: Dialogue) -> None:
        self.evidence, self.dialogue, self.time, self.secure = evidence, dialogue, dialogue.opened, False

    def __call__(self, side: str, *lines: str, wait: float = 0.0007) -> None:
        self.time += wait
        data = "".join(f"{line}\r\n" for line in lines).encode()
        self.evidence.heard(self.dialogue, self.time, "C" if side == "C" else "S", data, self.secure)


def hello(say: Speaker, name: str, server: str, *more: str) -> None:
    """EHLO and its answer."""
    say("C", f"EHLO {name}")
    keywords = ["PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN", *more]
    *first, last = [f"{server} good day, {name}", *keywords]
    say("S", *(f"250-{line}" for line in first), f"250 {last}")


def transaction(
    say: Speaker, text: str, queue_id: str, at_the_end: Callable[[], None], to: str = "bob"
) -> None:
    """MAIL, RCPT, DATA, the letter."""
    say("C", "MAIL FROM:<alice@birch.example> BODY=8BITMIME")
    say("S", "250 2.1.0 sender <alice@birch.example> is fine")
    say("C", f"RCPT TO:<{to}@cedar.example>")
    say("S", f"250 2.1.5 recipient <{to}@cedar.example> is fine")
    say("C", "DATA")
    say("S", "354 go on, and end with a line of one dot")
    say("C", *text.splitlines(), ".", wait=0.0021)
    at_the_end()
    say("S", f"250 2.0.0 accepted as {queue_id}", wait=0.0064)


def submission(evidence: Evidence, time: float, text: str, letter: str = LETTER) -> float:
    """Alice hands her letter in at birch."""
    talk = evidence.open("submission", ALICE, BIRCH, time, service=587)
    say = Speaker(evidence, talk)
    say("S", "220 mx.birch.example ESMTP mailkit")
    hello(say, "laptop-alice.birch.example", "mx.birch.example", "STARTTLS")
    say("C", "STARTTLS")
    say("S", "220 2.0.0 go ahead")
    say.secure, say.time = True, say.time + 0.004
    hello(say, "laptop-alice.birch.example", "mx.birch.example", "AUTH PLAIN LOGIN SCRAM-SHA-256")
    say("C", f"AUTH PLAIN {PLAIN}")
    say("S", "235 2.7.0 welcome, alice@birch.example", wait=0.019)
    accepted = lambda: evidence.record(Step(say.time, BIRCH.host, "4F2A90C1D3", letter, "accepted"))  # noqa: E731
    transaction(say, text, "4F2A90C1D3", accepted)
    say("C", "QUIT")
    say("S", "221 2.0.0 goodbye")
    talk.closed = say.time
    return say.time


def lookups(evidence: Evidence, time: float, letter: str = LETTER) -> float:
    """birch asks where the letter must go."""
    for name, kind, answer in (
        ("cedar.example", "MX", ("10 mx.cedar.example.", "20 mx2.cedar.example.")),
        ("mx.cedar.example", "A", ("127.0.3.25",)),
    ):
        time += 0.0011
        evidence.record(Lookup(time, BIRCH.host, "ns.example", name, kind, answer, letter))
    return time


def relay(evidence: Evidence, time: float, text: str, letter: str = LETTER) -> float:
    """birch passes the letter on to cedar, and cedar delivers it."""
    talk = evidence.open("smtp", BIRCH_OUT, CEDAR, time, service=25)
    say = Speaker(evidence, talk)
    say("S", "220 mx.cedar.example ESMTP mailkit")
    hello(say, "mx.birch.example", "mx.cedar.example", "STARTTLS")
    say("C", "STARTTLS")
    say("S", "220 2.0.0 go ahead")
    say.secure, say.time = True, say.time + 0.004
    hello(say, "mx.birch.example", "mx.cedar.example")

    def accepted() -> None:
        evidence.record(Step(say.time, CEDAR.host, "9B77E0A2F4", letter, "accepted"))

    received = "Received: from laptop-alice.birch.example (laptop-alice.birch.example [127.0.2.101])\n"
    transaction(
        say, received + "\tby mx.birch.example with ESMTPSA id 4F2A90C1D3;\n" + text, "9B77E0A2F4", accepted
    )
    reply = "250 2.0.0 accepted as 9B77E0A2F4"
    step = Step(
        say.time, BIRCH.host, "4F2A90C1D3", letter, "handed on", "bob@cedar.example", reply, BIRCH_OUT.address
    )
    evidence.record(step)
    path = "cedar.example/mail/bob/new/1736175600.M1P1.mx.cedar.example"
    evidence.record(Delivery(say.time + 0.003, CEDAR.host, letter, "bob@cedar.example", path))
    evidence.record(
        Step(say.time + 0.004, CEDAR.host, "9B77E0A2F4", letter, "delivered", "bob@cedar.example", path)
    )
    say("C", "QUIT")
    say("S", "221 2.0.0 goodbye")
    talk.closed = say.time
    return say.time


def reading(evidence: Evidence, time: float, text: str) -> float:
    """Bob fetches the letter over IMAP."""
    talk = evidence.open("imap", BOB, CEDAR_IMAP, time, service=143)
    say = Speaker(evidence, talk)
    say("S", "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN IDLE] mx.cedar.example is ready")
    say("C", "a1 LOGIN bob cups-and-saucers")
    say("S", "a1 OK [CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS] welcome, Bob", wait=0.02)
    say("C", "a2 SELECT INBOX")
    flags = r"* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)"
    say("S", "* 1 EXISTS", "* OK [UIDVALIDITY 1736175600] UIDs are valid", "* OK [UIDNEXT 2] next", flags)
    say("S", "a2 OK [READ-WRITE] INBOX is open")
    say("C", "a3 UID FETCH 1:* (UID FLAGS BODY.PEEK[])")
    trace = "Return-Path: <alice@birch.example>\n" + text.replace("\n..", "\n.")
    content = trace.replace("\n", "\r\n")
    say(
        "S",
        rf"* 1 FETCH (UID 1 FLAGS (\Recent) BODY[] {{{len(content.encode())}}}",
        content + ")",
        "a3 OK done",
    )
    say("C", "a4 LOGOUT")
    say("S", "* BYE see you", "a4 OK goodbye")
    talk.closed = say.time
    return say.time


def journey_evidence(text: str = TEXT, letter: str = LETTER) -> Evidence:
    """The whole way, in about 120 ms."""
    evidence = Evidence()
    time = submission(evidence, 1_736_175_600.0, text, letter)
    time = lookups(evidence, time + 0.002, letter)
    time = relay(evidence, time + 0.001, text, letter)
    reading(evidence, time + 0.030, text)
    return evidence
