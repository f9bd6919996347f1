"""SMTP in words: what each command asks for, and what each reply says (RFC 5321).

A reply code is read digit by digit (RFC 5321 section 4.2.1)::

    2 yes    3 go on    4 not now, try again    5 no, and trying again is useless
"""

import re

from mailkit.dialogue import Side
from mailkit.show.explain import login, mistakes, status

COMMANDS = {
    "EHLO": "the client gives its name and asks which extensions the server has (RFC 5321 section 4.1.1.1)",
    "HELO": "the client gives its name, in the old way without extensions (RFC 5321 section 4.1.1.1)",
    "MAIL": "the envelope's sender: a letter begins, and failures go back to here (RFC 5321 section 4.1.1.2)",
    "RCPT": "the envelope's recipient: one RCPT for each of them (RFC 5321 section 4.1.1.3)",
    "DATA": "the client asks to send the letter itself, header and body (RFC 5321 section 4.1.1.4)",
    "BDAT": "a piece of the letter follows, so many octets; no dot ends it (RFC 3030)",
    "RSET": "forget the letter that was begun; the connection stays (RFC 5321 section 4.1.1.5)",
    "VRFY": "does this mailbox exist? (RFC 5321 section 4.1.1.6)",
    "EXPN": "who is on this mailing list? (RFC 5321 section 4.1.1.7)",
    "HELP": "the client asks for help (RFC 5321 section 4.1.1.8)",
    "NOOP": "do nothing and say that it went well (RFC 5321 section 4.1.1.9)",
    "QUIT": "the client says goodbye (RFC 5321 section 4.1.1.10)",
    "STARTTLS": "from here on with TLS, please (RFC 3207 section 4)",
    "AUTH": "the client logs in (RFC 4954 section 4)",
    "ETRN": "please start the queue for this domain (RFC 1985)",
}

PARAMETERS = {
    "SIZE": "SIZE announces so many octets (RFC 1870)",
    "BODY": "BODY says whether the letter uses octets above 127 (RFC 6152)",
    "SMTPUTF8": "SMTPUTF8 allows addresses beyond ASCII (RFC 6531)",
    "AUTH": "AUTH= says who handed the letter in first (RFC 4954 section 5)",
    "RET": "RET says how much of the letter a report shall bring back (RFC 3461 section 4.3)",
    "ENVID": "ENVID is the sender's own number for the envelope (RFC 3461 section 4.4)",
    "NOTIFY": "NOTIFY says when a report is wanted (RFC 3461 section 4.1)",
    "ORCPT": "ORCPT keeps the address that the sender wrote (RFC 3461 section 4.2)",
}

EXTENSIONS = {
    "PIPELINING": "the client may send several commands without waiting for each answer (RFC 2920)",
    "SIZE": "the largest letter that is taken, in octets (RFC 1870)",
    "8BITMIME": "letters may use octets above 127 (RFC 6152)",
    "SMTPUTF8": "addresses and headers may go beyond ASCII (RFC 6531)",
    "STARTTLS": "the connection can be put into TLS (RFC 3207)",
    "AUTH": "the ways of logging in that the server knows (RFC 4954 section 3)",
    "ENHANCEDSTATUSCODES": "replies carry a second number such as 5.1.1 (RFC 2034)",
    "DSN": "the sender may order reports about the delivery (RFC 3461)",
    "HELP": "the command HELP is answered (RFC 5321 section 4.1.1.8)",
    "CHUNKING": "BDAT may be used instead of DATA (RFC 3030)",
    "VRFY": "the command VRFY is answered (RFC 5321 section 3.5)",
    "ETRN": "the command ETRN is answered (RFC 1985)",
}

