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
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

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
        self._running: set[asyncio.Future[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds since the epoch, as this village counts them."""
        return time.time() + self._skipped

    def at(self, when: float, job: Job) -> Appointment:
        """Do something at a certain time, or at once if that time has passed."""
        appointment = Appointment(when, next(self._numbers), job)
        heapq.heappush(self._appointments, appointment)
        self._wind()
        return appointment

    def soon(self, job: Job) -> Appointment:
        """Do something at once, but not here: on its own."""
        return self.at(self.now(), job)

    async def settle(self, timeout: float = 10.0) -> None:
        """Wait until nothing is under way that began by now.

        Raises:
            TimeoutError: something is still under way after `timeout` real seconds.
        """
        async with asyncio.timeout(timeout):
            while self._begin_what_is_due() or self._running:
                await asyncio.wait(self._running)

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

    def _begin_what_is_due(self) -> bool:
        begun = False
        while self._appointments and self._appointments[0].when <= self.now():
            appointment = heapq.heappop(self._appointments)
            if not appointment.cancelled:
                task = asyncio.ensure_future(appointment.job())
                self._running.add(task)
                task.add_done_callback(self._running.discard)
                begun = True
        self._wind()
        return begun
