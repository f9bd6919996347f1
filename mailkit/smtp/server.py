"""SMTP's listening half, command by command (RFC 5321 section 4.1.1).

Each method is one word of the client.  When it is called the table has allowed it (``states.py``); it
takes the words apart (``grammar.py``), asks the role whether that is all right (``roles/msa.py``,
``roles/mta.py``), and answers.  Whoever says no on the way raises `Refused`.
"""

from typing import Any

from mailkit.letter.envelope import Envelope
from mailkit.smtp import grammar
from mailkit.smtp.grammar import printable
from mailkit.smtp.session import LARGEST, Session
from mailkit.talk import sasl
from mailkit.talk.refusal import Refused


class SMTPServer(Session):
    """A session and its commands."""

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Who are you?  And here is what I can do (section 4.1.1.1)."""
        self._greet(hostname, esmtp=True)
        keywords = ["8BITMIME", f"SIZE {LARGEST}", "SMTPUTF8", "ENHANCEDSTATUSCODES", "PIPELINING"]
        if self.tls_context and not self.tls:
            keywords.append("STARTTLS")
        if self.role.credentials and self.tls:
            keywords.append("AUTH " + " ".join(sasl.MECHANISMS))
        lines = [f"{self.hostname} greets {printable(self.said)}", *keywords, "HELP"]
        text = "\r\n".join(f"250-{line}" for line in lines[:-1]) + f"\r\n250 {lines[-1]}"
        await self.push(text.encode())

    async def smtp_HELO(self, hostname: str | None) -> None:
        """The old greeting, without any extension."""
        self._greet(hostname, esmtp=False)
        await self.push(f"250 {self.hostname}".encode())

    async def smtp_MAIL(self, argument: str | None) -> None:
        """A new letter begins (section 4.1.1.2)."""
        if self.role.credentials and not self.account:
            raise Refused(530, "5.7.0", "log in first: this is a submission port")
        sender, parameters = grammar.mail(argument or "")
        grammar.check_parameters(parameters, LARGEST)
        self.role.MAIL(self.hop, sender, parameters)
        self.letter = Envelope(sender, parameters=parameters)
        await self.push("250 2.1.0 sender ok")

    async def smtp_RCPT(self, argument: str | None) -> None:
        """One more recipient (section 4.1.1.3)."""
        assert self.letter is not None  # by the table
        recipient, wishes = grammar.rcpt(argument or "")
        if wishes:
            raise Refused(555, "5.5.4", "RCPT TO takes no parameters here")
        address = self.role.RCPT(self.hop, self.letter, recipient, wishes)
        self.letter = self.letter.add(address, wishes)
        assert self.envelope is not None
        self.envelope.rcpt_tos.append(address)  # aiosmtpd looks here before it takes DATA
        await self.push("250 2.1.5 recipient ok")

    async def smtp_DATA(self, argument: str | None) -> None:
        """The letter itself (section 4.1.1.4); aiosmtpd collects it and calls `handle_DATA`."""
        assert self.session is not None
        self.session.host_name = self.said
        await super().smtp_DATA(argument or "")
        self.letter = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """The letter is here.  With 250 the responsibility is ours (section 4.2.5)."""
        assert self.letter is not None
        content: bytes = envelope.content
        try:
            if b"\n" in content.replace(b"\r\n", b"") or b"\r" in content.replace(b"\r\n", b""):
                # Some servers take a bare LF for a line ending and some do not; whoever can make two
                # servers disagree can smuggle a second letter in (section 2.3.8 forbids it).
                raise Refused(554, "5.5.2", "a letter's lines end with CRLF; here stands a CR or LF alone")
            return f"250 2.0.0 {await self.role.DATA(self.hop, self.letter, content)}"
        except Refused as no:
            return str(no)

    async def smtp_RSET(self, argument: str | None) -> None:
        """Forget the letter that has been begun."""
        if argument:
            raise Refused(501, "5.5.4", "RSET stands alone")
        self.forget_letter()
        await self.push("250 2.0.0 forgotten")

    async def smtp_AUTH(self, argument: str | None) -> None:
        """Who is it, and can they prove it? (RFC 4954)"""
        if self.role.credentials is None:
            raise Refused(502, "5.5.1", "nobody logs in at this port")
        if not self.tls:
            raise Refused(538, "5.7.11", "not in the clear: STARTTLS first")
        if self.account:
            raise Refused(503, "5.5.1", "you are logged in already")
        mechanism, _, initial = (argument or "").partition(" ")
        login = sasl.begin(mechanism, self.role.credentials)
        challenge = login.respond(sasl.decode(initial.encode()) if initial else None)
        while challenge is not None:
            await self.push(b"334 " + sasl.encode(challenge))
            challenge = login.respond(sasl.decode(await self.line()))
        self.account = login.account
        await self.push("235 2.7.0 welcome")

    async def smtp_VRFY(self, argument: str | None) -> None:
        """Who exists is not told to everybody (section 7.3)."""
        await self.push("252 2.5.0 try to send to them, and you will see")

    async def smtp_HELP(self, argument: str | None) -> None:
        """Which commands there are."""
        await self.push("214 2.0.0 " + " ".join(sorted(self._smtp_methods)))

    def _greet(self, hostname: str | None, *, esmtp: bool) -> None:
        if not hostname or not hostname.isprintable() or " " in hostname:
            raise Refused(501, "5.5.4", "say your name behind it: EHLO laptop.birch.example")
        self.forget_letter()
        self.said, self.esmtp = hostname, esmtp
