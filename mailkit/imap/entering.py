"""STARTTLS, AUTHENTICATE and LOGIN: before one is known (RFC 3501 section 6.2, RFC 4959).

::

    C: a1 AUTHENTICATE PLAIN                    C: a1 LOGIN bob tea-at-four
    S: +
    C: AGJvYgB0ZWEtYXQtZm91cg==                 the same password, the same danger:
    S: a1 OK ...                                only inside TLS
"""

from mailkit.imap.any_state import AnyState
from mailkit.imap.refusals import Bad
from mailkit.imap.states import State
from mailkit.imap.words import Words
from mailkit.talk import sasl
from mailkit.talk.refusal import Refused


class Entering(AnyState):
    """Commands of the state NOT AUTHENTICATED."""

    _login: sasl.Login

    def STARTTLS(self, words: Words) -> str:
        """Speak in secret from here on.  RFC 3501 section 6.2.1.

        The core stops here; what came glued behind this command is thrown away by `secure`.
        """
        words.end()
        if not self.tls_available or self.tls:
            raise Bad("TLS is on the line already" if self.tls else "there is no TLS here")
        self.wants_tls = True
        return "OK begin TLS now"

    def LOGIN(self, words: Words) -> str:
        """A name and a password.  RFC 3501 section 6.2.3."""
        words.space()
        user = words.text_astring()
        words.space()
        password = words.text_astring()
        words.end()
        self._must_be_private("LOGIN")
        try:
            return self._enter(self.policy.check(user, password))
        except Refused as no:
            raise self._failed(no) from None

    def AUTHENTICATE(self, words: Words) -> str | None:
        """Prove who you are by a SASL mechanism.  RFC 3501 section 6.2.2; the first response may
        stand in the command itself (RFC 4959)."""
        words.space()
        mechanism = words.atom()
        first = words.rest() if words.took(b" ") else None
        words.end()
        self._must_be_private(mechanism)
        self._login = sasl.begin(mechanism, self.policy)
        return self._respond(first)

    def _respond(self, line: bytes | None) -> str | None:
        """Hand a line to the mechanism, and its challenge to the client."""
        try:
            challenge = self._login.respond(None if line is None else sasl.decode(line))
        except Refused as no:
            raise self._failed(no) from None
        if challenge is None:
            return self._enter(self._login.account)
        self.ask(sasl.encode(challenge).decode())
        self.hears = self._respond
        return None

    def _enter(self, account: str) -> str:
        self.account = account
        self.mailboxes = self.policy.mailboxes(account)
        self.state = State.AUTHENTICATED
        return f"OK [CAPABILITY {self.capabilities}] welcome, {account}"

    def _must_be_private(self, mechanism: str) -> None:
        if not self.may_use(mechanism):
            raise Refused(538, "5.7.11", "no passwords on an open line: say STARTTLS first")

    def _failed(self, no: Refused) -> Refused:
        if no.status == "5.7.8":
            self.pause = self.guesses.wrong()
        if not self.guesses.too_many:
            return no
        return Refused(no.code, no.status, f"{no.text}; that was too often, goodbye", hang_up=True)
