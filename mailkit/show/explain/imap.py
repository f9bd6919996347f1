"""IMAP in words: what each command asks for, and what each answer says (RFC 3501).

::

    C: a1 SELECT INBOX                a1 is the tag: the client chooses it
    S: * 3 EXISTS                     a star: the server tells something
    S: a1 OK [READ-WRITE] done        the tag again: this command is over

A third kind begins with ``+``: go on, the server waits for more (RFC 3501 section 7.5).
"""

import re

from mailkit.dialogue import Side
from mailkit.show.explain import login

COMMANDS = {
    "CAPABILITY": "what can the server do? (RFC 3501 section 6.1.1)",
    "NOOP": "nothing to do, but is there news? (RFC 3501 section 6.1.2)",
    "LOGOUT": "goodbye (RFC 3501 section 6.1.3)",
    "STARTTLS": "from here on with TLS, please (RFC 3501 section 6.2.1)",
    "AUTHENTICATE": "the client logs in by a SASL mechanism (RFC 3501 section 6.2.2)",
    "LOGIN": "user name and password, readable by all on the way unless TLS is on (RFC 3501 section 6.2.3)",
    "SELECT": "open this mailbox, to read and to change it (RFC 3501 section 6.3.1)",
    "EXAMINE": "open this mailbox, only to read (RFC 3501 section 6.3.2)",
    "CREATE": "make a new mailbox (RFC 3501 section 6.3.3)",
    "DELETE": "remove a mailbox (RFC 3501 section 6.3.4)",
    "RENAME": "give a mailbox another name (RFC 3501 section 6.3.5)",
    "SUBSCRIBE": "put a mailbox on the list of those shown (RFC 3501 section 6.3.6)",
    "UNSUBSCRIBE": "take a mailbox off that list (RFC 3501 section 6.3.7)",
    "LIST": "which mailboxes are there? (RFC 3501 section 6.3.8)",
    "LSUB": "which mailboxes are subscribed? (RFC 3501 section 6.3.9)",
    "STATUS": "the figures of a mailbox, without opening it (RFC 3501 section 6.3.10)",
    "APPEND": "lay this letter into a mailbox (RFC 3501 section 6.3.11)",
    "CHECK": "tidy up inside (RFC 3501 section 6.4.1)",
    "CLOSE": "remove what is marked \\Deleted, and close the mailbox (RFC 3501 section 6.4.2)",
    "EXPUNGE": "remove what is marked \\Deleted (RFC 3501 section 6.4.3)",
    "SEARCH": "which letters fit? (RFC 3501 section 6.4.4)",
    "FETCH": "parts of letters, just those asked for (RFC 3501 section 6.4.5)",
    "STORE": "set or remove flags (RFC 3501 section 6.4.6)",
    "COPY": "copy letters to another mailbox (RFC 3501 section 6.4.7)",
    "MOVE": "move letters to another mailbox, in one step (RFC 6851 section 3.1)",
    "UNSELECT": "close the mailbox and remove nothing (RFC 3691 section 2)",
    "IDLE": "the client waits; the server speaks when there is news (RFC 2177 section 3)",
    "DONE": "the end of waiting in IDLE (RFC 2177 section 3)",
    "ENABLE": "switch extensions on (RFC 5161 section 3)",
    "ID": "which programs are we? (RFC 2971 section 3.1)",
    "NAMESPACE": "where do mailbox names begin? (RFC 2342 section 5)",
    "GETQUOTA": "how much room is there? (RFC 9208 section 4.1)",
    "GETQUOTAROOT": "which limits hold for this mailbox? (RFC 9208 section 4.1)",
    "SETQUOTA": "set a limit (RFC 9208 section 4.1)",
    "SORT": "which letters fit, and in which order? (RFC 5256 section 3)",
    "THREAD": "which letters belong together? (RFC 5256 section 3)",
}

ITEMS = (  # what FETCH asks for or brings, told when it stands in the line
    (r"BODY\.PEEK\[", "PEEK looks without setting \\Seen"),
    (r"BODY\[", "BODY[] is the letter or a part of it; asking for it sets \\Seen"),
    (r"\bENVELOPE\b", "ENVELOPE is the header, taken apart by the server"),
    (r"\bBODYSTRUCTURE\b", "BODYSTRUCTURE is the tree of the letter's parts"),
    (r"\bRFC822\.SIZE\b", "RFC822.SIZE is the size in octets"),
    (r"\bINTERNALDATE\b", "INTERNALDATE is when the letter arrived"),
)

STATUS = {  # the word that ends a command, or that the server says by itself
    "OK": "done (RFC 3501 section 7.1.1)",
    "NO": "understood, but it could not be done (RFC 3501 section 7.1.2)",
    "BAD": "not understood, or not possible now (RFC 3501 section 7.1.3)",
    "PREAUTH": "the server greets a client whom it already knows (RFC 3501 section 7.1.4)",
    "BYE": "the server is about to close the connection (RFC 3501 section 7.1.5)",
}

