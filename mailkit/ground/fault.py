"""Faults on a POP3 or an IMAP connection: the joint of ``serve.py``, told to fail (``talk/fault.py``).

::

    v.cedar.switches["imap"].fault("FETCH", drop=True, after=2000)   the line breaks in the middle
    v.cedar.switches["pop3"].fault("RETR", slow=50)                  50 octets in a second
    v.cedar.switches["imap"].fault("connect", silence=True)          no greeting ever comes

The core knows nothing of it: it has answered, and the answer has trouble on its way.  SMTP has stages and
recipients, so its session does this itself (``smtp/session.py``).
"""

import asyncio
import re

from mailkit.ground.serve import Served
from mailkit.talk.fault import Fault

_WORDS = re.compile(rb"^(?:(\S+)[ \t]+)?(\S+)", re.MULTILINE)  # POP3: RETR 1.  IMAP: a1 FETCH 1 ...


class Troubled(Served):
    """One connection whose answers may be late, slow, cut off, or never come."""

    _fault: Fault | None = None  # what strikes the next answer
    _pace = 0.0
    _sending: asyncio.Task[None] | None = None
    _late = b""  # answers that have not left yet

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._fault = self._visit.faults.strike("connect")
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._visit.faults:
            words = [word for line in _WORDS.findall(data.upper()) for word in line if word]
            struck = (self._visit.faults.strike(word.decode("ascii", "replace")) for word in words)
            self._fault = next((fault for fault in struck if fault), self._fault)
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._sending:
            self._sending.cancel()
        super().connection_lost(exc)

    def _say(self, answer: bytes) -> None:
        if self._core.wants_tls or not (self._fault or self._pace or self._sending):
            super()._say(answer)
            return
        fault, self._fault = self._fault, None
        self._late += answer
        if self._sending is None:
            self._sending = self._loop.create_task(self._utter(fault))

    async def _utter(self, fault: Fault | None) -> None:
        """Let what is due leave, with trouble."""
        if fault:
            self._pace = fault.slow or self._pace
            await self._visit.wait(fault.delay)
            if fault.silence:
                await self._loop.create_future()  # until the client hangs up
            if fault.drop:
                super()._say(self._late[: fault.after])
                self._transport.close() if fault.after else self._transport.abort()
                return
        while self._late:
            step = int(self._pace) or len(self._late)
            piece, self._late = self._late[:step], self._late[step:]
            super()._say(piece)
            if self._late:
                await self._visit.wait(1.0)
        self._sending = None
