"""What a host is called in a picture: a short name, and what it does in words.

>>> short("laptop-alice.birch.example"), role("laptop-alice.birch.example")
('laptop-alice', "Alice's mail program")
>>> short("mx.birch.example"), role("mx.birch.example")
('mx.birch', "birch's mail server")
"""

import re

# Host name -> what it does.  The first pattern that fits is taken.
ROLES = {
    r"(?:laptop|phone|tablet|desktop)-(?P<who>\w+)\..*": "{who}'s mail program",
    r"(?:mx|mail)\.(?P<where>[\w-]+)\..*": "{where}'s mail server",
    r"(?:mx\d+|backup|backup-mx)\.(?P<where>[\w-]+)\..*": "{where}'s second mail server",
    r"webmail\.(?P<where>[\w-]+)\..*": "{where}'s web mail",
    r"ns\d*(?:\..*)?": "the name server",
    r"router\d*|r\d": "a router",
    r"outside": "a program of your own",
}


def short(host: str) -> str:
    """The name without what all names here have in common."""
    name = host.removesuffix(".").removesuffix(".example")
    return name.split(".")[0] if re.match(r"(laptop|phone|tablet|desktop)-", name) else name


def role(host: str) -> str:
    """What this host does, in two or three words; empty when that is not known."""
    for pattern, words in ROLES.items():
        found = re.fullmatch(pattern, host)
        if found:
            named = found.groupdict()
            return words.format(who=named.get("who", "").capitalize(), where=named.get("where", ""))
    return ""
