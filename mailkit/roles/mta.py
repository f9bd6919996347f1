"""MTA: takes letters from other servers for its own domain, and hands letters on to others.

It is a server on one socket and a client on the next (RFC 5321 section 2.1)::

    another MTA --25--> [ MTA: takes ] --> queue --> [ Carrier: hands on ] --25--> the next MTA
                                                 \\-> MDA, when the letter is for somebody here

This is the half that takes.
"""

from collections.abc import Callable

from mailkit.clock import Clock
from mailkit.letter import trace
from mailkit.letter.envelope import Envelope
from mailkit.letter.trace import Hop
from mailkit.roles.queue import Queue
from mailkit.store.accounts import Accounts
from mailkit.talk.fault import named
from mailkit.talk.refusal import Refused

RoomFor = Callable[[str, int], None]  # raises Refused if so many octets have no room in this mailbox


class MTA:
    """The role behind port 25.

    Args:
        address: where the host is, for ``bob@[127.0.3.25]``.
        room_for: asks before a letter is sent whether it would fit.
    """

    credentials = None  # nobody logs in: this port takes from everybody, but only for its own domain
    in_the_clear = False

    def __init__(
        self, hostname: str, address: str, accounts: Accounts, queue: Queue, clock: Clock, room_for: RoomFor
    ) -> None:
        self.hostname, self._address, self._accounts = hostname, address, accounts
        self._queue, self._clock, self._room_for = queue, clock, room_for

    def MAIL(self, hop: Hop, sender: str, parameters: dict[str, str]) -> None:
        """From anybody: a return address proves nothing and is not looked at."""

    def RCPT(self, hop: Hop, envelope: Envelope, recipient: str, wishes: dict[str, str]) -> str:
        """Only for people of this domain; a server that relays for everybody serves the spammers."""
        domain = self._accounts.domain
        local = here(recipient, domain, self._address)
        if local is None:
            raise Refused(550, "5.7.1", f"this server takes mail for {domain} only")
        if self._accounts.find(local):
            self._room_for(f"{local}@{domain}", int(envelope.parameters.get("SIZE", 0)))
            return f"{local}@{domain}"
        if named(recipient, domain):  # what a fault lets through is the postmaster's (``talk/fault.py``)
            return f"postmaster@{domain}"
        raise Refused(550, "5.1.1", "no such person here")

    async def DATA(self, hop: Hop, envelope: Envelope, content: bytes) -> str:
        """Stamp the letter and put it into the queue."""
        if trace.count_received(content) >= trace.HOPS_ARE_TOO_MANY:
            raise Refused(554, "5.4.6", "this letter has been going round in circles")
        queue_id = self._queue.new_id()
        stamp = trace.received(hop, self.hostname, queue_id, envelope, self._clock.now())
        await self._queue.accept(queue_id, envelope, stamp + content)
        return f"accepted, queued as {queue_id}"


def here(recipient: str, domain: str, address: str) -> str | None:
    """The local part of a recipient at our domain; None if they are elsewhere.

    ``postmaster`` may stand without a domain (RFC 5321 section 4.5.1), and our own address in brackets may
    stand for it (RFC 5321 section 4.1.3).

    >>> here("bob@[127.0.3.25]", "cedar.example", "127.0.3.25")
    'bob'
    >>> here("alice@birch.example", "cedar.example", "127.0.3.25")
    """
    local, at, place = recipient.rpartition("@")
    if not at:
        return recipient
    return local if place.lower() in (domain, f"[{address}]") else None
