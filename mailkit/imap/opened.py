"""A message while one command looks at it: what it says about itself, in IMAP's words.

The letter is read at most once, and only if something is asked that memory does not know.  Answers
that cost work and never change (ENVELOPE, BODYSTRUCTURE) are kept with the message for all sessions.
"""

from collections.abc import Callable

from mailkit.imap import bodystructure, envelope
from mailkit.imap.view import View
from mailkit.letter import structure
from mailkit.letter.structure import Part
from mailkit.store.mailbox import Message


class Opened:
    """One message, opened as far as needed.

    Every question may raise `Refused`: another program may remove the letter at any time.
    """

    __slots__ = ("view", "message", "_content", "_header", "_structure")

    def __init__(self, view: View, message: Message) -> None:
        self.view, self.message = view, message
        self._content: bytes | None = None
        self._header: bytes | None = None
        self._structure: Part | None = None

    @property
    def flags(self) -> bytes:
        """The flags, as this session sees them."""
        return self.view.flags(self.message)

    @property
    def content(self) -> bytes:
        """The whole letter."""
        if self._content is None:
            self._content = self.view.mailbox.read(self.message)
        return self._content

    @property
    def header(self) -> bytes:
        """Its header, with the blank line."""
        if self._header is None:
            if self._content is None:
                self._header = self.view.mailbox.read_header(self.message)
            else:
                self._header = self._content[: self.structure.body]
        return self._header

    @property
    def structure(self) -> Part:
        """Its parts."""
        if self._structure is None:
            self._structure = structure.parse(self.content)
        return self._structure

    @property
    def fields(self) -> dict[bytes, bytes]:
        """The fields of its header, unfolded."""
        return structure.fields(self.header[: structure.LONGEST_HEADER])

    @property
    def envelope(self) -> bytes:
        """ENVELOPE."""
        return self._kept("ENVELOPE", lambda: envelope.written(self.fields))

    @property
    def bodystructure(self) -> bytes:
        """BODYSTRUCTURE."""
        return self._kept("BODYSTRUCTURE", lambda: bodystructure.written(self.structure, extended=True))

    @property
    def body(self) -> bytes:
        """BODY: the same without what came later (RFC 3501 section 7.4.2)."""
        return self._kept("BODY", lambda: bodystructure.written(self.structure, extended=False))

    def _kept(self, name: str, work: Callable[[], bytes]) -> bytes:
        known = self.message.worked_out
        if name not in known:
            known[name] = work()
        return known[name]
