"""Bob's maildrop on a stage: what the ``@`` lines of data/dialogues/pop3 do.

@ certificate               (anywhere) the server has TLS, and wants passwords only inside it
@ letter Tea At four.       a letter is delivered; | in its text begins a new line
@ tls                       TLS is on the line from here on
@ drop                      the line drops without a QUIT, and Bob connects again
@ elsewhere USER bob        a second mail program of Bob's says this on a line of its own
@ hung-up                   by now the server must have hung up
"""

from pathlib import Path

from mailkit.pop3.core import POP3Core
from mailkit.store.accounts import Accounts
from mailkit.store.mailboxes import Mailboxes
from mailkit.talk.core import Core
from mailkit.talk.sasl import Credential
from mailkit.talk.script import Stage

NOON = 1_750_000_000.0
HEADERS = "From: alice@birch.example\r\nTo: bob@cedar.example\r\nSubject: {}\r\n\r\n{}\r\n"


class People:
    """Those who have a mailbox at cedar.example: Bob, with the password "tea and cake", and Dave."""

    def __init__(self, folder: Path) -> None:
        self.accounts = Accounts("cedar.example")
        self.accounts.add("bob", "tea and cake")
        self.accounts.add("dave", "toast")
        self._folder = folder
        self._open: dict[str, Mailboxes] = {}

    def check(self, user: str, password: str) -> str:
        return self.accounts.check(user, password)

    def credential(self, user: str) -> tuple[str, Credential] | None:
        return self.accounts.credential(user)

    def mailboxes(self, account: str) -> Mailboxes:
        if account not in self._open:
            folder = self._folder / account.partition("@")[0]
            self._open[account] = Mailboxes(folder, lambda: NOON)
        return self._open[account]

    def deliver(self, *words: str) -> None:
        """Lay a letter into Bob's inbox: its subject, then its text."""
        subject, *text = words
        lines = " ".join(text).replace(" | ", "\r\n")
        self.mailboxes("bob@cedar.example").inbox.append(HEADERS.format(subject, lines).encode())


class Laptop(Core):
    """Bob's end of the line: it may drop, and then he connects again."""

    def __init__(self, people: People, certificate: bool = False) -> None:
        super().__init__()
        self.people = people
        self._certificate = certificate
        self._unsaid = b""
        self._connect()

    def _connect(self) -> None:
        self.server = POP3Core(self.people, "mx.cedar.example", tls_available=self._certificate)

    def greet(self) -> bytes:
        return self.server.greet()

    def receive(self, data: bytes) -> bytes:
        answer = self.server.answer(data)
        self.wants_tls = self.server.wants_tls
        return answer

    def notify(self) -> bytes:
        unsaid, self._unsaid = self._unsaid, b""
        return unsaid

    def secure(self) -> None:
        super().secure()
        self.server.secure()

    def drop(self) -> None:
        self.server.hang_up()
        self._connect()
        self._unsaid = self.server.greet()


def stage(laptop: Laptop) -> Stage:
    """The functions that carry out the ``@`` lines."""
    other = POP3Core(laptop.people, "mx.cedar.example", tls_available=False)

    def elsewhere(*words: str) -> None:
        assert other.answer(" ".join(words).encode() + b"\r\n").startswith(b"+OK")

    def hung_up() -> None:
        assert laptop.server.closing

    return {
        "certificate": lambda: None,
        "letter": laptop.people.deliver,
        "tls": laptop.secure,
        "drop": laptop.drop,
        "elsewhere": elsewhere,
        "hung-up": hung_up,
    }
