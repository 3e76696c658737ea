"""Is somebody told before rows are stored, and the same whatever happens to the rows meanwhile?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import cycle

from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import StorageFailed
from core.domain.events import Recorded
from core.domain.ids import SessionId
from core.domain.summary import SessionSummary
from core.engine.summarise import listed
from core.notifying.life import Ending
from core.notifying.notification import Notification
from core.notifying.routing import SENSIBLE_ROUTES, Route
from core.notifying.timetable import Timetable, minute_of_utc
from core.ports.outbox import Told
from core.runtime.costs import CostKeeper
from core.runtime.notifier import Notifier, Times
from core.runtime.projector import FLUSH_MILLISECONDS, Projector
from tests.builders import Played, after, opened
from tests.memory import Disk, MemoryCostBook, MemoryIndex, MemoryLog
from tests.memory_outbox import MemoryOutbox
from tests.virtual_time import VirtualClock, in_virtual_time

PAGE = 5
ALL = (Route(channels=("log",)),)


class PagedLog(MemoryLog):
    """Read a few events at a time, so that what is read again lies behind what was told."""

    async def read_all(
        self, *, after_position: int = 0, limit: int = PAGE, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        limit = min(limit, PAGE)
        return await super().read_all(after_position=after_position, limit=limit, with_envelopes=with_envelopes)


class RefusingIndex(MemoryIndex):
    """Rows that a full disk refuses a few times, and takes a while to store."""

    def __init__(self, *, refusals: int = 0, takes_ms: int = 0) -> None:
        super().__init__()
        self.refusals = refusals
        self.takes_ms = takes_ms

    async def advance(self, summaries: Sequence[SessionSummary], *, position: int) -> None:
        await asyncio.sleep(self.takes_ms / 1_000)
        if self.refusals:
            self.refusals -= 1
            raise StorageFailed("the disk is full.")
        await super().advance(summaries, position=position)


class RefusingOutbox(MemoryOutbox):
    refusals: int = 0

    async def add(
        self, told: Sequence[Told], *, after: int | None, position: int, endings: Sequence[Ending] = ()
    ) -> bool:
        await asyncio.sleep(0.003)
        if self.refusals and told:
            self.refusals -= 1
            raise StorageFailed("the disk is full.")
        return await super().add(told, after=after, position=position, endings=endings)


def a_debate() -> Played:
    return after(*opened(), lambda played: played.play_on())


DEBATE = a_debate()


class Desk:
    """A projector with a notifier behind it, over a log that grows as a test says."""

    def __init__(self, index: MemoryIndex, outbox: MemoryOutbox, routes: tuple[Route, ...] = ALL) -> None:
        clock = VirtualClock()
        self.index, self.outbox, self.disk = index, outbox, Disk()
        flows = DEBATE.engine.flows
        times = Times(clock, Timetable(), minute_of_utc)
        self.notifier = Notifier(outbox, routes, flows, times, on_added=lambda: None)
        log = PagedLog(self.disk)
        self.projector = Projector(
            log,
            index,
            CostKeeper(log, MemoryCostBook(self.disk)),
            flows,
            clock,
            on_advanced=lambda rows: None,
            notifier=self.notifier,
        )

    async def begin(self) -> asyncio.Task[None]:
        await self.notifier.start(0)
        await self.projector.start()
        return asyncio.create_task(self.projector.run())

    def commit(self, records: Sequence[Recorded], *, is_offered: bool = True) -> None:
        """Put them on record, and hand them over or say only that they are there."""
        self.disk.records.extend(records)
        if is_offered:
            self.projector.offer(records)
        else:
            self.projector.extend(records[-1].position)


async def ended(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def told_at_once() -> list[Notification]:
    outbox = MemoryOutbox()

    async def work() -> None:
        desk = Desk(MemoryIndex(), outbox)
        await desk.notifier.start(0)
        rows: dict[SessionId, SessionSummary] = {}
        folded = []
        for record in DEBATE.log:
            rows[record.session] = row = listed(rows.get(record.session), record, DEBATE.engine.flows)
            folded.append((record, row))
        await desk.notifier.add(folded)

    in_virtual_time(work)
    return said_by(outbox)


def said_by(outbox: MemoryOutbox) -> list[Notification]:
    return [each.notification for each in outbox.told.values()]


def test_somebody_is_told_before_rows_are_stored() -> None:
    index, outbox = MemoryIndex(), MemoryOutbox()

    async def work() -> None:
        desk = Desk(index, outbox)
        running = await desk.begin()
        desk.commit(DEBATE.log)
        await asyncio.sleep(0.01)
        assert said_by(outbox) == told
        assert index.rows == {}

        await asyncio.sleep(FLUSH_MILLISECONDS / 1_000)
        assert index.reached == DEBATE.log[-1].position
        assert said_by(outbox) == told
        await ended(running)

    told = told_at_once()
    in_virtual_time(work)
    assert told


def test_models_turns_hurry_nobody_where_no_route_takes_them() -> None:
    hurrying: list[str] = []

    async def work() -> None:
        desk = Desk(MemoryIndex(), MemoryOutbox(), SENSIBLE_ROUTES)
        hurrying.extend(type(each.event).__name__ for each in DEBATE.log if desk.notifier.may_tell([each]))

    in_virtual_time(work)
    assert hurrying == ["SessionAdmitted", "SessionCompleted"]


@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=12),
    pauses_ms=st.lists(st.integers(0, 120), min_size=1, max_size=6),
    index_refusals=st.integers(0, 3),
    outbox_refusals=st.integers(0, 3),
    takes_ms=st.integers(0, 60),
    offers=st.lists(st.booleans(), min_size=1, max_size=6),
)
def test_however_it_comes_and_whatever_the_disk_refuses_the_same_is_told_in_the_same_order(
    sizes: list[int],
    pauses_ms: list[int],
    index_refusals: int,
    outbox_refusals: int,
    takes_ms: int,
    offers: list[bool],
) -> None:
    index = RefusingIndex(refusals=index_refusals, takes_ms=takes_ms)
    outbox = RefusingOutbox()
    outbox.refusals = outbox_refusals

    async def work() -> None:
        desk = Desk(index, outbox)
        running = await desk.begin()
        at = 0
        for size, pause_ms, is_offered in zip(cycle(sizes), cycle(pauses_ms), cycle(offers), strict=False):
            records = DEBATE.log[at : at + size]
            if not records:
                break
            desk.commit(records, is_offered=is_offered)
            at += size
            await asyncio.sleep(pause_ms / 1_000)
        await asyncio.sleep(5)
        await ended(running)

    in_virtual_time(work)
    rows: dict[SessionId, SessionSummary] = {}
    for record in DEBATE.log:
        rows[record.session] = listed(rows.get(record.session), record, DEBATE.engine.flows)
    assert said_by(outbox) == TOLD
    assert index.rows == rows


TOLD = told_at_once()
