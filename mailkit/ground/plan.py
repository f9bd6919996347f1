"""Who lives where: the hosts of the village and their addresses on the loopback ground.

Each provider has a network of its own, as it would in the world::

    127.0.1.x  example         ns
    127.0.2.x  birch.example   mx, and Alice's laptop
    127.0.3.x  cedar.example   mx and its backup mx2, and Bob's laptop and phone

All of 127.0.0.0/8 is this machine (RFC 1122 section 3.2.1.3), so nothing of it ever leaves it.
"""

from typing import NamedTuple

LOOPBACK = {
    "ns.example": "127.0.1.53",
    "mx.birch.example": "127.0.2.25",
    "laptop-alice.birch.example": "127.0.2.101",
    "mx.cedar.example": "127.0.3.25",
    "mx2.cedar.example": "127.0.3.26",
    "laptop-bob.cedar.example": "127.0.3.101",
    "phone-bob.cedar.example": "127.0.3.102",
}

NAME_SERVER = "ns.example"
BACKED_UP = ("cedar.example",)  # the domains that have a second mail server, mx2

FIRST_PORT = {"mx.birch.example": 1, "mx.cedar.example": 11, "mx2.cedar.example": 21}  # see `up --port-base`


class Standard(NamedTuple):
    """What the standards say of a service (RFC 6335, RFC 8314)."""

    port: int
    tls_first: bool  # TLS comes before the first word; elsewhere it may come with STARTTLS
    protocol: str


SERVICES = {  # by the names of `up --json`
    "smtp": Standard(25, False, "smtp"),
    "submission": Standard(587, False, "submission"),
    "submissions": Standard(465, True, "submission"),
    "pop3": Standard(110, False, "pop3"),
    "pop3s": Standard(995, True, "pop3"),
    "imap": Standard(143, False, "imap"),
    "imaps": Standard(993, True, "imap"),
}
