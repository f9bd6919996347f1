"""You, speaking a protocol by hand: a telnet that explains.

::

    with village.say("mx.cedar.example", 25) as talk:
        talk("EHLO me")
        talk("MAIL FROM:<alice@birch.example>")

Every call sends one line and shows what came back, with an explanation *beside* it: what is on the wire
is untouched.
"""

import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from mailkit.dialogue import Side, Spoken
from mailkit.imap import reply as imap_reply
from mailkit.pop3 import replies as pop3_reply
from mailkit.shown import Shown
from mailkit.smtp import reply as smtp_reply

PATIENCE = 2.0  # seconds that we wait for an answer; a server that owes none stays silent

LANGUAGES = {
    25: "smtp", 465: "smtp", 587: "smtp", 110: "pop3", 995: "pop3", 143: "imap", 993: "imap",
}  # fmt: skip
TLS_FIRST = {465, 995, 993}
COMPLETE: dict[str, Callable[[bytes, bytes], bool]] = {
    "smtp": smtp_reply.complete,
    "pop3": pop3_reply.complete,
    "imap": imap_reply.complete,
}


@dataclass(frozen=True)
class Exchange(Shown):
    """One line that you said and what came back."""

    language: str
    said: bytes | None  # None for the greeting, which comes unasked
    heard: bytes
    secure: bool = False
    note: str = ""  # what happened beside the words: silence, or the end
    earlier: tuple["Exchange", ...] = field(default=(), repr=False)  # what had been said by then

    @cached_property
    def lines(self) -> list[Spoken]:
        """What you said and what came back, line by line."""
        return [
            Spoken(0.0, side, 0, line, self.secure) for side, words in self._words for line in _lines(words)
        ]

    @property
    def _words(self) -> tuple[tuple[Side, bytes], tuple[Side, bytes]]:
        return ("C", self.said or b""), ("S", self.heard)

    def __str__(self) -> str:
        note = [f"({self.note})"] if self.note else []
        return "\n".join([*map(str, self.lines), *note])


class Talk(Shown):
    """A conversation by hand.

    Args:
        connected: a socket to the server.
        port: the standard port of the service, which tells the language.
        tls: what to trust, for STARTTLS and for ports where TLS comes first.
        server: whom the certificate has to name.
    """

    def __init__(self, connected: socket.socket, port: int, tls: ssl.SSLContext, server: str) -> None:
        self.language = LANGUAGES.get(port, "smtp")
        self._socket, self._tls, self._server = connected, tls, server
        self._socket.settimeout(PATIENCE)
        self.exchanges: list[Exchange] = []
        if port in TLS_FIRST:
            self.start_tls()
        self._hear(None)

    def __call__(self, line: str) -> Exchange:
        """Say one line (the CRLF is added) and hear the answer.

        After a STARTTLS that the server agrees to, TLS is put on the line.
        """
        exchange = self.raw(line.encode() + b"\r\n")
        agreed = re.match(rb"220|\+OK|\S+ OK", exchange.heard)
        if re.fullmatch(r"(\S+ )?STARTTLS|STLS", line.strip(), re.IGNORECASE) and agreed:
            self.start_tls()
        return exchange

    def raw(self, data: bytes) -> Exchange:
        """Say exactly these octets, whatever they are, and hear what comes."""
        self._socket.sendall(data)
        return self._hear(data)

    def close(self) -> None:
        """Hang up, without a goodbye."""
        self._socket.close()

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __str__(self) -> str:
        return "\n".join(map(str, self.exchanges))

    def _hear(self, said: bytes | None) -> Exchange:
        heard, note = b"", ""
        command = (said or b"").strip()
        while not COMPLETE[self.language](command, heard):
            try:
                more = self._socket.recv(65536)
            except TimeoutError:
                note = f"the server says nothing more: {PATIENCE:.0f} seconds of silence"
                break
            except ConnectionError as error:
                note = f"the connection broke: {error.strerror}"
                break
            if not more:
                note = "the server has hung up"
                break
            heard += more
        exchange = Exchange(self.language, said, heard, self.secure, note, tuple(self.exchanges))
        self.exchanges.append(exchange)
        return exchange

    @property
    def secure(self) -> bool:
        """Whether TLS is on the line."""
        return isinstance(self._socket, ssl.SSLSocket)

    def start_tls(self) -> None:
        """Put TLS on the line, as one does when the server has agreed to STARTTLS."""
        self._socket = self._tls.wrap_socket(self._socket, server_hostname=self._server)


def _lines(data: bytes) -> list[bytes]:
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    return lines if lines[-1] else lines[:-1]  # what follows the last line ending is a line of its own
