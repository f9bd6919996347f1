"""The clock: time that can be turned forward, with everything that falls into it done in its order."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from mailkit.clock import Clock

HOUR = 3600.0


def run(work: Callable[[Clock], Awaitable[None]]) -> None:
    async def main() -> None:
        clock = Clock()
        await work(clock)
        clock.stop()

    asyncio.run(main())


def test_five_days_of_retries_run_at_once_and_in_order() -> None:
    done: list[tuple[str, float]] = []

    async def work(clock: Clock) -> None:
        start = clock.now()

        async def retry() -> None:
            done.append(("retry", round((clock.now() - start) / HOUR)))
            clock.at(clock.now() + 4 * HOUR, retry)

        async def warn() -> None:
            done.append(("warn", round((clock.now() - start) / HOUR)))

        clock.at(start + 4 * HOUR, retry)
        clock.at(start + 6 * HOUR, warn)
        await clock.fast_forward(120 * HOUR)
        assert round((clock.now() - start) / HOUR) == 120

    run(work)
    assert done[:3] == [("retry", 4), ("warn", 6), ("retry", 8)]
    assert [hour for what, hour in done if what == "retry"][:29] == list(range(4, 120, 4))


def test_what_is_due_begins_by_itself() -> None:
    async def work(clock: Clock) -> None:
        happened = asyncio.Event()

        async def job() -> None:
            happened.set()

        clock.soon(job)
        await asyncio.wait_for(happened.wait(), 5)

    run(work)


def test_settle_waits_for_what_is_under_way_and_for_what_that_begins() -> None:
    done: list[str] = []

    async def work(clock: Clock) -> None:
        async def second() -> None:
            await asyncio.sleep(0)
            done.append("second")

        async def first() -> None:
            await asyncio.sleep(0)
            done.append("first")
            clock.soon(second)

        clock.soon(first)
        await clock.settle()

    run(work)
    assert done == ["first", "second"]


def test_what_is_cancelled_does_not_happen() -> None:
    done: list[str] = []

    async def work(clock: Clock) -> None:
        async def job() -> None:
            done.append("job")

        clock.at(clock.now() + 1, job).cancel()
        await clock.fast_forward(2)

    run(work)
    assert not done


def test_time_does_not_run_backwards() -> None:
    async def work(clock: Clock) -> None:
        await clock.fast_forward(HOUR)
        later = clock.now()
        await clock.fast_forward(0)
        assert clock.now() >= later

    run(work)


def test_a_mistake_in_a_job_is_reported_and_the_next_job_is_done(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    async def work(clock: Clock) -> None:
        async def mistake() -> None:
            raise ZeroDivisionError("a mistake")

        async def job() -> None:
            done.append("job")

        clock.soon(mistake)
        clock.soon(job)
        await clock.settle()

    run(work)
    assert done == ["job"]
    assert "ZeroDivisionError: a mistake" in caplog.text
