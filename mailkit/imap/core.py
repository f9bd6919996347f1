"""IMAP as a machine: bytes in, bytes out.

::

    bytes --> Buffer --> Incoming --> Words --> may this be said now? --> the command's method
              a line,    a whole      one by    states.ALLOWED            in its group's file
              n octets   command      one                                          |
                                                                                   v
    bytes <-- a9 OK ...  <--  * the news  <--  * what the command says  <----------'

The state and what is shared stand in ``session``; the groups of commands are the bases of `IMAPCore`.
"""

import re
from collections.abc import Callable, Generator, Iterator

from mailkit.imap.adding import BIGGEST
from mailkit.imap.entering import Entering
from mailkit.imap.fetching import Fetching
from mailkit.imap.flagging import Flagging
from mailkit.imap.idling import Idling
from mailkit.imap.incoming import Incoming
from mailkit.imap.listing import Listing
from mailkit.imap.quotas import Quotas
from mailkit.imap.refusals import Bad, No, translated
from mailkit.imap.searching import Searching
from mailkit.imap.session import LONGEST_LINE, Long, Policy
from mailkit.imap.states import ALLOWED, BY_UID, State, why_not
from mailkit.imap.words import Words
from mailkit.talk.buffer import LineTooLong
from mailkit.talk.refusal import Refused

_UNSPEAKABLE = re.compile(r"[^ -~]")  # a name with a line ending in it must not become a line of its own

Done = str | Long | None  # a command's last line; one that will come; or none yet, for it wants to hear more

SILENT_ON_EXPUNGE = {"FETCH", "STORE", "SEARCH"}  # RFC 3501 section 7.4.1; see `view`


class IMAPCore(Entering, Listing, Quotas, Flagging, Fetching, Searching, Idling):
    """One connection to an IMAP server.

    Args:
        policy: who decides: accounts and mailboxes.
        hostname: what the server calls itself.
        tls_available: STARTTLS is offered.
        tls: TLS came before the first word (port 993).
        plain_login: take passwords without TLS too, for a lesson about why not.
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
        super().__init__(policy, hostname, tls_available, tls, plain_login)
        self._incoming = Incoming()
        self._command = ""

    def greet(self) -> bytes:
        self.say(f"OK [CAPABILITY {self.capabilities}] {self.hostname} speaks IMAP")
        return self.said()

    def step(self) -> bytes | None:
        if self._incoming.wants_octets:
            return b"" if self._incoming.take(self.buffer) else None
        try:
            line = self.buffer.line()
        except LineTooLong:
            return self._too_long()
        if line is None:
            return None
        if self.hears:
            listener, self.hears = self.hears, None
            return self._answer(lambda: listener(line))
        return self._take_line(line)

    def UID(self, words: Words) -> Done:
        """The same commands, with UIDs in place of numbers (RFC 3501 section 6.4.8)."""
        words.space()
        command = words.atom()
        if command not in BY_UID:
            raise Bad(f"behind UID may stand {' '.join(sorted(BY_UID))}, but not {command}")
        done: Done = getattr(self, command)(words, by_uid=True)
        return done

    def _take_line(self, line: bytes) -> bytes:
        incoming = self._incoming
        waits = incoming.line(line, self._most_octets(line))
        if waits is None:
            self._incoming = Incoming()
            return self._obey(incoming)
        return b"+ go ahead\r\n" if waits else b""

    def _most_octets(self, line: bytes) -> int:
        """How long a command may be: only a letter may be long, and not before one is known."""
        first = (self._incoming.lines or [line])[0].upper().split(b" ", 2)
        if self.state is not State.NOT_AUTHENTICATED and first[1:2] == [b"APPEND"]:
            return BIGGEST + LONGEST_LINE
        return LONGEST_LINE

    def _obey(self, incoming: Incoming) -> bytes:
        words = Words(incoming.text, incoming.literals)
        self.tag, self._command = "*", ""
        return self._answer(lambda: self._understand(words, incoming.too_big))

    def _understand(self, words: Words, too_big: bool) -> Done:
        """Tag, command, and whether it may be said now; then it is done."""
        self.tag = words.tag()
        words.space()
        self._command = words.atom()
        if too_big:
            raise No("TOOBIG", "that is longer than this server takes")
        if self._command not in ALLOWED[self.state]:
            raise Bad(why_not(self._command, self.state))
        done: Done = getattr(self, self._command)(words)
        return done

    def _answer(self, act: Callable[[], Done]) -> bytes:
        """Begin to answer: what is said while acting, then the news, then the last line with the tag."""
        self.rest = self._told(act)
        return b""

    def _told(self, act: Callable[[], Done]) -> Iterator[bytes]:
        try:
            done = act()
            last = (yield from done) if isinstance(done, Generator) else done
        except Bad as bad:
            last = f"BAD {bad}"
        except No as no:
            last = str(no)
        except Refused as no:
            last = translated(no)
            self.closing = no.hang_up
        if last is not None:  # else the command wants to hear more first
            self.tell_news(expunges=self._command not in SILENT_ON_EXPUNGE)
            self._said.append(f"{self.tag} {_UNSPEAKABLE.sub('?', last)}\r\n".encode())
        if self.closing and self.state is not State.LOGOUT:
            self.say("BYE until another time")
        yield self.said()

    def _too_long(self) -> bytes:
        self._incoming, self.hears, self.listening = Incoming(), None, False
        self.tag, self._command = "*", ""
        return self._answer(lambda: f"BAD that line was longer than {LONGEST_LINE} octets")
