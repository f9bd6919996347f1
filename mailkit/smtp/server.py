"""SMTP's listening half, command by command (RFC 5321 section 4.1.1).

Each method is one word of the client.  When it is called the table has allowed it (``states.py``); it
takes the words apart (``grammar.py``), asks the role whether that is all right (``roles/msa.py``,
``roles/mta.py``), and answers.  Whoever says no on the way raises `Refused`.
"""

from mailkit.letter.envelope import Envelope
from mailkit.smtp import data, dsn, grammar
from mailkit.smtp.grammar import printable
from mailkit.smtp.session import LARGEST, Session
from mailkit.talk import sasl
from mailkit.talk.refusal import Refused

EXTENSIONS = (  # what we can do beyond RFC 5321; STARTTLS and AUTH are said only where they may be used
    f"SIZE {LARGEST}",  # RFC 1870
    "8BITMIME",  # RFC 6152
    "SMTPUTF8",  # RFC 6531
    "ENHANCEDSTATUSCODES",  # RFC 2034
    "PIPELINING",  # RFC 2920
    "DSN",  # RFC 3461
)
MOST_RECIPIENTS = 100  # of one letter; RFC 5321 section 4.5.3.1.8 asks for as many


class SMTPServer(Session):
    """A session and its commands."""

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Who are you?  And here is what I can do (RFC 5321 section 4.1.1.1)."""
        self._greet(hostname, esmtp=True)
        keywords = [*EXTENSIONS, "HELP"]
        if self.tls_context and not self.tls:
            keywords.insert(-1, "STARTTLS")
        if self.role.credentials and self._may_log_in:
            keywords.insert(-1, "AUTH " + " ".join(sasl.MECHANISMS))
        lines = [f"{self.hostname} greets {printable(self.said)}", *keywords]
        text = "\r\n".join(f"250-{line}" for line in lines[:-1]) + f"\r\n250 {lines[-1]}"
        await self.push(text.encode())

    async def smtp_HELO(self, hostname: str | None) -> None:
        """The old greeting, without any extension."""
        self._greet(hostname, esmtp=False)
        await self.push(f"250 {self.hostname}".encode())

    async def smtp_MAIL(self, argument: str | None) -> None:
        """A new letter begins (RFC 5321 section 4.1.1.2)."""
        if self.role.credentials and not self.account:
            raise Refused(530, "5.7.0", "log in first: this is a submission port")
        sender, parameters = grammar.mail(argument or "")
        grammar.check_mail(sender, parameters, LARGEST)
        self.role.MAIL(self.hop, sender, parameters)
        self.letter = Envelope(sender, parameters=parameters)
        await self.push("250 2.1.0 sender ok")

    async def smtp_RCPT(self, argument: str | None) -> None:
        """One more recipient (RFC 5321 section 4.1.1.3)."""
        assert self.letter is not None  # by the table
        recipient, wishes = grammar.rcpt(argument or "")
        await self.suffer("RCPT", recipient)
        grammar.check_utf8(recipient, self.letter.parameters)
        dsn.check_rcpt(wishes)
        if len(self.letter.recipients) >= MOST_RECIPIENTS:  # the rest may come in a letter of its own
            raise Refused(452, "4.5.3", f"a letter may have {MOST_RECIPIENTS} recipients here")
        address = self.role.RCPT(self.hop, self.letter, recipient, wishes)
        self.letter = self.letter.add(address, wishes)
        self.whom.append(recipient)
        await self.push("250 2.1.5 recipient ok")

    async def smtp_DATA(self, argument: str | None) -> None:
        """The letter itself; with 250 the responsibility is ours (RFC 5321 sections 4.1.1.4 and 4.2.5)."""
        assert self.letter is not None
        if argument:
            raise Refused(501, "5.5.4", "DATA stands alone")
        await self.push("354 go on, and end with a line that is a single dot")
        await self.suffer("letter", *self.whom)
        content = await data.read(self._reader, LARGEST, self.heard_of_letter)
        letter, whom = self.letter, self.whom
        self.forget_letter()  # whatever becomes of it now, the next one begins with MAIL
        if content is None:
            raise Refused(552, "5.3.4", f"no letter may have more than {LARGEST} octets here")
        data.check(content)
        await self.suffer("end", *whom)
        words = await self.role.DATA(self.hop, letter, content)
        self.errors = 0  # who brings a letter may have erred before
        await self.push(f"250 2.0.0 {words}")

    async def smtp_RSET(self, argument: str | None) -> None:
        """Forget the letter that has been begun."""
        if argument:
            raise Refused(501, "5.5.4", "RSET stands alone")
        self.forget_letter()
        await self.push("250 2.0.0 forgotten")

    async def smtp_STARTTLS(self, argument: str | None) -> None:
        """From here on with TLS (RFC 3207)."""
        if argument:
            raise Refused(501, "5.5.4", "STARTTLS stands alone")
        if self.tls:
            raise Refused(503, "5.5.1", "TLS is on the line already")
        if not self.tls_context:
            raise Refused(454, "4.7.0", "there is no TLS here")
        self.stop_hearing()  # what is glued behind it was never inside TLS: RFC 3207 section 4.2
        await super().smtp_STARTTLS("")

    async def smtp_AUTH(self, argument: str | None) -> None:
        """Who is it, and can they prove it? (RFC 4954)"""
        if self.role.credentials is None:
            raise Refused(502, "5.5.1", "nobody logs in at this port")
        if not self._may_log_in:
            raise Refused(538, "5.7.11", "not in the clear: STARTTLS first")
        if self.account:
            raise Refused(503, "5.5.1", "you are logged in already")
        mechanism, _, initial = (argument or "").partition(" ")
        try:
            self.account = await self._exchange(mechanism, initial.encode("utf-8", "surrogateescape"))
        except Refused as no:
            if no.code == 535:
                await self._wrong_password()
            raise
        await self.push("235 2.7.0 welcome")

    async def smtp_VRFY(self, argument: str | None) -> None:
        """Who exists is not told to everybody (RFC 5321 section 7.3)."""
        await self.push("252 2.5.0 try to send to them, and you will see")

    async def smtp_HELP(self, argument: str | None) -> None:
        """Which commands there are."""
        await self.push("214 2.0.0 " + " ".join(sorted(self._smtp_methods)))

    async def smtp_QUIT(self, argument: str | None) -> None:
        """Goodbye."""
        if argument:
            raise Refused(501, "5.5.4", "QUIT stands alone")
        await self.last_word("221 2.0.0 goodbye")

    def _greet(self, hostname: str | None, *, esmtp: bool) -> None:
        if not hostname or not hostname.isprintable() or " " in hostname:
            raise Refused(501, "5.5.4", "say your name behind it: EHLO laptop.birch.example")
        self.forget_letter()
        self.said, self.esmtp = hostname, esmtp

    @property
    def _may_log_in(self) -> bool:
        return self.tls or self.role.in_the_clear

    async def _exchange(self, mechanism: str, initial: bytes) -> str:
        """The exchange of a login, to the account's name."""
        assert self.role.credentials is not None
        login = sasl.begin(mechanism, self.role.credentials)
        challenge = login.respond(sasl.decode(initial) if initial else None)
        while challenge is not None:
            await self.push(b"334 " + sasl.encode(challenge))
            challenge = login.respond(sasl.decode(await self.line()))
        return login.account

    async def _wrong_password(self) -> None:
        """Who guesses waits longer each time, and is shown out in the end."""
        await self.flush()
        await self.recorder.wait(self.guesses.wrong())
        if self.guesses.too_many:
            raise Refused(421, "4.7.0", "too many wrong passwords; goodbye", hang_up=True)
