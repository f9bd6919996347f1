r"""The words a server says (RFC 1939 section 3).

There are only two, ``+OK`` and ``-ERR``; what follows is for people.  A longer answer goes on over
further lines until one with nothing but a dot.  A line of the *letter* that begins with a dot gets
a second one for the way, or it could be taken for the end::

    in the mailbox        on the line
    --------------        ---------------
                          +OK here it is
    Tea at four           Tea at four
    .                     ..                   <- stuffed
    and cake              and cake
                          .                    <- the end

For programs a word in brackets says what kind of ``-ERR`` it is (RFC 2449 section 8, RFC 3206).
"""

from mailkit.talk.refusal import Refused

CODES = {"5.7.8": "AUTH", "4.2.0": "IN-USE"}  # a role's reason (RFC 3463) in POP3's own words


def ok(text: str) -> bytes:
    """
    >>> ok("goodbye")
    b'+OK goodbye\\r\\n'
    """
    return f"+OK {_one_line(text)}\r\n".encode()


def err(text: str, code: str = "") -> bytes:
    """
    >>> err("wrong user or password", "AUTH")
    b'-ERR [AUTH] wrong user or password\\r\\n'
    """
    return f"-ERR {f'[{code}] ' if code else ''}{_one_line(text)}\r\n".encode()


def refused(no: Refused) -> bytes:
    """A role's no, or our own, as POP3 says it.

    >>> refused(Refused(451, "4.3.0", "the disk is full"))
    b'-ERR [SYS/TEMP] the disk is full\\r\\n'
    """
    return err(no.text, CODES.get(no.status, "SYS/TEMP" if no.temporary else ""))


def listing(text: str, lines: list[str]) -> bytes:
    """A reply of several lines, for CAPA, LIST and UIDL."""
    return multiline(text, "".join(f"{line}\r\n" for line in lines).encode())


def multiline(text: str, content: bytes) -> bytes:
    """A reply of several lines, for RETR and TOP."""
    ending = b"" if content.endswith(b"\r\n") or not content else b"\r\n"
    return ok(text) + stuff(content) + ending + b".\r\n"


def stuff(content: bytes) -> bytes:
    r"""Double the dot at the beginning of each line.

    A line is taken to end with LF, CR or not, because that is where a careless client thinks it ends.

    >>> stuff(b"Tea\r\n.\r\n.hidden\r\n")
    b'Tea\r\n..\r\n..hidden\r\n'
    """
    stuffed = content.replace(b"\n.", b"\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def complete(command: bytes, data: bytes) -> bool:
    """Whether `data`, heard by a *client*, is all that answers its `command` (empty: the greeting).

    The reply itself does not say whether it has several lines: a client must know what it asked.

    >>> complete(b"STAT", b"+OK 2 320\\r\\n"), complete(b"RETR 1", b"+OK 2 320\\r\\n")
    (True, False)
    >>> complete(b"RETR 1", b"+OK\\r\\nTea?\\r\\n.\\r\\n"), complete(b"RETR 9", b"-ERR none\\r\\n")
    (True, True)

    Of several commands that were sent in one piece, each gets a reply of its own:

    >>> complete(b"NOOP\\r\\nLIST", b"+OK\\r\\n"), complete(b"NOOP\\r\\nLIST", b"+OK\\r\\n+OK\\r\\n.\\r\\n")
    (False, True)
    """
    rest = data
    for line in command.strip().split(b"\n"):
        _, whole, rest = rest.partition(_ending(line, rest))
        if not whole:
            return False
    return True


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _ending(command: bytes, reply: bytes) -> bytes:
    word, *arguments = command.upper().split() or [b""]
    long = word in (b"CAPA", b"RETR", b"TOP") or (word in (b"LIST", b"UIDL") and not arguments)
    return b"\r\n.\r\n" if long and reply.startswith(b"+OK") else b"\r\n"
