"""One try to get a letter further: what the queue gives to whoever carries it, and what comes back."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from mailkit.dialogue import Address
from mailkit.letter.envelope import Envelope
from mailkit.talk.refusal import Refused

MOST_RECIPIENTS = 100  # in one transaction; more a server need not take (RFC 5321 section 4.5.3.1.8)

Outcomes = dict[str, Refused | str]  # for each recipient: why not, or the words that came with 250


@dataclass
class Contact:
    """The server at the other end of an attempt."""

    client: Address  # our own end of the connection
    server: str  # its name
    dsn: bool = False  # it has taken over the sender's orders for reports


@dataclass
class Attempt:
    """One try to get a letter further, to recipients of one domain."""

    id: str  # in the queue
    letter: str
    arrived: float
    envelope: Envelope
    content: bytes
    contact: Contact | None = None  # set by whoever carries it to another server


Carry = Callable[[Attempt], Awaitable[Outcomes]]


def transactions(recipients: list[str]) -> Iterator[list[str]]:
    """Recipients who can share one transaction: of one domain, and not too many."""
    domains = defaultdict(list)
    for recipient in recipients:
        domains[recipient.rpartition("@")[2].lower()].append(recipient)
    for together in domains.values():
        for start in range(0, len(together), MOST_RECIPIENTS):
            yield together[start : start + MOST_RECIPIENTS]
