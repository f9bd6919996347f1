"""What goes wrong between mail servers, on demand: so that one can watch how the other side gets over it.

::

    v.cedar.mx.fault("RCPT", reply="451 4.3.0 try later", times=2)      twice no, then yes
    v.cedar.mx.fault("RCPT", silence=True)                              never an answer
    v.cedar.mx.fault("end", drop=True)                                  the letter is taken, the 250 is lost

A `Fault` says *where* in the conversation (its stage), *what* (its kind) and *how often*.  The stages of
SMTP are those of a letter's own way through a session, the others are commands of POP3 and IMAP::

    connect  EHLO  STARTTLS  AUTH  MAIL  RCPT  DATA  letter  end  QUIT
       |                                         |      |     |
       the greeting, 220             354, go on -+      |     +- after the dot: the answer to the letter
                                     the letter comes --+

and the kinds are the five ways in which a conversation fails:

    reply      the server says no, for now (4yz) or for good (5yz)    the client's queue knows what to do
    delay      it thinks for so many seconds                          patience (RFC 5321 section 4.5.3.2)
    silence    it never answers, and never hangs up                   who has no time-outs hangs for ever
    drop       the line breaks, `after` so many octets                was the letter taken, or not?
    slow       from here on so many octets pass in a second           one slow peer must not hold up others

The last but one is the famous one: if the line breaks after the dot, the server has the letter and the
client must send it again, so it arrives twice (RFC 1047, RFC 5321 section 4.5.3.2.6).

Programs that know no Python ask for a fault by whom they write to.  Each provider keeps these names for that,
on its ports for SMTP; what gets through in the end is laid into the postmaster's mailbox:

    451@cedar.example         RCPT is answered by 451; any number from 400 to 599 will do, 421 hangs up
    drop@cedar.example        RCPT is not answered: the line breaks
    silence@cedar.example     RCPT is never answered
    slow@cedar.example        from RCPT on, 20 octets in a second
    451-end@cedar.example     the same three after the dot: 451-end, drop-end, silence-end
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mailkit.shown import Shown

STAGES = {  # of an SMTP session, in their order: how a client finds itself there
    "connect": "the client has connected and waits for 220",
    "EHLO": "it has said who it is",
    "STARTTLS": "it wants TLS",
    "AUTH": "it logs in",
    "MAIL": "it has named the sender",
    "RCPT": "it has named a recipient",
    "DATA": "it asks whether it may send the letter, and waits for 354",
    "letter": "the letter is coming",
    "end": "the dot has come, and the client waits for the answer to its letter",
    "QUIT": "it has said goodbye",
}

SLOW = 20.0  # octets in a second, for slow@: a reply takes a second or two

_NAME = re.compile(r"(?:([45][0-9]{2})|(drop)|(silence)|(slow))(?(4)|(-end)?)", re.IGNORECASE)
_REPLY = re.compile(r"[2-5][0-9]{2}(?: [ -~]*)?")


@dataclass
class Fault(Shown):
    """Something that goes wrong at one stage.

    Attributes:
        stage: one of `STAGES`, or a command of POP3 or IMAP such as ``"RETR"``.
        reply: said instead of obeying, e.g. ``"451 4.3.0 try later"``.
        delay: seconds, by the village's clock, that pass first.
        silence: nothing is said any more.
        drop: the line breaks instead of the answer ...
        after: ... once so many octets of the answer have left; at "letter": have come.
        slow: octets that pass in a second, from this stage on.
        recipient: only for a letter to this address; "" for all.
        times: how often it strikes; None for always.
        struck: how often it has.

    Raises:
        ValueError: it cannot be understood; the message says why.
    """

    stage: str
    reply: str = ""
    delay: float = 0.0
    silence: bool = False
    drop: bool = False
    after: int = 0
    slow: float = 0.0
    recipient: str = ""
    times: int | None = None
    struck: int = 0

    def __post_init__(self) -> None:
        if not (self.reply or self.delay or self.silence or self.drop or self.slow):
            raise ValueError("what shall go wrong?  Give reply=, delay=, silence=, drop= or slow=")
        if self.reply and not _REPLY.fullmatch(self.reply):
            raise ValueError(f"a reply is a number and a text, '451 4.3.0 try later', not {self.reply!r}")
        if self.after and not self.drop:
            raise ValueError("after= says when the line breaks, so it needs drop=True")

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it was to."""
        return self.times is not None and self.struck >= self.times

    def meets(self, stage: str, recipients: Iterable[str]) -> bool:
        """Whether it strikes here."""
        concerned = not self.recipient or self.recipient.lower() in map(str.lower, recipients)
        return self.stage == stage and concerned and not self.spent

    @property
    def kinds(self) -> str:
        """What goes wrong, in words."""
        words = {
            f"{self.delay:g} s delay": self.delay,
            f"{self.slow:g} octets per second": self.slow,
            f"answers {self.reply}": self.reply,
            "silence": self.silence,
            f"the line breaks after {self.after} octets" if self.after else "the line breaks": self.drop,
        }
        return ", ".join(word for word, chosen in words.items() if chosen)

    def __str__(self) -> str:
        whom = f" for {self.recipient}" if self.recipient else ""
        often = f"{self.struck} of {self.times} times" if self.times is not None else f"{self.struck} times"
        return f"at {self.stage}{whom}: {self.kinds} (has struck {often})"


class Faults(list[Fault], Shown):
    """The faults of one service, in the order in which they are asked.

    Args:
        domain: whose names of the table above are obeyed; "" for a service that knows no recipients.
        stages: the stages there are here; empty where any command is one.
    """

    def __init__(self, domain: str = "", stages: Iterable[str] = ()) -> None:
        super().__init__()
        self.domain, self._stages = domain, tuple(stages)

    def order(self, stage: str, **what: Any) -> Fault:
        """Let something go wrong from now on; see `Fault`.

        Raises:
            ValueError: there is no such stage here, or it cannot be understood.
        """
        fault = Fault(stage, **what)
        if self._stages and stage not in self._stages:
            raise ValueError(f"the stages are {', '.join(self._stages)}, but not {stage!r}")
        if fault.reply and not self._stages:
            raise ValueError("a reply can be chosen in SMTP only; here: delay, silence, drop, slow")
        self.append(fault)
        return fault

    def strike(self, stage: str, recipients: Iterable[str] = ()) -> Fault | None:
        """What goes wrong now, if anything; it is counted."""
        whom = list(recipients)
        if not self and not whom:
            return None  # as nearly always
        wished = (named(address, self.domain) for address in whom)
        faults: list[Fault] = [*self, *filter(None, wished)]
        for fault in faults:
            if fault.meets(stage, whom):
                fault.struck += 1
                return fault
        return None

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "nothing goes wrong on purpose"


def named(address: str, domain: str) -> Fault | None:
    """The fault that a recipient's name asks for, as the table above has it.

    >>> print(named("451-end@cedar.example", "cedar.example"))
    at end: answers 451 4.3.0 as you wished (has struck 0 times)
    >>> named("bob@cedar.example", "cedar.example")
    """
    local, _, place = address.rpartition("@")
    form = _NAME.fullmatch(local)
    if form is None or place.lower() != domain:
        return None
    code, drop, silence, slow, end = map(str, form.groups(""))
    reply = f"{code} {code[0]}.3.0 as you wished" if code else ""
    return Fault(
        "end" if end else "RCPT",
        reply=reply,
        drop=bool(drop),
        silence=bool(silence),
        slow=SLOW if slow else 0.0,
    )
