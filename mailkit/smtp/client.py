"""SMTP's calling half: hand one letter over on a socket that is already connected.

::

    220 <- EHLO -> STARTTLS -> EHLO -> MAIL, RCPT, RCPT ... -> DATA -> letter -> QUIT
                                       \\_ in one write where the server has PIPELINING

A server may take a letter for one recipient and refuse it for the next (RFC 5321 section 3.3), so each
recipient has an outcome of their own; and what the server has said of one of them stays true when the line
breaks later.
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailkit.letter import trace
from mailkit.letter.envelope import Envelope
from mailkit.smtp import data
from mailkit.smtp.caller import Caller, NoReply, Patience
from mailkit.smtp.reply import Reply
from mailkit.talk.refusal import Refused

Outcome = Refused | str  # why not, or the words that came with 250

# Seconds; RFC 5321 section 4.5.3.2.  It has to be longest after the dot: a client that gives up while the
# server lays the letter in sends it twice (RFC 1047).
GREETING, COMMAND, START, END, GOODBYE = 300.0, 300.0, 120.0, 600.0, 30.0


class Unreachable(Refused):
    """It was not the letter that was refused: this host cannot be talked to, another one perhaps can."""


class HandshakeFailed(Exception):
    """TLS was offered and did not work; without it one might be heard (RFC 7435: better than nothing)."""


@dataclass
class Handed:
    """What came of it.

    Attributes:
        outcomes: for each recipient the server's last word, or its refusal.
        dsn: the server has taken over the sender's orders for reports.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    dsn: bool = False


async def hand_over(
    connected: socket.socket,
    own_name: str,
    envelope: Envelope,
    content: bytes,
    tls: ssl.SSLContext | None,
    patience: Patience,
) -> Handed:
    """Hand a letter to the server at the other end.

    Args:
        connected: a TCP connection to it; closed at the end in any case.
        own_name: what we say with EHLO.
        tls: used when the server offers STARTTLS; None: go on without.
        patience: by whose clock we wait.

    Raises:
        Refused: it took nothing for anybody: it refused the sender, or (`Unreachable`) us.
        HandshakeFailed: TLS did not work.
    """
    loop = asyncio.get_running_loop()
    _, caller = await loop.create_connection(lambda: Caller(patience), sock=connected)
    try:
        return await Client(caller, own_name).hand_over(envelope, content, tls)
    finally:
        caller.close()


