"""Letters that mail programs stumble over, and how one sees that a letter has come through unharmed.

Every server and some programs write lines on top of a letter (``Received:``); below them everything has
to be what was sent, octet for octet.
"""

import base64
import random
import re

HEAD = (
    b"From: Alice <alice@birch.example>\r\nTo: Bob <bob@cedar.example>\r\n"
    b"Date: Tue, 04 Mar 2025 16:00:00 +0000\r\nMessage-ID: <%b@birch.example>\r\nSubject: %b\r\n"
)
PHOTO = base64.encodebytes(random.Random(1).randbytes(200_000)).replace(b"\n", b"\r\n")


def letter(name: str, body: bytes = b"At four.\r\n", subject: str = "", more: bytes = b"") -> bytes:
    """A letter from Alice to Bob.

    Args:
        name: goes into its Message-ID, and is its subject if it has no other.
        more: further header fields.
    """
    return HEAD % (name.encode(), (subject or name).encode()) + more + b"\r\n" + body


def _multipart(*parts: bytes) -> bytes:
    return b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts) + b"--cut--\r\n"


TEXT = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
MIXED = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="cut"\r\n'

ODD = {
    "dots": letter("dots", b".\r\n..\r\n.dot at the front\r\nend.\r\n"),
    "from": letter("from", b"From here on mbox readers err.\r\n\r\nFrom a blank line, too.\r\n>From x\r\n"),
    "eight-bits": letter(
        "eight-bits", "Grüße um vier, ☕\r\n".encode(), more=b"MIME-Version: 1.0\r\n" + TEXT
    ),
    "long-line": letter("long-line", b"x" * 998 + b"\r\n"),
    "no-body": letter("no-body", b""),
    "blank-lines": letter("blank-lines", b"\r\n\r\nbelow blank lines, above blank lines  \r\n\r\n\r\n"),
    "folded": letter("folded", subject="a subject that is\r\n\tfolded\r\n  twice"),
    "nested": letter(
        "nested",
        _multipart(
            b"Content-Type: text/plain\r\n\r\nSee below.\r\n",
            b"Content-Type: message/rfc822\r\n\r\n" + letter("inner", b"From within.\r\n"),
        ),
        more=MIXED,
    ),
    "photo": letter(
        "photo",
        _multipart(b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + PHOTO),
        more=MIXED,
    ),
}


def many(number: int, start: int = 0) -> list[bytes]:
    """Letters of different lengths, each one different."""
    return [
        letter(f"many-{each}", b"".join(b"%d, line %d\r\n" % (each, line) for line in range(each % 40)))
        for each in range(start, start + number)
    ]


STAMP = re.compile(rb"(?:Return-Path|Received|Delivered-To)[ \t]*:(?:[^\r\n]|\r\n[ \t])*\r\n", re.IGNORECASE)


def without_stamps(content: bytes) -> bytes:
    """A letter without what has been written on top of it.

    >>> without_stamps(b"Received: by x;\\r\\n\\tnow\\r\\nSubject: tea\\r\\n\\r\\nReceived: not me\\r\\n")
    b'Subject: tea\\r\\n\\r\\nReceived: not me\\r\\n'
    """
    while stamp := STAMP.match(content):
        content = content[stamp.end() :]
    return content


def unix(content: bytes) -> bytes:
    """A letter as programs on Unix keep it in a file: lines end with LF alone."""
    return content.replace(b"\r\n", b"\n")


def wire(content: bytes) -> bytes:
    """The way back."""
    return content.replace(b"\n", b"\r\n")


def bare(contents: list[bytes]) -> list[bytes]:
    """Letters without stamps, in an order of their own: to compare what lies here with what was sent."""
    return sorted(map(without_stamps, contents))
