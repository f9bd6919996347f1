"""A provider: all that stands behind one domain, put together.

::

                     +---------------- birch.example ------------------+
     587, 465  --->  |  MSA --+                                        |
                     |        +--> queue --> Carrier --> (DNS) --> 25  |  --->  other MTAs
     25        --->  |  MTA --+                  |                     |
                     |                          MDA --> Maildirs       |
     110, 995  <---  |  POP3 <----------------------------+ |          |
     143, 993  <---  |  IMAP <------------------------------+          |
                     +-------------------------------------------------+

Nothing is decided here and nothing is spoken; this file only says who works with whom.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from mailkit.backup import Backup
from mailkit.clock import Clock
from mailkit.evidence import Delivery, Evidence
from mailkit.ground import Ground
from mailkit.ground.dial import dial
from mailkit.ground.fault import Troubled
from mailkit.ground.plan import BACKED_UP, SERVICES, Standard
from mailkit.ground.service import Service, Switch, Visit
from mailkit.ground.tls import VillageCA
from mailkit.imap.core import IMAPCore
from mailkit.names import Names
from mailkit.pop3.core import POP3Core
from mailkit.roles.carrier import Carrier
from mailkit.roles.mda import MDA
from mailkit.roles.msa import MSA
from mailkit.roles.mta import MTA
from mailkit.roles.queue import Queue
from mailkit.roles.route import Route
from mailkit.shown import Shown
from mailkit.smtp.role import Role
from mailkit.smtp.server import SMTPServer
from mailkit.store.accounts import Accounts
from mailkit.talk.fault import STAGES, Faults

CORES = {"pop3": POP3Core, "imap": IMAPCore}
PATIENCE = {"pop3": 600.0, "imap": 1800.0}  # seconds of silence (RFC 1939 section 3, RFC 3501 section 5.4)


class Provider(Shown):
    """One domain's accounts, queue, roles and services.

    Args:
        domain: "birch.example".
        folder: where its accounts, its queue and its mail are kept.
        names: whom to ask for the next stop of a letter.
        run: does something in the village's thread, for the switches.
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
        run: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.domain, self.host, self.folder = domain, f"mx.{domain}", folder
        self._ground, self._clock, self._evidence = ground, clock, evidence
        address = ground.address(self.host)
        self._names = [self.host, *(f"{name}.{domain}" for name in ("mail", "smtp", "pop", "imap"))]
        self._tls = ca.server(*self._names, "localhost", "127.0.0.1", address)
        self.accounts = Accounts(domain, folder)
        self.queue = Queue(folder / "queue", self.host, domain, clock, evidence.record)
        self.mda = MDA(self.host, folder / "mail", self.accounts, clock, self._delivered)
        self.msa = MSA(self.host, address, self.accounts, self.queue, clock)
        self.mta = MTA(self.host, address, self.accounts, self.queue, clock, self.mda.room_for)
        route = Route(self.host, partial(names.resolver, self.host), partial(names.write_down, self.host))
        carrier = Carrier(
            self.host,
            address,
            route,
            partial(dial, ground, self.host),
            ca.careless_client(),
            clock.patience,
            domain,
            self.mda,
        )
        self.queue.carry = carrier.carry
        self.services = {name: self._service(standard) for name, standard in SERVICES.items()}
        self.switches = {name: Switch(service, run) for name, service in self.services.items()}
        self._backup: Backup | None = None
        if domain in BACKED_UP:
            self._backup = Backup(
                domain,
                folder / "backup",
                ground,
                clock,
                evidence,
                ca,
                names,
                self.accounts,
                self.mda.room_for,
            )
            self.switches["backup"] = Switch(self._backup, run)

    @property
    def mx(self) -> Switch:
        """The switch of port 25, where other servers knock."""
        return self.switches["smtp"]

    @property
    def backup(self) -> Switch:
        """The switch of the second mail server, which is off at first; only cedar.example has one."""
        return self.switches["backup"]

    @property
    def backup_queue(self) -> Queue:
        """What waits at the second mail server until the first is back."""
        assert self._backup, f"{self.domain} has no second mail server"
        return self._backup.queue

    def resume(self) -> None:
        """Take up what an earlier run has left in the queues."""
        for queue in self._queues:
            queue.resume()

    @property
    def _queues(self) -> list[Queue]:
        return [self.queue, self._backup.queue] if self._backup else [self.queue]

    async def start(self) -> None:
        """Open every service; what waits in the queues is taken up by `resume`.

        Raises:
            OSError: a port is taken.
        """
        for service in self.services.values():
            await service.start()

    async def stop(self) -> None:
        """Close every service; what waits in the queue stays there."""
        for service in self.services.values():
            await service.stop()
        if self._backup:
            await self._backup.stop()
        for queue in self._queues:
            queue.close()

    def _service(self, standard: Standard) -> Service:
        return Service(
            self._ground,
            self._clock,
            self._evidence,
            self.host,
            standard.protocol,
            standard.port,
            partial(self._speak, standard),
            self._tls if standard.tls_first else None,
            Faults() if standard.protocol in CORES else Faults(self.domain, STAGES),
        )

    def _speak(self, standard: Standard, visit: Visit) -> asyncio.Protocol:
        """The language of a service, for one visit."""
        secured = standard.tls_first
        if standard.protocol in ("smtp", "submission"):
            role: Role = self.mta if standard.protocol == "smtp" else self.msa
            return SMTPServer(role, visit, self.host, self._tls, secured)
        core = CORES[standard.protocol](self.mda, self.host, tls_available=not secured, tls=secured)
        return Troubled(core, visit, self._tls, PATIENCE[standard.protocol])

    def _delivered(self, letter: str, recipient: str, path: Path) -> None:
        place = path.relative_to(self.folder.parent).as_posix()
        self._evidence.record(Delivery(self._clock.now(), self.host, letter, recipient, place))

    def __str__(self) -> str:
        people = ", ".join(account.address for account in self.accounts)
        return "\n".join(
            [f"{self.domain}: {people}", *(f"  {service}" for service in self.services.values())]
        )
