"""MSA: takes letters from the provider's own people, and from nobody else (RFC 6409).

::

    Alice's mail program --587, STARTTLS, AUTH--> MSA --> queue

What makes it different from an MTA: one has to log in, one may only send as oneself, and a letter that
is not quite finished is finished here (Date:, Message-ID:).
"""

from email.utils import make_msgid

from mailkit.clock import Clock
from mailkit.letter import trace
from mailkit.letter.envelope import Envelope
from mailkit.letter.trace import Hop
from mailkit.roles.mta import here
from mailkit.roles.queue import Queue
from mailkit.store.accounts import Accounts
from mailkit.talk.refusal import Refused


class MSA:
    """The role behind ports 587 and 465.

    Attributes:
        in_the_clear: take passwords without TLS, for a lesson on why nobody does.
    """

    in_the_clear = False

    def __init__(self, hostname: str, address: str, accounts: Accounts, queue: Queue, clock: Clock) -> None:
        self.hostname, self.credentials = hostname, accounts
        self._address, self._queue, self._clock = address, queue, clock

    def MAIL(self, hop: Hop, sender: str, parameters: dict[str, str]) -> None:
        """Only as oneself: the return address has to be the login's own (RFC 6409 section 6.1)."""
        local, _, domain = sender.rpartition("@")
        account = self.credentials.find(local) if domain == self.credentials.domain else None
        if account is None or account.address != hop.account:
            raise Refused(550, "5.7.1", f"you are {hop.account} and may not send as somebody else")

    def RCPT(self, hop: Hop, envelope: Envelope, recipient: str, wishes: dict[str, str]) -> str:
        """To anybody in the world; whether they exist, the next servers will tell."""
        local = here(recipient, self.credentials.domain, self._address)
        return recipient if local is None else f"{local}@{self.credentials.domain}"

    async def DATA(self, hop: Hop, envelope: Envelope, content: bytes) -> str:
        """Finish the letter, stamp it and put it into the queue."""
        now = self._clock.now()
        finished = self._finish(content, now)
        queue_id = self._queue.new_id()
        stamp = trace.received(hop, self.hostname, queue_id, envelope, now)
        await self._queue.accept(queue_id, envelope, stamp + finished)
        return f"accepted, queued as {queue_id}"

    def _finish(self, content: bytes, now: float) -> bytes:
        """Add what a letter must have (RFC 6409 sections 8.2 and 8.3)."""
        missing = ""
        if trace.field(content, "Date") is None:
            missing += f"Date: {trace.date(now)}\r\n"
        if trace.message_id(content) is None:
            missing += f"Message-ID: {make_msgid(domain=self.credentials.domain)}\r\n"
        return missing.encode() + content
