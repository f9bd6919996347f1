"""What was wrong with a line of SMTP: the mistakes that everybody makes once.

Each table is read from the top; the first pattern that fits the client's line gives the reason.
Patterns are matched without regard to case: ``mail from:<...>`` is as good as ``MAIL FROM:<...>``
(RFC 5321 section 2.4).
"""

import re
from difflib import get_close_matches

Table = tuple[tuple[str, str], ...]

COMMANDS = "EHLO HELO MAIL RCPT DATA RSET VRFY EXPN HELP NOOP QUIT STARTTLS AUTH BDAT ETRN".split()

# The line does not follow the syntax: 500, 501, 504, 553, 555.
SYNTAX: Table = (
    (r"\s+\S", "a space stands before the command (RFC 5321 section 2.4)"),
    (r"(?:EHLO|HELO|LHLO)\s*$", "the client must give its own name after EHLO (RFC 5321 section 4.1.1.1)"),
    (r"MAIL(?!\s+FROM)", "MAIL is followed by the word FROM: MAIL FROM:<…> (RFC 5321 section 4.1.1.2)"),
    (r"RCPT(?!\s+TO)", "RCPT is followed by the word TO: RCPT TO:<…> (RFC 5321 section 4.1.1.3)"),
    (r"(?:MAIL FROM|RCPT TO)\s+:", "a space stands before the colon (RFC 5321 section 3.3)"),
    (r"(?:MAIL\s+FROM|RCPT\s+TO)(?!:)", "the colon is missing (RFC 5321 section 3.3)"),
    (
        r"(?:MAIL FROM|RCPT TO):\s*$",
        "the address is missing; even nobody is written <> (RFC 5321 section 4.1.2)",
    ),
    (
        r"(?P<verb>MAIL FROM|RCPT TO):\s*(?P<address>[^<>\s]+)\s*$",
        "the address lacks its angle brackets: {verb}:<{address}> (RFC 5321 section 4.1.2)",
    ),
    (r"(?:MAIL FROM|RCPT TO):[^<]*$", "the address lacks its angle brackets (RFC 5321 section 4.1.2)"),
    (r"(?:MAIL FROM|RCPT TO):\s*<[^>]*$", "the closing angle bracket is missing (RFC 5321 section 4.1.2)"),
    (r"(?:MAIL FROM|RCPT TO):\s+<", "a space stands after the colon (RFC 5321 section 3.3)"),
    (r"RCPT TO:<>", "only a sender may be empty, a recipient never (RFC 5321 section 4.1.1.3)"),
    (
        r"RCPT TO:<(?!postmaster>)[^@>]*>|MAIL FROM:<[^@>]+>",
        "the address has no @ and no domain (RFC 5321 section 2.3.11)",
    ),
    (r"(?:MAIL FROM|RCPT TO):<[^@>]*@>", "no domain stands after the @ (RFC 5321 section 4.1.2)"),
    (r"(?:MAIL FROM|RCPT TO):<[^>]*\s[^>]*>", "a space stands within the address (RFC 5321 section 4.1.2)"),
    (r"(?:MAIL FROM|RCPT TO):<[^>]*>[^\s]", "a space is missing after the address (RFC 5321 section 4.1.2)"),
    (r"AUTH\s*$", "AUTH is followed by the name of a mechanism, such as PLAIN (RFC 4954 section 4)"),
    (r"(?P<verb>DATA|RSET|QUIT|STARTTLS)\s+\S", "{verb} stands alone on its line (RFC 5321 section 4.1.1)"),
)

# The command came at the wrong time: 503 (RFC 5321 section 4.1.4).
ORDER: Table = (
    (r"RCPT", "RCPT came before MAIL was accepted: first who sends, then who gets it"),
    (r"DATA|BDAT", "{verb} came before a recipient was accepted: first MAIL, then RCPT, then {verb}"),
    (r"MAIL", "MAIL comes after EHLO, and only once for each letter; RSET begins anew"),
    (
        r"STARTTLS",
        "TLS comes after EHLO and only once; here it is on already, or a letter is under way "
        "(RFC 3207 section 4.2)",
    ),
    (r"AUTH", "one logs in once, after EHLO and before MAIL (RFC 4954 section 4)"),
    (r"EHLO|HELO", "this is not the moment to say hello"),
)

# The server does not know such a command: 500, 502.
UNKNOWN: Table = (
    (r"\s*$", "the line is empty"),
    (r"\s+\S", "a space stands before the command"),
    (r"\.$", "a dot alone ends a letter, but no letter was under way: DATA had not been answered by 354"),
    (
        r"(?:GET|POST|HEAD|PUT|OPTIONS|CONNECT) \S+",
        "this is HTTP, the language of the Web; here SMTP is spoken",
    ),
    (r"\S+ (?:LOGIN|CAPABILITY|SELECT|AUTHENTICATE)\b", "this is IMAP; here SMTP is spoken"),
    (r"(?:USER|PASS|STAT|RETR|CAPA)\b", "this is POP3; here SMTP is spoken"),
    (
        r"[\w-]+:(?:\s|$)",
        "this looks like a line of a letter's header: without 354 every line is taken for a command",
    ),
)


def why(code: str, line: str) -> str:
    """Why the server refused this line with this code; empty when the line does not show it.

    >>> why("501", "RCPT TO :<bob@cedar.example>")
    'a space stands before the colon (RFC 5321 section 3.3)'
    """
    if code == "503":
        reason = _first(ORDER, line)
        return reason and (reason if "RFC" in reason else f"{reason} (RFC 5321 section 4.1.4)")
    verb = _verb(line)
    if code in ("500", "502") and verb not in COMMANDS:
        reason = _first(UNKNOWN, line) or _guess(verb)
        return f"{reason} (RFC 5321 section 4.2.4)"
    return syntax(line) if code in ("500", "501", "502", "504", "553", "555") else ""


def syntax(line: str) -> str:
    """What does not follow the syntax in a client's line; empty when nothing strikes the eye.

    >>> syntax("mail from:<alice@birch.example>")
    ''
    """
    return _first(SYNTAX, line)


def _first(table: Table, line: str) -> str:
    for pattern, reason in table:
        found = re.match(pattern, line, re.IGNORECASE)
        if found:
            return reason.format(**{"verb": _verb(line)} | found.groupdict())
    return ""


def _verb(line: str) -> str:
    return line.split(" ", 1)[0].rstrip().upper()


def _guess(verb: str) -> str:
    meant = get_close_matches(verb[:40], COMMANDS, n=1)
    return f"{verb[:40]} is no command of SMTP" + (f"; {meant[0]} would be one" if meant else "")
