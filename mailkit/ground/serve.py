"""The joint between a socket and a core.

::

      a program --- TCP, TLS --- Served --- a core: bytes in, bytes out
                                   |
                                 Visit ---> evidence

POP3, IMAP and DNS over TCP are joined here; SMTP's language brings its own joint (aiosmtpd).

All connections share one thread, so each takes turns: a long answer is made and sent in pieces, each when
the line has room for it, and nothing further is heard from this client until it has all of it.
"""

import asyncio
import socket
import ssl

from mailkit.ground.service import Visit
from mailkit.talk.core import Core

LISTEN = 2.0  # seconds: so often a core that listens is asked for news of which nobody tells us

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux has it


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
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None  # until we lose patience
        self._later: asyncio.Handle | None = None  # the next piece of an answer
        self._ear: asyncio.TimerHandle | None = None  # the next look for news
        self._full = False  # the client does not read what we have sent already
        self._securing: asyncio.Task[None] | None = None
        self._early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._visit.begin(transport)
        self._core.wake = self._wake
        self._say(self._core.greet())

    def data_received(self, data: bytes) -> None:
        if self._securing:
            self._early += data  # the first words inside TLS, a moment before we hear that it is there
            return
        self._visit.heard("C", data, self._core.tls)
        self._acknowledge()
        if self._core.speaking:  # it came before we could stop hearing; its turn will come
            self._core.buffer.feed(data)
        else:
            self._give(self._core.receive(data))

    def connection_lost(self, exc: Exception | None) -> None:
        for handle in (self._timer, self._later, self._ear):
            if handle:
                handle.cancel()
        self._core.hang_up()
        self._visit.end()

    def pause_writing(self) -> None:
        """The client does not read: say nothing and hear nothing until it does (bounded memory)."""
        self._full = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._full = False
        if not self._core.speaking:
            self._transport.resume_reading()
            self._notify()
        elif self._later is None:
            self._go_on()

    # ---- answering

    def _give(self, piece: bytes) -> None:
        """Send a piece of an answer, perhaps after a pause, and see how it goes on."""
        if self._core.pause:
            self._transport.pause_reading()
            self._later = self._loop.call_later(self._core.pause, self._send, piece)
        else:
            self._send(piece)

    def _send(self, piece: bytes) -> None:
        core, self._later = self._core, None
        self._say(piece)
        if core.speaking:
            self._transport.pause_reading()
            if not self._full:
                self._later = self._loop.call_soon(self._go_on)  # the others first
        elif core.wants_tls:
            self._transport.pause_reading()  # what comes now in the clear is not heard any more
            self._securing = self._loop.create_task(self._secure())
        elif core.closing:
            self._transport.close()
        elif not self._full:
            self._transport.resume_reading()
            self._listen()

    def _go_on(self) -> None:
        self._later = None
        if not self._transport.is_closing():
            self._give(self._core.more())

    def _say(self, answer: bytes) -> None:
        self._wait_for_client()
        if answer:
            self._visit.heard("S", answer, self._core.tls)
            self._transport.write(answer)

    def _acknowledge(self) -> None:
        """Tell the client's TCP at once that its octets are here.

        By default that waits up to 40 ms for something to send along.  A client that writes a command in
        two small pieces (imaplib's APPEND) waits as long with the second one: Nagle's algorithm.
        """
        if _QUICKACK is not None:  # it does not last, so it is wished for again each time
            self._transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    # ---- speaking unasked

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._notify)  # a mailbox may be changed from any thread

    def _notify(self) -> None:
        if not self._full and not self._transport.is_closing():
            news = self._core.notify()
            if news:
                self._visit.heard("S", news, self._core.tls)
                self._transport.write(news)

    def _listen(self) -> None:
        if self._core.listening and self._ear is None:
            self._ear = self._loop.call_later(LISTEN, self._look)

    def _look(self) -> None:
        self._ear = None
        self._notify()
        self._listen()

    # ---- patience and secrecy

    def _wait_for_client(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(self._patience, self._transport.abort)

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
