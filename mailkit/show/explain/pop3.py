"""POP3 in words: what each command asks for, and what each answer says (RFC 1939, RFC 2449).

There are two answers, ``+OK`` and ``-ERR``; after some commands a list follows, which ends with a line
of one dot (RFC 1939 section 3).
"""

import re

from mailkit.dialogue import Side
from mailkit.show.explain import login

COMMANDS = {
    "USER": "the client says whose mailbox it wants (RFC 1939 section 7)",
    "PASS": "the password, as it is: readable by all on the way unless TLS is on (RFC 1939 section 7)",
    "APOP": "a login in which the password itself does not travel, only a digest (RFC 1939 section 7)",
    "AUTH": "the client logs in by a SASL mechanism (RFC 5034 section 4)",
    "CAPA": "what can the server do? (RFC 2449 section 5)",
    "STLS": "from here on with TLS, please (RFC 2595 section 4)",
    "STAT": "how many letters are there, and how many octets? (RFC 1939 section 5)",
    "LIST": "how large is each letter? (RFC 1939 section 5)",
    "UIDL": "what is the lasting name of each letter? By it a client knows what it has already fetched "
    "(RFC 1939 section 7)",
    "RETR": "the client fetches this letter (RFC 1939 section 5)",
    "TOP": "the header of this letter, and so many lines of its body (RFC 1939 section 7)",
    "DELE": "mark this letter; it is deleted at QUIT, not before (RFC 1939 section 5)",
    "RSET": "take all marks back (RFC 1939 section 5)",
    "NOOP": "do nothing and say that it went well (RFC 1939 section 5)",
    "QUIT": "goodbye; marked letters are deleted now (RFC 1939 section 6)",
    "UTF8": "letters and names may come as UTF-8 (RFC 6856 section 2)",
    "LANG": "in which language the server shall give its reasons (RFC 6856 section 3)",
}

ANSWERS = {  # +OK, after each command
    "": "the server is there; the mailbox is still closed (RFC 1939 section 4)",
    "USER": "the server waits for the password, whether there is such a mailbox or not (RFC 1939 section 7)",
    "PASS": "logged in: the mailbox is locked for this session (RFC 1939 sections 4 and 5)",
    "APOP": "logged in: the mailbox is locked for this session (RFC 1939 sections 4 and 5)",
    "AUTH": "logged in: the mailbox is locked for this session (RFC 5034 section 4)",
    "CAPA": "the list of capabilities follows, up to a line of one dot (RFC 2449 section 5)",
    "STLS": "go ahead: the very next octet belongs to TLS (RFC 2595 section 4)",
    "STAT": "the number of letters, then their octets together (RFC 1939 section 5)",
    "LIST": "a number and a size for each letter (RFC 1939 section 5)",
    "UIDL": "a number and a lasting name for each letter (RFC 1939 section 7)",
    "RETR": "the letter follows, up to a line of one dot (RFC 1939 section 5)",
    "TOP": "the header and some lines follow, up to a line of one dot (RFC 1939 section 7)",
    "DELE": "marked; until QUIT it can be taken back by RSET (RFC 1939 section 5)",
    "RSET": "no letter is marked any more (RFC 1939 section 5)",
    "NOOP": "still there (RFC 1939 section 5)",
    "QUIT": "done; the server closes the connection (RFC 1939 section 6)",
}

LISTED = {  # a line of the list that follows
    "LIST": "a letter's number and its size in octets (RFC 1939 section 5)",
    "UIDL": "a letter's number and its lasting name (RFC 1939 section 7)",
}

CAPABILITIES = {
    "TOP": "the command TOP is there (RFC 2449 section 6.1)",
    "USER": "USER and PASS may be used (RFC 2449 section 6.2)",
    "SASL": "the ways of logging in with AUTH (RFC 2449 section 6.3)",
    "RESP-CODES": "answers may begin with a word in brackets (RFC 2449 section 6.4)",
    "LOGIN-DELAY": "so many seconds shall pass between two logins (RFC 2449 section 6.5)",
    "PIPELINING": "several commands may be sent without waiting (RFC 2449 section 6.6)",
    "EXPIRE": "so many days the server keeps letters (RFC 2449 section 6.7)",
    "UIDL": "the command UIDL is there (RFC 2449 section 6.8)",
    "IMPLEMENTATION": "the name of the program (RFC 2449 section 6.9)",
    "STLS": "the connection can be put into TLS (RFC 2595 section 4)",
    "AUTH-RESP-CODE": "a wrong password is told apart from other troubles (RFC 3206 section 6)",
    "UTF8": "the command UTF8 is there (RFC 6856 section 2)",
    "LANG": "the command LANG is there (RFC 6856 section 3)",
}

