"""MUA: the mail program.  It writes letters, hands them in, and shows those that have come.

::

    Alice types  -->  MUA  --587, STARTTLS, AUTH-->  birch's MSA
    Bob reads    <--  MUA  <--993, TLS, LOGIN------  cedar's IMAP

One program, two servers and two languages: SMTP to send, IMAP (or POP3) to read.  The languages are
spoken by Python's own ``smtplib``, ``imaplib`` and ``poplib``, unchanged, so what they see here is what
any mail program sees.
"""

import imaplib
import poplib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any

from mailkit.letter.compose import compose
from mailkit.letter.letter import Inbox, Letter
from mailkit.shown import Shown

Call = Callable[[str, str, int], socket.socket]  # my host, the server's name, port -> a connected socket


class Person(Shown):
    """Somebody with a mail program and an account.

    Args:
        name: "Alice".
        address: "alice@birch.example".
        host: the machine on which the mail program runs.
        server: the name that the person typed into the mail program's settings, for both directions.
        call: makes connections.
        tls: what the mail program trusts.
        now: the village's clock.
        settle: waits until nothing is under way in the village.
    """

    def __init__(
        self,
        name: str,
        address: str,
        password: str,
        host: str,
        server: str,
        call: Call,
        tls: ssl.SSLContext,
        now: Callable[[], float],
        settle: Callable[[], None],
    ) -> None:
        self.name, self.address, self.password, self.host, self.server = name, address, password, host, server
        self._call, self._tls, self._now, self._settle = call, tls, now, settle

    def send(
        self,
        to: "Person | str | Iterable[Person | str]",
        subject: str = "",
        text: str = "",
        attachments: Iterable[tuple[str, bytes]] = (),
    ) -> Letter:
        """Write a letter and hand it in at the provider; returns it as it was handed in.

        Raises:
            smtplib.SMTPException: the provider refused it; the exception holds its reply.
        """
        people = [to] if isinstance(to, Person | str) else list(to)
        addresses = [str(getattr(person, "address", person)) for person in people]
        message = compose(
            f"{self.name} <{self.address}>",
            addresses,
            subject,
            text,
            now=self._now(),
            attachments=attachments,
        )
        return self.hand_in(message.as_bytes(), addresses)

    def hand_in(self, content: bytes, to: Iterable[str]) -> Letter:
        """Hand in a letter that is written already, whatever stands in it.

        Raises:
            smtplib.SMTPException: the provider refused it.
        """
        with self.smtp() as provider:
            provider.sendmail(self.address, list(to), content)
        return Letter(content)

    def inbox(self) -> Inbox:
        """The letters in the inbox, fetched by IMAP; they count as read from now on.

        What is still under way in the village is waited for first.
        """
        self._settle()
        with self.imap() as provider:
            provider.select("INBOX")
            _, parts = provider.fetch("1:*", "(FLAGS BODY[])")
            return Inbox(_letter(part) for part in parts if isinstance(part, tuple))

    def smtp(self) -> smtplib.SMTP:
        """A connection to the provider's MSA, inside TLS and logged in."""
        provider = _SMTP(self._dial, self.host)
        provider.connect(self.server, 587)
        provider.starttls(context=self._tls)
        provider.login(self.address, self.password)
        return provider

    def imap(self) -> imaplib.IMAP4:
        """A connection to the provider's IMAP server, inside TLS and logged in."""
        provider = _IMAP(self._dial, self.server, self._tls)
        provider.login(self.address, self.password)
        return provider

    def pop3(self) -> poplib.POP3:
        """A connection to the provider's POP3 server, inside TLS and logged in."""
        provider = _POP3(self._dial, self.server, self._tls)
        provider.user(self.address)
        provider.pass_(self.password)
        return provider

    def _dial(self, server: str, port: int) -> socket.socket:
        return self._call(self.host, server, port)

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>, with a mail program on {self.host} that talks to {self.server}"


Dial = Callable[[str, int], socket.socket]


def _letter(part: tuple[bytes, bytes]) -> Letter:
    flags = re.search(rb"FLAGS \(([^)]*)\)", part[0])
    return Letter(part[1], frozenset(flags[1].decode().split()) if flags else frozenset())


# The three clients of the standard library open their sockets themselves.  In the village the ground does
# that, so each of them is told, at the one place where it would, to ask us instead.


class _SMTP(smtplib.SMTP):
    def __init__(self, dial: Dial, own_name: str) -> None:
        self._dial = dial
        super().__init__(local_hostname=own_name, timeout=30)

    def connect(
        self, host: str = "localhost", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        self._host = host  # whom the certificate has to name, at STARTTLS
        return super().connect(host, port)

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        return self._dial(host, port)


class _IMAP(imaplib.IMAP4_SSL):
    def __init__(self, dial: Dial, server: str, tls: ssl.SSLContext) -> None:
        self._dial, self._tls = dial, tls
        super().__init__(server, 993, ssl_context=tls)

    def _create_socket(self, timeout: Any) -> ssl.SSLSocket:
        return self._tls.wrap_socket(self._dial(self.host, 993), server_hostname=self.host)


class _POP3(poplib.POP3_SSL):
    def __init__(self, dial: Dial, server: str, tls: ssl.SSLContext) -> None:
        self._dial, self._tls = dial, tls
        super().__init__(server, 995, context=tls)

    def _create_socket(self, timeout: Any) -> ssl.SSLSocket:
        return self._tls.wrap_socket(self._dial(self.host, 995), server_hostname=self.host)
