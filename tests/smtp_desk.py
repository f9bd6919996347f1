"""An SMTP server without a socket: bytes in, bytes out, so that dialogue files can be played against it.

aiosmtpd's server wants an event loop and a transport.  Here the transport is a notebook page, and the
loop runs until it has nothing left to do.
"""

import asyncio
from typing import Any

from mailkit.dialogue import Place
from mailkit.smtp.server import SMTPServer
from mailkit.talk.core import Core
from mailkit.talk.fault import STAGES, Faults
from mailkit.talk.refusal import Refused


class Page(asyncio.Transport):
    """A transport that writes down what is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.writes = 0
        self.closed = False

    def write(self, data: Any) -> None:
        self.sent += bytes(data)
        self.writes += 1

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed


class Diary:
    """A recorder."""

    client = Place("laptop-alice.birch.example", ("127.0.2.101", 40000))

    crowd = ""

    def __init__(self) -> None:
        self.heard_from: dict[str, bytes] = {"C": b"", "S": b""}
        self.ended = False
        self.faults = Faults("cedar.example", STAGES)
        self.waited: list[float] = []

    async def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def begin(self, transport: asyncio.BaseTransport) -> None:
        pass

    def heard(self, side: Any, data: bytes, secure: bool) -> None:
        self.heard_from[side] += data

    def end(self) -> None:
        self.ended = True


class People:
    """A role that knows bob@cedar.example and alice@birch.example."""

    in_the_clear = False

    def __init__(self, credentials: Any = None) -> None:
        self.credentials = credentials
        self.letters: list[Any] = []

    def MAIL(self, hop: Any, sender: str, parameters: dict[str, str]) -> None:
        self.hop = hop

    def RCPT(self, hop: Any, envelope: Any, recipient: str, wishes: dict[str, str]) -> str:
        if not recipient.startswith(("bob", "alice", "postmaster")):
            raise Refused(550, "5.1.1", "no such person here")
        return recipient

    async def DATA(self, hop: Any, envelope: Any, content: bytes) -> str:
        self.letters.append((envelope, content))
        return "accepted, queued as 1"


class Door:
    """Credentials: Alice's password is tea-at-four."""

    def check(self, user: str, password: str) -> str:
        if (user, password) != ("alice@birch.example", "tea-at-four"):
            raise Refused(535, "5.7.8", "wrong user or password")
        return user

    def credential(self, user: str) -> None:
        return None


class Desk(Core):
    """The server as a core."""

    def __init__(self, role: Any = None, secured: bool = False, crowd: str = "") -> None:
        super().__init__()
        self.role = role or People()
        self.diary = Diary()
        self.diary.crowd = crowd
        self.page = Page()
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self._open(secured))

    async def _open(self, secured: bool) -> None:
        self.server = SMTPServer(self.role, self.diary, "mx.cedar.example", None, secured)
        self.server.connection_made(self.page)

    def fault(self, stage: str, *reply: str) -> None:
        """Let one command be answered by this reply, instead of obeyed."""
        self.diary.faults.order(stage, reply=" ".join(reply), times=1)

    def greet(self) -> bytes:
        return self._until_quiet()

    def receive(self, data: bytes) -> bytes:
        if self.page.closed:
            return b""
        self.server.data_received(data)
        return self._until_quiet()

    def _until_quiet(self) -> bytes:
        quiet = 0
        while quiet < 3:
            before = self.page.sent
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()
            quiet = quiet + 1 if self.page.sent == before else 0
        answer, self.page.sent = self.page.sent, b""
        return answer

    def hang_up(self) -> None:
        self.server.connection_lost(None)
        self._until_quiet()
        self.loop.close()
