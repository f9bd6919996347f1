"""The mailboxes that a mail program should show (RFC 3501 section 6.3.6).

They lie in a file beside INBOX, a name a line, in the form that Dovecot has, too::

    INBOX
    Entw&APw-rfe
    Work.Tea
"""

from pathlib import Path

from mailkit.store import names
from mailkit.store.files import write_safely


class Subscriptions:
    """The list of one person.  A name in it need not exist."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """All of them, as they stand in the file."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = (line if line == "INBOX" else names.unfolder(names.SEPARATOR + line) for line in lines)
        return [name for name in found if name]

    def add(self, *wanted: str) -> None:
        """Show these.

        Raises:
            Refused: no mailbox can have that name.
        """
        for name in wanted:
            names.folder(name)
        self._write({*self.names(), *map(names.canonical, wanted)})

    def remove(self, name: str) -> None:
        """Show this one no more."""
        self._write({*self.names()} - {names.canonical(name)})

    def _write(self, wanted: set[str]) -> None:
        lines = "".join(f"{names.encode(name)}\n" for name in sorted(wanted))
        write_safely(self._path, lines.encode())