NEWS = {  # * word ..., or * number word ...
    "CAPABILITY": "what the server can do (RFC 3501 section 7.2.1)",
    "LIST": "a mailbox: its marks, the sign between its levels, its name (RFC 3501 section 7.2.2)",
    "LSUB": "a subscribed mailbox (RFC 3501 section 7.2.3)",
    "STATUS": "a mailbox and its figures (RFC 3501 section 7.2.4)",
    "SEARCH": "the letters that fit (RFC 3501 section 7.2.5)",
    "ESEARCH": "the letters that fit, in short form (RFC 4731 section 3)",
    "SORT": "the letters that fit, in order (RFC 5256 section 4)",
    "THREAD": "the letters that belong together (RFC 5256 section 4)",
    "FLAGS": "the flags that this mailbox knows (RFC 3501 section 7.2.6)",
    "EXISTS": "so many letters are in the mailbox (RFC 3501 section 7.3.1)",
    "RECENT": "so many came since the last session looked (RFC 3501 section 7.3.2)",
    "EXPUNGE": "this letter is gone; those behind it move up by one (RFC 3501 section 7.4.1)",
    "VANISHED": "these letters are gone, by their UIDs (RFC 7162 section 3.2.10)",
    "FETCH": "what was asked about this letter, or a change of its flags (RFC 3501 section 7.4.2)",
    "ENABLED": "these extensions are on now (RFC 5161 section 3.2)",
    "ID": "the server's program (RFC 2971 section 3.2)",
    "NAMESPACE": "where mailbox names begin (RFC 2342 section 5)",
    "QUOTA": "what is used, and the limit (RFC 9208 section 4.2)",
    "QUOTAROOT": "which limits hold for the mailbox (RFC 9208 section 4.2)",
}

CODES = {  # the word in brackets
    "ALERT": "show this to the user (RFC 3501 section 7.1)",
    "BADCHARSET": "this character set is not known (RFC 3501 section 7.1)",
    "CAPABILITY": "what the server can do, told unasked (RFC 3501 section 7.1)",
    "PARSE": "the letter's header could not be read (RFC 3501 section 7.1)",
    "PERMANENTFLAGS": "the flags that can be changed for good (RFC 3501 section 7.1)",
    "READ-ONLY": "the mailbox is open for reading only (RFC 3501 section 7.1)",
    "READ-WRITE": "the mailbox is open for reading and changing (RFC 3501 section 7.1)",
    "TRYCREATE": "there is no such mailbox; CREATE it first (RFC 3501 section 7.1)",
    "UIDNEXT": "the next letter will get this UID (RFC 3501 section 2.3.1.1)",
    "UIDVALIDITY": "as long as this number stays, the UIDs mean the same letters (RFC 3501 section 2.3.1.1)",
    "UNSEEN": "the first letter that nobody has seen (RFC 3501 section 7.1)",
    "APPENDUID": "the UID that the new letter got (RFC 4315 section 3)",
    "COPYUID": "the UIDs that the copies got (RFC 4315 section 3)",
    "UIDNOTSTICKY": "UIDs here do not last (RFC 4315 section 3)",
    "HIGHESTMODSEQ": "the number of the mailbox's latest change (RFC 7162 section 3.1.2)",
    "NOMODSEQ": "changes are not counted here (RFC 7162 section 3.1.2)",
    "MODIFIED": "these letters were changed by somebody else meanwhile (RFC 7162 section 3.1.3)",
    "CLOSED": "the mailbox that was open before is closed (RFC 7162 section 3.2.11)",
    "AUTHENTICATIONFAILED": "user name or password is wrong (RFC 5530 section 3)",
    "AUTHORIZATIONFAILED": "the login is good, but not for this user's mail (RFC 5530 section 3)",
    "EXPIRED": "the password has expired (RFC 5530 section 3)",
    "PRIVACYREQUIRED": "first TLS, then this (RFC 5530 section 3)",
    "UNAVAILABLE": "something behind the server does not answer; try later (RFC 5530 section 3)",
    "NOPERM": "you are not allowed to do this (RFC 5530 section 3)",
    "INUSE": "somebody else is using it (RFC 5530 section 3)",
    "EXPUNGEISSUED": "another session has removed some of these letters (RFC 5530 section 3)",
    "CANNOT": "this can never be done here (RFC 5530 section 3)",
    "LIMIT": "a limit of the server has been reached (RFC 5530 section 3)",
    "OVERQUOTA": "the mailbox has no more room (RFC 5530 section 3)",
    "ALREADYEXISTS": "there is one of this name already (RFC 5530 section 3)",
    "NONEXISTENT": "there is none of this name (RFC 5530 section 3)",
    "SERVERBUG": "the server has made a mistake (RFC 5530 section 3)",
    "CLIENTBUG": "the client has made a mistake (RFC 5530 section 3)",
}

