"""Is it told how late the event loop calls back, and how long settling took where a rule fired?"""

from __future__ import annotations

import asyncio
from itertools import chain, repeat

from core.domain.events import RuleFired, RuleRearmed
from core.domain.ids import RuleId
from core.runtime.instruments import ACT, SETTLE, Instruments
from core.runtime.loop_lag import LOOK_MS, NS_PER_MS, LoopLag

FIRED = RuleFired(rule=RuleId("loud"), priority=1, stays_armed=False, actions=())


def test_what_comes_on_time_is_not_late_and_the_rest_is_counted_by_how_late() -> None:
    lag = LoopLag(lambda: 0)

    for took_ms in (LOOK_MS - 1, LOOK_MS, LOOK_MS + 3, LOOK_MS + 400):
        lag.note(took_ms * NS_PER_MS)

    assert lag.seen.count == 4
    assert lag.seen.total == 403 * NS_PER_MS
    assert lag.seen.counts[0] == 2


async def test_it_looks_until_it_is_told_to_stop() -> None:
    looked = asyncio.Event()

    class Watched(LoopLag):
        def note(self, took_ns: int) -> None:
            super().note(took_ns)
            looked.set()

    moments = chain((0, 700 * NS_PER_MS), repeat(0))
    lag = Watched(lambda: next(moments))
    looking = asyncio.create_task(lag.run())
    async with asyncio.timeout(60):
        await looked.wait()
    looking.cancel()

    assert lag.seen.total == (700 - LOOK_MS) * NS_PER_MS


def test_settling_is_timed_and_apart_where_a_rule_fired() -> None:
    instruments = Instruments(lambda: 0)

    instruments.settled((RuleRearmed(rule=RuleId("loud")),), 30)
    instruments.settled((FIRED,), 50)

    timers = instruments.timers()
    assert (timers[SETTLE].count, timers[SETTLE].total_ns) == (2, 80)
    assert (timers[ACT].count, timers[ACT].total_ns) == (1, 50)
