"""What becomes of what is being written at the moment when somebody stops, gives up or asks?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count

import pytest

from core.domain.commands import AddStatement, Pause
from core.domain.events import AttemptInDoubt, AttemptSucceeded, Recorded, SessionPaused
from core.domain.ids import RuleId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.ports.event_log import Append
from tests.builders import complete_at
from tests.memory import MemoryIndex, MemoryLog
from tests.stage import Stage, script, start, until
from tests.virtual_time import in_virtual_time

APPEND_SECONDS = 0.05
STORING_SECONDS = 0.1


class SlowLog(MemoryLog):
    """Written at once; whoever asked hears of it a moment later."""

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        recorded = await super().append(*appends)
        await asyncio.sleep(APPEND_SECONDS)
        return recorded


class SlowIndex(MemoryIndex):
    """Takes so long to store rows that more is committed meanwhile."""

    async def advance(self, summaries: Sequence[SessionSummary], *, position: int) -> None:
        await asyncio.sleep(STORING_SECONDS)
        await super().advance(summaries, position=position)


@pytest.fixture
def slow_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.stage.MemoryLog", SlowLog)


@pytest.mark.usefixtures("slow_log")
def test_an_answer_that_is_being_recorded_while_sessions_are_broken_off_is_no_doubt() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        await start(moot)
        late = await start(moot)
        # The first session is in its second turn by then, and while it is broken off the other's answer comes.
        await asyncio.sleep(5 - 0.6 * APPEND_SECONDS)

        await moot.stop(drain=False)

        assert len(stage.events(late, AttemptSucceeded)) == 1
        assert not stage.events(late, AttemptInDoubt)

    in_virtual_time(work)


@pytest.mark.usefixtures("slow_log")
def test_a_caller_that_gives_up_leaves_a_session_that_goes_on() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        asking = asyncio.create_task(moot.command(session, Pause()))
        await asyncio.sleep(APPEND_SECONDS / 2)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

        await moot.command(session, AddStatement(text="The rota is short of two people."))

        assert len(stage.events(session, SessionPaused)) == 1
        await moot.stop()

    in_virtual_time(work)


def test_the_list_is_told_while_sessions_go_on_speaking() -> None:
    async def work() -> None:
        stage = Stage(script=script(delay_ms=20), rules=[complete_at(rounds=90)], index=SlowIndex())
        moot = await stage.drive()
        session = await start(moot, rounds=40)
        await asyncio.sleep(0.5)

        rows = await moot.summaries()

        assert [row.session for row in rows] == [session]
        assert (await stage.state(session)).life.status is Status.RUNNING
        await moot.stop(drain=False)

    in_virtual_time(work)


def test_what_was_timed_before_the_end_of_a_short_run_is_stored_as_it_stops() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)

        await moot.stop()

        times = await stage.catalogue.rule_times()
        assert times[RuleId("complete_on_consensus")].timed >= 1

    in_virtual_time(work)


def test_waiting_sessions_are_all_admitted_as_places_become_free() -> None:
    async def work() -> None:
        stage = Stage(script=script(delay_ms=20), ids=count(1))
        moot = await stage.drive()
        sessions = [await start(moot, f"Motion {number}?") for number in range(25)]

        await asyncio.sleep(600)

        assert [(await stage.state(session)).life.status for session in sessions] == [Status.COMPLETED] * 25
        await moot.stop()

    in_virtual_time(work)
