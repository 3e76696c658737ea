"""Is everything that is looked for found, page by page, however little of it one look may read?"""

from __future__ import annotations

import pytest

from core.domain.events import AttemptStarted, AttemptSucceeded, Recorded, SessionOpened
from core.flows.debate_events import ArgumentPresented
from core.ports.event_log import Sought
from core.runtime import all_events
from core.runtime.all_events import AllEvents
from tests.memory import MemoryLog
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time


async def _recorded(count: int) -> Stage:
    stage = Stage()
    moot = await stage.drive()
    for _ in range(count):
        await until(moot, await start(moot))
    await moot.stop()
    return stage


async def _all_back(reader: AllEvents, **asked: object) -> list[Recorded]:
    found: list[Recorded] = []
    before = None
    while True:
        look = await reader.back(before_position=before, **asked)  # type: ignore[arg-type]
        found = [*look.records, *found]
        before = look.from_position
        if look.is_whole:
            return found


@pytest.mark.parametrize(("page", "read", "passed"), [(500, 10_000, 200_000), (3, 5, 7), (1, 1, 1), (4, 100, 10)])
def test_looks_of_any_bounds_find_the_same(page: int, read: int, passed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_events, "PAGE_EVENTS", page)
    monkeypatch.setattr(all_events, "PASSED_OVER_EVENTS_MAX", passed)

    async def work() -> None:
        stage = await _recorded(2)
        reader = AllEvents(MemoryLog(stage.disk), ())
        is_argument = [each for each in stage.disk.records if isinstance(each.event, ArgumentPresented)]
        sought = Sought(kinds=frozenset({"ArgumentPresented"}))

        assert await _all_back(reader, read_max=read) == stage.disk.records
        assert await _all_back(reader, sought=sought, limit=2, read_max=read) == is_argument
        wanted = await _all_back(
            reader, is_wanted=lambda each: isinstance(each.event, ArgumentPresented), limit=3, read_max=read
        )
        assert wanted == is_argument

    in_virtual_time(work)


def test_what_one_command_brought_about_is_found_from_any_of_it() -> None:
    async def work() -> None:
        stage = await _recorded(1)
        reader = AllEvents(MemoryLog(stage.disk), ())
        for record in stage.disk.records:
            appended = await reader.appended_with(record)

            assert record in appended.records
            assert appended.first.envelope is not None
            assert [each.envelope for each in appended.records[1:]] == [None] * (len(appended.records) - 1)
            assert [each.seq for each in appended.records] == list(
                range(appended.first.seq, appended.first.seq + len(appended.records))
            )
        first = await reader.appended_with(stage.disk.records[0])
        assert isinstance(first.first.event, SessionOpened)

    in_virtual_time(work)


def test_an_answer_comes_with_the_call_that_it_ended() -> None:
    async def work() -> None:
        stage = await _recorded(1)
        reader = AllEvents(MemoryLog(stage.disk), ())
        said = next(each for each in stage.disk.records if isinstance(each.event, ArgumentPresented))

        kinds = [type(each.event) for each in (await reader.appended_with(said)).records]

        assert kinds[0] is AttemptSucceeded
        assert AttemptStarted not in kinds
        head = await reader.head(said.session, said.seq)
        assert head is not None
        assert head.seq == said.seq

    in_virtual_time(work)
