"""Who lives where: the hosts of the village and their addresses on the loopback ground.

Each provider has a network of its own, as it would in the world::

    127.0.1.x  example         ns
    127.0.2.x  birch.example   mx, and Alice's laptop
    127.0.3.x  cedar.example   mx, and Bob's laptop and phone

All of 127.0.0.0/8 is this machine (RFC 1122 section 3.2.1.3), so nothing of it ever leaves it.
"""

LOOPBACK = {
    "ns.example": "127.0.1.53",
    "mx.birch.example": "127.0.2.25",
    "laptop-alice.birch.example": "127.0.2.101",
    "mx.cedar.example": "127.0.3.25",
    "laptop-bob.cedar.example": "127.0.3.101",
    "phone-bob.cedar.example": "127.0.3.102",
}

NAME_SERVER = "ns.example"

SERVICES = {  # the name in `up --json`, its standard port, and whether TLS comes first
    "smtp": (25, False),
    "submission": (587, False),
    "submissions": (465, True),
    "pop3": (110, False),
    "pop3s": (995, True),
    "imap": (143, False),
    "imaps": (993, True),
}
