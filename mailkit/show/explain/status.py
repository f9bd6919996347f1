"""Enhanced status codes: three numbers that say more than a reply code can (RFC 3463, RFC 2034).

::

    5 . 1 . 1
    |   |   +-- detail: within the subject, what exactly
    |   +------ subject: what it is about
    +---------- class: may it help to try again?
"""

import re

CLASS = {"2": "success", "4": "a failure that may pass", "5": "a failure that will stay"}

# Subject number n is told in RFC 3463 section 3.(n+1).
SUBJECT = {
    "0": "no particular subject",
    "1": "the address",
    "2": "the mailbox",
    "3": "the receiving mail system",
    "4": "the network or the way there",
    "5": "the mail protocol",
    "6": "the letter's content",
    "7": "security or policy",
}

DETAIL = {
    "1.1": "no such mailbox",
    "1.2": "no such domain, or it takes no mail",
    "1.3": "not a well-formed mailbox address",
    "1.4": "the address fits several mailboxes",
    "1.5": "the recipient's address is good",
    "1.6": "the mailbox has moved and left no new address",
    "1.7": "the sender's address is not well-formed",
    "1.8": "the sender's domain is no good",
    "1.10": "the domain says by a null MX that it takes no mail (RFC 7505)",
    "2.1": "the mailbox is switched off",
    "2.2": "the mailbox is full",
    "2.3": "the letter is longer than this mailbox allows",
    "2.4": "the mailing list could not be expanded",
    "3.1": "the mail system's disk is full",
    "3.2": "the system takes no mail at the moment",
    "3.3": "the system cannot do what was asked",
    "3.4": "the letter is too big for this system",
    "3.5": "the system is set up wrongly",
    "4.1": "the other host does not answer",
    "4.2": "the connection broke",
    "4.3": "a directory, such as DNS, did not answer",
    "4.4": "no way to that domain is known",
    "4.5": "too much mail on the way",
    "4.6": "the letter goes in circles",
    "4.7": "it took too long; the queue has given up",
    "5.1": "a command at the wrong time, or one that is not known",
    "5.2": "the line does not follow the syntax",
    "5.3": "too many recipients",
    "5.4": "a command's argument is wrong",
    "5.5": "the two sides speak different versions",
    "5.6": "a line of the login is too long (RFC 4954 section 6)",
    "6.1": "this kind of content is not taken here",
    "6.2": "the content would have to be converted, and may not be",
    "6.3": "the content would have to be converted, and cannot be",
    "6.7": "addresses beyond ASCII need SMTPUTF8 on the whole way (RFC 6531)",
    "7.0": "a matter of security that has no number of its own",
    "7.1": "you are not allowed to do this",
    "7.4": "this way of securing or proving is not offered",
    "7.8": "user name or password is wrong (RFC 4954 section 6)",
    "7.9": "this way of logging in is too weak (RFC 4954 section 6)",
    "7.11": "this way of logging in needs TLS first (RFC 4954 section 6)",
}


def explain(text: str) -> str:
    """A reply's enhanced status code in words; empty when its text begins with none.

    >>> explain("5.1.1 bob who?")
    '5.1.1 is a failure that will stay, about the address: no such mailbox (RFC 3463).'
    """
    found = re.match(r"([245])\.(\d{1,3}\.\d{1,3})\b", text, re.ASCII)
    if not found:
        return ""
    kind, rest = found.groups()
    about = SUBJECT.get(rest.split(".")[0], "a subject of its own")
    detail = DETAIL.get(rest, "")
    source = "" if "RFC" in detail else " (RFC 3463)"
    return f"{found[0]} is {CLASS[kind]}, about {about}{': ' if detail else ''}{detail}{source}."
