"""The ground that every machine has: loopback addresses and unprivileged ports.

A host of the village is an address of 127.0.0.0/8.  Its port 25 may not be opened by an ordinary user,
so the service listens on a port that the system picks, and this ground remembers the way::

    what the village says           where the socket is
    127.0.3.25 port 25       --->   127.0.3.25 port 43210

Where a system has only 127.0.0.1 (macOS), all hosts share it and their ports tell them apart.
"""

import errno
import os
import socket
from collections import OrderedDict

from mailkit.dialogue import OUTSIDE, Address, Place
from mailkit.ground import BACKLOG
from mailkit.ground.plan import FIRST_PORT, LOOPBACK, SERVICES

ONLY = "127.0.0.1"


class LoopbackGround:
    """Sockets on this machine's loopback addresses.

    Args:
        port_base: 0 lets the system pick free ports.  Otherwise the n-th service gets `port_base + n`
            (the name server 0, birch's services 1 to 7, cedar's 11 to 17, its backup 21), so that a mail
            program finds them again tomorrow.

    Raises:
        ValueError: `port_base` is not among the ports that an ordinary user may open.
    """

    tier = "loopback"
    badge = "LIVE, ON LOOPBACK"

    def __init__(self, port_base: int = 0) -> None:
        if port_base and not 1024 <= port_base <= 65500:
            raise ValueError(f"--port-base is a number from 1024 to 65500, but this is {port_base}")
        self.plan = dict(LOOPBACK)
        self.port_base = port_base
        self.many_addresses = all(map(_is_here, self.plan.values()))
        self._hosts = {address: host for host, address in self.plan.items()}
        self._services: dict[Address, Address] = {}  # what the village says -> where the socket is
        self._held: dict[Address, socket.socket] = {}  # places kept free while their service is stopped
        self._callers: OrderedDict[Address, str] = OrderedDict()  # who has connected from where

    def address(self, host: str) -> str:
        """The address of a host of the village.

        Raises:
            KeyError: no such host lives here.
        """
        return self.plan[host]

    def listen(self, host: str, port: int) -> socket.socket:
        """A listening socket for this host's service; the same place again after `release`.

        Raises:
            OSError: the place is taken; the message names it and what to do.
        """
        name = (self.address(host), port)
        if name in self._held:
            self._held.pop(name).close()
        where = self._services.get(name) or (self._real(host), self._fixed_port(host, port))
        listener = _bound(where, f"{host}'s port {port}")
        listener.listen(BACKLOG)
        self._services[name] = listener.getsockname()
        return listener

    def datagram(self, host: str, port: int = 0) -> socket.socket:
        """A UDP socket of this host.

        For a service (port not 0) it is bound to the number of the TCP service of the same port,
        which has to listen already: DNS answers on both (RFC 7766 section 5).
        """
        name = (self.address(host), port)
        where = self._services[name] if port else (self._real(host), 0)
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            asking.bind(where)
        except OSError:
            asking.close()
            raise
        return asking

    def dial(self, host: str, address: str, port: int) -> tuple[socket.socket, Address]:
        """A socket of this host, and where to connect it.

        Raises:
            OSError: the address is not in the village, or nobody has ever listened there.
        """
        if (address, port) not in self._services:
            known = address in self._hosts
            code = errno.ECONNREFUSED if known else errno.ENETUNREACH
            raise OSError(code, os.strerror(code), f"{address} port {port}")
        caller = _bound((self._real(host), 0), host)
        if not self.many_addresses:
            self._callers[caller.getsockname()] = host
            while len(self._callers) > 10_000:
                self._callers.popitem(last=False)
        return caller, self._services[address, port]

    def connect(self, host: str, address: str, port: int, timeout: float = 10.0) -> socket.socket:
        """A TCP connection from this host; blocks.

        Raises:
            OSError: nobody listens there, or (TimeoutError) nobody answers within `timeout` seconds.
        """
        caller, where = self.dial(host, address, port)
        try:
            caller.settimeout(timeout)
            caller.connect(where)
        except OSError:
            caller.close()
            raise
        return caller

    def release(self, host: str, port: int) -> None:
        """Keep the place of a stopped service, so that whoever knocks there is refused.

        Without it another program, or another village, might get the port, and the mail.
        """
        name = (self.address(host), port)
        try:
            self._held[name] = _bound(self._services[name], f"{host}'s port {port}")
        except OSError:
            del self._services[name]  # somebody was faster; from now on `dial` refuses by itself

    def close(self) -> None:
        """Give all kept places back."""
        while self._held:
            self._held.popitem()[1].close()

    def reached(self, host: str, port: int) -> Address:
        """Where a program outside the village finds this service."""
        return self._services[self.address(host), port]

    def attach(self, host: str, address: str, services: dict[int, int]) -> None:
        """Let the village reach a server that is not of it, a real Postfix for instance.

        The village's DNS has to be told as well::

            village.ground.attach("mx.oak.example", "127.0.4.25", {25: 10025})
            village.dns.add_host("mx.oak.example", "127.0.4.25")
            village.dns.set("oak.example", "MX", "10 mx.oak.example")

        Args:
            address: where it lives, on this machine.
            services: for each standard port the one at which it really listens.

        Raises:
            ValueError: the address is not of this machine, or somebody of the village lives there.
        """
        if not address.startswith("127."):
            raise ValueError(f"nothing leaves this machine: expected an address 127.x.y.z, but got {address}")
        if self._hosts.get(address, host) != host:
            raise ValueError(f"{address} is where {self._hosts[address]} lives")
        self.plan[host], self._hosts[address] = address, host
        for port, real in services.items():
            self._services[address, port] = (address, real)

    def place(self, address: Address) -> Place:
        """Whose socket this is; ``outside`` for a program that is not of the village."""
        host = self._callers.get(address) or (self._hosts.get(address[0]) if self.many_addresses else None)
        return Place(host or OUTSIDE, address)

    def _real(self, host: str) -> str:
        return self.address(host) if self.many_addresses else ONLY

    def _fixed_port(self, host: str, port: int) -> int:
        if not self.port_base:
            return 0
        if port == 53:
            return self.port_base
        number = [standard.port for standard in SERVICES.values()].index(port)
        return self.port_base + FIRST_PORT[host] + number


def _is_here(address: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _bound(where: Address, whose: str) -> socket.socket:
    # IPPROTO_TCP, not 0: only so does asyncio switch off Nagle's algorithm on what is accepted here.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix" and where[1]:  # on Windows this would let two programs share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(where)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(
                errno.EADDRINUSE,
                f"{where[0]} port {where[1]} is wanted for {whose}, but another program has it; "
                "stop that program or choose another --port-base",
            ) from None
        raise
    return bound
