"""Is a start with a hundred thousand that wait as light as one with a few?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from console.machine import SystemClock
from core.notifying.delivering import Delivery
from core.notifying.routing import Route
from core.notifying.terms import SENSIBLE_REMINDERS
from core.notifying.timetable import Timetable, minute_of_utc
from core.ports.outbox import Outbox, Wanted
from core.runtime.dispatcher import BATCH_MAX, UNDER_WAY_MAX, Dispatcher
from core.runtime.notifier import Notifier, Times
from core.runtime.telling_rounds import REMINDED_MAX, Rounds
from storage.opened import open_storage
from tests.core.notifying.builders import SESSION
from tests.storage.builders import codec

WAITING = 100_000
HEARD_MIN = 300
AT_ONCE = 8
TOLD_MS = 1_700_000_000_000
FILL_TOLD = f"""
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {WAITING})
    INSERT INTO notifications (id, type, rank, session, seq, position, at_ms, flow, title, text, seat, since_ms)
    SELECT printf('%016x', i), 'DEBATE_COMPLETED', i % 4, '{SESSION}', i, i, {TOLD_MS}, 'debate', 'T', 'It is over.',
        '', {TOLD_MS} FROM n
"""
FILL_SENT = """
    INSERT INTO deliveries (id, notification, channel, rank, state, tries, due_ms, ended_ms, last_error)
    SELECT id || 'd', id, 'ops', rank, 'pending', 0, at_ms, 0, '' FROM notifications
"""


class Counting:
    """An outbox that notes how much is taken out of it at a time."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.pages: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
        page = await self._outbox.due(now_ms=now_ms, limit=limit, busy=busy)
        self.pages.append(len(page))
        return page


class Ears:
    """A channel that hears, and says once it has heard enough."""

    name, at_once_max = "ops", AT_ONCE

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.enough = asyncio.Event()

    async def deliver(self, delivery: Delivery) -> None:
        self.heard.append(delivery.notification.priority.rank)
        if len(self.heard) >= HEARD_MIN:
            self.enough.set()

    async def close(self) -> None:
        pass


def filled(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(FILL_TOLD)
        database.execute(FILL_SENT)
        database.execute("INSERT INTO positions VALUES ('outbox', ?)", (WAITING,))
        database.commit()


async def test_a_hundred_thousand_that_wait_are_taken_a_page_at_a_time_the_most_urgent_first(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "moot.db", codec=codec())
    filled(tmp_path / "moot.db")
    outbox, ears, clock = Counting(storage.outbox), Ears(), SystemClock()
    times = Times(clock, Timetable(), minute_of_utc)
    dispatcher = Dispatcher(outbox, {"ops": ears}, clock, times)
    running = asyncio.create_task(dispatcher.run())
    try:
        await ears.enough.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await dispatcher.finish(0)
        figures = await storage.outbox.figures()
        await storage.close()

    assert max(outbox.pages) <= BATCH_MAX + UNDER_WAY_MAX
    assert set(ears.heard[:HEARD_MIN]) == {0}, "nothing else while something urgent waits"
    assert figures.pending >= WAITING - len(ears.heard)


async def test_a_round_over_a_hundred_thousand_reminds_of_a_few_and_a_page_shows_a_few(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "moot.db", codec=codec())
    filled(tmp_path / "moot.db")
    times = Times(SystemClock(), Timetable(), minute_of_utc)
    notifier = Notifier(storage.outbox, [Route(channels=("ops",))], {}, times, on_added=lambda: None)
    await notifier.start(WAITING)
    await Rounds(storage.outbox, notifier, times, SENSIBLE_REMINDERS, on_released=lambda: None).remind()
    reminded = [each for each in await storage.outbox.find(Wanted()) if each.notification.reminds]
    page = await storage.outbox.find(Wanted(is_open=True), limit=50)
    acknowledged = await storage.outbox.acknowledge(Wanted(session=SESSION, is_open=True), by="ann", at_ms=TOLD_MS)
    figures = await storage.outbox.figures()
    await storage.close()

    assert len(reminded) == REMINDED_MAX
    assert len(page) == 50
    assert acknowledged >= WAITING
    assert (figures.unacknowledged, figures.unread) == (0, 0)
