"""Is a provider asked no oftener than it allows, and whoever came first served first?"""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.runtime.gateway.limiter import WINDOW_MS, RateLimit, RateLimiter
from tests.virtual_time import VirtualClock, in_virtual_time

PER_MINUTE = 5


def limiter(requests: int | None = PER_MINUTE, tokens: int | None = None) -> RateLimiter:
    clock = VirtualClock()
    limit = RateLimit(requests_per_minute=requests, tokens_per_minute=tokens)
    return RateLimiter(limit, now_ms=clock.now_ms, sleep=clock.sleep)


def nothing() -> None:
    return None


arrivals = st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 900)), min_size=1, max_size=40)


@settings(max_examples=80, deadline=None)
@given(arrivals)
def test_no_window_of_a_minute_holds_more_than_is_allowed_whenever_requests_come(asked: list[tuple[int, int]]) -> None:
    async def work() -> list[tuple[int, int]]:
        limited = limiter(tokens=1_000)
        sent: list[tuple[int, int]] = []

        async def ask(at_ms: int, tokens: int) -> None:
            await asyncio.sleep(at_ms / 1_000)
            taken = await limited.take(tokens, on_wait=nothing)
            sent.append((taken.at_ms, tokens))

        await asyncio.gather(*(ask(*each) for each in asked))
        return sent

    sent = in_virtual_time(work)
    assert len(sent) == len(asked)
    for begins_ms, _ in sent:
        window = [tokens for at_ms, tokens in sent if begins_ms <= at_ms < begins_ms + 60_000]
        assert len(window) <= PER_MINUTE
        assert sum(window) <= 1_000


@given(st.permutations(list(range(12))))
def test_whoever_came_first_is_served_first_however_large_what_others_ask_for(sizes: list[int]) -> None:
    async def work() -> list[int]:
        limited, served = limiter(requests=3, tokens=2_000), list[int]()

        async def ask(number: int) -> None:
            await limited.take(100 * (sizes[number] + 1), on_wait=nothing)
            served.append(number)

        await asyncio.gather(*(ask(number) for number in range(len(sizes))))
        return served

    assert in_virtual_time(work) == list(range(12))


def test_the_first_are_sent_at_once_and_the_next_when_the_minute_is_over() -> None:
    async def work() -> None:
        limited, waited = limiter(), list[bool]()
        places = [await limited.take(1, on_wait=lambda: waited.append(True)) for _ in range(PER_MINUTE + 1)]

        assert places[-2].at_ms == places[0].at_ms
        assert places[-1].at_ms == places[0].at_ms + WINDOW_MS
        assert waited == [True]

    in_virtual_time(work)


def test_who_gives_up_waiting_takes_no_place_and_holds_up_nobody() -> None:
    async def work() -> None:
        limited = limiter(requests=1)
        first = await limited.take(1, on_wait=nothing)
        impatient = asyncio.create_task(limited.take(1, on_wait=nothing))
        patient = asyncio.create_task(limited.take(1, on_wait=nothing))
        await asyncio.sleep(1)
        assert limited.waiting == 2
        impatient.cancel()

        assert (await patient).at_ms == first.at_ms + WINDOW_MS
        assert limited.waiting == 0

    in_virtual_time(work)


def test_tokens_that_were_held_and_not_used_make_room() -> None:
    async def work() -> None:
        limited = limiter(requests=None, tokens=1_000)
        taken = await limited.take(900, on_wait=nothing)
        assert limited.left() == (None, 100)
        limited.settle(taken, 200)

        assert limited.left() == (None, 800)
        assert (await limited.take(800, on_wait=nothing)).at_ms == taken.at_ms

    in_virtual_time(work)


def test_a_request_larger_than_the_limit_has_the_minute_for_itself() -> None:
    async def work() -> None:
        limited = limiter(requests=None, tokens=1_000)
        first = await limited.take(1, on_wait=nothing)
        large = await limited.take(5_000, on_wait=nothing)
        after = await limited.take(1, on_wait=nothing)

        assert (large.at_ms, after.at_ms) == (first.at_ms + WINDOW_MS, first.at_ms + 2 * WINDOW_MS)

    in_virtual_time(work)


@pytest.mark.parametrize("used", [0, 400])
def test_what_was_not_sent_after_all_is_not_counted(used: int) -> None:
    async def work() -> None:
        limited = limiter(tokens=1_000)
        taken = await limited.take(400, on_wait=nothing)
        limited.settle(taken, used)
        limited.give_back(taken)

        assert limited.left() == (PER_MINUTE, 1_000)

    in_virtual_time(work)
