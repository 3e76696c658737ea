"""Does a clock that is set, or a machine that slept, make a session neither late nor stand still?"""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise

import pytest

from core.domain.commands import ReachDeadline
from core.domain.events import RuleFired, RunResumed
from core.domain.session import Status
from core.engine.replay import verify
from core.rules.reading import read_rules
from core.rules.rule import Rule
from core.runtime.ports import Limits
from core.runtime.session_time import LEAP_MS, ClockWatch, SessionTime
from tests.stage import THINKS_MS, Stage, script, start, until
from tests.virtual_time import in_virtual_time

HOUR_MS = 3_600_000
YEARS_MS = 50 * 365 * 24 * HOUR_MS
"""From the moment at which a machine without a battery begins to count, to the one that it learns from the net."""

LONG_CALL = Limits(call_milliseconds_max=2 * HOUR_MS)
SEEDS = 40


def pausing_after(text: str) -> tuple[Rule, ...]:
    written = (
        f"- {{id: too_long, name: Too long, priority: 70, when: {{all: [{{field: elapsed_ms, time_elapsed: {text}}}]}},"
        " then: [{pause_debate: {reason: too_long}}]}"
    )
    facts = Stage().orchestrator().fact_specs()
    return read_rules(written, origin="test", facts=facts, templates=["simple_debate"])


@pytest.mark.parametrize("leap_ms", [HOUR_MS, 12 * HOUR_MS, YEARS_MS])
def test_what_the_clock_was_set_past_does_not_count_and_is_on_record(leap_ms: int) -> None:
    async def work() -> None:
        stage = Stage(rules=pausing_after("30m"))
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(THINKS_MS / 1_000 + 1)
        stage.clock.shift_ms = leap_ms

        assert await until(moot, session) is Status.COMPLETED
        (resumed,) = stage.events(session, RunResumed)
        assert f"leapt forward by {leap_ms // 1_000} s" in resumed.why  # type: ignore[attr-defined]
        assert not stage.events(session, RuleFired)
        assert (await stage.state(session)).time.active_ms <= 10 * THINKS_MS
        assert (await moot.summary(session)).active_ms <= 10 * THINKS_MS
        records = stage.records(session)
        assert verify(stage.ports.engine, session, records) is None
        await moot.stop()

    in_virtual_time(work)


def test_a_leap_is_on_record_at_once_also_while_nothing_else_is() -> None:
    async def work() -> None:
        stage = Stage(script=script(delay_ms=HOUR_MS), limits=LONG_CALL)
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)
        stage.clock.shift_ms = HOUR_MS
        await asyncio.sleep(1)

        assert stage.events(session, RunResumed)
        await moot.stop(drain=False)

    in_virtual_time(work)


@pytest.mark.parametrize("leap_ms", [-YEARS_MS // 2, -HOUR_MS, HOUR_MS, YEARS_MS])
def test_a_rule_about_time_fires_when_so_much_has_passed_wherever_the_clock_is_set(leap_ms: int) -> None:
    async def work() -> None:
        stage = Stage(script=script(delay_ms=HOUR_MS), rules=pausing_after("90s"), limits=LONG_CALL)
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(10)
        stage.clock.shift_ms = leap_ms

        await until(moot, session, Status.PAUSED)

        assert 89 <= asyncio.get_running_loop().time() <= 101  # of which ten may be what the leap cut off
        assert len(stage.events(session, RuleFired)) == 1
        await moot.stop(drain=False)

    in_virtual_time(work)


def test_a_session_left_by_a_process_whose_clock_was_ahead_goes_on_in_its_own_time() -> None:
    async def work() -> None:
        stage = Stage(script=script(delay_ms=HOUR_MS), rules=pausing_after("90s"), limits=LONG_CALL)
        stage.clock.shift_ms = 24 * HOUR_MS
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(1)
        await stage.crash()
        stage.clock.shift_ms = 0

        second = await stage.drive()
        await until(second, session, Status.PAUSED)

        assert asyncio.get_running_loop().time() <= 100
        await second.stop(drain=False)

    in_virtual_time(work)


def test_a_pause_of_any_length_by_any_clock_is_no_leap_of_a_session() -> None:
    async def work() -> None:
        stage = Stage(rules=pausing_after("30m"))
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)
        await moot.pause_all()
        await until(moot, session, Status.PAUSED)
        stage.clock.shift_ms = HOUR_MS
        await asyncio.sleep(60)
        await moot.resume_all()

        assert await until(moot, session) is Status.COMPLETED
        assert not stage.events(session, RunResumed)
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_under_a_clock_that_is_set_again_and_again_debates_end_as_they_should(seed: int) -> None:
    async def work() -> None:
        chance = random.Random(f"clock {seed}")
        stage = Stage(rules=pausing_after("30m"), limits=Limits(sessions_running_max=3))
        moot = await stage.drive()
        sessions = [await start(moot, f"Motion {number}?") for number in range(3)]
        for _ in range(8):
            await asyncio.sleep(chance.randrange(100, 6_000) / 1_000)
            far_ms = chance.choice([900, 4_000, 60_000, HOUR_MS, YEARS_MS // 2])
            stage.clock.shift_ms = chance.choice([0, 1, -1]) * far_ms
        for session in sessions:
            assert await until(moot, session) is Status.COMPLETED, f"seed {seed}"
        passed_ms = asyncio.get_running_loop().time() * 1_000
        for session in sessions:
            records = stage.records(session)
            assert all(one.at_ms <= other.at_ms for one, other in pairwise(records)), f"seed {seed}: time went back"
            assert (await stage.state(session)).time.active_ms <= passed_ms + 8 * LEAP_MS, f"seed {seed}"
            assert verify(stage.ports.engine, session, records) is None, f"seed {seed}"
        assert (await moot.system_status()).spent_today_microusd >= 0
        await moot.stop()

    in_virtual_time(work)


class SetClock:
    """A clock that a test sets."""

    now = 1_000_000

    def now_ms(self) -> int:
        return self.now

    async def sleep(self, milliseconds: int) -> None:
        raise AssertionError(ReachDeadline)


def test_time_follows_the_clock_where_that_is_only_corrected() -> None:
    async def work() -> None:
        clock = SetClock()
        time, watch = SessionTime(clock, from_ms=0), ClockWatch(clock)
        readings = [time.read()]
        leaps = [watch.leapt_ms()]
        for correction in (900, -900, 4_000, 0, LEAP_MS):
            clock.now += correction
            readings.append(time.read())
            leaps.append(watch.leapt_ms())

        assert [reading.leapt_ms for reading in readings] == [0] * 6
        assert [reading.now_ms - 1_000_000 for reading in readings] == [0, 900, 900, 4_000, 4_000, 9_000]
        assert leaps == [0] * 6

    in_virtual_time(work)


def test_a_leap_is_told_of_once_and_one_back_by_the_watch_alone() -> None:
    async def work() -> None:
        clock = SetClock()
        time, watch = SessionTime(clock, from_ms=0), ClockWatch(clock)
        time.read()
        watch.leapt_ms()
        told = []
        for leap in (HOUR_MS, 0, -HOUR_MS, 0):
            clock.now += leap
            told.append((time.read(), watch.leapt_ms()))

        assert [(reading.leapt_ms, leapt) for reading, leapt in told] == [
            (HOUR_MS, HOUR_MS),
            (0, 0),
            (0, -HOUR_MS),
            (0, 0),
        ]
        assert {reading.now_ms for reading, _ in told} == {1_000_000 + HOUR_MS}

    in_virtual_time(work)
