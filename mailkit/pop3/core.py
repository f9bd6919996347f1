"""POP3 as a machine: bytes in, bytes out (RFC 1939, RFC 2449, RFC 2595, RFC 5034).

::

    a line --> parse --> allowed in this state? --> the command's method --> its reply
               commands  states.TRANSITIONS         here, or in transaction

Who may log in and where the letters lie is for the `Policy` to say (``roles/mda.py``).  To hang up
on a client that is silent for ten minutes (RFC 1939 section 3) is for the transport, which has a clock.
"""

from typing import Protocol

from mailkit.pop3 import replies
from mailkit.pop3.commands import Command, parse
from mailkit.pop3.maildrop import Maildrop
from mailkit.pop3.states import TRANSITIONS, State
from mailkit.pop3.transaction import Transaction
from mailkit.store.mailboxes import Mailboxes
from mailkit.talk import sasl
from mailkit.talk.buffer import LineTooLong
from mailkit.talk.core import Core
from mailkit.talk.guesses import Guesses
from mailkit.talk.refusal import Refused

WRONG_PASSWORDS = 3  # then we hang up: guessing shall be slow
SHOW_THE_PASSWORD = {"PLAIN", "LOGIN"}  # mechanisms that are only for TLS, like USER and PASS


class Policy(sasl.Credentials, Protocol):
    """The role behind this language."""

    def mailboxes(self, account: str) -> Mailboxes:
        """The mailboxes of the account that has logged in."""


class POP3Core(Core):
    """One session.

    Args:
        policy: who decides.
        hostname: how the server calls itself.
        tls_available: whether STLS is offered.
        tls: TLS is on the line from the first octet (port 995).
        plain_login: take passwords without TLS although there is TLS, for learners to see why not.
    """

    def __init__(
        self,
        policy: Policy,
        hostname: str,
        *,
        tls_available: bool,
        tls: bool = False,
        plain_login: bool = False,
    ) -> None:
        super().__init__()  # RFC 2449 section 4 asks for 255 octets in a line; a SASL response may need more
        self.policy, self.hostname = policy, hostname
        self.tls, self.tls_available, self.plain_login = tls, tls_available, plain_login
        self.state = State.AUTHORIZATION
        self.command = Command("")  # the one that is being carried out
        self.user: str | None = None  # named by USER, and waiting for PASS
        self.login: sasl.Login | None = None  # an AUTH that is under way: the next line is its response
        self.transaction: Transaction | None = None
        self.guesses = Guesses(most=WRONG_PASSWORDS)

    def greet(self) -> bytes:
        """The greeting has no time stamp in ``< >``, for that would announce APOP."""
        return replies.ok(f"{self.hostname} speaks POP3")

    def step(self) -> bytes | None:
        try:
            line = self.buffer.line()
            return None if line is None else self._obey(line)
        except LineTooLong:
            self.login = None
            return replies.err(f"a line may have {self.buffer.longest_line} octets here, and this had more")
        except Refused as no:
            self.login = None
            return self._refuse(no)

    def secure(self) -> None:
        super().secure()
        self.user = None  # what was said before TLS does not count (RFC 3207 section 4.2 tells SMTP so)

    def hang_up(self) -> None:
        """The line dropped without QUIT: nothing is removed (RFC 1939 section 6)."""
        if self.transaction:
            self.transaction.maildrop.release()

    def CAPA(self) -> bytes:
        """What this server can do (RFC 2449)."""
        capabilities = ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER"]
        if self._password_is_safe:
            capabilities.append("USER")
        capabilities.append(f"SASL {' '.join(self._mechanisms)}")
        if self.tls_available and not self.tls:
            capabilities.append("STLS")
        return replies.listing("what this server can do", capabilities)

    def STLS(self) -> bytes:
        """Put TLS on the line (RFC 2595 section 4)."""
        if self.tls:
            raise Refused(503, "5.5.1", "TLS is on the line already")
        if not self.tls_available:
            raise Refused(502, "5.5.1", "this server has no certificate, and so no TLS")
        self.wants_tls = True  # what is glued behind STLS will be thrown away
        return replies.ok("begin TLS now")

    def USER(self, name: str) -> bytes:
        """Who you are.  A name that nobody has gets the same answer: who lives here is not told."""
        self._refuse_to_hear_a_password()
        self.user = name
        return replies.ok("and the password?")

    def PASS(self, password: str) -> bytes:
        """The proof.  It opens the maildrop and locks it."""
        self._refuse_to_hear_a_password()
        user, self.user = self.user, None
        if user is None:
            raise Refused(503, "5.5.1", "say USER first")
        return self._enter(self.policy.check(user, password))

    def AUTH(self, mechanism: str, initial: str | None = None) -> bytes:
        """The proof by SASL (RFC 5034); the first response may come with the command."""
        if mechanism.upper() in SHOW_THE_PASSWORD:
            self._refuse_to_hear_a_password()
        self.login = sasl.begin(mechanism, self.policy)
        return self._respond(self.login, None if initial is None else initial.encode())

    def QUIT(self) -> bytes:
        """Goodbye; in the TRANSACTION state: keep the promises that DELE made (RFC 1939 section 6)."""
        self.closing = True
        if self.transaction is None:
            return replies.ok("goodbye")
        maildrop = self.transaction.maildrop
        try:
            return replies.ok(f"{maildrop.commit()} removed, {len(maildrop.messages)} kept, goodbye")
        finally:
            maildrop.release()

    def _obey(self, line: bytes) -> bytes:
        if self.login:
            reply = self._respond(self.login, line)
        else:
            self.command = parse(line)
            reply = self._carry_out(self.command)
        if not self.login:  # while AUTH is asking back it has not succeeded yet
            self.state = TRANSITIONS[self.state][self.command.word]
        return reply

    def _carry_out(self, command: Command) -> bytes:
        if command.word not in TRANSITIONS[self.state]:
            allowed = " ".join(TRANSITIONS[self.state])
            raise Refused(503, "5.5.1", f"in the {self.state.name} state you may say {allowed}")
        who = self.transaction if hasattr(Transaction, command.word) else self
        reply: bytes = getattr(who, command.word)(*command.arguments)
        return reply

    def _respond(self, login: sasl.Login, line: bytes | None) -> bytes:
        challenge = login.respond(None if line is None else sasl.decode(line))
        if challenge is not None:
            return b"+ " + sasl.encode(challenge) + b"\r\n"
        self.login = None
        return self._enter(login.account)

    def _enter(self, account: str) -> bytes:
        maildrop = Maildrop(self.policy.mailboxes(account).inbox)
        self.transaction = Transaction(maildrop)
        return replies.ok(f"{account} has {maildrop}")

    def _refuse(self, no: Refused) -> bytes:
        if no.status == "5.7.8":
            self.pause = self.guesses.wrong()
        self.closing = self.closing or no.hang_up or self.guesses.too_many
        return replies.refused(no)

    @property
    def _password_is_safe(self) -> bool:
        return self.tls or self.plain_login or not self.tls_available

    @property
    def _mechanisms(self) -> list[str]:
        known = sasl.MECHANISMS
        return [name for name in known if self._password_is_safe or name not in SHOW_THE_PASSWORD]

    def _refuse_to_hear_a_password(self) -> None:
        if not self._password_is_safe:
            raise Refused(538, "5.7.11", "say STLS first: everybody on the way could read your password")
