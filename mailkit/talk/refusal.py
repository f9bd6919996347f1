"""How a role says no.

A role (``roles/``) knows *why* it refuses; a language knows *how to say it*.  Between them stands
one exception with SMTP's two numbers, because they are the richest vocabulary of "no" that e-mail has:

    Refused(550, "5.1.1", "no such person here")
             |     |
             |     +-- enhanced status code (RFC 3463): class . subject . detail
             +-------- reply code (RFC 5321 section 4.2): 4yz try again, 5yz do not

SMTP sends it as it is.  POP3 and IMAP translate the enhanced code into their own bracketed words.
"""


class Refused(Exception):
    """A role says no, and why.

    Args:
        code: SMTP reply code, 400 to 599.
        status: enhanced status code, such as ``"5.1.1"``.
        text: one sentence for the person who reads it at the other end.
        hang_up: the connection should end with this reply (421).

    >>> no = Refused(452, "4.2.2", "the mailbox is full")
    >>> no.temporary, str(no)
    (True, '452 4.2.2 the mailbox is full')
    """

    def __init__(self, code: int, status: str, text: str, *, hang_up: bool = False) -> None:
        super().__init__(code, status, text)
        self.code, self.status, self.text, self.hang_up = code, status, text, hang_up

    @property
    def temporary(self) -> bool:
        """Whether trying again later may help (a queue keeps the letter)."""
        return 400 <= self.code < 500

    @property
    def permanent(self) -> bool:
        """Whether trying again is useless (a queue returns the letter)."""
        return not self.temporary

    def __str__(self) -> str:
        return f"{self.code} {self.status} {self.text}"