REPLIES = {
    "211": "the state of the system (RFC 5321 section 4.2.3)",
    "214": "help for a human reader (RFC 5321 section 4.2.3)",
    "220": "the server is there and gives its name; only now the client may speak (RFC 5321 section 3.1)",
    "221": "goodbye; the server closes the connection (RFC 5321 section 4.1.1.10)",
    "235": "the login is accepted (RFC 4954 section 6)",
    "250": "done (RFC 5321 section 4.2.3)",
    "251": "the mailbox is elsewhere, and this server will forward the letter (RFC 5321 section 3.4)",
    "252": "the server will not say if the mailbox exists, but it takes letters (RFC 5321 section 3.5.3)",
    "334": "the login goes on: the server asks for something (RFC 4954 section 4)",
    "354": "the server is ready for the letter itself; end it with a line of one dot "
    "(RFC 5321 section 4.1.1.4)",
    "421": "the server must close the connection now; come back later (RFC 5321 section 3.8)",
    "450": "the mailbox cannot be used now, or the server wants to be asked again later "
    "(RFC 5321 section 4.2.3)",
    "451": "something went wrong inside the server; try again later (RFC 5321 section 4.2.3)",
    "452": "no room at the moment, or too many recipients at once (RFC 5321 sections 4.2.3 and 4.5.3.1.10)",
    "454": "logging in or TLS is not possible at the moment (RFC 4954 section 6, RFC 3207 section 4)",
    "455": "the parameters cannot be honoured at the moment (RFC 5321 section 4.2.3)",
    "500": "the server does not understand the command, or the line is too long (RFC 5321 section 4.2.3)",
    "501": "the command is known, but what follows it is wrong (RFC 5321 section 4.2.3)",
    "502": "the server knows this command, but does not offer it (RFC 5321 section 4.2.4)",
    "503": "this command does not come now: the order is EHLO, MAIL, RCPT, DATA (RFC 5321 section 4.1.4)",
    "504": "the server does not offer this parameter or way of logging in (RFC 5321 section 4.2.3)",
    "521": "this host never takes mail (RFC 7504)",
    "530": "first prove who you are, with AUTH (RFC 4954 section 6)",
    "534": "this way of logging in is too weak (RFC 4954 section 6)",
    "535": "user name or password is wrong, and the server does not say which (RFC 4954 section 6)",
    "538": "this way of logging in is only for connections with TLS (RFC 4954 section 6)",
    "550": "this mailbox is not there, or not for you (RFC 5321 section 4.2.3)",
    "551": "the mailbox is elsewhere, and this server does not forward (RFC 5321 section 3.4)",
    "552": "the letter is larger than this mailbox or this server takes (RFC 5321 section 4.2.3)",
    "553": "this name for a mailbox is not allowed (RFC 5321 section 4.2.3)",
    "554": "the transaction failed for good; as a greeting: no SMTP for you here (RFC 5321 section 3.1)",
    "555": "the server does not know a parameter of MAIL or RCPT (RFC 5321 section 4.1.1.11)",
    "556": "the recipient's domain takes no mail (RFC 7504)",
}

# The same code says different things after different commands: (code, command).
AFTER = {
    ("220", "STARTTLS"): "go ahead: the very next octet belongs to TLS (RFC 3207 section 4)",
    ("250", "EHLO"): "the server greets back; its extensions follow (RFC 5321 section 4.1.1.1)",
    ("250", "HELO"): "the server greets back (RFC 5321 section 4.1.1.1)",
    ("250", "MAIL"): "this sender is fine; nothing is promised yet (RFC 5321 section 3.3)",
    ("250", "RCPT"): "this recipient is fine (RFC 5321 section 3.3)",
    ("250", "."): "accepted: from now on this server answers for the letter (RFC 5321 section 6.1)",
    ("250", "BDAT"): "the piece has arrived (RFC 3030)",
    ("250", "RSET"): "forgotten; the next letter may begin (RFC 5321 section 4.1.1.5)",
    ("250", "VRFY"): "this mailbox exists (RFC 5321 section 3.5)",
    ("252", "VRFY"): "the server will not say; most do not, because of spammers (RFC 5321 section 3.5.3)",
    ("454", "STARTTLS"): "TLS is not possible at the moment (RFC 3207 section 4)",
    ("454", "AUTH"): "the login cannot be checked at the moment (RFC 4954 section 6)",
    ("550", "MAIL"): "this sender is not welcome here (RFC 5321 section 4.2.3)",
    ("550", "RCPT"): "no letter for this recipient is taken: no such mailbox, or not for you "
    "(RFC 5321 section 4.2.3)",
    ("550", "."): "the letter has been read and refused (RFC 5321 section 4.2.3)",
    ("552", "MAIL"): "the announced SIZE is more than this server takes (RFC 1870)",
    ("552", "RCPT"): "the mailbox is full (RFC 5321 section 4.2.3)",
    ("554", "."): "the letter has been read and refused (RFC 5321 section 4.2.3)",
}

