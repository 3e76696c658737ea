"""Is every call in doubt listed, with what it may have cost and what becomes of it?"""

from __future__ import annotations

import asyncio

import pytest

from core.domain.budget import Price
from core.domain.commands import AnswerEscalation, GiveUp, SettleAttempt
from core.domain.events import AttemptStarted
from core.domain.ids import SessionId
from core.domain.session import Status
from core.runtime.doubts import DoubtStands
from core.runtime.ports import Limits
from tests.stage import PRICED, Stage, script, start, until
from tests.virtual_time import in_virtual_time

PAID = Price(**PRICED)


async def left(stage: Stage) -> SessionId:
    """A debate whose process was killed while a seat spoke."""
    first = await stage.drive()
    session = await start(first)
    await asyncio.sleep(1)
    await stage.crash()
    return session


def a_stage(policy: str = "ask") -> Stage:
    return Stage(script=script(price=PAID), limits=Limits(in_doubt_policy=policy))


@pytest.mark.parametrize("policy", ["ask", "retry", "fail"])
def test_what_a_dead_process_left_is_listed_before_anybody_drives(policy: str) -> None:
    async def work() -> None:
        stage = a_stage(policy)
        session = await left(stage)
        reader = stage.orchestrator()
        await reader.start(drive=False)

        (doubt,) = await reader.doubts()

        (begun,) = stage.events(session, AttemptStarted)
        assert isinstance(begun, AttemptStarted)
        assert (doubt.session, doubt.step, doubt.route) == (session, begun.step, begun.route)
        assert doubt.cost_microusd_max == begun.cost_microusd_max > 0
        assert (doubt.stands, doubt.policy) == (DoubtStands.LEFT, policy)
        assert doubt.since_ms <= stage.clock.now_ms() - 1_000
        await reader.stop()

    in_virtual_time(work)


def test_a_call_under_way_is_in_no_doubt() -> None:
    async def work() -> None:
        stage = a_stage()
        driver = await stage.drive()
        await start(driver)
        await asyncio.sleep(1)

        assert await driver.doubts() == ()
        await driver.stop()

    in_virtual_time(work)


def test_whoever_begins_to_drive_says_what_was_left() -> None:
    async def work() -> None:
        stage = a_stage("retry")
        session = await left(stage)

        second = await stage.drive()

        (found,) = second.recovered
        assert (found.session, found.status, found.goes_on) == (session, Status.RUNNING, True)
        assert found.cost_microusd_max == found.doubts[0].cost_microusd_max > 0
        await second.stop()
        third = await stage.drive()
        assert third.recovered[0].doubts == ()
        await third.stop()

    in_virtual_time(work)


def test_a_doubt_waits_until_it_is_answered_and_stays_charged_until_it_is_settled() -> None:
    async def work() -> None:
        stage = a_stage("ask")
        session = await left(stage)
        second = await stage.drive()

        (waits,) = await second.doubts()
        assert waits.stands is DoubtStands.WAITS
        await second.command(session, AnswerEscalation(answer="continue"))
        (charged,) = await second.doubts()
        assert charged.stands is DoubtStands.CHARGED
        assert await until(second, session) is Status.COMPLETED
        assert [each.stands for each in await second.doubts()] == [DoubtStands.CHARGED]
        await second.command(session, SettleAttempt(step=charged.step, attempt=charged.attempt, cost_microusd=1))
        assert await second.doubts() == ()
        await second.stop()

    in_virtual_time(work)


def test_a_session_that_was_given_up_waits_until_it_is_resumed() -> None:
    async def work() -> None:
        stage = a_stage("ask")
        session = await left(stage)
        second = await stage.drive()

        await second.command(session, GiveUp())

        assert (await second.summary(session)).status is Status.FAILED
        assert [each.stands for each in await second.doubts()] == [DoubtStands.WAITS]
        await second.resume(session)
        assert await until(second, session) is Status.COMPLETED
        await second.stop()

    in_virtual_time(work)


def test_what_was_free_leaves_no_doubt_that_matters() -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(in_doubt_policy="ask"))
        await left(stage)
        second = await stage.drive()

        assert await second.doubts() == ()
        await second.stop()

    in_virtual_time(work)


def test_a_deleted_session_leaves_no_doubt() -> None:
    async def work() -> None:
        stage = a_stage("fail")
        session = await left(stage)
        second = await stage.drive()
        assert len(await second.doubts()) == 1

        await second.delete(session)

        assert await second.doubts() == ()
        await second.stop()

    in_virtual_time(work)
