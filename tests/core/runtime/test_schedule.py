"""Is housekeeping done again and again, whatever becomes of one run?"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from core.domain.errors import CommandRefused, WrongUse
from core.runtime.schedule import DONE, JOBS_MAX, LEFT_OUT, Schedule

PATIENCE_SECONDS = 30
"""How long a run that has to come is waited for before the test fails instead of hanging."""

FAR_SECONDS = 86_400


class WallClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, milliseconds: int) -> None:
        raise AssertionError("a schedule waits through its scheduler")


class Job:
    """Work that says when it was done, and fails as often as told."""

    def __init__(self, *, failures: int = 0) -> None:
        self.done = asyncio.Semaphore(0)
        self.runs = 0
        self.failures = failures

    async def __call__(self) -> None:
        self.runs += 1
        self.done.release()
        if self.runs <= self.failures:
            raise OSError("the disk is full")

    async def is_done(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.done.acquire()


@pytest.fixture
async def schedule() -> AsyncIterator[Schedule]:
    made = Schedule(WallClock())
    yield made
    await made.stop()


async def test_a_job_is_done_when_it_is_due_and_planned_again(schedule: Schedule) -> None:
    job = Job()
    schedule.add("export", every_seconds=1, work=job)
    schedule.start()

    await job.is_done()

    (view,) = schedule.jobs()
    assert (view.name, view.every_seconds, view.last_result) == ("export", 1, DONE)
    assert view.next_run_ms > view.last_run_ms > 0


async def test_a_job_that_may_not_be_done_for_now_is_left_out_and_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    async def refused() -> None:
        raise CommandRefused("exports are switched off.", where="disk")

    schedule = Schedule(WallClock())
    schedule.add("export", every_seconds=FAR_SECONDS, work=refused)

    assert await schedule.run("export") == f"{LEFT_OUT}disk: exports are switched off."
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_a_job_that_fails_stops_neither_itself_nor_the_others(
    schedule: Schedule, caplog: pytest.LogCaptureFixture
) -> None:
    failing, well = Job(failures=1), Job()
    schedule.add("failing", every_seconds=FAR_SECONDS, work=failing)
    schedule.add("well", every_seconds=FAR_SECONDS, work=well)
    schedule.start()

    for name, job in (("failing", failing), ("well", well)):
        schedule.hasten(name)
        await job.is_done()
    results = [view.last_result for view in schedule.jobs()]
    schedule.hasten("failing")
    await failing.is_done()

    assert results == ["failed: the disk is full", DONE]
    assert [view.last_result for view in schedule.jobs()] == [DONE, DONE]
    assert "the job failing failed" in caplog.text


async def test_before_its_first_run_a_job_has_no_result(schedule: Schedule) -> None:
    schedule.add("health", every_seconds=FAR_SECONDS, work=Job())
    waiting = schedule.jobs()[0]
    schedule.start()
    planned = schedule.jobs()[0]

    assert (waiting.next_run_ms, waiting.last_run_ms, waiting.last_result) == (0, 0, "")
    assert 0 < planned.next_run_ms - WallClock().now_ms() <= FAR_SECONDS * 1_000


async def test_jobs_are_made_anew_at_each_start(schedule: Schedule) -> None:
    job = Job()
    schedule.add("health", every_seconds=FAR_SECONDS, work=job)
    for _ in range(2):
        schedule.start()
        schedule.hasten("health")
        await job.is_done()
        await schedule.stop()

    assert job.runs == 2
    assert (schedule.is_running, schedule.jobs()[0].next_run_ms) == (False, 0)


async def test_a_job_added_while_it_runs_is_done_too(schedule: Schedule) -> None:
    job = Job()
    schedule.start()
    schedule.add("late", every_seconds=FAR_SECONDS, work=job)
    schedule.hasten("late")

    await job.is_done()


async def test_a_job_under_way_is_not_begun_twice(schedule: Schedule) -> None:
    may_end, began = asyncio.Event(), Job()

    async def long() -> None:
        await began()
        await may_end.wait()

    beside = Job()
    schedule.add("long", every_seconds=FAR_SECONDS, work=long)
    schedule.add("beside", every_seconds=FAR_SECONDS, work=beside)
    schedule.start()
    schedule.hasten("long")
    await began.is_done()
    for name in ("long", "beside"):
        schedule.hasten(name)
    await beside.is_done()
    runs = began.runs
    may_end.set()

    assert runs == 1


async def test_stopping_ends_what_is_being_done_and_calls_it_no_error(
    schedule: Schedule, caplog: pytest.LogCaptureFixture
) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # to end takes more than a moment
            ended.set()

    schedule.add("endless", every_seconds=FAR_SECONDS, work=endless)
    schedule.start()
    schedule.hasten("endless")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await began.wait()
        await schedule.stop()

    assert ended.is_set()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_what_is_due_just_when_the_schedule_stops_is_not_begun(
    schedule: Schedule, caplog: pytest.LogCaptureFixture
) -> None:
    job = Job()
    schedule.add("export", every_seconds=FAR_SECONDS, work=job)
    schedule.start()
    for turns in range(8):  # the scheduler takes some turns of the loop until the job begins
        schedule.hasten("export")
        for _ in range(turns):
            await asyncio.sleep(0)
        await schedule.stop()
        begun = job.runs
        await asyncio.sleep(0)
        assert job.runs == begun
        schedule.start()

    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_starting_and_stopping_twice_is_as_good_as_once(schedule: Schedule) -> None:
    await schedule.stop()
    schedule.start()
    schedule.start()

    assert schedule.is_running
    await schedule.stop()
    await schedule.stop()
    assert not schedule.is_running


async def test_a_job_can_be_done_at_once_without_a_schedule(schedule: Schedule) -> None:
    job = Job(failures=1)
    schedule.add("export", every_seconds=60, work=job)

    assert await schedule.run("export") == "failed: the disk is full"
    assert await schedule.run("export") == DONE


async def test_what_can_not_be_scheduled_is_refused(schedule: Schedule) -> None:
    with pytest.raises(WrongUse, match="at least 1"):
        schedule.add("export", every_seconds=0, work=Job())
    schedule.add("export", every_seconds=1, work=Job())
    with pytest.raises(WrongUse, match="'export'"):
        await schedule.run("exprt")
    with pytest.raises(WrongUse, match="has not begun"):
        schedule.hasten("export")
    for at in range(JOBS_MAX - 1):
        schedule.add(f"job_{at}", every_seconds=1, work=Job())
    with pytest.raises(WrongUse, match=str(JOBS_MAX)):
        schedule.add("one_more", every_seconds=1, work=Job())


def test_the_scheduler_is_loaded_when_it_is_started_and_not_before() -> None:
    code = "import sys, core.runtime.schedule; sys.exit('apscheduler' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


async def test_where_the_clock_was_set_back_jobs_are_due_an_interval_from_now(schedule: Schedule) -> None:
    job = Job()
    schedule.add("export", every_seconds=60, work=job)
    schedule.start()
    assert schedule._scheduler is not None
    # As the clock leaves it that was an hour ahead.
    schedule._scheduler.modify_job("export", next_run_time=datetime.now(UTC) + timedelta(hours=1))

    schedule.begin_anew()

    (view,) = schedule.jobs()
    assert view.next_run_ms <= WallClock().now_ms() + 61_000
    assert job.runs == 0