MISTAKES = (  # why BAD or NO: the client's line, and the reason
    (r"\s*$", "the line is empty (RFC 3501 section 2.2.1)"),
    (r"\s+\S", "a space stands before the tag (RFC 3501 section 2.2.1)"),
    (
        rf"(?:UID|{'|'.join(COMMANDS)})(?:\s|$)",
        "the line lacks its tag, the word of the client's own choice before the command "
        "(RFC 3501 section 2.2.1)",
    ),
    (r"\S+\s*$", "no command follows the tag (RFC 3501 section 2.2.1)"),
    (r"\S+\s+LOGIN\s+\S+\s*$", "LOGIN wants two words, user name and password (RFC 3501 section 6.2.3)"),
    (r"\S+\s+(?:SELECT|EXAMINE|CREATE|DELETE)\s*$", "the mailbox's name is missing (RFC 3501 section 6.3.1)"),
    (r"\S+\s+LIST\s+\S+\s*$", "LIST wants two words, reference and pattern (RFC 3501 section 6.3.8)"),
    (
        r"\S+\s+(?:UID\s+)?(?:FETCH|STORE|COPY|MOVE|SEARCH|EXPUNGE|CLOSE|CHECK)\b",
        "a mailbox must be open first (SELECT), and the letters named as in 1:3 or * (RFC 3501 section 3.3)",
    ),
    (r"\S+\s+(?:EHLO|HELO|MAIL|RCPT|DATA|USER|PASS|RETR)\b", "this is another language; here IMAP is spoken"),
)


def explain(line: str, side: Side, before: str | None) -> str:
    """One or two sentences about a line of IMAP."""
    before = before or ""
    if side == "C":
        return _command(line, before)
    if line.startswith("+"):
        return _go_on(line, before)
    if line.startswith("* "):
        return _untagged(line[2:], before)
    found = re.match(r"(\S+) (OK|NO|BAD)\b(.*)", line, re.IGNORECASE | re.DOTALL)
    if found:
        return _tagged(found[2].upper(), found[3], before)
    return "The rest of the answer, behind the octets that were announced (RFC 3501 section 4.3)."


def command(line: str) -> str:
    """The command in a client's line, without its tag, and without UID before it.

    >>> command("a7 UID FETCH 1:* FLAGS"), command("DONE")
    ('FETCH', 'DONE')
    """
    words = line.upper().split(None, 3)
    if words[:1] == ["DONE"]:
        return "DONE"
    return words[2] if words[1:2] == ["UID"] and len(words) > 2 else (words[1] if len(words) > 1 else "")


def _command(line: str, before: str) -> str:
    verb = command(line)
    if before.startswith("+") and verb != "DONE":
        return login.explain(line.strip(), before[2:])
    if verb not in COMMANDS:
        reason = _mistake(line)
        return f"Not understood: {reason}." if reason else ""
    told = [f"{verb}: {COMMANDS[verb]}."]
    if re.match(r"\S+ UID ", line, re.IGNORECASE):
        told.append("UID: letters are named by their lasting numbers (RFC 3501 section 6.4.8).")
    if verb == "FETCH":
        told += _items(line)
    if verb == "AUTHENTICATE" and len(line.split()) == 4:
        told.append(login.explain(line.split()[3]))
    return " ".join(told)


def _go_on(line: str, before: str) -> str:
    verb = command(before)
    if verb == "IDLE":
        return "The server waits with the client, and will speak when there is news (RFC 2177 section 3)."
    if verb == "AUTHENTICATE":
        return f"The login goes on; {login.question(line[2:].strip())} (RFC 3501 section 7.5)."
    return "Go on: the server waits for the octets that were announced (RFC 3501 section 7.5)."


def _untagged(text: str, before: str) -> str:
    words = text.split(None, 2)
    numbered = bool(words) and words[0].isdecimal()
    word = words[1].upper() if numbered and len(words) > 1 else (words[0].upper() if words else "")
    if word in STATUS:
        return _tagged(word, text[len(word) :], before if word == "BAD" else "")
    if word not in NEWS:
        return ""
    return " ".join([f"{word}: {NEWS[word]}.", *(_items(text) if word == "FETCH" else [])])


def _items(text: str) -> list[str]:
    return [f"{meaning}." for pattern, meaning in ITEMS if re.search(pattern, text, re.IGNORECASE)]


def _tagged(word: str, text: str, before: str) -> str:
    reason = _mistake(before) if before and word != "OK" else ""
    found = re.match(r" \[([\w-]+)", text)
    if found and found[1].upper() in CODES:
        return f"{word} [{found[1].upper()}]: {CODES[found[1].upper()]}."
    if reason:
        return f"{word}, because {reason}."
    verb = command(before)
    return f"{word} to {verb}: {STATUS[word]}." if verb in COMMANDS else f"{word}: {STATUS[word]}."


def _mistake(line: str) -> str:
    for pattern, reason in MISTAKES:
        if re.match(pattern, line, re.IGNORECASE):
            return reason
    return ""
