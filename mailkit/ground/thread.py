"""The one background thread in which every server of a village runs.

A notebook's kernel has an event loop of its own, and a cell that waits (for a reply, say) stops it.
Servers on that loop would wait with it, for ever.  So they get a thread and a loop of their own; an
error while they start travels back to the cell that started them.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

T = TypeVar("T")

ROUNDS = 5  # of the loop, until the sockets of what has been broken off are closed
STOPPED = "this village has been stopped; village() gives a new one"


class LoopThread:
    """A daemon thread with an event loop: it ends with the process, whatever happens."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it still runs here (in a forked child it does not)."""
        return self._thread.is_alive()

    def run(self, work: Coroutine[Any, Any, T], timeout: float = 30.0) -> T:
        """Do something on the loop and wait for the outcome, in any other thread.

        Raises:
            RuntimeError: the village has been stopped.
            TimeoutError: it took longer than `timeout` seconds.
        """
        if not self.alive or self.loop.is_closed():
            work.close()
            raise RuntimeError(STOPPED)
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return future.result(timeout)
        except CancelledError:  # it was stopped while we waited
            raise RuntimeError(STOPPED) from None
        except BaseException:  # also when the cell is interrupted: nobody waits for it any more
            future.cancel()
            raise

    def stop(self, timeout: float = 5.0) -> None:
        """End the loop, with everything that still runs on it."""
        if self.alive:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(timeout)

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            tasks = asyncio.all_tasks(self.loop)
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            for _ in range(ROUNDS):
                self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.close()
