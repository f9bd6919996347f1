"""One try to get a letter further: what the queue gives to whoever carries it, and what comes back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mailkit.dialogue import Address
from mailkit.letter.envelope import Envelope
from mailkit.talk.refusal import Refused

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
