"""Who decides, and who writes down: what an SMTP session needs from outside its language.

A role's methods are SMTP's own verbs.  Each is called when the client says that word and was allowed to;
it raises `Refused` to say no, and otherwise the session answers 250.
"""

import asyncio
from typing import Any, Protocol

from mailkit.letter.envelope import Envelope
from mailkit.letter.trace import Hop
from mailkit.talk import sasl
from mailkit.talk.fault import Faults


class Role(Protocol):
    """Who decides.  ``roles/msa.py`` and ``roles/mta.py`` are the two there are."""

    @property
    def credentials(self) -> sasl.Credentials | None:
        """Who may log in; None where nobody does (port 25)."""

    @property
    def in_the_clear(self) -> bool:
        """Whether passwords are taken without TLS, for a lesson on why they should not be."""

    def MAIL(self, hop: Hop, sender: str, parameters: dict[str, str]) -> None:
        """Whether a letter from this sender is taken."""

    def RCPT(self, hop: Hop, envelope: Envelope, recipient: str, wishes: dict[str, str]) -> str:
        """Whether it is taken for this recipient; returns the recipient's full address."""

    async def DATA(self, hop: Hop, envelope: Envelope, content: bytes) -> str:
        """Take responsibility for the letter; returns the words that follow 250."""


class Recorder(Protocol):
    """Who writes down what is said, and knows the world around it (``ground/service.py``)."""

    @property
    def client(self) -> "Caller": ...
    @property
    def faults(self) -> Faults: ...
    @property
    def crowd(self) -> str:
        """Why there is no room for this client; "" if there is."""

    def begin(self, transport: asyncio.BaseTransport) -> None: ...
    def heard(self, side: Any, data: bytes, secure: bool) -> None: ...
    def end(self) -> None: ...
    async def wait(self, seconds: float) -> None:
        """Let so many seconds pass, by the village's clock."""


class Caller(Protocol):
    """The other end, as the ground knows it."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> tuple[str, int]: ...
