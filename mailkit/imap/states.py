"""What may be said when (RFC 3501 section 3).

::

        the connection is there
                 |
                 v
        NOT AUTHENTICATED --- LOGIN, AUTHENTICATE ---> AUTHENTICATED
                 |                                       |       ^
                 |                        SELECT, EXAMINE |       | CLOSE, UNSELECT
                 |                                       v       |
                 |                                       SELECTED (and SELECT again)
                 |                                           |
                 `------- LOGOUT -------> LOGOUT <- LOGOUT --'
"""

from enum import Enum


class State(Enum):
    """Where a session is."""

    NOT_AUTHENTICATED = "not authenticated"
    AUTHENTICATED = "authenticated"
    SELECTED = "selected"
    LOGOUT = "logout"


_ALWAYS = {"CAPABILITY", "NOOP", "LOGOUT", "ID"}
_PERSON = _ALWAYS | {
    *(
        "SELECT",
        "EXAMINE",
        "CREATE",
        "DELETE",
        "RENAME",
        "SUBSCRIBE",
        "UNSUBSCRIBE",
        "LIST",
        "LSUB",
        "STATUS",
    ),
    *("APPEND", "NAMESPACE", "ENABLE", "IDLE", "GETQUOTA", "GETQUOTAROOT"),
}

ALLOWED: dict[State, set[str]] = {
    State.NOT_AUTHENTICATED: _ALWAYS | {"STARTTLS", "AUTHENTICATE", "LOGIN"},
    State.AUTHENTICATED: _PERSON,
    State.SELECTED: _PERSON
    | {"CHECK", "CLOSE", "UNSELECT", "EXPUNGE", "SEARCH", "FETCH", "STORE", "COPY", "MOVE", "UID"},
    State.LOGOUT: set(),
}
"""The commands of each state.  The core consults this table, and the notebook draws it."""

BY_UID = {"FETCH", "STORE", "SEARCH", "COPY", "MOVE", "EXPUNGE"}
"""Those that may stand behind ``UID`` (RFC 3501 section 6.4.8, RFC 4315, RFC 6851)."""


def why_not(command: str, state: State) -> str:
    """What a client is told that says a command too early, too late, or one that does not exist.

    >>> why_not("FETCH", State.AUTHENTICATED)
    'FETCH may be said only when selected; now we are authenticated'
    """
    where = [place.value for place in State if command in ALLOWED[place]]
    if not where:
        return f"I do not know the command {command}; I know {' '.join(sorted(ALLOWED[state]))}"
    return f"{command} may be said only when {' or '.join(where)}; now we are {state.value}"
