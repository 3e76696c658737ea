"""Is what takes too long broken off at its moment, and nothing else?"""

from __future__ import annotations

import asyncio

import pytest

from core.runtime.time_limit import TimeLimit
from tests.virtual_time import in_virtual_time


def now() -> float:
    return asyncio.get_running_loop().time()


def test_what_ends_in_time_is_left_alone() -> None:
    async def work() -> None:
        with TimeLimit(10) as limit:
            await asyncio.sleep(9)
        await asyncio.sleep(9)

        assert (limit.is_over, now()) == (False, 18)

    in_virtual_time(work)


def test_what_takes_longer_is_broken_off_at_its_moment() -> None:
    async def work() -> None:
        limit = TimeLimit(10)
        with pytest.raises(TimeoutError), limit:
            await asyncio.sleep(1_000)

        assert (limit.is_over, now()) == (True, 10)
        await asyncio.sleep(1)  # nothing of the cancellation is left

    in_virtual_time(work)


@pytest.mark.parametrize(
    ("anew_at", "ends_at"),
    [((), 20), ((1,), 8), ((6, 12, 18), 25), ((19,), 26), ((1, 2, 3), 10)],
)
def test_beginning_anew_counts_from_that_moment_be_it_sooner_or_later(anew_at: tuple[int, ...], ends_at: int) -> None:
    async def work() -> None:
        async def listen() -> None:
            with TimeLimit(20, anew_seconds=7) as limit:
                for at in anew_at:
                    await asyncio.sleep(at - now())
                    limit.anew()
                await asyncio.sleep(1_000)

        with pytest.raises(TimeoutError):
            await listen()

        assert now() == ends_at

    in_virtual_time(work)


def test_whoever_is_cancelled_meanwhile_is_cancelled_and_not_late() -> None:
    async def work() -> None:
        async def speak() -> None:
            with TimeLimit(10):
                await asyncio.sleep(1_000)

        speaking = asyncio.create_task(speak())
        await asyncio.sleep(5)
        speaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await speaking

        assert now() == 5

    in_virtual_time(work)


def test_of_two_limits_the_one_that_comes_first_is_told() -> None:
    async def work() -> None:
        with pytest.raises(TimeoutError), TimeLimit(10) as outer, TimeLimit(30) as inner:
            await asyncio.sleep(1_000)

        assert (outer.is_over, inner.is_over, now()) == (True, False, 10)

    in_virtual_time(work)
