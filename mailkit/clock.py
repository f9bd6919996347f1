"""The village's clock: queues, retries and dates ask it, and it can be turned forward.

A letter for a server that is down is tried for five days (RFC 5321 section 4.5.4.1).  Nobody wants to
wait for that, so whatever is to happen later is put down here, and `fast_forward` makes it happen
now, one thing after the other, each at its own time::

    now          +5 min        +20 min                              +5 h
     |-------------x--------------x-----------------------------------|
                 retry          retry                       fast_forward(5 * 3600)

Between two things no time passes at all; inside one, the real servers work as fast as they can.
"""

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

TIDY = 1000  # appointments, until the cancelled ones among them are thrown away
QUIET = 0.2  # real seconds without any answer, until a server counts as silent

Job = Callable[[], Awaitable[None]]


@dataclass(order=True)
class Appointment:
    """Something to do at a certain time; cancelled by its `cancel`."""

    when: float
    number: int
    job: Job = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Do not do it after all."""
        self.cancelled = True


class Clock:
    """Real time plus what has been skipped.  All but `now` belongs to the village's event loop."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._numbers = itertools.count()
        self._appointments: list[Appointment] = []
        self._tidy_at = TIDY
        self._running: set[asyncio.Future[None]] = set()
        self._patient: list[asyncio.Future[None] | None] = []  # those that wait for somebody else's answer
        self._heard = 0  # answers that have come, or were waited for in vain
        self._alarm: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds since the epoch, as this village counts them."""
        return time.time() + self._skipped

    def at(self, when: float, job: Job) -> Appointment:
        """Do something at a certain time, or at once if that time has passed."""
        appointment = Appointment(when, next(self._numbers), job)
        heapq.heappush(self._appointments, appointment)
        if len(self._appointments) > self._tidy_at:  # nearly all of them are patience not needed
            self._appointments = [each for each in self._appointments if not each.cancelled]
            heapq.heapify(self._appointments)
            self._tidy_at = 2 * len(self._appointments) + TIDY
        self._wind()
        return appointment

    def soon(self, job: Job) -> Appointment:
        """Do something at once, but not here: on its own."""
        return self.at(self.now(), job)

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, for this task alone."""
        over = asyncio.Event()

        async def wake() -> None:
            over.set()

        appointment = self.at(self.now() + seconds, wake)
        try:
            await over.wait()
        finally:
            appointment.cancel()

    @asynccontextmanager
    async def patience(self, seconds: float) -> AsyncIterator[None]:
        """Wait for what is done in here no longer than so many seconds of this clock.

        If it is silence that one waits for, `settle` does not wait with us, and `fast_forward` goes on to
        the moment when patience ends.

        Raises:
            TimeoutError: it took longer.
        """
        task = asyncio.current_task()
        self._patient.append(task)
        try:
            async with asyncio.timeout(None) as limit:

                async def enough() -> None:
                    if not appointment.cancelled:
                        limit.reschedule(0)

                appointment = self.at(self.now() + seconds, enough)
                try:
                    yield
                finally:
                    appointment.cancel()
        finally:
            self._patient.remove(task)
            self._heard += 1

    @asynccontextmanager
    async def turn(self, gate: asyncio.Semaphore) -> AsyncIterator[None]:
        """Wait for one's turn.  If all who are ahead wait for silent servers, one rests with them."""
        task = asyncio.current_task()
        self._patient.append(task)
        try:
            await gate.acquire()
        finally:
            self._patient.remove(task)
            self._heard += 1
        try:
            yield
        finally:
            gate.release()

    async def settle(self, timeout: float = 10.0) -> None:
        """Wait until nothing is under way that began by now; who waits for a silent server rests.

        Raises:
            TimeoutError: something is still under way after `timeout` real seconds.
        """
        async with asyncio.timeout(timeout):
            while self._begin_what_is_due() or self._running:
                heard = self._heard
                done, _ = await asyncio.wait(self._running, timeout=QUIET)
                if not done and heard == self._heard and self._running <= set(self._patient):
                    break

    async def fast_forward(self, seconds: float, timeout: float = 120.0) -> None:
        """Let `seconds` pass at once, doing all that falls into them in its order.

        Raises:
            TimeoutError: the work of that time took longer than `timeout` real seconds.
        """
        async with asyncio.timeout(timeout):
            await self.settle(timeout)
            until = self.now() + seconds
            while self._appointments and self._appointments[0].when <= until:
                self._skip_to(self._appointments[0].when)
                await self.settle(timeout)
            self._skip_to(until)
            self._wind()

    def stop(self) -> None:
        """Begin nothing any more, and break off what is under way."""
        self._appointments.clear()
        if self._alarm:
            self._alarm.cancel()
        for task in self._running:
            task.cancel()

    def _skip_to(self, when: float) -> None:
        self._skipped += max(0.0, when - self.now())

    def _wind(self) -> None:
        """Set the one alarm to the next appointment."""
        if self._alarm:
            self._alarm.cancel()
        if self._appointments:
            delay = max(0.0, self._appointments[0].when - self.now())
            self._alarm = asyncio.get_running_loop().call_later(delay, self._begin_what_is_due)

    def _ended(self, task: asyncio.Future[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception():  # nobody waits for it, but somebody should hear of it
            logging.getLogger(__name__).error("a mistake in a job", exc_info=task.exception())

    def _begin_what_is_due(self) -> bool:
        begun = False
        while self._appointments and self._appointments[0].when <= self.now():
            appointment = heapq.heappop(self._appointments)
            if not appointment.cancelled:
                task = asyncio.ensure_future(appointment.job())
                self._running.add(task)
                task.add_done_callback(self._ended)
                begun = True
        self._wind()
        return begun
