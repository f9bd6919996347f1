"""A service on a port, who comes to visit it, and the switch that turns it off and on.

::

      a program ---TCP---> Service        mx.cedar.example, port 25
                              |  one for each connection
                            Visit         who came, and every word of both sides --> evidence
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from mailkit.clock import Clock
from mailkit.dialogue import Address, Dialogue, Place, Side
from mailkit.evidence import Evidence
from mailkit.ground import BACKLOG, Ground
from mailkit.shown import Shown
from mailkit.talk.fault import Fault, Faults

MOST_OF_ONE = 100  # connections from one address to one service at the same time
MOST = 1000  # connections to one service


class Visit:
    """One connection to a service, from the first octet to the last.

    Attributes:
        client: whose program it is.
        dialogue: the record that is being written.
    """

    client: Place
    dialogue: Dialogue

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._transport: asyncio.BaseTransport | None = None

    def begin(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there (and TLS with it, where TLS comes first)."""
        service, self._transport = self._service, transport
        self.client = service.ground.place(transport.get_extra_info("peername")[:2])
        server = Place(service.host, transport.get_extra_info("sockname")[:2])
        self.dialogue = service.evidence.open(
            service.name, self.client, server, service.clock.now(), service.port
        )
        service.visits.add(self)
        service.callers[self.client.address[0]] += 1
        if not service.running:  # it came in the very moment in which the service was stopped
            self.break_off()

    def heard(self, side: Side, data: bytes, secure: bool) -> None:
        """One side said something."""
        self._service.evidence.heard(self.dialogue, self._service.clock.now(), side, data, secure)

    def end(self) -> None:
        """The connection is gone."""
        if self in self._service.visits:
            self.dialogue.closed = self._service.clock.now()
            self._service.visits.remove(self)
            self._service.callers -= Counter([self.client.address[0]])

    @property
    def crowd(self) -> str:
        """Why there is no room for this visit; "" if there is."""
        if self._service.callers[self.client.address[0]] > MOST_OF_ONE:
            return f"you have {MOST_OF_ONE} connections already"
        return "there are too many connections" if len(self._service.visits) > MOST else ""

    @property
    def faults(self) -> Faults:
        """What is to go wrong on purpose."""
        return self._service.faults

    async def wait(self, seconds: float) -> None:
        """Let so many seconds of the village's clock pass, for this visit alone."""
        await self._service.clock.sleep(seconds)

    def break_off(self) -> None:
        """End it at once, without a word."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()


class Service(Shown):
    """One language on one port of one host.

    Args:
        speak: makes the asyncio protocol that serves a visit.
        tls: a context where TLS comes before the first word (ports 465, 993, 995); else None.
        faults: what is to go wrong on purpose.
    """

    def __init__(
        self,
        ground: Ground,
        clock: Clock,
        evidence: Evidence,
        host: str,
        name: str,
        port: int,
        speak: Callable[[Visit], asyncio.Protocol],
        tls: ssl.SSLContext | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.faults = Faults() if faults is None else faults
        self.ground, self.clock, self.evidence = ground, clock, evidence
        self.host, self.name, self.port = host, name, port
        self.visits: set[Visit] = set()
        self.callers: Counter[str] = Counter()  # how many visits each address pays
        self._speak, self._tls = speak, tls
        self._server: asyncio.Server | None = None

    @property
    def running(self) -> bool:
        """Whether it takes connections."""
        return self._server is not None

    @property
    def place(self) -> Address:
        """Where its socket is, on this ground."""
        return self.ground.reached(self.host, self.port)

    async def start(self) -> None:
        """Take connections.

        Raises:
            OSError: the place is taken.
        """
        if self._server is None:
            listener = self.ground.listen(self.host, self.port)
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: self._speak(Visit(self)), sock=listener, ssl=self._tls, backlog=BACKLOG
            )

    async def stop(self) -> None:
        """Take no more connections and break off those that are there, as a crash would."""
        if self._server is not None:
            self._server.close()
            self._server = None
            for visit in list(self.visits):
                visit.break_off()
            self.ground.release(self.host, self.port)

    def __str__(self) -> str:
        state = "listens" if self.running else "is stopped"
        return f"{self.host}:{self.port} ({self.name}) {state}"


class Switch(Shown):
    """Turns a service off and on, and lets it fail, from a notebook, which is not in the village's thread.

    Args:
        run: does something in the village's thread and waits for it.
    """

    def __init__(self, service: Service, run: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._service, self._run = service, run

    @property
    def running(self) -> bool:
        """Whether the service takes connections."""
        return self._service.running

    def stop(self) -> None:
        """Take the service down, as a crash would; who knocks is refused."""
        self._run(self._service.stop())

    def start(self) -> None:
        """Bring it up again, at the same place."""
        self._run(self._service.start())

    def fault(self, stage: str, **what: Any) -> Fault:
        """Let something go wrong from now on: ``fault("RCPT", reply="451 4.3.0 try later", times=2)``.

        Args:
            stage: where in the conversation, e.g. ``"connect"``, ``"RCPT"``, ``"end"``, ``"RETR"``.
            what: one or more of `reply`, `delay`, `silence`, `drop` (with `after`) and `slow`; and for whom
                (`recipient`) and how often (`times`).  See `mailkit.talk.fault.Fault`.

        Raises:
            ValueError: there is no such stage, or it makes no sense; the message says why.
        """
        return self._service.faults.order(stage, **what)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose, and how often each of it has struck."""
        return self._service.faults

    def mend(self) -> None:
        """Let nothing go wrong on purpose any more."""
        self._service.faults.clear()

    def __str__(self) -> str:
        return str(self._service)
