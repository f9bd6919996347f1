"""MDA: lays letters into mailboxes, and guards them with a login.

::

    queue --> MDA --> Maildir: tmp -> new                         one side: delivery
                         ^
              POP3, IMAP |  who are you?  here are your mailboxes  the other side: collection
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from mailkit.clock import Clock
from mailkit.letter.envelope import Envelope
from mailkit.roles.attempt import Attempt, Outcomes
from mailkit.store.accounts import Accounts
from mailkit.store.mailboxes import Mailboxes
from mailkit.talk.refusal import Refused
from mailkit.talk.sasl import Credential

Delivered = Callable[[str, str, Path], None]  # Message-ID, recipient, where the letter lies now


class MDA:
    """The role between the queue and the mailboxes, and behind POP3 and IMAP.

    Args:
        folder: holds one Maildir for each account.
        delivered: is told of every letter that has been laid into a mailbox.
    """

    def __init__(
        self, hostname: str, folder: Path, accounts: Accounts, clock: Clock, delivered: Delivered
    ) -> None:
        self._hostname, self._folder, self._accounts = hostname, folder, accounts
        self._clock, self._delivered = clock, delivered
        self._open: dict[str, Mailboxes] = {}  # one object for each account: sessions see each other

    def deliver(self, envelope: Envelope, attempt: Attempt) -> Outcomes:
        """Lay a letter into the mailbox of each recipient; what a crash interrupted may be done again."""
        return {
            recipient: self._deliver(envelope.sender, recipient, attempt) for recipient in envelope.recipients
        }

    def check(self, user: str, password: str) -> str:
        """The account's address, if this is its password; see `Accounts.check`."""
        return self._accounts.check(user, password)

    def credential(self, user: str) -> tuple[str, Credential] | None:
        """What is kept of the password; see `Accounts.credential`."""
        return self._accounts.credential(user)

    def mailboxes(self, address: str) -> Mailboxes:
        """The mailboxes of an account, by its address."""
        if address not in self._open:
            limit = partial(self._accounts.quota, address)
            self._open[address] = Mailboxes(self.maildir(address), self._clock.now, self._hostname, limit)
        return self._open[address]

    def room_for(self, address: str, octets: int) -> None:
        """Whether a letter of so many octets may come for somebody here, asked before it is sent.

        Raises:
            Refused: 452 4.2.2 while the mailbox is full, 552 5.2.2 if the letter could never fit.
        """
        account = self._accounts.find(address.rpartition("@")[0])
        if account and account.quota is not None:
            self.mailboxes(account.address).quota.must_have_room(octets)

    def maildir(self, address: str) -> Path:
        """Where an account's Maildir is."""
        return self._folder / address.partition("@")[0]

    def _deliver(self, sender: str, recipient: str, attempt: Attempt) -> str | Refused:
        account = self._accounts.find(recipient.rpartition("@")[0])
        if account is None:  # there was one when the letter was accepted
            return Refused(550, "5.1.1", "no such person here")
        # The last server notes the return address on the letter itself (RFC 5321 section 4.4).
        stamped = f"Return-Path: <{sender}>\r\n".encode() + attempt.content
        inbox = self.mailboxes(account.address).inbox
        try:
            message = inbox.append(stamped, arrived=attempt.arrived, name=f"Q{attempt.id}")
        except Refused as no:
            return no
        self._delivered(attempt.letter, recipient, inbox.path / message.file)
        return f"laid into the mailbox of {account.address}"
