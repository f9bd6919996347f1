"""Mail addresses, as they stand in an envelope (RFC 5321 section 4.1.2).

::

    alice+tea @ birch.example
    \\_______/   \\___________/
    local part  domain: found by DNS, upper and lower case are the same
    means only something to the domain's own server
"""

import re
from dataclasses import dataclass

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"  # RFC 5322 section 3.2.3, and RFC 6531
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~\u0080-\U0010ffff]|\\[ -~])*"')
_LABEL = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff-]*[A-Za-z0-9\u0080-\U0010ffff])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|\[[!-Z^-~]+\]")
_QUOTED_PAIR = re.compile(r"\\(.)")


class BadAddress(ValueError):
    """This is not a mail address; the message says what is wrong with it."""


@dataclass(frozen=True)
class Address:
    """A mail address; `domain` is in lower case.

    >>> Address.parse("Alice@Birch.Example")
    Address(local='Alice', domain='birch.example')
    """

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read ``local@domain``.

        Raises:
            BadAddress: with one sentence that says why.
        """
        local, at, domain = text.rpartition("@")
        if not at:
            raise BadAddress(f"an address has an @, and {text!r} has none")
        if not _LOCAL.fullmatch(local):
            raise BadAddress(f"{local!r} cannot stand before the @")
        if not _DOMAIN.fullmatch(domain):
            raise BadAddress(f"{domain!r} is not a domain")
        if len(local.encode()) > 64 or len(domain.encode()) > 255:  # RFC 5321 section 4.5.3.1
            raise BadAddress("at most 64 octets may stand before the @ and 255 behind it")
        return cls(local, domain.lower())

    @property
    def mailbox(self) -> str:
        """The local part without its quotes: ``"bob"@…`` is bob."""
        if self.local.startswith('"'):
            return _QUOTED_PAIR.sub(r"\1", self.local[1:-1])
        return self.local

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"
