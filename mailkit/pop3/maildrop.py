"""The letters as one session sees them (RFC 1939 section 4 calls the mailbox a *maildrop*).

Message numbers are given once, at the login, and hold until the session ends::

    number      1       2       3             in the mailbox, meanwhile
    letter    tea     cake    rain            tea  cake  rain  snow     <- snow came later: next time
    DELE 2             x                      tea  cake  rain  snow     <- nothing has happened yet
    QUIT                                      tea        rain  snow

A number says nothing in the next session.  What lasts is the unique-id (UIDL), and that is how a
mail program that leaves its letters on the server knows which ones it has.

POP3 knows no flags, so a letter that was fetched is not marked as read: a phone that looks at the
same mailbox over IMAP shows it as new.
"""

from mailkit.store.mailbox import Mailbox, Message
from mailkit.talk.refusal import Refused


class Maildrop:
    """A snapshot of a mailbox, locked for one session.

    Raises:
        Refused: 450 4.2.0 when another session has it (RFC 1939 section 4 wants an exclusive lock,
            or two sessions would disagree about the numbers).
    """

    def __init__(self, mailbox: Mailbox) -> None:
        mailbox.refresh()
        if not mailbox.lock():
            raise Refused(450, "4.2.0", "another session holds this maildrop; try again when it has ended")
        self._mailbox = mailbox
        self._locked = True
        self._messages = dict(enumerate(mailbox.messages, start=1))
        self._marked: set[int] = set()

    @property
    def messages(self) -> dict[int, Message]:
        """The letters that are not marked as deleted, by their numbers."""
        return {number: message for number, message in self._messages.items() if number not in self._marked}

    @property
    def octets(self) -> int:
        """The size of all of `messages` together."""
        return sum(message.size for message in self.messages.values())

    def __str__(self) -> str:
        count = len(self.messages)
        return f"{count} message{'' if count == 1 else 's'}, {self.octets} octets"

    def message(self, number: int) -> Message:
        """The letter with this number.

        Raises:
            Refused: there is none, or it is marked as deleted.
        """
        if number in self._marked:
            raise Refused(550, "5.5.4", f"message {number} is marked as deleted; RSET would take that back")
        if number not in self._messages:
            raise Refused(550, "5.5.4", f"there is no message {number} among the {len(self._messages)}")
        return self._messages[number]

    def unique_id(self, number: int) -> str:
        """What names this letter in every session (RFC 1939 section 7, UIDL)."""
        return f"{self._mailbox.uidvalidity}.{self.message(number).uid}"

    def read(self, number: int) -> bytes:
        """The letter itself.  Reading changes nothing."""
        return self._mailbox.read(self.message(number))

    def mark(self, number: int) -> None:
        """Mark as deleted: a promise, to be kept by `commit`."""
        self.message(number)
        self._marked.add(number)

    def unmark(self) -> None:
        """Take back all marks."""
        self._marked.clear()

    def commit(self) -> int:
        """Remove what is marked, and return how many letters that was (RFC 1939 section 6)."""
        marked = [self._messages[number] for number in sorted(self._marked)]
        if marked:
            self._mailbox.expunge(marked)
        return len(marked)

    def release(self) -> None:
        """Let others have the mailbox; what is marked and not committed stays where it is."""
        if self._locked:
            self._locked = False
            self._mailbox.unlock()
