"""MTA: takes letters from other servers for its own domain, and hands letters on to others.

It is a server on one socket and a client on the next (RFC 5321 section 2.3)::

    another MTA --25--> [ MTA: takes ] --> queue --> [ MTA: hands on ] --25--> the next MTA
                                                 \\-> MDA, when the letter is for somebody here
"""

import os
import socket
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable

from mailkit.clock import Clock
from mailkit.dns.resolver import MailHost
from mailkit.letter import trace
from mailkit.letter.envelope import Envelope
from mailkit.letter.trace import Hop
from mailkit.roles.mda import MDA
from mailkit.roles.queue import Attempt, Outcomes, Queue
from mailkit.roles.route import Route
from mailkit.smtp.client import hand_over
from mailkit.store.accounts import Accounts
from mailkit.talk.refusal import Refused

Dial = Callable[[str, int], Awaitable[socket.socket]]  # address, port -> a connected socket


class MTA:
    """The role behind port 25: the half that takes letters."""

    credentials = None  # nobody logs in: this port takes from everybody, but only for its own domain

    def __init__(self, hostname: str, accounts: Accounts, queue: Queue, clock: Clock) -> None:
        self.hostname, self._accounts = hostname, accounts
        self._queue, self._clock = queue, clock

    def MAIL(self, hop: Hop, sender: str, parameters: dict[str, str]) -> None:
        """From anybody: a return address proves nothing and is not looked at."""

    def RCPT(self, hop: Hop, envelope: Envelope, recipient: str, wishes: dict[str, str]) -> str:
        """Only for people of this domain; a server that relays for everybody serves the spammers."""
        local, _, domain = recipient.rpartition("@") if "@" in recipient else (recipient, "", "")
        if domain not in ("", self._accounts.domain):
            raise Refused(550, "5.7.1", f"this server takes mail for {self._accounts.domain} only")
        if self._accounts.find(local) is None:
            raise Refused(550, "5.1.1", "no such person here")
        return f"{local}@{self._accounts.domain}"

    async def DATA(self, hop: Hop, envelope: Envelope, content: bytes) -> str:
        """Stamp the letter and put it into the queue."""
        if trace.count_received(content) >= trace.HOPS_ARE_TOO_MANY:
            raise Refused(554, "5.4.6", "this letter has been going round in circles")
        queue_id = self._queue.new_id()
        stamp = trace.received(hop, self.hostname, queue_id, envelope.recipients, self._clock.now())
        await self._queue.accept(queue_id, envelope, stamp + content)
        return f"accepted, queued as {queue_id}"


class Carrier:
    """The MTA's other half: takes letters out of the queue and hands them on.

    Args:
        hostname: who we are, for EHLO.
        domain: whose letters stay here and go to the `mda`.
        dial: makes a connection from this host.
        tls: for servers that offer STARTTLS.
    """

    def __init__(
        self, hostname: str, domain: str, mda: MDA, route: Route, dial: Dial, tls: ssl.SSLContext
    ) -> None:
        self._hostname, self._domain, self._mda = hostname, domain, mda
        self._route, self._dial, self._tls = route, dial, tls

    async def carry(self, attempt: Attempt) -> Outcomes:
        """Try to get a letter one stop further, for each recipient; one transaction for each domain."""
        outcomes: Outcomes = {}
        for domain, recipients in _by_domain(attempt.envelope.recipients).items():
            envelope = attempt.envelope.to(*recipients)
            if domain == self._domain:
                outcomes |= self._mda.deliver(envelope, attempt.content)
                continue
            try:
                outcomes |= await self._to_domain(domain, envelope, attempt)
            except Refused as no:
                outcomes |= dict.fromkeys(recipients, no)
        return outcomes

    async def _to_domain(self, domain: str, envelope: Envelope, attempt: Attempt) -> Outcomes:
        """Try the domain's mail hosts in their order until one answers (RFC 5321 section 5.1)."""
        last = Refused(451, "4.4.1", f"no mail host of {domain} has an address")
        for host in await self._route.mail_hosts(domain, attempt.letter):
            for address in host.addresses:
                try:
                    return await self._to_host(host, address, envelope, attempt)
                except Refused as no:
                    if no.permanent:
                        raise
                    last = no
        raise last

    async def _to_host(self, host: MailHost, address: str, envelope: Envelope, attempt: Attempt) -> Outcomes:
        try:
            connected = await self._dial(address, 25)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else "nobody answers"
            raise Refused(451, "4.4.1", f"{host.name} [{address}]: {why}") from None
        attempt.client = connected.getsockname()
        return dict(await hand_over(connected, self._hostname, envelope, attempt.content, self._tls))


def _by_domain(recipients: tuple[str, ...]) -> dict[str, list[str]]:
    domains = defaultdict(list)
    for recipient in recipients:
        domains[recipient.rpartition("@")[2].lower()].append(recipient)
    return domains