class Client:
    """One session with one server."""

    def __init__(self, caller: Caller, own_name: str) -> None:
        self._caller, self._own_name = caller, own_name
        self.extensions: dict[str, str] = {}  # what the server can do: {"SIZE": "52428800", "DSN": ""}

    async def hand_over(self, envelope: Envelope, content: bytes, tls: ssl.SSLContext | None) -> Handed:
        """The whole session."""
        handed = Handed()
        try:
            await self._arrive(tls)
            options = self._options(envelope, content)
            handed.dsn = "DSN" in self.extensions
            await self._transaction(envelope, content, options, handed)
        except (OSError, NoReply) as error:  # TimeoutError is an OSError
            why = "the server keeps silent" if isinstance(error, TimeoutError) else str(error)
            no = Unreachable(451, "4.4.2", why)
            if not handed.outcomes:
                raise no from None
            handed.outcomes = {who: handed.outcomes.get(who, no) for who in envelope.recipients}
        return handed

    async def _arrive(self, tls: ssl.SSLContext | None) -> None:
        """Up to the point where a letter may begin."""
        greeting = await self._caller.reply(GREETING)
        if greeting.code != 220:
            raise Unreachable(*_parts(greeting))
        await self._introduce()
        if tls and "STARTTLS" in self.extensions and (await self._ask("STARTTLS")).code == 220:
            try:
                await self._caller.secure(tls, COMMAND)
            except OSError as error:
                raise HandshakeFailed(str(error)) from None
            await self._introduce()  # the server has forgotten us (RFC 3207 section 4.2)

    async def _introduce(self) -> None:
        reply = await self._ask(f"EHLO {self._own_name}")
        if reply.code in (500, 501, 502, 504):  # a server of before 1993
            reply = await self._ask(f"HELO {self._own_name}")
        if not reply.yes:
            raise Unreachable(*_parts(reply))
        words = (line.upper().partition(" ") for line in reply.lines[1:])
        self.extensions = {keyword: values for keyword, _, values in words}

    def _options(self, envelope: Envelope, content: bytes) -> list[str]:
        """What to add to MAIL FROM, as far as this server understands it.

        Raises:
            Refused: it cannot take this letter as it is: 5.6.7 needs SMTPUTF8 (RFC 6531 section 3.2), 5.6.3
                needs 8BITMIME (RFC 6152 section 3), 5.3.4 is too large (RFC 1870 section 6.1).
        """
        options = []
        if "SIZE" in self.extensions:
            limit = self.extensions["SIZE"]
            if limit.isdecimal() and 0 < int(limit) < len(content):
                raise Refused(552, "5.3.4", f"the next server takes letters of at most {limit} octets")
            options.append(f"SIZE={len(content)}")
        if not content.isascii():
            if "8BITMIME" not in self.extensions:
                raise Refused(554, "5.6.3", "the next server cannot take octets above 127")
            options.append("BODY=8BITMIME")
        utf8 = "SMTPUTF8" in envelope.parameters and not trace.head(content).isascii()
        if envelope.utf8 or utf8:
            if "SMTPUTF8" not in self.extensions:
                raise Refused(550, "5.6.7", "the next server cannot take addresses or headers beyond ASCII")
            options.append("SMTPUTF8")
        if "DSN" in self.extensions:
            options += _said(envelope.parameters, "RET", "ENVID")
        return options

    async def _transaction(
        self, envelope: Envelope, content: bytes, options: list[str], handed: Handed
    ) -> None:
        commands = [" ".join([f"MAIL FROM:<{envelope.sender}>", *options])]
        for recipient in envelope.recipients:
            wishes = _said(envelope.wishes.get(recipient, {}), "NOTIFY", "ORCPT") if handed.dsn else []
            commands.append(" ".join([f"RCPT TO:<{recipient}>", *wishes]))
        piped = "PIPELINING" in self.extensions
        self._caller.say(*commands if piped else commands[:1])
        sender_reply = await self._caller.reply(COMMAND)
        if not sender_reply.yes:
            raise sender_reply.refusal()
        accepted = []
        for recipient, command in zip(envelope.recipients, commands[1:], strict=True):
            reply = await (self._caller.reply(COMMAND) if piped else self._ask(command))
            if reply.yes:
                accepted.append(recipient)
            else:
                handed.outcomes[recipient] = reply.refusal()
        if accepted:  # DATA could be pipelined, too, but then a letter for nobody would have to be sent
            handed.outcomes |= dict.fromkeys(accepted, await self._letter(content))
        await self._goodbye()

    async def _letter(self, content: bytes) -> Outcome:
        reply = await self._ask("DATA", START)
        if reply.code == 354:
            self._caller.send(data.stuffed(content))
            reply = await self._caller.reply(END)
            if reply.code // 100 == 2:
                return reply.text
        return reply.refusal()

    async def _goodbye(self) -> None:
        """The letter has been handed over: what happens now does not matter any more."""
        try:
            await self._ask("QUIT", GOODBYE)
        except (OSError, NoReply):
            self._caller.close()

    async def _ask(self, command: str, seconds: float = COMMAND) -> Reply:
        self._caller.say(command)
        return await self._caller.reply(seconds)


def _said(parameters: Mapping[str, str], *names: str) -> list[str]:
    return [f"{name}={parameters[name]}" for name in names if name in parameters]


def _parts(reply: Reply) -> tuple[int, str, str]:
    no = reply.refusal()
    return no.code, no.status, no.text
