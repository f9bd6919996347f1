"""A backup: a second mail server that takes a domain's letters while the first is away (RFC 5321 section 5).

::

    cedar.example   MX   10 mx.cedar.example      away
                    MX   20 mx2.cedar.example     takes the letter, and keeps trying the first

    birch --25--> mx2: MTA --> queue --> Carrier --25--> mx, as soon as it is back

It has no mailboxes: whatever it takes it hands on, and only to a server that is better than itself
(``roles/route.py``).  It is off until it is started; as long as it runs, DNS names it.
"""

from functools import partial
from pathlib import Path

from mailkit.clock import Clock
from mailkit.evidence import Evidence
from mailkit.ground import Ground
from mailkit.ground.dial import dial
from mailkit.ground.service import Service, Visit
from mailkit.ground.tls import VillageCA
from mailkit.names import Names
from mailkit.roles.carrier import Carrier
from mailkit.roles.mta import MTA, RoomFor
from mailkit.roles.queue import Queue
from mailkit.roles.route import Route
from mailkit.smtp.server import SMTPServer
from mailkit.store.accounts import Accounts
from mailkit.talk.fault import STAGES, Faults

PREFERENCE = 20  # the first server has 10, and the smallest number is tried first


class Backup(Service):
    """The second mail server of one domain.

    Args:
        folder: keeps its queue.
        accounts: who exists; a backup that took everything would have to bounce half of it, and to people
            who never wrote (backscatter).
    """

    def __init__(
        self,
        domain: str,
        folder: Path,
        ground: Ground,
        clock: Clock,
        evidence: Evidence,
        ca: VillageCA,
        names: Names,
        accounts: Accounts,
        room_for: RoomFor,
    ) -> None:
        faults = Faults(domain, STAGES)
        super().__init__(ground, clock, evidence, f"mx2.{domain}", "smtp", 25, self._speaker, faults=faults)
        self.queue = Queue(folder, self.host, domain, clock, evidence.record)
        self._domain, self._zones = domain, names.zones
        address = ground.address(self.host)
        self._mta = MTA(self.host, address, accounts, self.queue, clock, room_for)
        self._starttls = ca.server(self.host, address)
        route = Route(self.host, partial(names.resolver, self.host), partial(names.write_down, self.host))
        call = partial(dial, ground, self.host)
        self.queue.carry = Carrier(
            self.host, address, route, call, ca.careless_client(), clock.patience
        ).carry

    async def start(self) -> None:
        """Take letters, and let DNS say so."""
        await super().start()
        self._publish(f"{PREFERENCE} {self.host}.")

    async def stop(self) -> None:
        """Take letters no more; what waits here is still handed on."""
        if self.running:
            self._publish()
        await super().stop()

    def _publish(self, *ours: str) -> None:
        """Put our own MX record in, or take it out, beside whatever a lesson has made of the others."""
        records = self._zones.records(self._domain, "MX")
        others = [record for record in records if not record.endswith(f" {self.host}.")]
        if others or ours:
            self._zones.set(self._domain, "MX", *others, *ours)
        else:
            self._zones.remove(self._domain, "MX")

    def _speaker(self, visit: Visit) -> SMTPServer:
        return SMTPServer(self._mta, visit, self.host, self._starttls)
