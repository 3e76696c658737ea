"""Does an event loop hear from a thread everything, in order, and leave nothing running when it stops listening?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from core.providers.threaded import ITEMS_AHEAD_MAX, FromThread


def nothing_to_wake() -> None:
    """What reads needs no waking here."""


async def test_everything_comes_in_order_however_slowly_it_is_listened_to() -> None:
    numbers = FromThread(lambda: iter(range(5 * ITEMS_AHEAD_MAX)), hang_up=nothing_to_wake)
    heard = []
    async for number in numbers.items():
        heard.append(number)
        if number % 50 == 0:
            await asyncio.sleep(0)

    assert heard == list(range(5 * ITEMS_AHEAD_MAX))


async def test_what_the_source_raises_is_raised_behind_what_it_gave() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise KeyError("two")

    items = FromThread(source, hang_up=nothing_to_wake).items()

    assert await anext(items) == 1
    with pytest.raises(KeyError, match="two"):
        await anext(items)


async def test_a_source_runs_no_further_ahead_than_its_bound() -> None:
    given: list[int] = []
    is_full = asyncio.Event()
    loop = asyncio.get_running_loop()

    def source() -> Iterator[int]:
        for number in range(10 * ITEMS_AHEAD_MAX):
            given.append(number)
            if number == ITEMS_AHEAD_MAX:
                loop.call_soon_threadsafe(is_full.set)
            yield number

    async with aclosing(FromThread(source, hang_up=nothing_to_wake).items()) as items:
        assert await anext(items) == 0
        await is_full.wait()

    # The one that waits for room, and the one for which room was just made.
    assert len(given) <= ITEMS_AHEAD_MAX + 3


async def test_a_source_that_waits_is_woken_when_nobody_listens_any_more() -> None:
    waits, is_over = threading.Event(), threading.Event()

    def source() -> Iterator[int]:
        try:
            yield 1
            waits.wait()
        finally:
            is_over.set()

    async with aclosing(FromThread(source, hang_up=waits.set).items()) as items:
        assert await anext(items) == 1

    assert await asyncio.to_thread(is_over.wait, 20)
