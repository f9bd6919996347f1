"""A stage for IMAP's dialogues: Bob's mailboxes in a fresh folder, and hands that change them."""

from pathlib import Path

from mailkit.imap.core import IMAPCore
from mailkit.store.mailboxes import Mailboxes
from mailkit.talk.refusal import Refused
from mailkit.talk.sasl import Credential

NOON = 1704110400.0  # 1 January 2024, 12:00

TEA = (
    b"Date: Mon, 1 Jan 2024 09:00:00 +0000\r\n"
    b"From: Alice <alice@birch.example>\r\n"
    b"To: Bob <bob@cedar.example>\r\n"
    b"Subject: Tea?\r\n"
    b"Message-ID: <tea@birch.example>\r\n"
    b"\r\n"
    b"At four.\r\n"
)

CAKE = (
    b"Date: Tue, 2 Jan 2024 09:00:00 +0000\r\n"
    b"From: carol@birch.example\r\n"
    b"To: bob@cedar.example, dave@cedar.example\r\n"
    b"Subject: =?utf-8?q?Cake_and_caf=C3=A9?=\r\n"
    b"Message-ID: <cake@birch.example>\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="slice"\r\n'
    b"\r\n"
    b"This is for readers without MIME.\r\n"
    b"--slice\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n"
    b"\r\n"
    b"One for the caf=C3=A9.\r\n"
    b"--slice\r\n"
    b"Content-Type: message/rfc822\r\n"
    b"\r\n" + TEA + b"\r\n--slice--\r\n"
)

LETTERS = {"tea": TEA, "cake": CAKE}


class Desk:
    """The role behind the language, with one account: bob, whose password is tea."""

    def __init__(self, root: Path) -> None:
        self.quota: int | None = None
        self.bob = Mailboxes(root, lambda: NOON, "mx.cedar.example", lambda: self.quota)
        self._credential = Credential.of("tea", b"0123456789abcdef")

    def check(self, user: str, password: str) -> str:
        if (user, password) != ("bob", "tea"):
            raise Refused(535, "5.7.8", "wrong user or password")
        return "bob@cedar.example"

    def credential(self, user: str) -> tuple[str, Credential] | None:
        return ("bob@cedar.example", self._credential) if user == "bob" else None

    def mailboxes(self, account: str) -> Mailboxes:
        return self.bob

    def core(self, tls: bool = True, **options: bool) -> IMAPCore:
        """A server that Bob has called."""
        return IMAPCore(self, "mx.cedar.example", tls_available=True, tls=tls, **options)

    def within(self, mailbox: str = "INBOX") -> IMAPCore:
        """A server where Bob has logged in and selected a mailbox."""
        core = self.core()
        core.greet()
        core.answer(f"0 LOGIN bob tea\r\n0 SELECT {mailbox}\r\n".encode())
        return core

    # ---- what stage directions do

    def stage(self) -> dict[str, object]:
        """The stage directions of the dialogues, by their first word."""
        return {"letters": self.letters, "other": self.other, "mutt": self.mutt, "limit": self.limit}

    def letters(self, *names: str) -> None:
        """``@ letters tea cake``: letters come for Bob."""
        for name in names:
            self.bob.inbox.append(LETTERS[name])

    def other(self, *words: str) -> None:
        """``@ other STORE 1 +FLAGS (\\Seen)``: another of Bob's programs, already in INBOX, says that."""
        self.within().answer(b"0 " + " ".join(words).encode() + b"\r\n")

    def limit(self, octets: str) -> None:
        """``@ limit 2048``: all of Bob's mailboxes together may hold so many octets."""
        self.quota = int(octets)

    def mutt(self, what: str) -> None:
        """``@ mutt removes``: a program that knows nothing of us does something to the first letter."""
        if what == "lays":
            (self.bob.root / "new" / "1704110400.M1.laptop").write_bytes(TEA.replace(b"\r\n", b"\n"))
            return
        [first, *_] = sorted((self.bob.root / "cur").iterdir())
        if what == "removes":
            first.unlink()
        elif what == "flags":
            first.rename(first.with_name(first.name.partition(":2,")[0] + ":2,FS"))
        else:
            raise ValueError(f"mutt removes, flags or lays, but does not {what}")