CODES = {  # the word in brackets after -ERR
    "IN-USE": "another session has the mailbox; only one at a time may have it (RFC 2449 section 8.1.2)",
    "LOGIN-DELAY": "the last login was too short a time ago (RFC 2449 section 8.1.1)",
    "SYS/TEMP": "the server is in trouble; try again later (RFC 3206 section 4)",
    "SYS/PERM": "the server is in trouble, and somebody must help it (RFC 3206 section 4)",
    "AUTH": "user name or password is wrong (RFC 3206 section 5)",
    "UTF8": "this needs the command UTF8 first (RFC 6856 section 5)",
}

MISTAKES = (  # why -ERR: the client's line, and the reason
    (r"\s*$", "the line is empty (RFC 1939 section 3)"),
    (r"\s+\S", "a space stands before the command (RFC 1939 section 3)"),
    (r"(?:RETR|DELE|TOP)\s*$", "the number of the letter is missing (RFC 1939 section 5)"),
    (r"TOP\s+\d+\s*$", "TOP wants two numbers: which letter, and how many lines (RFC 1939 section 7)"),
    (r"(?:RETR|DELE|LIST|UIDL|TOP)\s+0+\b", "letters are counted from 1 (RFC 1939 section 4)"),
    (r"(?:RETR|DELE|LIST|UIDL|TOP)\s+[^\d\s]", "a letter's number is expected here (RFC 1939 section 5)"),
    (
        r"(?:RETR|DELE|LIST|UIDL|TOP)\s+\d",
        "there is no such letter, it is marked as deleted, or nobody is logged in (RFC 1939 section 5)",
    ),
    (r"(?:STAT|LIST|UIDL|RSET|NOOP)\s*$", "nobody is logged in yet (RFC 1939 section 4)"),
    (
        r"PASS",
        "the password is wrong, USER did not come first, or the mailbox is in use (RFC 1939 section 7)",
    ),
    (r"USER", "the server takes no such name, or wants TLS first (RFC 1939 section 7)"),
    (r"STLS", "TLS is on already, or somebody is logged in (RFC 2595 section 4)"),
    (r"(?:EHLO|HELO|MAIL|RCPT|DATA)\b", "this is SMTP; here POP3 is spoken (RFC 1939 section 3)"),
    (r"\S+ (?:LOGIN|SELECT|FETCH|CAPABILITY)\b", "this is IMAP; here POP3 is spoken (RFC 1939 section 3)"),
)


def explain(line: str, side: Side, before: str | None) -> str:
    """One or two sentences about a line of POP3."""
    before = before or ""
    if side == "C":
        return _command(line, before)
    if line.startswith("+ ") or line == "+":
        return f"The login goes on; {login.question(line[2:].strip())} (RFC 5034 section 4)."
    if line.startswith("-ERR"):
        return _refusal(line, before)
    if line.startswith("+OK"):
        verb = _verb(before)
        meaning = ANSWERS.get(verb) or ("logged in" if before else ANSWERS[""])
        return f"+OK: {meaning}."
    return _listed(line, before)


def _command(line: str, before: str) -> str:
    if before.startswith("+ ") or before == "+":
        return login.explain(line.strip(), before[2:])
    verb = _verb(line)
    if verb not in COMMANDS:
        return f"{verb[:40] or 'An empty line'} is no command of POP3 (RFC 1939 section 3)."
    told = f"{verb}: {COMMANDS[verb]}."
    if verb == "AUTH" and len(line.split()) == 3:
        told += " " + login.explain(line.split()[2])
    return told


def _refusal(line: str, before: str) -> str:
    found = re.match(r"-ERR \[([^\]]+)\]", line)
    if found and found[1].upper() in CODES:
        return f"-ERR: {CODES[found[1].upper()]}."
    for pattern, reason in MISTAKES:
        if before and re.match(pattern, before, re.IGNORECASE):
            return f"-ERR, because {reason}."
    if before and _verb(before) not in COMMANDS:
        return f"-ERR, because {_verb(before)[:40]} is no command of POP3 (RFC 1939 section 3)."
    return "-ERR: no; the words after it are for a human reader (RFC 1939 section 3)."


def _listed(line: str, before: str) -> str:
    if line == ".":
        return "The dot alone on its line ends the list (RFC 1939 section 3)."
    verb, word = _verb(before), _verb(line)
    if verb == "CAPA" and word in CAPABILITIES:
        return f"{word}: {CAPABILITIES[word]}."
    return f"{LISTED[verb][0].upper()}{LISTED[verb][1:]}." if verb in LISTED else ""


def _verb(line: str) -> str:
    return line.split(" ", 1)[0].rstrip().upper()
