"""IDLE and ENABLE: the server may speak unasked (RFC 2177, RFC 5161).

::

    C: a9 IDLE
    S: + idling                     from here on the client is silent
    S: * 4 EXISTS                   a letter has come: the phone rings
    C: DONE
    S: a9 OK IDLE completed
"""

from mailkit.imap.refusals import Bad
from mailkit.imap.session import Session
from mailkit.imap.states import State
from mailkit.imap.words import Words


class Idling(Session):
    """Commands about speaking unasked."""

    _idling = False
    _called = False  # the transport knows that there is something to say

    def IDLE(self, words: Words) -> None:
        """Tell me what happens, as it happens.  RFC 2177."""
        words.end()
        self.ask("idling")
        self.hears = self._done
        self._idling = True
        self.tell_news(expunges=True)

    def ENABLE(self, words: Words) -> str:
        """Use extensions that change how the server speaks.  RFC 5161: here are none yet."""
        words.space()
        words.atom()
        while words.took(b" "):
            words.atom()
        words.end()
        self.say("ENABLED")
        return "OK ENABLE completed"

    def mailbox_changed(self) -> None:
        """Have `notify` called, once for however many changes."""
        if self._idling and not self._called:
            self._called = True
            self.wake()

    def notify(self) -> bytes:
        """The news, if the client is in IDLE."""
        self._called = False
        if not self._idling:
            return b""
        self.tell_news(expunges=True)
        return self.said()

    def tell_news(self, expunges: bool) -> None:
        """Say what the client has not been told yet."""
        if self.state is State.SELECTED:
            for line in self.view.news(expunges):
                self.say(line)

    def hang_up(self) -> None:
        self._idling = False
        super().hang_up()

    def _done(self, line: bytes) -> str:
        self._idling = False
        if line.upper() != b"DONE":
            raise Bad("expected DONE, which ends IDLE")
        return "OK IDLE completed"
