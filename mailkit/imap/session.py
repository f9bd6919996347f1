"""What all commands of IMAP share: where the session is, and how it speaks.

The commands are methods spelled as on the wire, in one file for each group; ``core`` puts them together.
A command says its untagged lines with `say` and gives back its last line without the tag::

    def CHECK(self, words):
        words.end()
        return "OK CHECK completed"

One that looks at many letters is a generator: after each letter it yields what it has `said`, so that
others get their turn meanwhile, and a slow client's answer need not be kept as a whole.
It says no by letting a `Refused` through, and "that is no IMAP" by raising `Bad`.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Protocol

from mailkit.imap.refusals import No
from mailkit.imap.states import State
from mailkit.imap.view import Numbered, View
from mailkit.store.mailboxes import Mailboxes
from mailkit.talk import sasl
from mailkit.talk.core import Core
from mailkit.talk.guesses import Guesses

LONGEST_LINE = 65_536
"""Octets: a client that names thousands of UIDs in one line should not be sent away."""

WRONG_PASSWORDS = 5
"""On one connection: who guesses shall have to call again."""

SHOW_THE_PASSWORD = {"LOGIN", "PLAIN"}
"""Ways to log in, the command LOGIN among them, in which whoever reads the line reads the password."""


Long = Generator[bytes, None, str]
"""A command that takes its time: what it says, piece by piece, and its last line."""


class Policy(sasl.Credentials, Protocol):
    """The role behind this language (``roles/mda.py``)."""

    def mailboxes(self, account: str) -> Mailboxes:
        """The mailboxes of the account that has logged in."""


class Session(Core):
    """One connection: a `state`, and what belongs to it."""

    mailboxes: Mailboxes  # from AUTHENTICATED on
    view: View  # while SELECTED

    def __init__(
        self, policy: Policy, hostname: str, tls_available: bool, tls: bool, plain_login: bool
    ) -> None:
        super().__init__(LONGEST_LINE)
        self.policy, self.hostname = policy, hostname
        self.tls_available, self.tls, self.plain_login = tls_available, tls, plain_login
        self.state = State.NOT_AUTHENTICATED
        self.account = ""
        self.condstore = False  # the client wants to know the MODSEQ of every change
        self.guesses = Guesses(most=WRONG_PASSWORDS)
        self.tag = ""  # of the command that is being obeyed
        self.hears: Callable[[bytes], str | None] | None = None  # who gets the next line, if it is no command
        self._said: list[bytes] = []

    @property
    def capabilities(self) -> str:
        """What this server can do, here and now (RFC 3501 section 7.2.1)."""
        words = ["IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE"]
        if self.state is State.NOT_AUTHENTICATED:
            words += ["STARTTLS"] if self.tls_available and not self.tls else []
            words += [f"AUTH={name}" for name in sasl.MECHANISMS if self.may_use(name)]
            words += [] if self.may_use("LOGIN") else ["LOGINDISABLED"]
        words += ["IDLE", "NAMESPACE", "UNSELECT", "UIDPLUS", "MOVE", "ESEARCH", "CONDSTORE"]
        words += ["CHILDREN", "SPECIAL-USE", "LIST-EXTENDED", "LIST-STATUS", "QUOTA", "QUOTA=RES-STORAGE"]
        return " ".join(words)

    def may_use(self, mechanism: str) -> bool:
        """Passwords are for TLS only, unless a lesson wants to see one (RFC 3501 section 11.2)."""
        return self.tls or self.plain_login or mechanism not in SHOW_THE_PASSWORD

    def say(self, line: str | bytes) -> None:
        """One untagged line."""
        self._said.append(b"* %b\r\n" % (line.encode() if isinstance(line, str) else line))

    def ask(self, text: str) -> None:
        """Ask for the next line (RFC 3501 section 7.5)."""
        self._said.append(f"+ {text}\r\n".encode())

    def said(self) -> bytes:
        """All that has been said since the last time."""
        whole = b"".join(self._said)
        self._said.clear()
        return whole

    def select(self, view: View | None) -> None:
        """Look at another mailbox, or at none."""
        self._leave()
        if view:
            self.view, self.state = view, State.SELECTED
            view.mailbox.watch(self.mailbox_changed)

    def enable_condstore(self) -> None:
        """The client has asked for a MODSEQ: from now on it is told all of them (RFC 7162 section 3.1)."""
        if not self.condstore and self.state is State.SELECTED:
            self.say(f"OK [HIGHESTMODSEQ {self.view.told}] changes up to this one have been told")
        self.condstore = True

    def mailbox_changed(self) -> None:
        """Called by the mailbox; who is in IDLE says more."""

    def still_there(self, chosen: list[Numbered]) -> Iterator[Numbered]:
        """Those that no other session has removed meanwhile (RFC 2180 section 4)."""
        return ((number, message) for number, message in chosen if not message.gone)

    def complain_about_gone(self, chosen: list[Numbered]) -> None:
        """After a command has done what it could: tell the client if that was not all."""
        if any(message.gone for _, message in chosen):
            raise No("EXPUNGEISSUED", "another session has removed some of them")

    def hang_up(self) -> None:
        self.rest = iter(())
        self._leave()
        self.state = State.LOGOUT

    def _leave(self) -> None:
        if self.state is State.SELECTED:
            self.view.mailbox.unwatch(self.mailbox_changed)
            del self.view
            self.state = State.AUTHENTICATED
