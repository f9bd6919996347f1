"""The joint between a socket and a core.

::

      a program --- TCP, TLS --- Served --- a core: bytes in, bytes out
                                   |
                                 Visit ---> evidence

POP3, IMAP and DNS over TCP are joined here; SMTP's language brings its own joint (aiosmtpd).
"""

import asyncio
import ssl

from mailkit.ground.service import Visit
from mailkit.talk.core import Core


class Served(asyncio.Protocol):
    """One connection, served by one core.

    Args:
        core: a fresh core, which this connection has for itself.
        visit: where to write down what is said.
        tls: for STARTTLS; None where the core does not offer it.
        patience: seconds that a client may be silent (RFC 1939 section 3: at least 10 minutes;
            RFC 3501 section 5.4: at least 30).
    """

    def __init__(self, core: Core, visit: Visit, tls: ssl.SSLContext | None, patience: float) -> None:
        self._core, self._visit, self._tls, self._patience = core, visit, tls, patience
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._securing: asyncio.Task[None] | None = None
        self._early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._visit.begin(transport)
        self._core.wake = self._wake
        self._say(self._core.greet())
        self._wait_for_client()

    def data_received(self, data: bytes) -> None:
        if self._securing:
            self._early += data  # the first words inside TLS, a moment before we hear that it is there
            return
        self._visit.heard("C", data, self._core.tls)
        self._say(self._core.receive(data))
        self._wait_for_client()
        if self._core.wants_tls:
            self._transport.pause_reading()  # what comes now in the clear is not heard any more
            self._securing = self._loop.create_task(self._secure())
        elif self._core.closing:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._core.hang_up()
        self._visit.end()

    def pause_writing(self) -> None:
        """The client does not read: hear no more commands until it does (bounded memory)."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._transport.resume_reading()

    def _say(self, answer: bytes) -> None:
        if answer:
            self._visit.heard("S", answer, self._core.tls)
            self._transport.write(answer)

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._notify)  # a mailbox may be changed from any thread

    def _notify(self) -> None:
        if not self._transport.is_closing():
            self._say(self._core.notify())

    def _wait_for_client(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(self._patience, self._transport.close)

    async def _secure(self) -> None:
        """Put TLS on the line; a client that fails at it is gone, and nobody else notices."""
        assert self._tls is not None
        try:
            secured = await self._loop.start_tls(self._transport, self, self._tls, server_side=True)
        except (OSError, ssl.SSLError):
            return
        if secured is not None:
            self._transport, self._securing = secured, None
            self._core.secure()
            early, self._early = self._early, b""
            if early:
                self.data_received(early)
