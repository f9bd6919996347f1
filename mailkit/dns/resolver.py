"""The asking side, and what a mail server wants to know (RFC 5321 section 5.1, RFC 7505).

::

    mail for bob@cedar.example
        |
        cedar.example  MX?  ---  NXDOMAIN ........... no such domain            550 5.1.2
        |                   ---  0 . ................ it takes no mail          556 5.1.10
        |                   ---  none at all ........ then cedar.example itself is the mail host
        |                   ---  no answer .......... try again later           451 4.4.3
        10 mx.cedar.example,  20 mx2.cedar.example    the smallest number first
        |
        mx.cedar.example   A?  AAAA?   ---  127.0.3.25

The resolver holds no socket: it is given an `Exchange` that carries a question there and an answer back.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.flags import Flag
from dns.rdatatype import ANY

from mailkit.shown import Shown
from mailkit.talk.refusal import Refused

# Carries a question to the name server and brings its answer; True: over TCP.
Exchange = Callable[[bytes, bool], Awaitable[bytes]]

NO_ANSWER, NOT_AN_ANSWER = "TIMEOUT", "MISMATCH"  # beside the words of DNS (NOERROR, NXDOMAIN, SERVFAIL, ...)


@dataclass(frozen=True)
class Answer(Shown):
    """One question, and what came back."""

    name: str
    kind: str  # "MX", "A", ...
    records: tuple[str, ...]  # what was asked for, as text: "10 mx.cedar.example."
    status: str  # "NOERROR", "NXDOMAIN", ...; "TIMEOUT": nothing came; "MISMATCH": not an answer to this
    transport: Literal["udp", "tcp"] = "udp"
    section: tuple[str, ...] = ()  # the whole answer section, with names and times, and aliases on the way

    @property
    def exists(self) -> bool | None:
        """Whether there is such a name; None if we could not find out."""
        return {"NOERROR": True, "NXDOMAIN": False}.get(self.status)

    def __str__(self) -> str:
        head = f";; {self.name} {self.kind}?  {self.status} over {self.transport}"
        return "\n".join([head, *self.section])


@dataclass(frozen=True)
class MailHost:
    """A host that takes mail for a domain."""

    preference: int  # the smallest is tried first
    name: str
    addresses: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.preference} {self.name} [{', '.join(self.addresses)}]"


class Resolver:
    """Asks one name server.

    Args:
        exchange: how questions travel.
        asked: is told every question, with its answer.
        random: decides between hosts of equal preference, so that they share the work.
    """

    def __init__(
        self,
        exchange: Exchange,
        asked: Callable[[Answer], None] = lambda answer: None,
        random: Random | None = None,
    ) -> None:
        self._exchange, self._asked, self._random = exchange, asked, random or Random()

    async def ask(self, name: str, kind: str) -> Answer:
        """Ask one question; over UDP, and again over TCP if the answer did not fit (RFC 1035 section 4.2.1).

        Raises:
            ValueError: this cannot be asked, because it is no name or no kind of record.
        """
        query = _question(name, kind)
        transport: Literal["udp", "tcp"] = "udp"
        try:
            reply = await self._carry(query, tcp=False)
            if reply and reply.flags & Flag.TC:
                transport = "tcp"
                reply = await self._carry(query, tcp=True)
            answer = _understood(name, kind, reply, transport)
        except OSError:  # TimeoutError is one
            answer = Answer(name, kind, (), NO_ANSWER, transport)
        self._asked(answer)
        return answer

    async def mail_hosts(self, domain: str) -> list[MailHost]:
        """Who takes mail for this domain, in the order in which to try them.

        Raises:
            Refused: nobody does, or we could not find out.
        """
        exchanges = await self._exchanges(domain)
        self._random.shuffle(exchanges)
        exchanges.sort(key=lambda exchange: exchange[0])  # a stable sort keeps equals as they were shuffled
        hosts = [MailHost(preference, host, await self._addresses(host)) for preference, host in exchanges]
        usable = [host for host in hosts if host.addresses]
        if not usable:
            names = ", ".join(host.name for host in hosts)
            raise Refused(550, "5.4.4", f"no mail for {domain} can be sent: {names} has no address")
        return usable

    async def _exchanges(self, domain: str) -> list[tuple[int, str]]:
        """The MX records as preference and name."""
        answer = await self._find_out(domain, "MX")
        if not answer.exists:
            raise Refused(550, "5.1.2", f"there is no domain {domain}")
        exchanges = sorted((int(number), host) for number, host in map(str.split, answer.records))
        if [host for _, host in exchanges] == ["."]:
            raise Refused(556, "5.1.10", f"{domain} says that it takes no mail")
        named = [(number, host.removesuffix(".")) for number, host in exchanges if host != "."]
        return named or [(0, domain)]  # no MX at all: the domain itself is the host

    async def _addresses(self, host: str) -> tuple[str, ...]:
        old, new = await self._find_out(host, "A"), await self._find_out(host, "AAAA")
        return old.records + new.records

    async def _find_out(self, name: str, kind: str) -> Answer:
        """Ask, and take nothing for an answer that is none."""
        try:
            answer = await self.ask(name, kind)
        except ValueError as error:
            raise Refused(550, "5.1.2", str(error)) from None
        if answer.exists is None:
            raise Refused(451, "4.4.3", f"the name server could not tell us about {name} ({answer.status})")
        return answer

    async def _carry(self, query: dns.message.QueryMessage, *, tcp: bool) -> dns.message.Message | None:
        """The answer to this question, or None for anything else that arrives.

        Whoever can guess the id may forge an answer; so at least the id and the question must be ours.
        """
        wire = await self._exchange(query.to_wire(), tcp)
        try:
            reply = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        return reply if query.is_response(reply) else None


def _question(name: str, kind: str) -> dns.message.QueryMessage:
    try:
        return dns.message.make_query(name, kind)
    except dns.rdatatype.UnknownRdatatype:
        raise ValueError(f"{kind!r} is no kind of record; mail needs MX, A, AAAA, PTR, TXT") from None
    except dns.exception.DNSException as error:
        raise ValueError(f"{name!r} cannot be a name: {error}") from None


def _understood(
    name: str, kind: str, reply: dns.message.Message | None, transport: Literal["udp", "tcp"]
) -> Answer:
    if reply is None:
        return Answer(name, kind, (), NOT_AN_ANSWER, transport)
    wanted = dns.rdatatype.from_text(kind)
    records = tuple(str(data) for found in reply.answer if wanted in (found.rdtype, ANY) for data in found)
    section = tuple(line for found in reply.answer for line in str(found).splitlines())
    return Answer(name, kind, records, dns.rcode.to_text(reply.rcode()), transport, section)
