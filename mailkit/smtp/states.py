"""What may be said when: SMTP's order of things, as a table (RFC 5321 section 4.1.4).

::

    CONNECTED --EHLO--> GREETED --MAIL--> SENDER --RCPT--> RECIPIENTS --DATA--> GREETED
                           ^                 |                  |
                           +------ RSET -----+------ RSET ------+

The server consults this table before it obeys a command; the notebooks draw it.
"""

from enum import Enum


class State(Enum):
    """How far a session has come."""

    CONNECTED = "the server has said 220; the client has not said who it is"
    GREETED = "the client has said who it is; no letter is under way"
    SENDER = "MAIL FROM has been accepted"
    RECIPIENTS = "at least one RCPT TO has been accepted"


ALWAYS = {"NOOP", "QUIT", "RSET", "HELP", "VRFY", "EXPN", "EHLO", "HELO"}

ALLOWED = {
    State.CONNECTED: ALWAYS,
    State.GREETED: ALWAYS | {"STARTTLS", "AUTH", "MAIL"},
    State.SENDER: ALWAYS | {"RCPT"},
    State.RECIPIENTS: ALWAYS | {"RCPT", "DATA"},
}

WORDS = sorted(set().union(*ALLOWED.values()))  # all there are

STAGED = {  # at which stage a command stands, for the faults of ``talk/fault.py``; RCPT asks for itself
    "EHLO": "EHLO",
    "HELO": "EHLO",
    "STARTTLS": "STARTTLS",
    "AUTH": "AUTH",
    "MAIL": "MAIL",
    "DATA": "DATA",
    "QUIT": "QUIT",
}

INSTEAD = {  # what to say to somebody who is too early, or too late
    State.CONNECTED: "say who you are first, with EHLO",
    State.GREETED: "begin a letter with MAIL FROM first",
    State.SENDER: "a letter has been begun: say to whom it goes, with RCPT TO, or RSET",
    State.RECIPIENTS: "a letter has been begun: go on with RCPT TO or DATA, or RSET",
}
