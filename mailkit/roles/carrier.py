"""The MTA's other half: takes letters out of the queue and hands them on (RFC 5321 section 5.1).

::

    bob@cedar.example ---> here?  ---yes---> MDA
                             |
                             no --> MX? --> 10 mx.cedar.example ----no answer--+
                                            20 mx2.cedar.example <-------------+
                                                |
                                       STARTTLS, if it is offered; without, if that fails
"""

import os
import socket
import ssl
from collections.abc import Awaitable, Callable

from mailkit.dns.resolver import MailHost
from mailkit.roles.attempt import Attempt, Contact, Outcomes
from mailkit.roles.mda import MDA
from mailkit.roles.mta import here
from mailkit.roles.route import Route
from mailkit.smtp.caller import Patience
from mailkit.smtp.client import Handed, HandshakeFailed, Unreachable, hand_over
from mailkit.talk.refusal import Refused

Dial = Callable[[str, int], Awaitable[socket.socket]]  # address, port -> a connected socket


class Carrier:
    """Hands on what is in the queue of one host.

    Args:
        hostname: who we are, for EHLO.
        address: where we are, for ``bob@[127.0.3.25]``.
        dial: makes a connection from this host.
        tls: for servers that offer STARTTLS.
        patience: by whose clock we wait for replies.
        domain: whose letters stay here and go to the `mda`; "" if none do.
    """

    def __init__(
        self,
        hostname: str,
        address: str,
        route: Route,
        dial: Dial,
        tls: ssl.SSLContext,
        patience: Patience,
        domain: str = "",
        mda: MDA | None = None,
    ) -> None:
        self._hostname, self._address, self._domain, self._mda = hostname, address, domain, mda
        self._route, self._dial, self._tls, self._patience = route, dial, tls, patience

    async def carry(self, attempt: Attempt) -> Outcomes:
        """Try to get a letter one stop further, to recipients of one domain."""
        recipients = attempt.envelope.recipients
        if self._mda and here(recipients[0], self._domain, self._address) is not None:
            return self._mda.deliver(attempt.envelope, attempt)
        try:
            domain = recipients[0].rpartition("@")[2].lower()
            return await self._to_first(await self._route.stops(domain, attempt.letter), attempt)
        except Refused as no:
            return dict.fromkeys(recipients, no)

    async def _to_first(self, hosts: list[MailHost], attempt: Attempt) -> Outcomes:
        """Try the hosts in their order until one can be talked to."""
        last = Refused(451, "4.4.1", "no host has an address")
        for host in hosts:
            for address in host.addresses:
                try:
                    return await self._to_host(host, address, attempt)
                except Refused as no:
                    if no.permanent and not isinstance(no, Unreachable):
                        raise  # the letter was refused: another host of theirs would say the same
                    last = no
        raise last

    async def _to_host(self, host: MailHost, address: str, attempt: Attempt) -> Outcomes:
        try:
            handed = await self._session(host, address, attempt, self._tls)
        except HandshakeFailed:
            # Encrypted to whomever it may be is better than plain, and plain is better than not at all
            # (RFC 7435).  Whoever can break the handshake on purpose can read along: an old weakness.
            handed = await self._session(host, address, attempt, None)
        if attempt.contact:
            attempt.contact.dsn = handed.dsn
        return handed.outcomes

    async def _session(
        self, host: MailHost, address: str, attempt: Attempt, tls: ssl.SSLContext | None
    ) -> Handed:
        try:
            connected = await self._dial(address, 25)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else "nobody answers"
            raise Unreachable(451, "4.4.1", f"{host.name} [{address}]: {why}") from None
        attempt.contact = Contact(connected.getsockname(), host.name)
        return await hand_over(
            connected, self._hostname, attempt.envelope, attempt.content, tls, self._patience
        )
