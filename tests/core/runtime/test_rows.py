"""Does the list know of every session on record, whether or not anybody has driven since it was left?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.domain.commands import Pause
from core.domain.errors import NotVerifiableHere, WrongUse
from core.domain.events import SessionOpened, Unreadable
from core.domain.ids import SessionId
from core.domain.session import Status
from core.engine.summarise import NOT_READABLE
from core.orchestrator import Orchestrator
from core.runtime import rows
from tests.memory import MemoryIndex, MemoryLog
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time

UNREADABLE = Unreadable(kind="MotionSung", version=1, why="The log holds a MotionSung.", now="Update moot.")


class StuckIndex(MemoryIndex):
    """Rows that are never stored: whoever drives is killed each time before that."""

    async def advance(self, summaries: object, *, position: int) -> None:
        await asyncio.sleep(10**9)


async def a_reader(stage: Stage) -> Orchestrator:
    reader = stage.orchestrator()
    await reader.start(drive=False)
    return reader


def test_a_session_killed_before_its_first_row_is_listed_shown_and_found() -> None:
    async def work() -> None:
        stage = Stage(index=StuckIndex())
        driver = await stage.drive()
        opening = asyncio.create_task(start(driver, "Shorten the rota?"))
        async for record in driver.watch(after_position=0):
            if isinstance(record.event, SessionOpened):
                break
        opening.cancel()
        await stage.crash()
        assert stage.index.rows == {}

        reader = await a_reader(stage)
        (row,) = await reader.summaries()
        assert (row.motion, row.status) == ("Shorten the rota?", Status.CREATED)
        assert await reader.summary(row.session) == row
        assert await reader.find(row.session[:6]) == row.session
        assert [each.session for each in await reader.active_debates()] == [row.session]
        await reader.stop()

    in_virtual_time(work)


def test_what_was_recorded_behind_the_rows_is_read_and_driving_stores_the_same() -> None:
    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        session = await start(driver)
        await until(driver, session)
        stored = stage.index.rows[session]
        half = next(each for each in stage.records(session) if each.seq == stored.seq // 2)
        stage.index.rows.clear()
        stage.index.reached = 0
        await stage.crash()

        reader = await a_reader(stage)
        assert await reader.summary(session) == stored
        assert [row.seq for row in await reader.summaries(changed_after=half.position)] == [stored.seq]
        assert await reader.summaries(changed_after=stored.position) == []
        assert stage.index.rows == {}, "reading stores nothing"
        await reader.stop()

        again = await stage.drive()
        assert stage.index.rows[session] == stored
        await again.stop()

    in_virtual_time(work)


def test_a_reader_goes_on_where_it_left_off_and_gives_way_to_newer_rows() -> None:
    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        session = await start(driver)
        reader = await a_reader(stage)
        seqs = []
        for _ in range(3):
            seqs.append((await reader.summary(session)).seq)
            await asyncio.sleep(7)
        assert seqs == sorted(set(seqs))
        await driver.command(session, Pause())
        await driver.stop()

        assert await reader.summary(session) == stage.index.rows[session]
        await reader.stop()

    in_virtual_time(work)


def test_a_reader_looks_only_so_far_beyond_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "EVENTS_BEYOND_MAX", 1)
    monkeypatch.setattr(rows, "READ_EVENTS_MAX", 2)

    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        await until(driver, await start(driver))
        stage.index.rows.clear()
        stage.index.reached = 0
        await stage.crash()
        reads: list[int] = []
        reader = await a_reader(stage)
        read_all = stage.ports.log.read_all

        async def counted(*, after_position: int = 0, limit: int = 2) -> object:
            reads.append(after_position)
            return await read_all(after_position=after_position, limit=2)

        stage.ports.log.read_all = counted  # type: ignore[method-assign, assignment]
        assert len(await reader.summaries()) == 1
        assert reads == [0]
        await reader.stop()

    in_virtual_time(work)


def test_an_unknown_session_is_still_refused() -> None:
    async def work() -> None:
        stage = Stage()
        reader = await a_reader(stage)
        with pytest.raises(WrongUse, match="there is no session"):
            await reader.summary(SessionId("ff"))
        await reader.stop()

    in_virtual_time(work)


def spoil(stage: Stage, session: SessionId, seq: int) -> None:
    """As if a newer release had recorded this event."""
    stage.disk.records[:] = [
        replace(each, event=UNREADABLE) if (each.session, each.seq) == (session, seq) else each
        for each in stage.disk.records
    ]


def test_an_event_of_a_newer_release_keeps_neither_the_driver_nor_other_sessions_from_going_on() -> None:
    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        mine, newer = await start(driver, "Mine?"), await start(driver, "Newer?")
        await asyncio.sleep(6)
        await stage.crash()
        left = next(each for each in reversed(stage.records(newer)))
        spoil(stage, newer, left.seq)
        stage.index.rows.clear()
        stage.index.reached = 0

        again = await stage.drive()
        row = await again.summary(newer)
        assert (row.status, row.reason, row.motion) == (Status.FAILED, NOT_READABLE, "Newer?")
        assert row.unreadable == "The log holds a MotionSung. Update moot."
        assert await until(again, mine) is Status.COMPLETED
        with pytest.raises(NotVerifiableHere, match="MotionSung") as refused:
            await again.resume(newer)
        assert refused.value.where == f"session {newer[:8]}, event {left.seq}"
        assert [each.seq for each in stage.records(newer)] == list(range(1, left.seq + 1)), "nothing was added or lost"
        await again.stop()

    in_virtual_time(work)


def test_a_log_whose_beginning_is_gone_keeps_neither_the_driver_nor_other_sessions_from_going_on() -> None:
    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        mine, damaged = await start(driver, "Mine?"), await start(driver, "Damaged?")
        await asyncio.sleep(6)
        await stage.crash()
        stage.disk.records[:] = [each for each in stage.disk.records if (each.session, each.seq) != (damaged, 1)]
        stage.index.rows.clear()
        stage.index.reached = 0

        again = await stage.drive()
        row = await again.summary(damaged)
        assert (row.status, row.reason) == (Status.FAILED, NOT_READABLE)
        assert row.unreadable.startswith("Its log does not begin with its opening. Run `moot doctor`")
        assert await until(again, mine) is Status.COMPLETED
        await again.stop()

    in_virtual_time(work)


def test_what_an_older_release_could_not_read_is_read_from_its_beginning_once_it_can_be() -> None:
    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        session = await start(driver)
        await asyncio.sleep(6)
        await stage.crash()
        whole = list(stage.disk.records)
        spoil(stage, session, len(stage.records(session)) // 2)
        stage.index.rows.clear()
        stage.index.reached = 0
        older = await stage.drive()
        assert (await older.summary(session)).unreadable
        await older.stop()

        stage.disk.records[:] = whole
        newer = await stage.drive()
        assert (await newer.summary(session)).unreadable == ""
        assert await until(newer, session) is Status.COMPLETED
        await newer.stop()

    in_virtual_time(work)


def test_whoever_pages_through_all_sessions_meets_each_once_also_those_whose_rows_nobody_has_stored() -> None:
    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        sessions = []
        for _ in range(5):
            sessions.append(await start(driver))
            await until(driver, sessions[-1])
        known = stage.index.rows[sessions[2]].position
        whole = dict(stage.index.rows)
        for session in sessions[3:]:
            del stage.index.rows[session]
        stage.index.reached = known
        await stage.crash()
        beyond = rows.RowsBeyond(MemoryLog(stage.disk), stage.index, stage.ports.engine.flows)

        for limit in range(1, 7):
            found = list(await beyond.opened_page(limit=limit))
            while page := await beyond.opened_page(after=(found[-1].opened_at_ms, found[-1].session), limit=limit):
                assert len(page) <= limit
                found += page
            assert [row.session for row in found] == sessions
            assert found == [whole[session] for session in sessions]

    in_virtual_time(work)
