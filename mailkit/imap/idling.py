"""IDLE and ENABLE: the server may speak unasked (RFC 2177, RFC 5161).

::

    C: a9 IDLE
    S: + idling                     from here on the client is silent
    S: * 4 EXISTS                   a letter has come: the phone rings
    C: DONE
    S: a9 OK IDLE completed

Letters that other programs lay into the mailbox are noticed by looking, every few seconds (`Core.listening`).
"""

from mailkit.imap.refusals import Bad
from mailkit.imap.session import Session
from mailkit.imap.states import State
from mailkit.imap.words import Words


class Idling(Session):
    """Commands about speaking unasked."""

    _called = False  # the transport knows that there is something to say

    def IDLE(self, words: Words) -> None:
        """Tell me what happens, as it happens.  RFC 2177."""
        words.end()
        self.ask("idling")
        self.hears = self._done
        self.listening = True
        self.tell_news(expunges=True)

    def ENABLE(self, words: Words) -> str:
        """Use extensions that change how the server speaks.  RFC 5161: unknown ones are left out."""
        wanted = set()
        while words.took(b" "):
            wanted.add(words.atom())
        words.end()
        if not wanted:
            raise Bad("ENABLE wants to know what, such as CONDSTORE")
        self.say("ENABLED CONDSTORE" if "CONDSTORE" in wanted else "ENABLED")
        if "CONDSTORE" in wanted:
            self.enable_condstore()
        return "OK ENABLE completed"

    def mailbox_changed(self) -> None:
        """Have `notify` called, once for however many changes."""
        if self.listening and not self._called:
            self._called = True
            self.wake()

    def notify(self) -> bytes:
        """The news, if the client is in IDLE."""
        self._called = False
        if not self.listening:
            return b""
        self.tell_news(expunges=True)
        return self.said()

    def tell_news(self, expunges: bool) -> None:
        """Say what the client has not been told yet."""
        if self.state is State.SELECTED:
            for line in self.view.news(expunges, self.condstore):
                self.say(line)

    def hang_up(self) -> None:
        self.listening = False
        super().hang_up()

    def _done(self, line: bytes) -> str:
        self.listening = False
        if line.upper() != b"DONE":
            raise Bad("expected DONE, which ends IDLE")
        return "OK IDLE completed"
