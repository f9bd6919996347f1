"""What stands in the base64 of a login (RFC 4648 section 4; SASL mechanisms PLAIN, LOGIN, SCRAM).

Base64 is a way of *writing* octets with letters; it hides nothing.  To show that, the octets are
written out again beside the line, only the password is not.
"""

import base64
import binascii
import re

DOTS = "•••••"


def decode(word: str) -> bytes | None:
    """The octets that a word of base64 stands for; None when it is none.

    >>> decode("AGFsaWNlAHRlYQ==")
    b'\\x00alice\\x00tea'
    """
    try:
        return base64.b64decode(word.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None


def explain(word: str, challenge: str = "") -> str:
    """What one base64 word of a login says.

    Args:
        word: the word as it is on the wire; ``=`` alone is an empty answer (RFC 4954 section 4).
        challenge: the base64 word that the server asked with, if it did.

    >>> print(explain("AGFsaWNlAHRlYQ=="))
    This is base64, not encryption: it says \\0alice\\0•••••, that is, the user and the password.
    """
    if word == "=":
        return "An equals sign stands for an empty answer (RFC 4954 section 4)."
    if word == "*":
        return "A star gives the login up (RFC 4954 section 4)."
    octets = decode(word)
    if octets is None:
        return "This should be base64, but it is not (RFC 4648 section 4)."
    return f"This is base64, not encryption: it says {_words(octets, decode(challenge) or b'')}."


def question(word: str) -> str:
    """What the server asks with a base64 word, such as ``Username:``."""
    asked = decode(word)
    return f"in base64 it says “{_text(asked)}”" if asked else "it has nothing to add; the client may speak"


def _words(octets: bytes, asked: bytes) -> str:
    if octets.count(b"\0") == 2:  # PLAIN: authorization identity, user, password (RFC 4616 section 2)
        whose, user, _ = octets.split(b"\0")
        role = "whom to act for, " if whose else ""
        return f"{_text(whose)}\\0{_text(user)}\\0{DOTS}, that is, {role}the user and the password"
    if asked.lower().startswith(b"pass"):
        return f"{DOTS}, the password"
    return f"“{_text(octets)}”"


def _text(octets: bytes) -> str:
    text = octets.decode("utf-8", errors="backslashreplace").replace("\0", "\\0")
    return re.sub(r"(?<=.{160}).+", "…", text, flags=re.DOTALL)
