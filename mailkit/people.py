"""Who lives in the village.

The passwords are no secret: they are printed for whoever sets up a mail program, and all that they open
is on this machine and made up.
"""

from typing import NamedTuple

DOMAINS = ("birch.example", "cedar.example")


class Who(NamedTuple):
    """Somebody who lives here."""

    address: str
    password: str
    host: str  # the machine with the mail program

    @property
    def domain(self) -> str:
        """The provider."""
        return self.address.partition("@")[2]


PEOPLE = {
    "alice": Who("alice@birch.example", "tea-at-four", "laptop-alice.birch.example"),
    "carol": Who("carol@birch.example", "scones-at-six", "laptop-alice.birch.example"),
    "bob": Who("bob@cedar.example", "cake-at-five", "laptop-bob.cedar.example"),
    "dave": Who("dave@cedar.example", "toast-at-noon", "laptop-bob.cedar.example"),
}

POSTMASTERS = {"birch.example": "alice", "cedar.example": "bob"}  # RFC 5321 section 4.5.1
