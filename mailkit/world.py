"""The village: two providers, a name server, four people; the one object that a notebook needs.

::

    from mailkit import village
    v = village()                                   # starts it, or returns the one that is running
    letter = v.alice.send(to=v.bob, subject="Tea?", text="At four.")
    v.bob.inbox()                                   # read over IMAP, as any mail program would
    v.journey(letter)                               # every hop, every line

Every server in it is a real one on a real socket; all of them run in one background thread, so that a
cell that waits does not stop them.
"""

import atexit
import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mailkit.clock import Clock
from mailkit.dns.resolver import Answer
from mailkit.evidence import Evidence
from mailkit.ground.loopback import LoopbackGround
from mailkit.ground.plan import NAME_SERVER
from mailkit.ground.thread import LoopThread
from mailkit.ground.tls import VillageCA
from mailkit.letter.letter import Letter
from mailkit.names import Names
from mailkit.people import DOMAINS, PEOPLE, POSTMASTERS
from mailkit.provider import Provider
from mailkit.roles.hand import Talk
from mailkit.roles.mua import Person
from mailkit.shown import Shown
from mailkit.store.folder import Folder

if TYPE_CHECKING:
    from mailkit.show.journey import Journey


class Village(Shown):
    """A whole small mail world.

    Args:
        dir: keeps mail, queues and keys across runs; None: a temporary folder.
        port_base: 0 for free ports; see `LoopbackGround`.
        accounts: further accounts, as ``{"erin@cedar.example": "password"}``.

    Raises:
        OSError: a port is taken, or the folder cannot be written.
        RuntimeError: another village uses the folder.
        ValueError: an account is not at one of the village's domains.
    """

    def __init__(
        self, dir: Path | str | None = None, port_base: int = 0, accounts: dict[str, str] | None = None
    ) -> None:
        self.evidence = Evidence()
        self.clock = Clock()
        self.ground = LoopbackGround(port_base)
        self.folder = Folder(Path(dir) if dir else None)
        self.dir = self.folder.path
        self._pid = os.getpid()
        self._parts: list[Names | Provider] = []  # what has been built, and has to be stopped
        self._thread = LoopThread("mailkit village")
        try:
            self._build(accounts or {})
            self._thread.run(self._start())
        except BaseException:
            self.stop()
            raise
        atexit.register(self.stop)

    def _build(self, accounts: dict[str, str]) -> None:
        self.ca = VillageCA(self.dir)
        self.names = Names(self.ground, self.clock, self.evidence)
        self.dns = self.names.zones
        self.birch, self.cedar = (
            Provider(
                domain,
                self.dir / domain,
                self.ground,
                self.clock,
                self.evidence,
                self.ca,
                self.names,
                self._thread.run,
            )
            for domain in DOMAINS
        )
        self._parts += [self.names, self.birch, self.cedar]
        people = {who.address: who.password for who in PEOPLE.values()}
        self.passwords = people | accounts
        for address, password in self.passwords.items():
            self._open_account(address, password)
        for domain, name in POSTMASTERS.items():
            self.provider(domain).accounts.alias("postmaster", name)
        self.alice, self.carol, self.bob, self.dave = (self._person(name) for name in PEOPLE)

    async def _start(self) -> None:
        for part in self._parts:
            await part.start()
        for provider in self.providers:  # only now: a letter may be for the one that has started last
            provider.resume()

    # -- who lives here -----------------------------------------------------------------------------

    @property
    def providers(self) -> tuple[Provider, Provider]:
        """birch and cedar."""
        return self.birch, self.cedar

    @property
    def people(self) -> tuple[Person, Person, Person, Person]:
        """Alice, Carol, Bob and Dave."""
        return self.alice, self.carol, self.bob, self.dave

    def provider(self, domain: str) -> Provider:
        """The provider of a domain.

        Raises:
            ValueError: no such domain in the village.
        """
        for provider in self.providers:
            if provider.domain == domain.lower():
                return provider
        raise ValueError(f"the village has the domains {' and '.join(DOMAINS)}, but not {domain!r}")

    def _open_account(self, address: str, password: str) -> None:
        user, at, domain = address.rpartition("@")
        if not at:
            raise ValueError(f"an account is user@domain, but this is {address!r}")
        self.provider(domain).accounts.add(user, password)

    def _person(self, name: str) -> Person:
        who = PEOPLE[name]
        server = f"mail.{who.domain}"
        trust, now = self.ca.client(), self.clock.now
        return Person(
            name.capitalize(), who.address, who.password, who.host, server, self.call, trust, now, self.settle
        )

    # -- what one can do ----------------------------------------------------------------------------

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until nothing is under way: every letter rests, in a mailbox or in a queue.

        Raises:
            TimeoutError: something is still under way after `timeout` seconds.
        """
        self._thread.run(self.clock.settle(timeout), timeout + 1)

    def fast_forward(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Let time pass at once; all that would have happened in it happens now, in its order."""
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        self._thread.run(self.clock.fast_forward(total), 130)

    def journey(self, letter: Letter | str) -> "Journey":
        """The whole way of a letter, or of the letter with this Message-ID, as far as it has come."""
        from mailkit.show.journey import Journey

        self.settle()
        key = letter if isinstance(letter, str) else letter.id
        return Journey(key, self.evidence.about(key), self.ground.badge)

    def say(self, host: str, port: int, source: str = "laptop-alice.birch.example") -> Talk:
        """A conversation by hand with a server of the village.

        Raises:
            OSError: there is no such host, or nobody listens there.
        """
        return Talk(self.call(source, host, port), port, self.ca.client(), host)

    def ask(self, name: str, kind: str = "A", source: str = "laptop-alice.birch.example") -> Answer:
        """Ask the name server, as ``dig`` does."""
        return self._thread.run(self.names.ask(source, name, kind))

    def call(self, source: str, name: str, port: int) -> socket.socket:
        """A connection from a host to a server that is known by name: first DNS, then TCP.

        Raises:
            OSError: the name has no address, or nobody listens there.
        """
        found = self.ask(name, "A", source)
        if not found.records:
            raise OSError(f"{NAME_SERVER} knows no address of {name!r}")
        return self.ground.connect(source, found.records[0], port)

    # -- the end ------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether its servers run, in this process."""
        return self._thread.alive and os.getpid() == self._pid

    def stop(self) -> None:
        """Close every server.  Mail that waits in a queue stays there if the village has a folder."""
        atexit.unregister(self.stop)
        if self.running:
            self._thread.run(self._stop())
            self._thread.stop()
            self.ground.close()
            self.folder.release()

    async def _stop(self) -> None:
        self.clock.stop()
        for part in reversed(self._parts):
            await part.stop()

    def __enter__(self) -> "Village":
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def __str__(self) -> str:
        state = "runs" if self.running else "is stopped"
        people = (f"  {person}" for person in self.people)
        return "\n".join([f"The village {state} ({self.ground.badge}).", *people])


_lock = threading.RLock()
_current: Village | None = None


def village(*, fresh: bool = False, **options: object) -> Village:
    """The village of this notebook: started if it is not running, and otherwise the one that is.

    Args:
        fresh: a new one in any case; it is up before the old one goes down.
        options: as for `Village`.
    """
    global _current
    with _lock:
        old = _current if _current and _current.running else None
        if old is None or fresh or options:
            _current = Village(**options)  # type: ignore[arg-type]
            if old:
                old.stop()
        assert _current is not None
        return _current
