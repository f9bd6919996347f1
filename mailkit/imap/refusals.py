"""How IMAP says no (RFC 3501 section 7.1, RFC 5530).

::

    a3 BAD expected a space ...          this is no IMAP: do not say it again
    a3 NO [OVERQUOTA] ...                IMAP, but it could not be done; the word in brackets
                                         is for programs, the rest is for people

A role says no in SMTP's numbers (`Refused`); here they become IMAP's words.
"""

from mailkit.talk.refusal import Refused

CODES = {
    "5.7.8": "AUTHENTICATIONFAILED",  # wrong name or password
    "5.7.11": "PRIVACYREQUIRED",  # not without TLS
    "5.7.1": "NOPERM",
    "5.1.1": "NONEXISTENT",  # no such mailbox
    "5.1.3": "CANNOT",  # no mailbox can have that name
    "5.1.4": "ALREADYEXISTS",
    "5.2.0": "EXPUNGEISSUED",  # somebody else has removed it
    "4.2.2": "OVERQUOTA",
    "5.2.2": "OVERQUOTA",
    "4.3.1": "LIMIT",  # the disk, or the letters for keywords
}


class Bad(Exception):
    """The client said something that is not IMAP; the message says what was expected."""


class No(Exception):
    """It could not be done; with a word for programs."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text

    def __str__(self) -> str:
        return f"NO [{self.code}] {self.text}"


def translated(no: Refused) -> str:
    """What a role's refusal is in IMAP.

    >>> translated(Refused(535, "5.7.8", "wrong user or password"))
    'NO [AUTHENTICATIONFAILED] wrong user or password'
    >>> translated(Refused(501, "5.7.0", "the login was cancelled"))
    'BAD the login was cancelled'
    """
    if no.code == 501 and no.status in ("5.5.2", "5.7.0"):  # no base64, or cancelled: RFC 3501 section 6.2.2
        return f"BAD {no.text}"
    code = CODES.get(no.status, "UNAVAILABLE" if no.temporary else "")
    return f"NO [{code}] {no.text}" if code else f"NO {no.text}"
