"""How a person proves who they are: the same in SMTP, POP3 and IMAP (SASL, RFC 4422).

Each language has its own word for it (``AUTH``, ``AUTH``, ``AUTHENTICATE``) and its own way to carry
base64; the exchange inside is one and the same::

    PLAIN            client: NUL user NUL password                          RFC 4616
    LOGIN            server: Username:   client: user
                     server: Password:   client: password                   (never a standard, used by all)
    SCRAM-SHA-256    client: who I am, a random number                      RFC 5802, RFC 7677
                     server: more random, the salt
                     client: a proof that I know the password
                     server: a proof that I know it too

PLAIN and LOGIN show the password to whoever can read the line, so they belong inside TLS.  SCRAM
never sends it, and the server never needs to keep it: a `Credential` is enough.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from mailkit.talk.refusal import Refused

ITERATIONS = 4096  # the least that RFC 7677 section 4 wants; a public server would take far more

Exchange = Generator[bytes, bytes, str]  # yields challenges, is sent responses, returns the account


@dataclass(frozen=True)
class Credential:
    """What a server keeps instead of a password (RFC 5802 section 3).

    From `stored_key` nobody can compute the password or log in; it only serves to check a proof.
    """

    salt: bytes
    iterations: int
    stored_key: bytes  # 32 octets
    server_key: bytes  # 32 octets

    @classmethod
    def of(cls, password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> "Credential":
        """Hash a password (PBKDF2 with HMAC-SHA-256)."""
        salt = salt or secrets.token_bytes(16)
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
        client_key = _hmac(salted, b"Client Key")
        return cls(salt, iterations, hashlib.sha256(client_key).digest(), _hmac(salted, b"Server Key"))

    def fits(self, password: str) -> bool:
        """Whether this is the password, compared in constant time."""
        other = Credential.of(password, self.salt, self.iterations)
        return hmac.compare_digest(self.stored_key, other.stored_key)


class Credentials(Protocol):
    """The role that knows the accounts (``roles/mda.py``)."""

    def check(self, user: str, password: str) -> str:
        """The address of the account; raises Refused(535, "5.7.8") for a wrong user or password."""

    def credential(self, user: str) -> tuple[str, Credential] | None:
        """The address and the credential of the account that `user` names, or None."""


class Login:
    """One exchange, until `account` is known.

    >>> class Door:
    ...     def check(self, user, password): return f"{user}@cedar.example"
    ...     def credential(self, user): return None
    >>> login = begin("LOGIN", Door())
    >>> login.respond(None), login.respond(b"bob"), login.respond(b"tea"), login.account
    (b'Username:', b'Password:', None, 'bob@cedar.example')
    """

    def __init__(self, exchange: Exchange) -> None:
        self.account = ""
        self._exchange = exchange
        self._first = self._advance(None)

    def respond(self, data: bytes | None) -> bytes | None:
        """Take the client's response and give the next challenge; None when `account` is known.

        `None` instead of data means that the client sent no initial response and waits for the
        first challenge (which is empty where the client speaks first, as in PLAIN).

        Raises:
            Refused: 535 5.7.8 who or what was wrong; 501 5.5.2 the response made no sense.
        """
        return self._first if data is None else self._advance(data)

    def _advance(self, data: bytes | None) -> bytes | None:
        try:
            return next(self._exchange) if data is None else self._exchange.send(data)
        except StopIteration as end:
            self.account = end.value
            return None


def begin(mechanism: str, credentials: Credentials) -> Login:
    """Start an exchange.

    Raises:
        Refused: 504 5.5.4 for a mechanism that is not among `MECHANISMS`.
    """
    name = mechanism.upper()
    if name not in _EXCHANGES:
        raise Refused(
            504, "5.5.4", f"this server does not know that mechanism; it knows {', '.join(MECHANISMS)}"
        )
    return Login(_EXCHANGES[name](credentials))


def decode(line: bytes) -> bytes:
    """What a base64 line carries; ``=`` stands for an empty response (RFC 4954 section 4).

    Raises:
        Refused: 501 5.7.0 when the client cancels with ``*``; 501 5.5.2 when it is not base64.

    >>> decode(b"Ym9i")
    b'bob'
    """
    if line == b"*":
        raise Refused(501, "5.7.0", "the login was cancelled, as you wished")
    if line == b"=":
        return b""
    try:
        return base64.b64decode(line, validate=True)
    except binascii.Error:
        raise Refused(501, "5.5.2", "expected base64 here, and this is not") from None


def encode(challenge: bytes) -> bytes:
    """A challenge as a base64 line."""
    return base64.b64encode(challenge)


def _plain(credentials: Credentials) -> Exchange:
    parts = (yield b"").split(b"\0")
    if len(parts) != 3:
        raise Refused(501, "5.5.2", "expected NUL, user, NUL, password (RFC 4616 section 2)")
    wanted, user, password = (_text(part) for part in parts)
    account = credentials.check(user, password)
    if wanted not in ("", user, account):
        raise Refused(535, "5.7.8", "nobody may act for somebody else here")
    return account


def _login(credentials: Credentials) -> Exchange:
    user = yield b"Username:"
    password = yield b"Password:"
    return credentials.check(_text(user), _text(password))


def _scram_sha_256(credentials: Credentials) -> Exchange:
    client_first = _text((yield b""))
    if not re.match("[ny],.*?,", client_first):  # "p=": channel binding, which we do not offer
        raise Refused(501, "5.5.2", "expected n,, at the beginning (RFC 5802 section 7)")
    _, wanted, bare = client_first.split(",", 2)  # a=: as whom to act, if not as oneself
    said = _attributes(bare)
    user, wanted = _name(said.get("n", "")), _name(wanted.removeprefix("a="))
    known = credentials.credential(user)
    # An unknown user gets a salt too, and always the same one: who may log in is nobody's business
    # (RFC 5802 section 7).
    account, credential = known or ("", Credential.of(secrets.token_hex(), _salt_of_nobody(user)))
    nonce = said.get("r", "") + secrets.token_urlsafe(18)
    server_first = f"r={nonce},s={base64.b64encode(credential.salt).decode()},i={credential.iterations}"

    client_final = _text((yield server_first.encode()))
    without_proof, _, proof = client_final.rpartition(",p=")
    heard = _attributes(without_proof)
    message = f"{bare},{server_first},{without_proof}".encode()
    client_key = _xor(decode(proof.encode()), _hmac(credential.stored_key, message))
    right = hmac.compare_digest(hashlib.sha256(client_key).digest(), credential.stored_key)
    begun = encode(client_first.removesuffix(bare).encode()).decode()  # it is proved along with the rest
    if not (known and right and heard.get("r") == nonce and heard.get("c") == begun):
        raise Refused(535, "5.7.8", "wrong user or password")
    if wanted not in ("", user, account):
        raise Refused(535, "5.7.8", "nobody may act for somebody else here")
    yield b"v=" + base64.b64encode(_hmac(credential.server_key, message))
    return account


_EXCHANGES = {"PLAIN": _plain, "LOGIN": _login, "SCRAM-SHA-256": _scram_sha_256}
MECHANISMS = tuple(_EXCHANGES)


_SECRET = secrets.token_bytes(32)


def _salt_of_nobody(user: str) -> bytes:
    return _hmac(_SECRET, user.encode())[:16]


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(501, "5.5.2", "expected UTF-8 here, and this is not") from None


def _name(text: str) -> str:
    """A user's name, in which SCRAM has hidden commas and equals signs (RFC 5802 section 5.1).

    >>> _name("bob=2C or=3Dnot")
    'bob, or=not'
    """
    return text.replace("=2C", ",").replace("=3D", "=")


def _attributes(message: str) -> dict[str, str]:
    """``n=bob,r=abc`` as a dict; what has no ``=`` is left out."""
    return {
        name: value
        for name, is_there, value in (part.partition("=") for part in message.split(","))
        if is_there
    }
