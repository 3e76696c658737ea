"""Is what takes too long broken off at its moment, and nothing else?"""

from __future__ import annotations

import asyncio

import pytest

from core.runtime.time_limit import Watch
from tests.virtual_time import in_virtual_time


def now() -> float:
    return asyncio.get_running_loop().time()


def test_what_ends_in_time_is_left_alone() -> None:
    async def work() -> None:
        with Watch().limit(10) as limit:
            await asyncio.sleep(9)
        await asyncio.sleep(9)

        assert (limit.is_over, now()) == (False, 18)

    in_virtual_time(work)


def test_what_takes_longer_is_broken_off_at_its_moment() -> None:
    async def work() -> None:
        limit = Watch().limit(10)
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
            with Watch().limit(20, anew_seconds=7) as limit:
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
            with Watch().limit(10):
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
        watch = Watch()
        with pytest.raises(TimeoutError), watch.limit(10) as outer, watch.limit(30) as inner:
            await asyncio.sleep(1_000)

        assert (outer.is_over, inner.is_over, now()) == (True, False, 10)

    in_virtual_time(work)


def test_of_many_that_are_watched_together_each_is_broken_off_at_its_own_moment() -> None:
    async def work() -> None:
        watch, ended = Watch(), list[tuple[str, float]]()

        async def speak(name: str, *, begins: float, seconds: float, pieces: int) -> None:
            await asyncio.sleep(begins)
            try:
                with watch.limit(seconds, anew_seconds=4) as limit:
                    for _ in range(pieces):
                        await asyncio.sleep(3)
                        limit.anew()
                    await asyncio.sleep(1_000 if pieces < 9 else 0)
            except TimeoutError:
                ended.append((name, now()))
            else:
                ended.append((f"{name}, whole", now()))

        await asyncio.gather(
            speak("late", begins=0, seconds=50, pieces=0),
            speak("soon", begins=1, seconds=5, pieces=0),
            speak("silent", begins=2, seconds=9, pieces=2),
            speak("chatty", begins=2, seconds=9, pieces=9),
            speak("last", begins=60, seconds=2, pieces=0),
        )

        assert ended == [("soon", 6), ("silent", 12), ("chatty, whole", 29), ("late", 50), ("last", 62)]

    in_virtual_time(work)


def test_however_many_end_in_time_one_timer_is_left_and_it_ends_by_itself() -> None:
    async def work() -> None:
        watch, loop = Watch(), asyncio.get_running_loop()
        before = len(loop._scheduled)  # type: ignore[attr-defined]  # asyncio names no other place
        for _ in range(100):
            with watch.limit(10), watch.limit(20, anew_seconds=15):
                await asyncio.sleep(0)
        assert len(loop._scheduled) == before + 1  # type: ignore[attr-defined]

        await asyncio.sleep(30)
        assert len(loop._scheduled) == before  # type: ignore[attr-defined]

    in_virtual_time(work)


def test_who_keeps_a_watch_for_another_loop_is_watched_there_too() -> None:
    watch = Watch()

    async def work() -> None:
        with watch.limit(1_000):
            await asyncio.sleep(1)
        with pytest.raises(TimeoutError), watch.limit(10):
            await asyncio.sleep(1_000)

        assert now() == 11

    in_virtual_time(work)
    in_virtual_time(work)
