"""A service on a port, who comes to visit it, and the switch that turns it off and on.

::

      a program ---TCP---> Service        mx.cedar.example, port 25
                              |  one for each connection
                            Visit         who came, and every word of both sides --> evidence
"""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

from mailkit.clock import Clock
from mailkit.dialogue import Address, Dialogue, Place, Side
from mailkit.evidence import Evidence
from mailkit.ground import Ground
from mailkit.shown import Shown


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

    def heard(self, side: Side, data: bytes, secure: bool) -> None:
        """One side said something."""
        self._service.evidence.heard(self.dialogue, self._service.clock.now(), side, data, secure)

    def end(self) -> None:
        """The connection is gone."""
        self.dialogue.closed = self._service.clock.now()
        self._service.visits.discard(self)

    def break_off(self) -> None:
        """End it at once, without a word."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()


class Service(Shown):
    """One language on one port of one host.

    Args:
        speak: makes the asyncio protocol that serves a visit.
        tls: a context where TLS comes before the first word (ports 465, 993, 995); else None.
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
    ) -> None:
        self.ground, self.clock, self.evidence = ground, clock, evidence
        self.host, self.name, self.port = host, name, port
        self.visits: set[Visit] = set()
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
                lambda: self._speak(Visit(self)), sock=listener, ssl=self._tls
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
    """Turns a service off and on from a notebook, which is not in the village's thread.

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

    def __str__(self) -> str:
        return str(self._service)
