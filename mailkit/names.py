"""ns.example: the village's name server, and how a host asks it.

::

    mx.birch.example --UDP--> ns.example     cedar.example MX?
                     <--UDP--                10 mx.cedar.example.
                     --TCP-->                ... once more, when the answer was too long for a datagram

Every question and its answer is evidence; a letter's questions carry the letter's name.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mailkit.clock import Clock
from mailkit.dns.resolver import Answer, Resolver
from mailkit.dns.server import DNSStream, answer
from mailkit.dns.zone import Zones
from mailkit.evidence import Evidence, Lookup
from mailkit.ground import Ground
from mailkit.ground.ask import Answering, ask, ask_over_tcp
from mailkit.ground.plan import LOOPBACK, NAME_SERVER
from mailkit.ground.serve import Served
from mailkit.ground.service import Service, Visit

ZONES = Path(__file__).parent.parent / "data" / "zones"
PORT = 53
PATIENCE = 30.0  # seconds that a TCP connection may be silent

Asked = Callable[[Answer], None]


class Names:
    """The zones, the server that answers from them, and resolvers for those who ask."""

    def __init__(self, ground: Ground, clock: Clock, evidence: Evidence) -> None:
        self._ground, self._clock, self._evidence = ground, clock, evidence
        self.zones = Zones.read(ZONES)
        for host, address in LOOPBACK.items():
            self.zones.add_host(host, address)
        self._tcp = Service(ground, clock, evidence, NAME_SERVER, "dns", PORT, self._speak)
        self._udp: asyncio.BaseTransport | None = None

    async def start(self) -> None:
        """Answer over TCP and UDP.

        Raises:
            OSError: the port is taken.
        """
        await self._tcp.start()
        self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Answering(partial(answer, self.zones, over="udp")),
            sock=self._ground.datagram(NAME_SERVER, PORT),
        )

    async def stop(self) -> None:
        """Answer nobody any more."""
        if self._udp:
            self._udp.close()
            self._udp = None
        await self._tcp.stop()

    async def ask(self, host: str, name: str, kind: str) -> Answer:
        """One question from a host, written down."""
        return await self.resolver(host, partial(self.write_down, host)).ask(name, kind)

    def resolver(self, host: str, asked: Asked) -> Resolver:
        """Somebody on `host` who asks; `asked` is told each question with its answer."""
        return Resolver(partial(self._exchange, host), asked=asked)

    def write_down(self, host: str, answer: Answer, letter: str | None = None) -> None:
        """Make a question and its answer evidence."""
        records = answer.records or ((answer.status,) if answer.status != "NOERROR" else ())
        self._evidence.record(
            Lookup(
                self._clock.now(),
                host,
                NAME_SERVER,
                answer.name,
                answer.kind,
                records,
                letter,
                answer.transport,
            )
        )

    async def _exchange(self, host: str, question: bytes, over_tcp: bool) -> bytes:
        way = ask_over_tcp if over_tcp else ask
        return await way(self._ground, host, NAME_SERVER, PORT, question)

    def _speak(self, visit: Visit) -> asyncio.Protocol:
        return Served(DNSStream(self.zones), visit, None, PATIENCE)
