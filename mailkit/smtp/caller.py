"""The client's end of the line: says commands, hears replies.

::

    say("MAIL FROM:<...>", "RCPT TO:<...>")  -->
                                             <--  250 2.1.0 sender ok
                                             <--  550 5.1.1 no such person here
    await reply()  ->  Reply(250, ...)
    await reply()  ->  Reply(550, ...)

The server's words come in pieces, as TCP cuts them; they wait in a `Buffer` until a reply is whole.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from mailkit.smtp.reply import LONGEST, Reply
from mailkit.talk.buffer import Buffer, LineTooLong

Patience = Callable[[float], AbstractAsyncContextManager[None]]  # raises TimeoutError after so many seconds


_REPLY_LINE = re.compile(rb"[2-5][0-9]{2}(?:[ -]|\Z)")


class NoReply(Exception):
    """The server has hung up, or what it said is no reply."""


class Caller(asyncio.Protocol):
    """One connection to a server.

    Args:
        patience: by whose clock we wait.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._buffer = Buffer(LONGEST)
        self._news = asyncio.Event()  # something has come, or nothing more will
        self._gone = False
        self._transport: asyncio.Transport
        self.tls = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if len(self._buffer) > LONGEST:  # it talks and talks, and we have not asked for so much
            self._transport.abort()
            return
        self._buffer.feed(data)
        self._news.set()

    def connection_lost(self, error: Exception | None) -> None:
        self._gone = True
        self._news.set()

    def say(self, *lines: str) -> None:
        """Send command lines, in one write."""
        self._transport.write("".join(f"{line}\r\n" for line in lines).encode())

    def send(self, data: bytes) -> None:
        """Send these octets as they are."""
        self._transport.write(data)

    async def reply(self, seconds: float) -> Reply:
        """The next reply.

        Raises:
            TimeoutError: it does not come within so many seconds.
            NoReply: it will never come.
        """
        lines: list[str] = []
        async with self._patience(seconds):
            while True:
                line = await self._line()
                if not _REPLY_LINE.match(line) or sum(map(len, lines)) > LONGEST:
                    raise NoReply(f"the server said {line[:80]!r}, which is no reply")
                lines.append(line[4:].decode("utf-8", "replace").strip())
                if line[3:4] != b"-":
                    return Reply(int(line[:3]), tuple(lines))

    async def secure(self, tls: ssl.SSLContext, seconds: float) -> None:
        """Put TLS on the line; what the server said before that is forgotten (RFC 3207 section 4.2).

        Raises:
            OSError: the handshake failed; the line is of no use any more.
        """
        self._buffer.clear()
        loop = asyncio.get_running_loop()
        async with self._patience(seconds):
            secured = await loop.start_tls(self._transport, self, tls)
        if secured is None:
            raise ConnectionResetError("the server hung up during the handshake")
        self._transport, self.tls = secured, True

    def close(self) -> None:
        """Hang up."""
        self._transport.abort()

    async def _line(self) -> bytes:
        while True:
            try:
                line = self._buffer.line()
            except LineTooLong:
                raise NoReply(f"the server said a line of more than {LONGEST} octets") from None
            if line is not None:
                return line
            if self._gone:
                raise NoReply("the server hung up")
            self._news.clear()
            await self._news.wait()
