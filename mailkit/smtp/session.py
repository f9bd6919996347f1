"""Between aiosmtpd and our own words: an SMTP session's table, limits and record.

aiosmtpd reads command lines and puts TLS on the line.  This file adds to it: the order of commands is the
table of ``states.py``; a `Refused` raised anywhere becomes the reply; replies that are due together leave in
one write (RFC 2920); and what goes wrong on purpose goes wrong here (``talk/fault.py``).

::

    RCPT TO:<bob@cedar.example>  ->  obey: allowed now?  ->  smtp_RCPT  ->  250, or what was raised
"""

import asyncio
import functools
import logging
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from aiosmtpd.smtp import TLSSetupException

from mailkit.letter.envelope import Envelope
from mailkit.letter.trace import Hop
from mailkit.smtp.line import Line
from mailkit.smtp.role import Recorder, Role
from mailkit.smtp.states import ALLOWED, INSTEAD, STAGED, WORDS, State
from mailkit.talk.guesses import Guesses
from mailkit.talk.refusal import Refused

Command = Callable[[str | None], Awaitable[None]]

LARGEST = 50 << 20  # octets of one letter
LONGEST_COMMAND = 2048  # octets; RFC 5321 section 4.5.3.1.4 asks for 512, but DSN parameters are long
PATIENCE = 300.0  # seconds (RFC 5321 section 4.5.3.2.7: at least five minutes)
WRONG_PASSWORDS = 5  # in one session
ERRORS = 20  # refusals for good in one session, until the server hangs up


class Instead(Exception):
    """A fault has struck: this reply is given, and nothing is done."""


class Session(Line):
    """One SMTP session with one client, without its commands.

    Args:
        role: decides.
        recorder: writes down.
        hostname: who we are.
        tls: for STARTTLS, or None.
        secured: TLS came before the first word (port 465).
    """

    line_length_limit = LONGEST_COMMAND

    def __init__(
        self, role: Role, recorder: Recorder, hostname: str, tls: ssl.SSLContext | None, secured: bool = False
    ) -> None:
        super().__init__(
            _NoHooks(),
            hostname=hostname,
            ident="ESMTP mailkit",
            tls_context=None if secured else tls,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            timeout=PATIENCE,
            loop=asyncio.get_running_loop(),
        )
        self.role, self.recorder, self._secured = role, recorder, secured
        self.command_size_limit = LONGEST_COMMAND
        self._smtp_methods = _Commands(self, self._smtp_methods)
        self._begin()

    def __dir__(self) -> Iterable[str]:
        """aiosmtpd looks here for its commands, at every connection; so it need not look far."""
        return [f"smtp_{word}" for word in WORDS]

    def _begin(self) -> None:
        """Know nothing of the client: at the start, and again behind STARTTLS (RFC 3207 section 4.2)."""
        self.said = ""  # the name it gave with EHLO
        self.esmtp = False
        self.account = ""
        self.letter: Envelope | None = None
        self.whom: list[str] = []  # the letter's recipients, as the client named them
        self.errors = 0
        self.guesses = Guesses(most=WRONG_PASSWORDS)

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

    # -- from the first word to the last ------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:
            self.recorder.begin(transport)
        else:  # once more, behind STARTTLS
            self._begin()
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        await self._answer(self._welcome())
        if self.transport and not self.transport.is_closing():
            await super()._handle_client()

    async def _welcome(self) -> None:
        """Whether the client is let in at all; aiosmtpd says 220 to it then."""
        try:
            await self.suffer("connect")
        except Instead as reply:
            await self.last_word(str(reply))
        if self.recorder.crowd:
            raise Refused(421, "4.7.0", self.recorder.crowd, hang_up=True)

    async def obey(self, verb: str, command: Command, argument: str | None) -> None:
        """Carry out a command if the table allows it now."""
        await self._answer(self._obey(verb, command, argument))

    async def _obey(self, verb: str, command: Command, argument: str | None) -> None:
        if verb not in ALLOWED[self.state]:
            raise Refused(503, "5.5.1", INSTEAD[self.state])
        if verb in STAGED:
            await self.suffer(STAGED[verb], *self.whom)
        await command(argument)

    async def _answer(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it; whoever says no on the way has given the reply."""
        try:
            await work
        except Refused as no:
            self.errors += no.permanent
            if self.errors >= ERRORS:
                no = Refused(421, "4.7.0", f"{ERRORS} mistakes in one session are enough", hang_up=True)
            await self.last_word(str(no)) if no.hang_up else await self.push(str(no))
        except Instead as reply:
            over = str(reply).startswith("421")
            await self.last_word(str(reply)) if over else await self.push(str(reply))

    async def unknown(self, argument: str | None) -> None:
        """A word that is no command."""
        raise Refused(500, "5.5.2", "that is no command here; HELP lists them")

    async def handle_exception(self, error: Exception) -> str:
        """A mistake of ours: this client may try again later, and all others notice nothing."""
        if not isinstance(error, TLSSetupException):  # that one is the client's, and it is gone
            logging.getLogger(__name__).error("a mistake in the SMTP server", exc_info=error)
        return "451 4.3.0 a mistake of this server; try again later"

    def _timeout_cb(self) -> None:
        """The client has kept silent for too long (RFC 5321 section 4.5.3.2.7)."""
        self.say_goodbye(f"421 4.4.2 {self.hostname} has waited {PATIENCE:.0f} seconds for you; goodbye")

    def forget_letter(self) -> None:
        """No letter is under way any more."""
        self.letter, self.whom = None, []

    # -- what goes wrong on purpose -----------------------------------------------------------------

    async def suffer(self, stage: str, *recipients: str) -> None:
        """Let a fault strike, if one has been ordered for here.

        Raises:
            Instead: this reply is to be given, and no other.
        """
        fault = self.recorder.faults.strike(stage, recipients)
        if fault is None:
            return
        self.pace = fault.slow or self.pace
        if fault.delay:
            await self.recorder.wait(fault.delay)
        if fault.silence:
            await self.never()
        if fault.drop and stage == "letter":
            self.deaf_after = fault.after
        elif fault.drop:
            self.cut = fault.after
        if fault.reply:
            raise Instead(fault.reply)


class _NoHooks:
    """What aiosmtpd calls a handler: there is none, and it need not look for hooks at every connection."""

    def __dir__(self) -> Iterable[str]:
        return []


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
