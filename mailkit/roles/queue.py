"""The queue: where a letter waits, safely, until somebody has taken it (RFC 5321 section 4.5.4.1).

A queue is a folder, and a letter in it is two files that one can look at::

    4F2A9C.eml     the letter itself
    4F2A9C.json    the envelope: from whom, to whom still, how often tried, when again, why not yet

A server may say 250 only when the letter would survive a power cut (section 6.1): both files are
written under another name, forced to the disk, and only then renamed.  The envelope comes last; an
.eml without its .json was never accepted.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mailkit.clock import Clock
from mailkit.dialogue import Address
from mailkit.evidence import Step
from mailkit.letter import trace
from mailkit.letter.envelope import NOBODY, Envelope
from mailkit.roles.bounce import bounce
from mailkit.shown import Shown
from mailkit.store.files import write_safely
from mailkit.talk.refusal import Refused

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
BACK_OFF = (5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR)  # then every four hours
GIVE_UP_AFTER = 5 * DAY
AT_ONCE = 20  # letters that are being tried at the same time

Outcomes = dict[str, Refused | str]  # for each recipient: why not, or the words that came with 250


@dataclass
class Item:
    """A letter in the queue, as its .json file tells it."""

    id: str
    letter: str  # Message-ID
    sender: str
    recipients: list[str]  # who has not got it yet
    arrived: float
    attempts: int = 0
    next_try: float = 0.0
    reasons: dict[str, str] = field(default_factory=dict)  # by recipient: the last refusal
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass
class Attempt:
    """One try to get a letter further."""

    letter: str
    envelope: Envelope
    content: bytes
    client: Address | None = None  # our end of the connection, once there was one


Carry = Callable[[Attempt], Awaitable[Outcomes]]


class Queue(Shown):
    """The letters that wait at one host.

    Args:
        folder: holds their files; what lies there already is taken up again.
        record: is told every step.
        changed: is told when nothing but a picture of the queue has become old.
    """

    carry: Carry  # who takes letters further (``roles/mta.py``); set before `resume`

    def __init__(
        self, folder: Path, host: str, domain: str, clock: Clock, record: Callable[[Step], None]
    ) -> None:
        self.folder, self.host = folder, host
        self._domain, self._clock, self._record = domain, clock, record
        self._items: dict[str, Item] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        folder.mkdir(parents=True, exist_ok=True)

    # -- a letter comes in --------------------------------------------------------------------------

    def new_id(self) -> str:
        """A name for a letter in this queue."""
        return secrets.token_hex(5).upper()

    async def accept(self, queue_id: str, envelope: Envelope, content: bytes) -> None:
        """Take responsibility for a letter: when this returns, it will not be lost.

        Raises:
            Refused: 452 4.3.1, it could not be written.
        """
        now = self._clock.now()
        letter = trace.message_id(content) or f"<{queue_id}@{self.host}>"
        item = Item(
            queue_id,
            letter,
            envelope.sender,
            list(envelope.recipients),
            now,
            parameters=dict(envelope.parameters),
        )
        try:
            write_safely(self.folder / f"{item.id}.eml", content)
            self._save(item)
        except OSError as error:
            raise Refused(452, "4.3.1", f"the letter could not be written: {error.strerror}") from None
        self._step(item, "accepted")
        self._items[item.id] = item
        self._clock.soon(lambda: self.attempt(item))

    def resume(self) -> None:
        """Take up what an earlier run has left, and clear away what it had not yet accepted."""
        for leftover in [*self.folder.glob("*.tmp"), *self.folder.glob("*.eml")]:
            if not leftover.with_suffix(".json").exists():
                leftover.unlink()
        for file in sorted(self.folder.glob("*.json")):
            item = Item(**json.loads(file.read_text(encoding="utf-8")))
            self._items[item.id] = item
            self._clock.at(item.next_try, lambda item=item: self.attempt(item))  # type: ignore[misc]

    # -- and goes out -------------------------------------------------------------------------------

    async def attempt(self, item: Item) -> None:
        """Try to get a letter further; what is left of it waits, or goes back."""
        async with self._at_once:
            if item.id not in self._items:
                return  # it has gone already
            content = (self.folder / f"{item.id}.eml").read_bytes()
            attempt = Attempt(
                item.letter, Envelope(item.sender, tuple(item.recipients), item.parameters), content
            )
            outcomes = await self._carry(attempt)
            item.attempts += 1
            await self._sort(item, outcomes, content, attempt.client)

    async def _carry(self, attempt: Attempt) -> Outcomes:
        try:
            return await self.carry(attempt)
        except Exception as mistake:  # a mistake of ours must not lose a letter: it stays and is tried again
            logging.getLogger(__name__).error("a mistake while carrying a letter", exc_info=mistake)
            no = Refused(451, "4.3.0", "a mistake of this server")
            return dict.fromkeys(attempt.envelope.recipients, no)

    async def _sort(self, item: Item, outcomes: Outcomes, content: bytes, client: Address | None) -> None:
        """Who has it, who will never get it, and for whom is it tried again?"""
        failed: dict[str, Refused] = {}
        too_late = self._clock.now() - item.arrived >= GIVE_UP_AFTER
        for recipient, outcome in outcomes.items():
            if not isinstance(outcome, Refused):
                here = recipient.endswith(f"@{self._domain}")
                self._step(item, "delivered" if here else "handed on", recipient, outcome, client)
            elif outcome.permanent or too_late:
                failed[recipient] = outcome
            else:
                item.reasons[recipient] = str(outcome)
                self._step(item, "deferred", recipient, str(outcome), client)
        if failed:
            await self._return(item, failed, content, client)
        item.recipients = [
            recipient
            for recipient in item.recipients
            if recipient not in failed and isinstance(outcomes.get(recipient), Refused)
        ]
        if item.recipients:
            self._try_again(item)
        else:
            self._remove(item)

    def _try_again(self, item: Item) -> None:
        wait = BACK_OFF[min(item.attempts, len(BACK_OFF)) - 1]
        item.next_try = self._clock.now() + wait
        self._save(item)
        self._clock.at(item.next_try, lambda: self.attempt(item))

    async def _return(
        self, item: Item, failed: dict[str, Refused], content: bytes, client: Address | None
    ) -> None:
        """Send it back; but a bounce that cannot be delivered is dropped, or it would go on for ever."""
        what = "dropped" if item.sender == NOBODY else "returned"
        for recipient, no in failed.items():
            self._step(item, what, recipient, str(no), client)
        if item.sender != NOBODY:
            report = bounce(
                self.host, self._domain, item.sender, failed, content, item.arrived, self._clock.now()
            )
            await self.accept(self.new_id(), Envelope(NOBODY, (item.sender,)), report)

    # -- the folder ---------------------------------------------------------------------------------

    def _save(self, item: Item) -> None:
        write_safely(self.folder / f"{item.id}.json", json.dumps(asdict(item), indent=1).encode())

    def _remove(self, item: Item) -> None:
        self._items.pop(item.id, None)
        (self.folder / f"{item.id}.json").unlink()  # first: an .eml alone is nothing
        (self.folder / f"{item.id}.eml").unlink()

    def _step(
        self, item: Item, what: str, recipient: str = "", detail: str = "", client: Address | None = None
    ) -> None:
        self._record(
            Step(self._clock.now(), self.host, item.id, item.letter, what, recipient, detail, client)  # type: ignore[arg-type]
        )

    # -- to look at ---------------------------------------------------------------------------------

    @property
    def items(self) -> list[Item]:
        """The letters that wait here, oldest first."""
        return sorted(self._items.values(), key=lambda item: item.arrived)

    def wait(self, item: Item) -> str:
        """How long until a letter is tried again, for a reader."""
        minutes = max(0.0, item.next_try - self._clock.now()) / 60
        return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"

    def __len__(self) -> int:
        return len(self._items)

    def __str__(self) -> str:
        if not self._items:
            return f"the queue of {self.host} is empty"
        lines = [f"the queue of {self.host}:"]
        for item in self.items:
            lines.append(
                f"  {item.id}  from <{item.sender}>, tried {item.attempts} times, again in {self.wait(item)}"
            )
            lines += [f"    to <{who}>: {item.reasons.get(who, 'not tried yet')}" for who in item.recipients]
        return "\n".join(lines)
