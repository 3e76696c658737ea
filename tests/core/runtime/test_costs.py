"""Is it known by day, provider and session what was spent, to the newest committed event?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from core.domain.budget import Price
from core.domain.events import AttemptSucceeded, Recorded, Unreadable
from core.domain.ids import SessionId
from core.ports.response_cache import CacheBounds, CacheMode
from core.providers.script import Answer, Fault, FaultKind, Script
from core.runtime.caching import CachedAnswers
from core.runtime.costs import CostKeeper, CostReader
from core.runtime.ports import Limits
from storage.memory_cache import MemoryCache
from tests.calls import BEGAN_MS, Fate, Made, appends_of, records_of, session
from tests.memory import Disk, MemoryCostBook, MemoryLog
from tests.stage import Stage, script, start, until, until_event
from tests.virtual_time import in_virtual_time

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)
A = session(1)
UNREADABLE = Unreadable(kind="AttemptSucceeded", version=9, why="The log holds version 9.", now="Update moot.")


def midnight_east(at_ms: int) -> int:
    """Somebody's midnight who is five hours and three quarters ahead."""
    ahead_ms = 5 * HOUR_MS + 45 * 60_000
    return (at_ms + ahead_ms) // DAY_MS * DAY_MS - ahead_ms


def made(minutes: int, cost_microusd: int, fate: Fate = Fate.ANSWERED, of: SessionId = A) -> Made:
    return Made(session=of, route="cloud:large", fate=fate, cost_microusd=cost_microusd, minutes=minutes)


async def recorded(*calls: Made) -> tuple[MemoryLog, MemoryCostBook]:
    disk = Disk()
    log = MemoryLog(disk)
    await log.append(*appends_of(records_of(calls)))
    return log, MemoryCostBook(disk)


async def by_day(log: MemoryLog, book: MemoryCostBook, *, now_ms: int, days: int) -> list[int]:
    found = await CostReader(log, book, midnight_east).by_day(now_ms=now_ms, days=days)
    assert [day.midnight_ms for day in found] == sorted({midnight_east(day.midnight_ms) for day in found})
    return [day.total.cost_microusd for day in found]


async def test_a_day_is_the_operators_own_whatever_the_zone() -> None:
    midnight_ms = midnight_east(BEGAN_MS) + DAY_MS
    before = (midnight_ms - BEGAN_MS) // 60_000 - 1
    log, book = await recorded(made(before, 5), made(2, 70), made(24 * 60, 900))
    await CostKeeper(log, book).start()

    assert await by_day(log, book, now_ms=midnight_ms + DAY_MS + HOUR_MS, days=3) == [5, 70, 900]
    assert await by_day(log, book, now_ms=midnight_ms + HOUR_MS, days=1) == [970]


async def test_what_the_book_lacks_is_read_from_the_log() -> None:
    log, book = await recorded(made(1, 5), made(1, 70), made(1, 900, Fate.SETTLED))
    reader = CostReader(log, book, midnight_east)
    keeper = CostKeeper(log, book)
    for known in range(len(log.disk.records) + 1):
        await keeper.add(log.disk.records[:known])

        assert await by_day(log, book, now_ms=BEGAN_MS, days=1) == [975]
        assert (await reader.of_session(A))["cloud:large"].answers == 2
        assert await reader.of_session(session(2)) == {}


async def test_a_refused_row_is_added_once_when_it_is_taken() -> None:
    log, book = await recorded(made(1, 5), made(1, 70))
    keeper = CostKeeper(log, book)
    await keeper.add(log.disk.records[:2])

    await keeper.add(log.disk.records)
    await keeper.add(log.disk.records)

    assert await book.spent_since(0) == 75


def test_what_a_debate_costs_is_told_by_route_session_and_day() -> None:
    cut = (Fault(kind=FaultKind.CUT),)
    answers = {
        "default": (Answer(text="The rota is short.", delay_ms=10, faults=cut), Answer(text="It is.", delay_ms=10)),
        "judge": (Answer(text="Verdict: for"),),
    }

    async def work() -> None:
        stage = Stage(script=Script(answers=answers, price=PAID))
        stage.answers = CachedAnswers(
            mode=CacheMode.EXACT,
            clock=stage.clock,
            memory=MemoryCache(CacheBounds(entries_max=100, bytes_max=1_000_000)),
            keeps_warm=True,
        )
        moot = await stage.drive()
        first, second = await start(moot, seed=7), await start(moot, seed=7)
        await asyncio.gather(until(moot, first), until(moot, second))
        third = await start(moot, seed=7)
        await until(moot, third)

        for one in (first, second, third):
            row, costs = await moot.summary(one), await moot.session_costs(one)
            assert sum(each.cost_microusd for each in costs.values()) == row.spent_microusd
        (today,) = await moot.costs()
        assert set(today.routes) == {"scripted"}
        assert today.total.cost_microusd == (await moot.system_status()).spent_today_microusd > 0
        assert 0 < today.total.lost_microusd < today.total.cost_microusd
        assert today.total.failures == today.total.failures_billed > 0
        saved = [event.saved_microusd for one in (second, third) for event in stage.events(one, AttemptSucceeded)]  # type: ignore[attr-defined]
        assert today.total.saved_microusd == sum(saved) > 0
        other = stage.orchestrator()
        await other.start(drive=False)
        assert await other.costs(days=7) == await moot.costs(days=7)
        await other.stop()
        await moot.stop()

    in_virtual_time(work)


def _is_an_answer(record: Recorded, of: SessionId) -> bool:
    return record.session == of and isinstance(record.event, AttemptSucceeded)


def test_what_an_older_release_could_not_read_is_counted_once_it_can_be() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID), limits=Limits(in_doubt_policy="retry"))
        moot = await stage.drive()
        one, other = await start(moot), await start(moot, "Another?")
        await until_event(moot, other, AttemptSucceeded, 2)
        await stage.crash()
        whole = list(stage.disk.records)
        stage.disk.records[:] = [
            replace(record, event=UNREADABLE) if _is_an_answer(record, one) else record for record in whole
        ]
        stage.index.rows.clear()
        stage.index.reached = 0
        await stage.costs.clear()
        older = await stage.drive(recover=False)
        assert await older.session_costs(one) == {}
        await older.stop()

        stage.disk.records[:] = whole + stage.disk.records[len(whole) :]
        newer = await stage.drive(recover=False)

        for each in (one, other):
            row, costs = await newer.summary(each), (await newer.session_costs(each))["scripted"]
            assert (costs.answers, costs.cost_microusd) == (row.turns, row.spent_microusd)
            assert row.turns > 0
        await newer.stop()

    in_virtual_time(work)


def test_the_sums_go_on_where_a_killed_process_left_them() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        moot = await stage.drive()
        one = await start(moot)
        await until_event(moot, one, AttemptSucceeded, 2)
        await stage.crash()

        second = await stage.drive()

        (today,) = await second.costs()
        assert today.total.doubts == 1
        assert today.total.cost_microusd == (await second.summary(one)).spent_microusd
        assert await stage.costs.position() >= stage.disk.records[-1].position - 1
        await second.stop()

    in_virtual_time(work)
