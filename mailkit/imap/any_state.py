"""CAPABILITY, NOOP, LOGOUT and ID: always allowed (RFC 3501 section 6.1, RFC 2971)."""

from mailkit.imap.session import Session
from mailkit.imap.states import State
from mailkit.imap.words import Words


class AnyState(Session):
    """Commands of every state."""

    def CAPABILITY(self, words: Words) -> str:
        """What can you do?  RFC 3501 section 6.1.1."""
        words.end()
        self.say(f"CAPABILITY {self.capabilities}")
        return "OK CAPABILITY completed"

    def NOOP(self, words: Words) -> str:
        """Nothing; but is there any news?  RFC 3501 section 6.1.2.

        The news is told before the end of every command, so there is nothing to do here.
        """
        words.end()
        return "OK NOOP completed"

    def LOGOUT(self, words: Words) -> str:
        """Goodbye.  RFC 3501 section 6.1.3."""
        words.end()
        self.say(f"BYE {self.hostname} says goodbye")
        self.select(None)
        self.state = State.LOGOUT
        self.closing = True
        return "OK LOGOUT completed"

    def ID(self, words: Words) -> str:
        """Who are you?  RFC 2971: to find faults, not to treat clients differently."""
        words.space()
        if words.sees(b"("):
            words.list_of(words.nstring, may_be_empty=True)
        elif words.nstring() is not None:
            raise words.bad("a list of names and values, or NIL")
        words.end()
        self.say('ID ("name" "mailkit")')
        return "OK ID completed"