KIND = {
    "2": "yes",
    "3": "go on",
    "4": "not now; trying again later may help",
    "5": "no, and trying again is useless",
}


def explain(line: str, side: Side, before: str | None) -> str:
    """One or two sentences about a line of SMTP."""
    return _reply(line, before) if side == "S" else _command(line, before or "")


def _command(line: str, before: str) -> str:
    if before.startswith("334"):
        return login.explain(line.strip(), before[4:])
    if line == ".":
        return "The dot alone on its line: here the letter ends (RFC 5321 section 4.5.2)."
    verb = _verb(line)
    if verb not in COMMANDS:
        return "This is no command of SMTP (RFC 5321 section 4.1.1)."
    told = [f"{verb}: {COMMANDS[verb]}."]
    if verb in ("MAIL", "RCPT"):
        told += [
            f"{meaning}."
            for word, meaning in PARAMETERS.items()
            if re.search(rf"> (?:.* )?{word}\b", line, re.I)
        ]
    if re.match(r"MAIL FROM:<>", line, re.I):
        told.append("<> is nobody: so a report comes, lest a report answer it (RFC 5321 section 4.5.5).")
    if verb == "AUTH" and len(line.split()) == 3:
        told.append(login.explain(line.split()[2]))
    if line[: len(verb)] != verb:
        told.append("Small letters are as good as capitals (RFC 5321 section 2.4).")
    return " ".join(told)


def _reply(line: str, before: str | None) -> str:
    found = re.match(r"(\d{3})(?:[ -](.*))?$", line, re.ASCII | re.DOTALL)
    if not found:
        return "No reply of SMTP begins like this: three digits are expected (RFC 5321 section 4.2)."
    code, text = found[1], found[2] or ""
    keyword = text.upper().replace("=", " ").split(" ")[0]
    if code == "250" and keyword in EXTENSIONS and _verb(before or "") in ("EHLO", "LHLO", ""):
        return f"{keyword}: {EXTENSIONS[keyword]}."
    if code == "334":
        return f"334: the login goes on; {login.question(text.strip())} (RFC 4954 section 4)."
    reason = "" if before is None else mistakes.why(code, before)
    if reason:
        return f"{code}, because {reason}."
    detail = status.explain(text) if code[0] in "45" else ""
    return f"{_meaning(code, text, before or '')} {detail}".rstrip()


def _meaning(code: str, text: str, before: str) -> str:
    if code == "530" and "STARTTLS" in text.upper():
        return "530: first TLS, then this: say STARTTLS (RFC 3207 section 4)."
    meaning = AFTER.get((code, _verb(before))) or REPLIES.get(code)
    return f"{code}: {meaning}." if meaning else f"{code}: {_kind(code)} (RFC 5321 section 4.2.1)."


def _kind(code: str) -> str:
    return KIND.get(code[0], "not a code of SMTP: the first digit is 2, 3, 4 or 5")


def _verb(line: str) -> str:
    return line.split(" ", 1)[0].rstrip().upper()
