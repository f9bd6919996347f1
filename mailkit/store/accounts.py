"""Who has a mailbox at a provider: accounts, their hashed passwords, aliases and quotas.

A mailbox is *usually* named after its account, but the two are not the same thing::

    bob@cedar.example          the account bob
    postmaster@cedar.example   an alias: the account bob           RFC 5321 section 4.5.1
    bob+tea@cedar.example      a tag: the account bob again        RFC 5233
    nobody@cedar.example       550 5.1.1

With a folder given, the accounts are kept there in ``accounts.json``, and nothing in that file can be
used to log in (see `mailkit.talk.sasl.Credential`).
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mailkit.store.files import write_safely
from mailkit.talk.refusal import Refused
from mailkit.talk.sasl import Credential


@dataclass(frozen=True)
class Account:
    """One person's account."""

    address: str  # "bob@cedar.example"
    credential: Credential
    quota: int | None = None  # octets of mail that may lie in all mailboxes together; None: no limit


class Accounts:
    """The accounts of one domain.

    Args:
        domain: such as ``"cedar.example"``.
        folder: where ``accounts.json`` is kept; None keeps the accounts in memory only.
    """

    def __init__(self, domain: str, folder: Path | None = None) -> None:
        self.domain = domain.lower()
        self.aliases: dict[str, str] = {}  # local part -> local part
        self._accounts: dict[str, Account] = {}  # by local part
        self._file = folder / "accounts.json" if folder else None
        if self._file and self._file.exists():
            self._load(self._file)

    def add(self, user: str, password: str, quota: int | None = None) -> Account:
        """Open an account, or change its password; without a quota, one that is there keeps its own.

        Raises:
            ValueError: the name cannot be an account's (it would not survive as a folder's name).
        """
        local = user.lower()
        if not local.replace(".", "").replace("-", "").replace("_", "").isalnum() or local.startswith("."):
            raise ValueError(
                f"an account is named with letters, digits, '.', '-' and '_', but this is {user!r}"
            )
        if quota is None and local in self._accounts:
            quota = self._accounts[local].quota
        account = Account(f"{local}@{self.domain}", Credential.of(password), quota)
        self._accounts[local] = account
        self._save()
        return account

    def set_quota(self, user: str, quota: int | None) -> None:
        """Let an account keep so many octets of mail (None: no limit).  Password and mail stay as they are.

        Raises:
            KeyError: there is no such account.
        """
        local = user.lower()
        self._accounts[local] = replace(self._accounts[local], quota=quota)
        self._save()

    def quota(self, user: str) -> int | None:
        """How many octets of mail an account may keep; None: no limit."""
        account = self._named(user)
        return account.quota if account else None

    def alias(self, name: str, user: str) -> None:
        """Let mail to `name` go to the account `user`.

        Raises:
            KeyError: there is no such account.
        """
        self.aliases[name.lower()] = self._accounts[user.lower()].address.partition("@")[0]
        self._save()

    def find(self, local: str) -> Account | None:
        """The account that takes mail for this local part: itself, by an alias, or without its tag."""
        name = local.lower()
        name = self.aliases.get(name, name)
        return self._accounts.get(name) or self._accounts.get(name.partition("+")[0])

    def check(self, user: str, password: str) -> str:
        """The address of the account whose password this is.

        `user` is the whole address or its local part, as mail programs differ.

        Raises:
            Refused: 535 5.7.8, the same whether the user or the password is wrong.
        """
        account = self._named(user)
        # An unknown user takes as long as a wrong password: time must not tell who exists.
        credential = account.credential if account else Credential.of("")
        if not credential.fits(password) or account is None:
            raise Refused(535, "5.7.8", "wrong user or password")
        return account.address

    def credential(self, user: str) -> tuple[str, Credential] | None:
        """The address and what is kept of the password, for SCRAM; None for an unknown user."""
        account = self._named(user)
        return (account.address, account.credential) if account else None

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def __len__(self) -> int:
        return len(self._accounts)

    def _named(self, user: str) -> Account | None:
        local, at, domain = user.lower().partition("@")
        return self._accounts.get(local) if not at or domain == self.domain else None

    def _load(self, file: Path) -> None:
        kept = json.loads(file.read_text(encoding="utf-8"))
        self.aliases = kept["aliases"]
        for local, entry in kept["accounts"].items():
            salt, stored, server = (b64decode(entry[name]) for name in ("salt", "stored_key", "server_key"))
            credential = Credential(salt, entry["iterations"], stored, server)
            self._accounts[local] = Account(f"{local}@{self.domain}", credential, entry["quota"])

    def _save(self) -> None:
        if self._file is None:
            return
        accounts = {
            local: {
                "salt": b64encode(account.credential.salt).decode(),
                "iterations": account.credential.iterations,
                "stored_key": b64encode(account.credential.stored_key).decode(),
                "server_key": b64encode(account.credential.server_key).decode(),
                "quota": account.quota,
            }
            for local, account in self._accounts.items()
        }
        text = json.dumps({"accounts": accounts, "aliases": self.aliases}, indent=1)
        write_safely(self._file, text.encode())
