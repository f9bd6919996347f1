"""Where sockets come from.  Nothing above this room opens one.

    plan        who lives where: every host of the village and its address
    loopback    LoopbackGround: all hosts on this machine's 127.x.y.z addresses, unprivileged ports
    service     a service on a port, who visits it, and its switch
    serve       the joint between a socket and a language's core
    fault       the same joint, when POP3 or IMAP is to fail on purpose
    dial, ask   a connection, and a question over UDP, from one host of the village to another
    tls         the village's certificate authority
    thread      the one background thread in which every server of a village runs
    probe       what this machine allows (own_network: may a process have a network of its own?)

A ground has three verbs, and whoever uses them need not know which ground it stands on::

    ground.listen("mx.cedar.example", 25)                      -> a listening socket
    ground.connect("mx.birch.example", "127.0.3.25", 25)       -> a connected socket
    ground.datagram("ns.example", 53)                          -> a UDP socket
"""

import socket
from typing import Protocol

from mailkit.dialogue import Address, Place

BACKLOG = 512  # connections that may wait for a server to take them


class Ground(Protocol):
    """What every ground gives."""

    tier: str  # "loopback": its name in `up --json` and on every figure's badge
    badge: str  # what the badge says

    def address(self, host: str) -> str:
        """The address at which the village's DNS says that this host lives."""

    def listen(self, host: str, port: int) -> socket.socket:
        """A listening TCP socket for this host's service on this (standard) port."""

    def datagram(self, host: str, port: int = 0) -> socket.socket:
        """A UDP socket of this host; port 0 for one that only asks."""

    def dial(self, host: str, address: str, port: int) -> tuple[socket.socket, Address]:
        """A TCP socket of this host, not yet connected, and where to connect it.

        Raises:
            OSError: no way leads from this ground to that address.
        """

    def connect(self, host: str, address: str, port: int, timeout: float = 10.0) -> socket.socket:
        """A TCP connection from this host; blocks."""

    def release(self, host: str, port: int) -> None:
        """The service has closed its listening socket: let nobody else be found at its place."""

    def reached(self, host: str, port: int) -> Address:
        """Where a program outside the village finds this service."""

    def place(self, address: Address) -> Place:
        """Whose socket this address is."""
