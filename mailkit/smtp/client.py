"""SMTP's calling half: hand one letter over on a socket that is already connected.

aiosmtplib speaks; this file only says in which order, and keeps the outcomes apart: a server may take
a letter for one recipient and refuse it for the next (RFC 5321 section 3.3).

::

    220 <- EHLO -> STARTTLS -> EHLO -> MAIL -> RCPT, RCPT ... -> DATA -> QUIT
"""

import socket
import ssl
from collections.abc import Mapping

import aiosmtplib

from mailkit.letter.envelope import Envelope
from mailkit.talk.refusal import Refused

Outcome = Refused | str  # why not, or the words that came with 250

PATIENCE = 60.0  # seconds for each reply; RFC 5321 section 4.5.3.2 would give minutes


async def hand_over(
    connected: socket.socket, own_name: str, envelope: Envelope, content: bytes, tls: ssl.SSLContext
) -> Mapping[str, Outcome]:
    """Hand a letter to the server at the other end.

    Args:
        connected: a TCP connection to it; closed at the end in any case.
        own_name: what we say with EHLO.
        tls: used when the server offers STARTTLS.

    Returns:
        For each recipient the server's last word, or its refusal.

    Raises:
        Refused: it took nothing for anybody: the line broke, it kept silent, or it refused the sender.
    """
    client = aiosmtplib.SMTP(
        sock=connected, local_hostname=own_name, timeout=PATIENCE, start_tls=None, tls_context=tls
    )
    try:
        await client.connect()
        return await _transaction(client, envelope, content)
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(error.code, error.message) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Refused(451, "4.4.2", f"the connection failed: {error}") from None
    finally:
        client.close()
        connected.close()


async def _transaction(client: aiosmtplib.SMTP, envelope: Envelope, content: bytes) -> Mapping[str, Outcome]:
    await client._ehlo_or_helo_if_needed()
    await client.mail(envelope.sender, options=_options(client, envelope, content), encoding="utf-8")
    outcomes: dict[str, Outcome] = {}
    for recipient in envelope.recipients:
        try:
            await client.rcpt(recipient, encoding="utf-8")
        except aiosmtplib.SMTPResponseException as error:
            outcomes[recipient] = _refused(error.code, error.message)
    accepted = [recipient for recipient in envelope.recipients if recipient not in outcomes]
    if accepted:
        try:
            last_word = (await client.data(content)).message
            outcomes.update(dict.fromkeys(accepted, last_word))
        except aiosmtplib.SMTPResponseException as error:
            outcomes.update(dict.fromkeys(accepted, _refused(error.code, error.message)))
    await _quit(client)
    return outcomes


def _options(client: aiosmtplib.SMTP, envelope: Envelope, content: bytes) -> list[str]:
    """What to add to MAIL FROM, as far as this server understands it.

    Raises:
        Refused: 550 5.6.7, an address that only a server with SMTPUTF8 could take (RFC 6531).
    """
    options = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(content)}")
    if not content.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    if not all(address.isascii() for address in (envelope.sender, *envelope.recipients)):
        if not client.supports_extension("smtputf8"):
            raise Refused(550, "5.6.7", "the next server cannot take addresses beyond ASCII")
        options.append("SMTPUTF8")
    return options


async def _quit(client: aiosmtplib.SMTP) -> None:
    """Say goodbye.  The letter has been handed over: what happens now does not matter any more."""
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def _refused(code: int, message: str) -> Refused:
    """A reply that is not 2xx or 3xx as a `Refused`.

    >>> str(_refused(550, "5.1.1 no such person here"))
    '550 5.1.1 no such person here'
    """
    status, _, text = " ".join(message.split()).partition(" ")  # a reply may have several lines
    if status.count(".") == 2 and status.replace(".", "").isdecimal():
        return Refused(code, status, text)
    return Refused(code, f"{code // 100}.0.0", f"{status} {text}".strip())
