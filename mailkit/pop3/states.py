"""The states of a POP3 session, as a table (RFC 1939 sections 4 to 6).

::

    connected --> AUTHORIZATION --- PASS, AUTH ---> TRANSACTION --- QUIT ---> UPDATE
                        |                                |                 what was marked
                       QUIT                       the line drops           is removed now
                        v                                v
                     CLOSED                           CLOSED  (nothing is removed)

The server looks into this table before every command; the notebook draws its picture from it.
"""

from enum import Enum


class State(Enum):
    """Where a session stands."""

    AUTHORIZATION = "the server does not know yet who you are"
    TRANSACTION = "the maildrop is yours, and nobody else's"
    UPDATE = "the server removes what was marked, and hangs up"
    CLOSED = "it is over, and nothing was removed"


# In each state: the commands that are allowed, and the state to which their *success* leads.
TRANSITIONS: dict[State, dict[str, State]] = {
    State.AUTHORIZATION: {
        "CAPA": State.AUTHORIZATION,
        "STLS": State.AUTHORIZATION,
        "USER": State.AUTHORIZATION,
        "PASS": State.TRANSACTION,
        "AUTH": State.TRANSACTION,
        "QUIT": State.CLOSED,
    },
    State.TRANSACTION: {
        "CAPA": State.TRANSACTION,
        "STAT": State.TRANSACTION,
        "LIST": State.TRANSACTION,
        "UIDL": State.TRANSACTION,
        "RETR": State.TRANSACTION,
        "TOP": State.TRANSACTION,
        "DELE": State.TRANSACTION,
        "RSET": State.TRANSACTION,
        "NOOP": State.TRANSACTION,
        "QUIT": State.UPDATE,
    },
    State.UPDATE: {},
    State.CLOSED: {},
}
