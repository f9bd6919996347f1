"""A language as a machine: bytes in, bytes out.

::

                      +--------------------------+
      greet()   --->  |                          |  ---> bytes to send
      receive() --->  |   a core: POP3 or IMAP   |  ---> bytes to send
      more()    --->  |                          |  ---> the rest of a long answer, piece by piece
      notify()  --->  |                          |  ---> bytes to send (IMAP speaks unasked)
                      +--------------------------+
                                   |
                          asks its policy (roles/)

No socket, no file, no clock, no thread: so it can be read, tested and cut into pieces at will.
The transport that joins a core to a socket is ``ground/serve.py``; it is the same for all.

Whoever fetches 20,000 letters gets them in pieces, and the next piece is made only when there is room
for it on the line: so a slow client costs little memory, and the others need not wait for its end.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from mailkit.talk.buffer import Buffer

PIECE = 65_536
"""Octets: a piece is full when it has so many ..."""

STEPS = 100
"""... or when so many steps have been done for it (looking into a letter is one)."""


class Core:
    """What a transport may rely on.  A language fills in `greet` and `step`.

    Attributes:
        closing: the core has said its last word; send it and hang up.
        wants_tls: the core has agreed to STARTTLS (or POP3's STLS); send the agreement, put TLS
            on the line, then call `secure`.
        speaking: there is more to say; send this piece, then call `more`.
        pause: seconds to wait before this piece is sent (guessing passwords shall be slow).
        listening: something may happen of which nobody tells us, such as a letter that another program
            lays into the mailbox; call `notify` every few seconds.
        wake: set by the transport; the core calls it when `notify` would have something to say.
    """

    def __init__(self, longest_line: int = 8192) -> None:
        self.buffer = Buffer(longest_line)
        self.rest: Iterator[bytes] = iter(())  # of a long answer; a language that gives one leaves it here
        self.closing = False
        self.wants_tls = False
        self.tls = False
        self.speaking = False
        self.pause = 0.0
        self.listening = False
        self.wake: Callable[[], None] = lambda: None

    def greet(self) -> bytes:
        """What the server says first, unasked."""
        raise NotImplementedError

    def step(self) -> bytes | None:
        """Understand one more piece of the buffer; None when more bytes are needed."""
        raise NotImplementedError

    def receive(self, data: bytes) -> bytes:
        """The answer to what has just arrived, possibly empty; one piece, for one write."""
        self.buffer.feed(data)
        return self.more()

    def more(self) -> bytes:
        """The next piece of what there is to say."""
        self.speaking, self.pause = True, 0.0
        piece: list[bytes] = []
        octets = 0
        while octets < PIECE and len(piece) < STEPS and not self.pause:
            said = self._go_on()
            if said is None:
                self.speaking = False
                break
            if len(said) > PIECE:  # a big letter: by and by, like many small ones
                self.rest = chain(_pieces(said), self.rest)
                continue
            piece.append(said)
            octets += len(said)
        return b"".join(piece)

    def answer(self, data: bytes) -> bytes:
        """The whole answer at once: for whoever has no line that could be full, such as a test."""
        said = [self.receive(data)]
        while self.speaking:
            said.append(self.more())
        return b"".join(said)

    def notify(self) -> bytes:
        """What the server has to say unasked; empty for all languages but IMAP."""
        return b""

    def secure(self) -> None:
        """TLS is on the line now: forget everything that was said before it (RFC 3207 section 4.2)."""
        self.buffer.clear()
        self.wants_tls = False
        self.tls = True

    def hang_up(self) -> None:
        """The connection is gone, by whosever wish: let go of locks and watches."""

    def _go_on(self) -> bytes | None:
        """First the rest of what is being said, then the answer to what was heard next."""
        said = next(self.rest, None)
        return self.step() if said is None and not (self.closing or self.wants_tls) else said


def _pieces(said: bytes) -> Iterator[bytes]:
    for start in range(0, len(said), PIECE):
        yield said[start : start + PIECE]
