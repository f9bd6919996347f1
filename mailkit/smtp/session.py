"""Between aiosmtpd and our own words: an SMTP session's socket, table and record.

aiosmtpd reads lines, puts TLS on the line and collects the letter.  This file adds three things to it:
the order of commands is the table of ``states.py``; a `Refused` raised anywhere becomes the reply; and
every word of both sides is written down, inside TLS too.  The commands are in ``server.py``.

::

    RCPT TO:<bob@cedar.example>  ->  obey: allowed now?  ->  smtp_RCPT  ->  250, or what was raised
"""

import asyncio
import functools
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.smtp import SMTP

from mailkit.letter.envelope import Envelope
from mailkit.letter.trace import Hop
from mailkit.smtp.role import Recorder, Role
from mailkit.smtp.states import ALLOWED, INSTEAD, State
from mailkit.talk.refusal import Refused

Command = Callable[[str | None], Awaitable[None]]

LARGEST = 50 << 20  # octets of one letter
PATIENCE = 300.0  # seconds (RFC 5321 section 4.5.3.2.7: at least five minutes)
BOGUS = 10  # words that are no commands, until the server hangs up

STATUS = {  # for the few replies that are aiosmtpd's own and carry no enhanced code (RFC 2034)
    "221": "2.0.0",
    "250": "2.0.0",
    "454": "4.7.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "552": "5.3.4",
}


class Session(SMTP):
    """One SMTP session with one client, without its commands.

    Args:
        role: decides.
        recorder: writes down.
        hostname: who we are.
        tls: for STARTTLS, or None.
        secured: TLS came before the first word (port 465).
    """

    line_length_limit = 2048  # more than section 4.5.3.1.6 asks for: DSN parameters are long

    def __init__(
        self, role: Role, recorder: Recorder, hostname: str, tls: ssl.SSLContext | None, secured: bool = False
    ) -> None:
        super().__init__(
            self,
            hostname=hostname,
            ident="ESMTP mailkit",
            tls_context=None if secured else tls,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            timeout=PATIENCE,
            loop=asyncio.get_running_loop(),
        )
        self.role, self.recorder, self._secured = role, recorder, secured
        self.command_size_limit = self.line_length_limit
        self._smtp_methods = _Commands(self, self._smtp_methods)
        self._begin()

    def _begin(self) -> None:
        """Know nothing of the client: at the start, and again behind STARTTLS (RFC 3207 section 4.2)."""
        self.said = ""  # the name it gave with EHLO
        self.esmtp = False
        self.account = ""
        self.letter: Envelope | None = None
        self._bogus = 0

    @property
    def tls(self) -> bool:
        """Whether TLS is on the line."""
        return self._secured or self._tls_protocol is not None

    @property
    def state(self) -> State:
        """Where the session stands in the table."""
        if not self.said:
            return State.CONNECTED
        if self.letter is None:
            return State.GREETED
        return State.RECIPIENTS if self.letter.recipients else State.SENDER

    @property
    def hop(self) -> Hop:
        """The connection, as a Received: line will tell it."""
        caller = self.recorder.client
        return Hop(self.said, caller.name, caller.address[0], self.esmtp, self.tls, self.account)

    # -- the socket ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:
            self.recorder.begin(transport)
        else:  # once more, behind STARTTLS
            self._begin()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self.recorder.heard("C", data, self.tls)
        super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.recorder.end()

    async def push(self, status: Any) -> None:
        """Send a reply, in one write."""
        reply = status if isinstance(status, bytes) else _with_status(status).encode()
        self.recorder.heard("S", reply + b"\r\n", self.tls)
        await super().push(reply)

    async def line(self) -> bytes:
        """The client's next line, where it is no command (inside AUTH)."""
        try:
            return (await self._reader.readuntil(b"\n")).rstrip(b"\r\n")
        except asyncio.LimitOverrunError:
            raise Refused(500, "5.5.6", "that line is too long", hang_up=True) from None

    # -- the table ----------------------------------------------------------------------------------

    async def obey(self, verb: str, command: Command, argument: str | None) -> None:
        """Carry out a command if the table allows it now; a `Refused` becomes the reply."""
        try:
            if verb not in ALLOWED[self.state]:
                raise Refused(503, "5.5.1", INSTEAD[self.state])
            await command(argument)
        except Refused as no:
            await self.push(str(no))
            if no.hang_up and self.transport:
                self.transport.close()

    async def unknown(self, argument: str | None) -> None:
        """A word that is no command."""
        self._bogus += 1
        if self._bogus >= BOGUS:
            raise Refused(421, "4.7.0", "too many words that are no commands; goodbye", hang_up=True)
        raise Refused(500, "5.5.2", "that is no command here; HELP lists them")

    async def handle_exception(self, error: Exception) -> str:
        """A mistake of ours: this client may try again later, and all others notice nothing."""
        logging.getLogger(__name__).error("a mistake in the SMTP server", exc_info=error)
        return "451 4.3.0 a mistake of this server; try again later"

    def forget_letter(self) -> None:
        """No letter is under way any more."""
        self.letter = None
        self._set_rset_state()  # type: ignore[no-untyped-call]  # aiosmtpd's own memory of it


class _Commands(dict[str, Callable[[str | None], Awaitable[None]]]):
    """aiosmtpd's table of commands, with `Session.obey` before each of them."""

    def __init__(self, session: Session, commands: dict[str, Any]) -> None:
        super().__init__(
            (verb, functools.partial(session.obey, verb, method)) for verb, method in commands.items()
        )
        self._unknown = functools.partial(session.obey, "NOOP", session.unknown)

    def get(self, verb: str, default: Any = None) -> Any:
        """The command of that name; one that says 500 for all others."""
        return super().get(verb, self._unknown)


def _with_status(reply: str) -> str:
    """Give a reply of aiosmtpd's own the enhanced code that it lacks.

    >>> _with_status("221 Bye"), _with_status("250 2.1.0 sender ok")
    ('221 2.0.0 Bye', '250 2.1.0 sender ok')
    """
    code, text = reply[:3], reply[4:]
    has_one = text[:1] in "245" and text[1:2] == "."
    return reply if has_one or code not in STATUS else f"{code} {STATUS[code]} {text}"
