"""Can a process that has joined go on where the one that drove has ended?"""

from __future__ import annotations

import asyncio

import pytest

from core.domain.errors import CommandRefused, DriverBusy
from core.domain.events import AttemptStarted, RunResumed
from core.domain.session import Status
from core.orchestrator import Orchestrator
from core.ports.catalogue import Catalogue
from core.runtime.stock import stock
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time


async def joined(stage: Stage) -> Orchestrator:
    other = stage.orchestrator()
    await other.start()
    assert not other.is_driver
    return other


def test_who_has_joined_takes_the_wheel_and_goes_on_with_what_was_left() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(7)
        second = await joined(stage)
        await first.stop(drain=False)
        assert (await second.summary(session)).status is Status.RUNNING

        await second.take_the_wheel()

        assert second.is_driver
        assert (await second.system_status()).driver == "this process"
        assert await until(second, session) is Status.COMPLETED
        assert len(stage.events(session, RunResumed)) == 1
        await second.stop()
        assert stage.lock == []

    in_virtual_time(work)


def test_who_starts_twice_drives_once() -> None:
    """The lock is this process's own: it would not keep out a second driver, which took up what the first drives."""

    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(7)

        await asyncio.gather(moot.start(), moot.start(must_drive=True))

        assert await until(moot, session) is Status.COMPLETED
        steps = [event.step for event in stage.events(session, AttemptStarted)]
        assert len(steps) == len(set(steps))
        assert stage.events(session, RunResumed) == []
        await moot.stop()
        assert stage.lock == []

    in_virtual_time(work)


@pytest.mark.parametrize("drive", [True, False])
def test_who_is_stopped_while_starting_neither_drives_nor_follows(monkeypatch: pytest.MonkeyPatch, drive: bool) -> None:
    """It would hold the lock, and go on over a log that was closed, for as long as the process lives."""

    async def slowly(catalogue: Catalogue, *, at_ms: int) -> None:
        await asyncio.sleep(1)
        await stock(catalogue, at_ms=at_ms)

    async def work() -> None:
        stage = Stage()
        moot = stage.orchestrator()
        starting = asyncio.create_task(moot.start(drive=drive))
        await asyncio.sleep(0.5)

        await moot.stop()

        with pytest.raises(CommandRefused, match="being closed"):
            await starting
        assert not moot.is_driver
        assert stage.lock == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    monkeypatch.setattr("core.runtime.wheel.stock", slowly)
    in_virtual_time(work)


def test_who_has_joined_and_starts_again_drives_where_nobody_does() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        second = await joined(stage)
        await second.start()
        await first.stop()

        await second.start()

        assert second.is_driver
        assert await until(second, await start(second)) is Status.COMPLETED
        await second.stop()
        assert stage.lock == []

    in_virtual_time(work)


def test_a_request_that_waits_while_the_wheel_is_taken_does_not_let_go_of_it() -> None:
    async def work() -> None:
        stage = Stage()
        moot = stage.orchestrator()
        await moot.start(drive=False)

        await asyncio.gather(moot.pause_all(), moot.take_the_wheel(), moot.pause_all())

        assert moot.is_driver
        assert stage.lock != []
        assert await until(moot, await start(moot)) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


def test_the_wheel_is_not_taken_from_who_drives() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        second = await joined(stage)

        with pytest.raises(DriverBusy):
            await second.take_the_wheel()

        assert not second.is_driver
        session = await start(second)
        assert await until(second, session) is Status.COMPLETED, "it goes on through the inbox"
        await second.stop()
        await first.stop()

    in_virtual_time(work)


def test_of_two_that_reach_for_the_wheel_one_has_it_and_taking_it_twice_changes_nothing() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        second, third = await joined(stage), await joined(stage)
        await first.stop()

        outcomes = await asyncio.gather(second.take_the_wheel(), third.take_the_wheel(), return_exceptions=True)
        await second.take_the_wheel()

        assert [type(outcome) for outcome in outcomes] == [type(None), DriverBusy]
        assert (second.is_driver, third.is_driver) == (True, False)
        await third.stop()
        await second.stop()

    in_virtual_time(work)


def test_who_hears_of_commits_goes_on_hearing_of_them_behind_the_wheel() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        second = await joined(stage)
        heard: list[int] = []
        second.on_committed(heard.append)
        spoken: list[str] = []
        second.on_progress(lambda progress: spoken.append(progress.step))
        await first.stop()
        await second.take_the_wheel()

        session = await start(second)
        await until(second, session)

        assert heard[-1] == stage.disk.records[-1].position
        assert spoken, "what is spoken here is heard while it is spoken"
        await second.stop()

    in_virtual_time(work)


def test_who_is_closed_takes_no_wheel() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        second = await joined(stage)
        await first.stop()
        await second.stop()

        with pytest.raises(CommandRefused, match="being closed"):
            await second.take_the_wheel()
        assert stage.lock == []

    in_virtual_time(work)


def test_what_is_on_record_can_be_read_once_the_wheel_was_let_go_and_nothing_is_carried_out_any_more() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)

        await moot.drain()

        assert stage.lock == []
        assert not moot.is_driver
        assert (await moot.events(session))[-1].seq == len(stage.records(session))
        assert (await moot.summary(session)).turns == 1, "the turn under way was waited for"
        with pytest.raises(CommandRefused, match="is being closed"):
            await start(moot)
        await moot.drain()
        await moot.stop()

    in_virtual_time(work)
