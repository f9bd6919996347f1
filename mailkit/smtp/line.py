"""The server's end of the line: what is said leaves here, and is written down.

Replies to commands that came together leave together (RFC 2920 section 3.2): while a further whole command
is waiting to be heard, the reply is held back for a moment, and one write carries all of them::

    MAIL FROM:<...>  RCPT TO:<...>  RCPT TO:<...>  DATA  -->
                                                         <--  250  250  550  354

This is also where the line breaks in the middle of a reply, or is slow, when a lesson wants that
(``talk/fault.py``).
"""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP

from mailkit.smtp.reply import with_status
from mailkit.smtp.role import Recorder
from mailkit.talk.refusal import Refused

GRACE = 5.0  # seconds that a client has to read our last words


class Line(SMTP):
    """aiosmtpd's session, as far as it speaks.

    Attributes:
        pace: octets that pass in a second; 0 for all at once.
        cut: the line breaks after so many octets of the next reply; None if it does not.
        deaf_after: the line breaks after so many octets of the letter that is coming; None if it does not.
    """

    recorder: Recorder
    pace = 0.0
    cut: int | None = None
    deaf_after: int | None = None
    _due = b""  # replies that have not left yet
    _secured = False
    _grace: asyncio.TimerHandle | None = None  # until a client that does not read is cut off

    @property
    def tls(self) -> bool:
        """Whether TLS is on the line."""
        return self._secured or self._tls_protocol is not None

    def data_received(self, data: bytes) -> None:
        self.recorder.heard("C", data, self.tls)
        super().data_received(data)

    def eof_received(self) -> bool:
        """The client says nothing more, so we hang up, too, wherever we are."""
        super().eof_received()
        return False  # aiosmtpd would leave our half of the connection open for whoever still speaks

    def connection_lost(self, error: Exception | None) -> None:
        if self._grace:
            self._grace.cancel()
        super().connection_lost(error)
        self.recorder.end()

    async def push(self, status: Any) -> None:
        """Give a reply; it leaves at once unless the next command is here already."""
        self._due += (status if isinstance(status, bytes) else with_status(status).encode()) + b"\r\n"
        if b"\n" not in self._reader._buffer:  # type: ignore[attr-defined]
            await self.flush()

    async def flush(self) -> None:
        """Let the replies that are due leave, and wait while the client does not read them."""
        if self.cut is not None:
            self._write(self._due[: self.cut])
            await self.break_off()
        step = int(self.pace) or len(self._due)
        while self._due:
            self._write(self._due[:step])
            self._due = self._due[step:]
            if self._due:
                await self.recorder.wait(1.0)
        await self._writer.drain()

    async def line(self) -> bytes:
        """The client's next line, where it is no command (inside AUTH)."""
        try:
            return (await self._reader.readuntil(b"\n")).rstrip(b"\r\n")
        except asyncio.LimitOverrunError:
            raise Refused(500, "5.5.6", "that line is too long", hang_up=True) from None

    async def heard_of_letter(self, octets: int) -> None:
        """So many octets more of a letter have come."""
        self._reset_timeout()  # patience is for each piece, not for the whole (RFC 5321 section 4.5.3.2)
        if self.deaf_after is not None:
            self.deaf_after -= octets
            if self.deaf_after <= 0:
                await self.break_off()
        if self.pace:
            await self.recorder.wait(octets / self.pace)

    async def last_word(self, status: str) -> None:
        """Give this reply and hang up; what else the client has sent is not heard any more."""
        self.stop_hearing()
        await self.push(status)
        self._hang_up()

    def say_goodbye(self, status: str) -> None:
        """The same, where one cannot wait."""
        self._write(status.encode() + b"\r\n")
        self._hang_up()

    def stop_hearing(self) -> None:
        """Throw away what has come and has not been obeyed yet."""
        self._reader._buffer.clear()  # type: ignore[attr-defined]

    async def break_off(self) -> None:
        """Break the line without a word; this does not return."""
        if isinstance(self.transport, asyncio.WriteTransport):
            # In the middle of a reply: what has been written shall still arrive.
            self.transport.close() if self.cut else self.transport.abort()
        await self.never()

    async def never(self) -> None:
        """Do nothing until the client hangs up; this does not return."""
        if self._timeout_handle:
            self._timeout_handle.cancel()
        await asyncio.get_running_loop().create_future()

    def _write(self, data: bytes) -> None:
        if data and self.transport:
            self.recorder.heard("S", data, self.tls)
            self._writer.write(data)

    def _hang_up(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.close()  # politely: what is written still leaves ...
            self._grace = self.loop.call_later(GRACE, self.transport.abort)  # ... if anybody reads it
