"""What a line of a dialogue means: said *beside* the wire, never on it.

The servers answer as the standards want it, with three digits and a few words.  Here stands what a
patient neighbour would add:

>>> print(explain("smtp", "501 5.5.4 syntax error", before="MAIL FROM:alice@birch.example"))
501, because the address lacks its angle brackets: MAIL FROM:<alice@birch.example> (RFC 5321 section 4.1.2).

    smtp       commands, replies, extensions           RFC 5321, RFC 4954, RFC 3207, RFC 3461
    mistakes   what was wrong with a line of SMTP      RFC 5321
    status     enhanced status codes, such as 5.1.1    RFC 3463
    login      what stands in the base64 of a login    RFC 4616, RFC 4648
    pop3       commands, answers, capabilities         RFC 1939, RFC 2449
    imap       commands, answers, response codes       RFC 3501 and its extensions

All of it is tables; each sentence names the section that it retells.
"""

from mailkit.dialogue import Side
from mailkit.show.explain import imap, pop3, smtp

LANGUAGES = {"smtp": smtp.explain, "pop3": pop3.explain, "imap": imap.explain}


def language(protocol: str) -> str:
    """The language of a service: submission is SMTP, and with TLS from the start it is still the same.

    >>> language("submissions"), language("imaps")
    ('smtp', 'imap')
    """
    name = protocol.lower().removesuffix("s")
    return {"submission": "smtp", "lmtp": "smtp", "pop": "pop3"}.get(name, name)


def explain(protocol: str, line: str, side: Side = "S", before: str | None = None) -> str:
    """One or two sentences about a line; empty where there is nothing to add.

    Args:
        protocol: "smtp", "submission", "pop3", "imap".
        line: the line, without its ending.
        side: who said it, "C" or "S".
        before: the line of the other side that this one answers, if it is known.
    """
    explained = LANGUAGES.get(language(protocol))
    return explained(line, side, before) if explained else ""
