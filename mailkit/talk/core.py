"""A language as a machine: bytes in, bytes out.

::

                      +--------------------------+
      greet()   --->  |                          |  ---> bytes to send
      receive() --->  |   a core: POP3 or IMAP   |  ---> bytes to send
      notify()  --->  |                          |  ---> bytes to send (IMAP speaks unasked)
                      +--------------------------+
                                   |
                          asks its policy (roles/)

No socket, no file, no clock, no thread: so it can be read, tested and cut into pieces at will.
The transport that joins a core to a socket is ``ground/serve.py``; it is the same for all.
"""

from collections.abc import Callable

from mailkit.talk.buffer import Buffer


class Core:
    """What a transport may rely on.  A language fills in `greet` and `step`.

    Attributes:
        closing: the core has said its last word; send it and hang up.
        wants_tls: the core has agreed to STARTTLS (or POP3's STLS); send the agreement, put TLS
            on the line, then call `secure`.
        wake: set by the transport; the core calls it when `notify` would have something to say.
    """

    def __init__(self, longest_line: int = 8192) -> None:
        self.buffer = Buffer(longest_line)
        self.closing = False
        self.wants_tls = False
        self.tls = False
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
        answers = []
        while not self.closing and not self.wants_tls:
            answer = self.step()
            if answer is None:
                break
            answers.append(answer)
        return b"".join(answers)

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
