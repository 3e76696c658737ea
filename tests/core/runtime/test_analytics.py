"""Do the figures follow the log, whoever reads it and wherever they left off, and is what is odd told once?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.alerting import CLEARING_LOOKS, RAISING_LOOKS
from core.analytics.capacity import Resources
from core.analytics.chosen import ALL, Chosen
from core.analytics.finding import FindingKind
from core.analytics.flips import Sights
from core.analytics.rows import Kept, LifeRow
from core.analytics.thresholds import Thresholds
from core.domain.commands import COMMANDS, Admit, Cancel, Open
from core.domain.errors import StorageFailed, WrongUse
from core.domain.events import ENGINE_EVENTS, Recorded
from core.domain.ids import NO_SESSION, Digest, SessionId
from core.domain.label import Label
from core.domain.session import Status
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from core.ports.event_log import EventLog
from core.ports.process_use import ProcessUse
from core.runtime.analytics import DAY_MS, Analytics, notification_id
from core.runtime.analytics_alerts import AlertLooks
from storage.codec import Codec
from storage.opened import Storage, open_storage
from tests.builders import Played
from tests.core.analytics.histories import a_debate, number, to_its_end
from tests.storage.debates import record, whole_codec


@dataclass
class Clock:
    """Stands where the test puts it."""

    at_ms: int = 0

    def now_ms(self) -> int:
        return self.at_ms

    async def sleep(self, milliseconds: int) -> None:
        await asyncio.sleep(0)


class AllSeen:
    """Formats that show everything to everybody."""

    async def prepare(self, events: object) -> None:
        return None

    def __call__(self, digest: Digest) -> Sights:
        return {}


async def at_once(work: Callable[..., Any], *arguments: Any) -> Any:
    return work(*arguments)


def analytics_of(storage: Storage, *, clock: Clock | None = None, thresholds: Thresholds | None = None) -> Analytics:
    return Analytics(
        storage.lives,
        log=storage.log,
        catalogue=storage.catalogue,
        formats=AllSeen(),
        clock=clock or Clock(),  # type: ignore[arg-type]
        local_midnight_ms=lambda at_ms: at_ms - at_ms % DAY_MS,
        thresholds=thresholds or Thresholds(),
        aside=at_once,
    )


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = open_storage(tmp_path / "moot.db", codec=whole_codec())
    yield opened
    await opened.close()


def failing() -> Played:
    """A debate that stands failed."""
    debate = Played()
    debate.do(Open(opening=debate.opening()))
    debate.do(Admit())
    debate.begin()
    debate.fail(is_final=True)
    assert debate.status is Status.FAILED
    return debate


def cancelled() -> Played:
    debate = Played()
    debate.do(Open(opening=debate.opening()))
    debate.do(Admit())
    debate.do(Cancel())
    return debate


async def test_without_sessions_there_is_a_report_and_it_is_empty(storage: Storage) -> None:
    report = await analytics_of(storage).report()

    assert (report.sessions, report.position, report.trends.days) == (0, 0, ())
    assert (report.findings, report.unjudged, report.alerts) == ((), (), ())


async def test_figures_are_true_up_to_the_newest_event_at_each_look(storage: Storage) -> None:
    analytics = analytics_of(storage)
    for count in (1, 2, 3):
        await record(storage.log, to_its_end().log, number(count))

        report = await analytics.report()

        assert (report.sessions, report.trends.total.completed) == (count, count)
        assert report.position == await storage.log.last_position()


async def test_what_one_process_stored_another_reads_on_from(storage: Storage) -> None:
    first, second = analytics_of(storage), analytics_of(storage)
    await record(storage.log, to_its_end().log, number(1))
    await first.report()
    await second.report()
    await record(storage.log, cancelled().log, number(2))
    await first.report()
    await record(storage.log, cancelled().log, number(3))

    assert await second.rows() == await first.rows() == await analytics_of(storage).rows()
    assert len(await second.rows()) == 3


@settings(max_examples=15, deadline=None)
@given(st.lists(a_debate, min_size=1, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3))
def test_rows_that_were_dropped_are_made_anew_and_are_equal(debates: list[Played], looks: list[bool]) -> None:
    async def play(folder: Path) -> tuple[Sequence[LifeRow], Sequence[LifeRow]]:
        storage = open_storage(folder / "moot.db", codec=whole_codec())
        try:
            analytics = analytics_of(storage)
            for count, (debate, is_looked) in enumerate(zip(debates, looks, strict=False), start=1):
                await record(storage.log, debate.log, number(count))
                if is_looked:
                    await analytics.rows_stored()
            step_by_step = await analytics.rows()
            await storage.lives.clear()
            return step_by_step, await analytics_of(storage).rows()
        finally:
            await storage.close()

    with TemporaryDirectory() as folder:
        step_by_step, anew = asyncio.run(play(Path(folder)))

    assert list(step_by_step) == list(anew)
    assert len(anew) == len(debates)


class InPages:
    """A log whose pages are short."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def read(
        self, session: SessionId, *, after_seq: int = 0, limit: int = 3, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        return await self._log.read(session, after_seq=after_seq, limit=limit, with_envelopes=with_envelopes)


