"""Do identical questions share one answer, and does nobody lose it by another's giving up?"""

from __future__ import annotations

import asyncio

import pytest

from core.runtime.gateway.single_flight import SingleFlight
from tests.virtual_time import in_virtual_time


class Asked:
    """Counts how often it is asked, and how often it was broken off."""

    def __init__(self) -> None:
        self.times = 0
        self.broken_off = 0

    async def answer(self) -> int:
        self.times += 1
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        return self.times


def test_those_who_ask_at_once_share_one_answer_and_later_ones_get_their_own() -> None:
    async def work() -> None:
        flights, asked = SingleFlight[int](), Asked()

        together = await asyncio.gather(*(flights.share("count", asked.answer()) for _ in range(5)))
        later = await flights.share("count", asked.answer())

        assert (together, later) == ([1] * 5, 2)

    in_virtual_time(work)


def test_other_questions_have_other_answers() -> None:
    async def work() -> None:
        flights, asked = SingleFlight[int](), Asked()
        await asyncio.gather(flights.share("one", asked.answer()), flights.share("other", asked.answer()))

        assert asked.times == 2

    in_virtual_time(work)


@pytest.mark.parametrize("who", [0, 1, 2])
def test_one_who_gives_up_does_not_take_it_from_the_others(who: int) -> None:
    async def work() -> None:
        flights, asked = SingleFlight[int](), Asked()
        callers = [asyncio.create_task(flights.share("count", asked.answer())) for _ in range(3)]
        await asyncio.sleep(1)
        callers[who].cancel()

        answers = await asyncio.gather(*callers, return_exceptions=True)

        assert [answer for answer in answers if answer == 1] == [1, 1]
        assert (asked.times, asked.broken_off) == (1, 0)

    in_virtual_time(work)


def test_when_all_have_given_up_the_call_ends_and_the_next_begins_anew() -> None:
    async def work() -> None:
        flights, asked = SingleFlight[int](), Asked()
        callers = [asyncio.create_task(flights.share("count", asked.answer())) for _ in range(2)]
        await asyncio.sleep(1)
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
        assert await flights.share("count", asked.answer()) == 2
        assert asked.broken_off == 1

    in_virtual_time(work)


def test_a_failure_is_told_to_everybody() -> None:
    async def fail() -> int:
        await asyncio.sleep(1)
        raise ValueError("no")

    async def work() -> None:
        flights = SingleFlight[int]()
        told = await asyncio.gather(*(flights.share("count", fail()) for _ in range(3)), return_exceptions=True)

        assert [type(each) for each in told] == [ValueError] * 3

    in_virtual_time(work)
