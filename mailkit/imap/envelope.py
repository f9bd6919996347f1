"""ENVELOPE: the header's most wanted fields, taken apart by the server (RFC 3501 section 7.4.2).

::

    From: Alice <alice@birch.example>      ("Mon, 1 Jan 2024 09:00:00 +0000" "Tea?"      date, subject
    To: Bob <bob@cedar.example>             (("Alice" NIL "alice" "birch.example"))      from
    Subject: Tea?                           ((... the same ...)) ((... the same ...))    sender, reply-to
    Date: Mon, 1 Jan 2024 ...               (("Bob" NIL "bob" "cedar.example"))          to
    Message-ID: <1@birch.example>           NIL NIL NIL "<1@birch.example>")          cc, bcc, in-reply-to, id

It has little to do with the envelope of SMTP: it is what the letter's own head says.  Encoded words
(RFC 2047) stay as they are; taking them apart is for the client.
"""

import re
from functools import lru_cache

from mailkit.imap import out

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[<>@,;:]|[^\s"<>@,;:]++', re.DOTALL)
_COMMENT_OR_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[()]|\\.|[^"()\\]++', re.DOTALL)
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)

_GROUP_END = b"(NIL NIL NIL NIL)"


def written(fields: dict[bytes, bytes]) -> bytes:
    """The ENVELOPE of a header."""
    sender = addresses(fields.get(b"from", b""))
    return b"(%b)" % b" ".join(
        (
            out.nstring(fields.get(b"date")),
            out.nstring(fields.get(b"subject")),
            sender,
            addresses(fields[b"sender"]) if fields.get(b"sender") else sender,
            addresses(fields[b"reply-to"]) if fields.get(b"reply-to") else sender,
            addresses(fields.get(b"to", b"")),
            addresses(fields.get(b"cc", b"")),
            addresses(fields.get(b"bcc", b"")),
            out.nstring(fields.get(b"in-reply-to")),
            out.nstring(fields.get(b"message-id")),
        )
    )


@lru_cache(maxsize=1024)
def addresses(value: bytes) -> bytes:
    """A list of addresses (RFC 5322 section 3.4); whatever stands there, something comes out.

    >>> addresses(b"Alice <alice@birch.example>, bob@cedar.example")
    b'(("Alice" NIL "alice" "birch.example")(NIL NIL "bob" "cedar.example"))'
    >>> addresses(b"Friends: bob@cedar.example;")
    b'((NIL NIL "Friends" NIL)(NIL NIL "bob" "cedar.example")(NIL NIL NIL NIL))'
    """
    found: list[bytes] = []
    words: list[bytes] = []  # what came before < or stands alone
    angle: list[bytes] | None = None  # what stands between < and >
    inside = False  # ... and has not ended yet
    for token in _TOKEN.findall(_without_comments(value)):
        if inside:
            if token == b">":
                inside = False
            elif angle is not None:
                angle.append(token)
        elif token == b"<":
            angle, inside = [], True
        elif token in (b",", b";"):
            found += _address(words, angle)
            words, angle = [], None
            found += [_GROUP_END] if token == b";" else []
        elif token == b":":
            found.append(b"(NIL NIL %b NIL)" % out.string(_phrase(words)))
            words = []
        else:
            words.append(token)
    found += _address(words, angle)
    return b"(%b)" % b"".join(found) if found else b"NIL"


def _address(words: list[bytes], angle: list[bytes] | None) -> list[bytes]:
    """``(name route mailbox host)``, or nothing if nothing stands there."""
    if not words and not angle:
        return []
    name = _phrase(words) if words and angle is not None else None
    spec = words if angle is None else angle
    route = None
    if spec and spec[0] == b"@" and b":" in spec:  # <@relay.example:bob@cedar.example>, of 1982
        colon = spec.index(b":")
        route, spec = b"".join(spec[:colon]), spec[colon + 1 :]
    at = len(spec) - 1 - spec[::-1].index(b"@") if b"@" in spec else len(spec)
    mailbox, host = b"".join(map(_unquoted, spec[:at])), b"".join(spec[at + 1 :])
    # Without a domain the host is "", not NIL: NIL would begin a group.
    return [b"(%b %b %b %b)" % (out.nstring(name), out.nstring(route), out.string(mailbox), out.string(host))]


def _phrase(words: list[bytes]) -> bytes:
    return b" ".join(map(_unquoted, words))


def _unquoted(word: bytes) -> bytes:
    if not word.startswith(b'"'):
        return word
    return _QUOTED_PAIR.sub(rb"\1", word[1:].removesuffix(b'"'))


def _without_comments(value: bytes) -> bytes:
    """Comments are in brackets, and may hold others (RFC 5322 section 3.2.2)."""
    if b"(" not in value:
        return value
    depth, kept = 0, []
    for piece in _COMMENT_OR_QUOTED.findall(value):
        if piece == b"(":
            depth += 1
        elif piece == b")":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(piece)
    return b"".join(kept)