async def test_a_session_is_read_on_over_many_pages(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (1, 2, 3):
        await record(storage.log, to_its_end().log, number(count))
    whole = await analytics_of(storage).rows()
    await storage.lives.clear()
    monkeypatch.setattr("core.runtime.analytics.READ_EVENTS_MAX", 3)
    in_pages = analytics_of(storage)
    monkeypatch.setattr(in_pages, "_log", InPages(storage.log))

    assert await in_pages.rows() == whole


async def at_once_in(log: EventLog, *, sessions: Sequence[int], commands: range) -> None:
    """What these commands, counted from 0, brought about in debates that run at once."""
    debate = to_its_end().log
    begins = [at for at, each in enumerate(debate) if each.envelope is not None] + [len(debate)]
    for command in commands:
        for session in sessions:
            await record(log, debate[begins[command] : begins[command + 1]], number(session))


async def test_rows_are_stored_a_few_at_a_time_and_the_position_is_moved_behind_them(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.runtime.analytics.SESSIONS_TOGETHER_MAX", 2)
    for count in (1, 2, 3, 4, 5):
        await record(storage.log, to_its_end().log, number(count))
    stored = list[tuple[int, int]]()
    put, advance = storage.lives.put, storage.lives.advance

    async def counted(kept: Sequence[Kept]) -> None:
        await put(kept)
        stored.append((len(kept), await storage.lives.position()))

    async def counted_last(kept: Sequence[Kept], *, after: int, position: int) -> int:
        stored.append((len(kept), await advance(kept, after=after, position=position)))
        return position

    monkeypatch.setattr(storage.lives, "put", counted)
    monkeypatch.setattr(storage.lives, "advance", counted_last)

    assert len(await analytics_of(storage).rows()) == 5
    assert stored == [(2, 0), (2, 0), (1, await storage.log.last_position())]


@pytest.mark.parametrize("breaks_at", [1, 2, 3])
async def test_a_look_that_breaks_off_between_rows_loses_no_event_and_counts_none_twice(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, breaks_at: int
) -> None:
    monkeypatch.setattr("core.runtime.analytics.SESSIONS_TOGETHER_MAX", 1)
    analytics = analytics_of(storage)
    await at_once_in(storage.log, sessions=(1, 2, 3, 4), commands=range(3))
    await analytics.rows()
    true_up_to = await storage.lives.position()
    put, calls = storage.lives.put, 0

    async def breaks(kept: Sequence[Kept]) -> None:
        nonlocal calls
        calls += 1
        if calls == breaks_at:
            raise StorageFailed("the disk is gone.")
        await put(kept)

    monkeypatch.setattr(storage.lives, "put", breaks)
    await at_once_in(storage.log, sessions=(1, 2, 3, 4), commands=range(3, 5))
    broken_off = await analytics.rows()
    assert [row.position > true_up_to for row in broken_off].count(True) == breaks_at - 1
    assert await storage.lives.position() == true_up_to

    for command in (5, 6, 7):
        await at_once_in(storage.log, sessions=(1, 2, 3, 4), commands=range(command, command + 1))
        by_the_same = await analytics.rows()
    by_another = await analytics_of(storage).rows()
    await storage.lives.clear()

    assert by_the_same == by_another == await analytics_of(storage).rows()


async def test_whose_row_was_stored_before_others_is_read_on_from_there(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.runtime.analytics.SESSIONS_TOGETHER_MAX", 1)
    analytics = analytics_of(storage)
    for session, commands in ((1, range(2)), (2, range(4)), (1, range(2, 4)), (1, range(4, 6))):
        await at_once_in(storage.log, sessions=[session], commands=commands)
        if session == 1:
            rows = await analytics.rows()
    await storage.lives.clear()

    assert rows == await analytics_of(storage).rows()


async def test_who_is_slower_sets_no_row_back(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runtime.analytics.SESSIONS_TOGETHER_MAX", 1)
    slow, quick = analytics_of(storage), analytics_of(storage)
    await at_once_in(storage.log, sessions=(1, 2, 3), commands=range(4))
    put = storage.lives.put

    async def after_the_quick_one(kept: Sequence[Kept]) -> None:
        monkeypatch.setattr(storage.lives, "put", put)
        await at_once_in(storage.log, sessions=(1, 2, 3), commands=range(4, 7))
        await quick.rows()
        await put(kept)

    monkeypatch.setattr(storage.lives, "put", after_the_quick_one)

    of_the_slow = await slow.rows()

    assert of_the_slow == await quick.rows()
    await storage.lives.clear()
    assert of_the_slow == await analytics_of(storage).rows()


async def test_rows_of_many_sessions_are_put_into_words_beside_the_sessions(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.life_book.PUT_AT_ONCE_MAX", 1)
    beside = list[object]()
    to_thread = asyncio.to_thread

    async def noted(work: Callable[..., Any], *arguments: Any) -> Any:
        beside.append(work)
        return await to_thread(work, *arguments)

    monkeypatch.setattr(asyncio, "to_thread", noted)
    for count in (1, 2):
        await record(storage.log, to_its_end().log, number(count))

    assert len(await analytics_of(storage).rows()) == 2
    assert len(beside) == 1


async def test_a_deleted_session_is_gone_from_the_figures(storage: Storage) -> None:
    analytics = analytics_of(storage)
    for count in (1, 2):
        await record(storage.log, to_its_end().log, number(count))
    assert (await analytics.report()).sessions == 2

    await storage.log.delete(number(1))

    assert [row.session for row in await analytics.rows()] == [number(2)]


async def test_tags_choose_though_no_event_tells_of_them(storage: Storage) -> None:
    analytics = analytics_of(storage)
    for count in (1, 2):
        await record(storage.log, to_its_end().log, number(count))
    assert await analytics.rows(Chosen(tags=frozenset({"mine"}))) == []

    await storage.catalogue.save_label(number(2), Label(tags=("mine",)))

    assert [row.session for row in await analytics.rows(Chosen(tags=frozenset({"mine"})))] == [number(2)]


async def test_days_go_from_the_first_session_to_today_without_a_gap(storage: Storage) -> None:
    clock = Clock()
    analytics = analytics_of(storage, clock=clock)
    log = to_its_end().log
    await record(storage.log, log, number(1))
    await record(storage.log, log, number(2), later_ms=3 * DAY_MS)
    clock.at_ms = log[-1].at_ms + 5 * DAY_MS

    days = (await analytics.report()).trends.days

    assert [day.figures.opened for day in days] == [1, 0, 0, 1, 0, 0]
    assert [after.midnight_ms - before.midnight_ms for before, after in pairwise(days)] == [DAY_MS] * 5


async def test_a_clock_that_went_back_behind_every_session_leaves_the_figures_whole(storage: Storage) -> None:
    await record(storage.log, to_its_end().log, number(1), later_ms=40 * DAY_MS)

    report = await analytics_of(storage, clock=Clock(at_ms=1)).report(ALL)

    assert report.sessions == report.trends.total.opened == sum(day.figures.opened for day in report.trends.days) == 1


async def test_a_disk_that_takes_no_rows_keeps_nobody_from_those_there_are(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    analytics = analytics_of(storage)
    await record(storage.log, to_its_end().log, number(1))
    before = await analytics.report()
    await record(storage.log, cancelled().log, number(2))

    async def full(*_: object, **__: object) -> int:
        raise StorageFailed("the disk is full.")

    monkeypatch.setattr(storage.lives, "advance", full)
    report = await analytics.report()

    assert (report.sessions, report.position) == (before.sessions, before.position)
    assert report.behind == await storage.log.last_position() - before.position
    monkeypatch.undo()
    assert ((await analytics.report()).sessions, (await analytics.report()).behind) == (2, 0)


async def test_what_the_driver_takes_is_told_by_every_process_for_a_while(storage: Storage) -> None:
    clock = Clock(at_ms=10**9)
    await analytics_of(storage).note_resources(Resources(at_ms=clock.at_ms, cpu_ppm=5, memory_bytes=7))

    def told(at: str) -> Callable[[Sequence[Any]], str]:
        return lambda targets: next(target.seen for target in targets if target.name == at)

    report = await analytics_of(storage, clock=clock).report()
    assert told("processor")(report.targets) == "0 %"
    clock.at_ms += DAY_MS
    later = await analytics_of(storage, clock=clock).report()
    assert told("processor")(later.targets) == "–"
    await storage.catalogue.save_setting("analytics_resources", '{"of_another_release": 1}')
    assert told("processor")((await analytics_of(storage, clock=clock).report()).targets) == "–"


async def test_where_nothing_is_kept_that_is_said(storage: Storage) -> None:
    analytics = analytics_of(storage)
    analytics._kept_in = None

    with pytest.raises(WrongUse, match="keeps nothing"):
        await analytics.report()


@dataclass
class Told:
    """Who is told; each once, by its id."""

    told: dict[str, Notification] = field(default_factory=dict)

    async def put(self, notifications: Sequence[Notification]) -> int:
        before = len(self.told)
        for each in notifications:
            self.told.setdefault(each.id, each)
        return len(self.told) - before


def looks_of(storage: Storage, clock: Clock, told: Told) -> AlertLooks:
    analytics = analytics_of(storage, clock=clock)
    return AlertLooks(analytics, storage.lives, clock, tell=told.put, aside=at_once)  # type: ignore[arg-type]


async def held(storage: Storage, debate: Played, first: int, count: int, *, at_ms: int = 0) -> None:
    for session in range(first, first + count):
        await record(storage.log, debate.log, number(session), later_ms=at_ms)


async def test_what_is_odd_is_told_once_also_by_the_next_who_drives_and_cleared_when_it_is_over(
    storage: Storage,
) -> None:
    debate = failing()
    clock, told = Clock(at_ms=debate.log[-1].at_ms + 1_000), Told()
    await held(storage, debate, 1, 12)
    for look in range(RAISING_LOOKS + 2):
        assert bool(told.told) is (look >= RAISING_LOOKS)
        await looks_of(storage, clock, told).look()
        clock.at_ms += 60_000

    of_errors = [each for each in told.told.values() if each.title == "Many sessions fail"]
    (notification,) = of_errors
    (alert,) = [each for each in await storage.lives.alerts() if each.kind is FindingKind.ERROR_RATE]
    assert notification.id == notification_id(alert.id)
    assert (notification.type, notification.priority) == (NotificationType.ERROR_NOTIFICATION, Priority.HIGH)
    assert notification.session == NO_SESSION
    assert number(12)[:8] in notification.text
    assert [each.id for each in (await analytics_of(storage).report()).alerts] == [
        each.id for each in await storage.lives.alerts()
    ]

    await held(storage, debate, 13, 8)
    before = dict(told.told)
    await looks_of(storage, clock, told).look()
    (seen,) = [each for each in await storage.lives.alerts() if each.kind is FindingKind.ERROR_RATE]
    assert (seen.id, seen.raised_at_ms, seen.count) == (alert.id, alert.raised_at_ms, alert.count + 8)
    assert told.told == before, "what goes on is shown as it is now, and told to nobody again"

    clock.at_ms += 8 * DAY_MS  # none of them lies in the window any more
    for _ in range(CLEARING_LOOKS):
        await looks_of(storage, clock, told).look()
    assert all(each.cleared_at_ms for each in await storage.lives.alerts())
    assert len([each for each in told.told.values() if each.title == "Many sessions fail"]) == 1


async def test_an_alert_that_a_crash_kept_from_being_told_is_told_at_the_next_look(storage: Storage) -> None:
    debate = failing()
    clock, told = Clock(at_ms=debate.log[-1].at_ms + 1_000), Told()
    await held(storage, debate, 1, 12)

    async def crash(_: Sequence[Notification]) -> int:
        raise StorageFailed("the disk is gone.")

    for _ in range(RAISING_LOOKS):
        crashing = AlertLooks(
            analytics_of(storage, clock=clock),
            storage.lives,
            clock,  # type: ignore[arg-type]
            tell=crash,
            aside=at_once,
        )
        with suppress(StorageFailed):
            await crashing.look()
    assert await storage.lives.alerts() != []
    assert told.told == {}

    await looks_of(storage, clock, told).look()

    assert {notification_id(each.id) for each in await storage.lives.alerts()} == set(told.told)


async def test_looks_at_nothing_tell_nothing(storage: Storage) -> None:
    told = Told()
    for _ in range(5):
        await looks_of(storage, Clock(at_ms=DAY_MS), told).look()

    assert (told.told, await storage.lives.alerts()) == ({}, [])


async def test_what_this_process_takes_is_measured_between_two_looks(storage: Storage) -> None:
    uses = [
        ProcessUse(at_ns=0, cpu_ns=0, memory_bytes=10, machine_free_ppm=1),
        ProcessUse(at_ns=1_000, cpu_ns=250, memory_bytes=2**20, machine_free_ppm=1),
    ]
    clock = Clock(at_ms=DAY_MS)
    looks = AlertLooks(
        analytics_of(storage, clock=clock),
        storage.lives,
        clock,  # type: ignore[arg-type]
        tell=None,
        aside=at_once,
        process_use=lambda: uses.pop(0),
        running=lambda: 10,
    )
    await looks.look()
    await looks.look()

    report = await analytics_of(storage, clock=clock).report()

    assert {target.name: target.seen for target in report.targets}["processor"] == "25 %"
    assert report.capacity.sessions_max == 32


async def test_a_log_that_could_not_be_read_is_read_again_by_the_first_who_can(tmp_path: Path) -> None:
    older = open_storage(tmp_path / "moot.db", codec=Codec((*ENGINE_EVENTS, *COMMANDS)))
    other = open_storage(tmp_path / "moot.db", codec=whole_codec())
    await record(other.log, to_its_end().log, number(1))
    await other.close()
    (cut_short,) = await analytics_of(older).rows()
    assert cut_short.unreadable
    assert (await analytics_of(older).report()).findings[0].kind is FindingKind.UNREADABLE_LOG
    await older.close()
    newer = open_storage(tmp_path / "moot.db", codec=whole_codec())

    (whole,) = await analytics_of(newer).rows()

    assert (whole.unreadable, whole.status) == ("", Status.COMPLETED)
    await newer.lives.clear()
    assert await analytics_of(newer).rows() == [whole]
    await newer.close()


async def test_what_is_recorded_while_a_log_is_read_again_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older release, which can't read it, looks meanwhile, and moves the position behind what is new."""
    older = open_storage(tmp_path / "moot.db", codec=Codec((*ENGINE_EVENTS, *COMMANDS)))
    newer = open_storage(tmp_path / "moot.db", codec=whole_codec())
    await at_once_in(newer.log, sessions=[1], commands=range(3))
    of_the_older = analytics_of(older)
    await of_the_older.rows()
    replace_row = newer.lives.replace

    async def after_the_older(kept: Kept) -> None:
        await at_once_in(newer.log, sessions=[1], commands=range(3, 7))
        await of_the_older.rows()
        await replace_row(kept)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(newer.lives, "replace", after_the_older)
        (cut_short,) = await analytics_of(newer).rows()
    (whole,) = await analytics_of(newer).rows()

    assert cut_short.unreadable, "what it doesn't tell it says"
    await newer.lives.clear()
    assert await analytics_of(newer).rows() == [whole]
    assert not whole.unreadable
    await newer.close()
    await older.close()


async def test_rows_that_another_release_made_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    storage = open_storage(path, codec=whole_codec())
    for count in (1, 2):
        await record(storage.log, to_its_end().log, number(count))
    as_they_are = await analytics_of(storage).rows()
    await storage.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE analytics_lives SET row = '{}' WHERE session = ?", (number(1),))
        database.execute("UPDATE analytics_kept SET body = '{}' WHERE session = ?", (number(1),))
        database.execute("UPDATE positions SET name = 'analytics@0' WHERE name LIKE 'analytics@%'")
    storage = open_storage(path, codec=whole_codec())

    assert await analytics_of(storage).rows() == as_they_are

    await storage.close()
