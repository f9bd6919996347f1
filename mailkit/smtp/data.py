"""The letter itself, as DATA carries it (RFC 5321 sections 4.1.1.4 and 4.5.2).

::

    DATA<CRLF>                      <- this CRLF may be the first half of the end, if the letter is empty
    Subject: dots<CRLF>
    <CRLF>
    ..<CRLF>                        a line of the letter that is one dot: the client has put one before it
    .<CRLF>                         the end: CRLF, a dot, CRLF, and nothing else

What only looks like the end is none.  Some servers take LF.LF for one and some do not; whoever finds two
that disagree can hide a second letter in the first one, with a sender that the first server never saw.  That
is SMTP smuggling, and it fails here because there is one end, and because no CR or LF stands alone.
"""

import asyncio
from collections.abc import Awaitable, Callable

from mailkit.talk.refusal import Refused

END = b"\r\n.\r\n"
LONGEST_LINE = 8192  # octets; RFC 5321 section 4.5.3.1.6 asks for 1000, but unfolded HTML is common
PATIENT_FACTOR = 2  # a letter that is too large is heard out, to this many times of what is allowed

Progress = Callable[[int], Awaitable[None]]  # is told how many octets more have come


async def read(reader: asyncio.StreamReader, largest: int, progress: Progress) -> bytes | None:
    """What comes up to the end, dots taken away; None if it was too large, and was heard out but not kept.

    Raises:
        Refused: 421, it is much too large.
    """
    # The CRLF that ended the word DATA may begin the end (RFC 5321 section 4.1.1.4), so it is put back.
    reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]
    pieces: list[bytes] = []
    size, finished = 0, False
    while not finished:
        try:
            piece = await reader.readuntil(END)
            finished = True
        except asyncio.LimitOverrunError as more:  # so many octets that are surely not the end
            piece = await reader.read(more.consumed)
        size += len(piece)
        await progress(len(piece))
        if size <= largest:
            pieces.append(piece)
        elif size > PATIENT_FACTOR * largest:
            raise Refused(421, "4.3.4", "this letter has no end; goodbye", hang_up=True)
        else:
            pieces.clear()  # the answer must wait for the end, but memory need not
    return unstuffed(b"".join(pieces)) if size <= largest else None


def unstuffed(lines: bytes) -> bytes:
    """The letter, without the CRLF before it, the dot behind it, and the dots that guard its lines.

    >>> unstuffed(b"\\r\\nSubject: dots\\r\\n\\r\\n..\\r\\n.\\r\\n")
    b'Subject: dots\\r\\n\\r\\n.\\r\\n'
    """
    inner = lines[: -len(b".\r\n")]
    return (inner.replace(b"\r\n.", b"\r\n") if b"\r\n." in inner else inner)[len(b"\r\n") :]


def stuffed(content: bytes) -> bytes:
    """A letter as it goes onto the wire: dots guarded, and the end behind it.

    >>> stuffed(b"Subject: dots\\r\\n\\r\\n.\\r\\n")
    b'Subject: dots\\r\\n\\r\\n..\\r\\n.\\r\\n'
    """
    whole = content if content.endswith(b"\r\n") or not content else content + b"\r\n"
    return (b"\r\n" + whole).replace(b"\r\n.", b"\r\n..")[len(b"\r\n") :] + b".\r\n"


def check(content: bytes) -> None:
    """Whether these are lines as a letter has them.

    Raises:
        Refused: 554 a CR or LF stands alone (RFC 5321 section 2.3.8), or a line is too long.
    """
    if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
        raise Refused(554, "5.5.2", "a letter's lines end with CRLF; here stands a CR or LF alone")
    start = 0
    while len(content) - start > LONGEST_LINE:  # from the end of one line to the end of a later one
        start = content.rfind(b"\n", start, start + LONGEST_LINE) + 1
        if not start:
            raise Refused(554, "5.6.0", f"a line of this letter has more than {LONGEST_LINE} octets")
