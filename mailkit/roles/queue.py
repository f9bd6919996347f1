"""The queue: where a letter waits, safely, until somebody has taken it (RFC 5321 section 4.5.4.1).

::

    accept --> tried at once --> handed on, or delivered          (and a report of it, if one was ordered)
                    |
                    +-- not now (4yz) --> again after 5 min, 15 min, 30 min, 1 h, 2 h, 4 h, 4 h ...
                    |                         |                  |
                    |                         |                  +-- after 4 hours: the sender is told
                    |                         +-- after 5 days: never
                    +-- never (5yz) --> it goes back to the sender: a bounce

Each recipient has a fate of their own.  How the files lie on the disk is told in ``spool.py``, how the
reports are written in ``bounce.py``.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from mailkit.clock import Clock
from mailkit.dialogue import Address
from mailkit.evidence import Step
from mailkit.letter import trace
from mailkit.letter.envelope import NOBODY, Envelope
from mailkit.roles.attempt import Attempt, Carry, Contact, Outcomes, transactions
from mailkit.roles.bounce import Action, Fate, Reporter
from mailkit.roles.spool import Item as Item
from mailkit.roles.spool import Spool
from mailkit.shown import Shown
from mailkit.smtp import dsn
from mailkit.talk.refusal import Refused

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
BACK_OFF = (5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR)  # then every four hours
WARN_AFTER = 4 * HOUR
GIVE_UP_AFTER = 5 * DAY
COURTESY = 1.0  # seconds for which letters that come in go before those that go out
AT_ONCE = 20  # letters that are being tried at the same time


class Queue(Shown):
    """The letters that wait at one host.

    Args:
        folder: holds their files; what lies there already is taken up again.
        record: is told every step.
    """

    carry: Carry  # who takes letters further (``roles/carrier.py``); set before `resume`

    def __init__(
        self, folder: Path, host: str, domain: str, clock: Clock, record: Callable[[Step], None]
    ) -> None:
        self.folder, self.host = folder, host
        self._clock, self._record = clock, record
        self._spool = Spool(folder, self._kept)
        self._reporter = Reporter(host, domain)
        self._items: dict[str, Item] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)

    # -- a letter comes in --------------------------------------------------------------------------

    def new_id(self) -> str:
        """A name for a letter in this queue."""
        return self._spool.new_id()

    async def accept(self, queue_id: str, envelope: Envelope, content: bytes) -> None:
        """Take responsibility for a letter: when this returns, it will not be lost.

        Raises:
            Refused: 452 4.3.1, it could not be written.
        """
        item = Item(
            queue_id,
            trace.message_id(content) or f"<{queue_id}@{self.host}>",
            envelope.sender,
            list(envelope.recipients),
            self._clock.now(),
            len(content),
            parameters=dict(envelope.parameters),
            wishes={recipient: dict(wishes) for recipient, wishes in envelope.wishes.items()},
        )
        await self._spool.keep(item, content)

    def _kept(self, item: Item) -> None:
        """It lies on the disk, so it is ours, even if its client has hung up before it could hear so."""
        self._step(item, "accepted")
        self._items[item.id] = item
        self._clock.soon(lambda: self.attempt(item))

    def resume(self) -> None:
        """Take up what an earlier run has left.

        Everything is tried at once, as other servers do after a restart: who knows how long we were away?
        """
        for item in self._spool.found():
            self._items[item.id] = item
            self._clock.soon(lambda item=item: self.attempt(item))  # type: ignore[misc]
            self._warn_in_time(item)

    def close(self) -> None:
        """Write nothing any more."""
        self._spool.close()

    # -- and goes out -------------------------------------------------------------------------------

    async def attempt(self, item: Item) -> None:
        """Try to get a letter further; what is left of it waits."""
        async with self._clock.turn(self._at_once):
            if item.id not in self._items:
                return  # it has gone already
            await self._spool.calm(COURTESY)
            item.attempts += 1
            try:
                await self._to_all(item)
            except (OSError, Refused) as error:  # our own disk: what is not written down yet is done again
                logging.getLogger(__name__).error("the queue of %s: %s", self.host, error)
            if not item.recipients:
                self._items.pop(item.id)
                self._spool.remove(item)
                return
            item.next_try = self._clock.now() + BACK_OFF[min(item.attempts, len(BACK_OFF)) - 1]
            self._clock.at(item.next_try, lambda: self.attempt(item))
            if item.attempts == 1:
                self._warn_in_time(item)
            await self._spool.update(item)

    async def _to_all(self, item: Item) -> None:
        content = self._spool.read(item)
        for recipients in transactions(item.recipients):
            envelope = item.envelope(*recipients)
            attempt = Attempt(item.id, item.letter, item.arrived, envelope, content)
            await self._sort(item, attempt, await self._carry(attempt))

    async def _carry(self, attempt: Attempt) -> Outcomes:
        try:
            return await self.carry(attempt)
        except Exception as mistake:  # a mistake of ours must not lose a letter: it stays and is tried again
            logging.getLogger(__name__).error("a mistake while carrying a letter", exc_info=mistake)
            no = Refused(451, "4.3.0", "a mistake of this server")
            return dict.fromkeys(attempt.envelope.recipients, no)

    async def _sort(self, item: Item, attempt: Attempt, outcomes: Outcomes) -> None:
        """Who has it, who will never get it, and for whom is it tried again?"""
        fates, failed, waiting = [], [], len(item.recipients)
        for recipient, outcome in outcomes.items():
            action, what, event = self._judge(item, attempt, outcome)
            wanted = item.sender != NOBODY and dsn.wanted(event, item.wishes.get(recipient, {}))
            if what == "returned" and not wanted:
                what = "dropped"  # nobody wants to hear of it, or (a bounce) nobody is there to hear
            contact = attempt.contact
            self._step(item, what, recipient, str(outcome), contact.client if contact else None)
            if what == "deferred":
                item.reasons[recipient] = str(outcome)
                continue
            if wanted and action:
                fates.append(self._fate(item, recipient, action, str(outcome), attempt.contact))
            if isinstance(outcome, Refused):
                failed.append(recipient)
            else:
                item.recipients.remove(recipient)
        for action in dict.fromkeys(fate.action for fate in fates):
            await self._report(item, [fate for fate in fates if fate.action is action], attempt.content)
        # Only now: a failure of which nobody could be told, as our disk is full, has not been dealt with.
        item.recipients = [who for who in item.recipients if who not in failed]
        if 0 < len(item.recipients) < waiting:
            await self._spool.update(item)  # a crash must not send to those once more who have it

    def _judge(self, item: Item, attempt: Attempt, outcome: Refused | str) -> tuple[Action | None, str, str]:
        """What has happened: as a report says it, as a step, and as NOTIFY= names it."""
        if not isinstance(outcome, Refused):
            if attempt.contact is None:
                return Action.DELIVERED, "delivered", "SUCCESS"
            return None if attempt.contact.dsn else Action.RELAYED, "handed on", "SUCCESS"
        if outcome.permanent or self._clock.now() - item.arrived >= GIVE_UP_AFTER:
            return Action.FAILED, "returned", "FAILURE"
        return Action.DELAYED, "deferred", "DELAY"

    # -- the sender is told -------------------------------------------------------------------------

    def _warn_in_time(self, item: Item) -> None:
        if not item.warned:
            self._clock.at(item.arrived + WARN_AFTER, lambda: self._warn(item))

    async def _warn(self, item: Item) -> None:
        """It takes long: say so, once (RFC 5321 section 4.5.4.1)."""
        if item.id not in self._items or item.warned or item.sender == NOBODY:
            return
        item.warned = True
        fates = [
            self._fate(item, recipient, Action.DELAYED, item.reasons.get(recipient, "not tried yet"))
            for recipient in item.recipients
            if dsn.wanted("DELAY", item.wishes.get(recipient, {}))
        ]
        if fates:
            await self._report(item, fates, self._spool.read(item))
        await self._spool.update(item)

    def _fate(
        self, item: Item, recipient: str, action: Action, reply: str, contact: Contact | None = None
    ) -> Fate:
        original = item.wishes.get(recipient, {}).get("ORCPT", "")
        server = contact.server if contact else ""
        until = item.arrived + GIVE_UP_AFTER if action is Action.DELAYED else None
        return Fate(recipient, action, reply, original, server, self._clock.now(), until)

    async def _report(self, item: Item, fates: list[Fate], content: bytes) -> None:
        report = self._reporter.write(item, fates, content, self._clock.now())
        await self.accept(self.new_id(), Envelope(NOBODY, (item.sender,)), report)

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
