"""What does the SQLite log promise beyond the port: little on disk, and peace with other processes?"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.chain import first_break
from core.domain.costs import CostRow, Costs
from core.domain.errors import LogConflict, StorageFailed, WrongUse
from core.ports.catalogue import Label
from storage import checkpoints, event_log, writer
from storage.database import SCHEMA_VERSION
from storage.opened import Storage, open_storage
from tests.storage.builders import codec, pause, row, session, turn

A, B = session(1), session(2)
APPENDS_TRIED_MAX = 50_000
"""What the disk may take to sync: the number only ends a test that would fail."""

LONG = "Whoever cycles to work arrives awake, and whoever drives arrives late. " * 40


def wal_salt(path: Path) -> bytes:
    """Changes each time the write-ahead log begins again from its start."""
    with path.with_name(path.name + "-wal").open("rb") as file:
        return file.read(24)[16:]


async def test_what_was_said_is_on_disk_once(storage: Storage) -> None:
    for at in range(20):
        await storage.log.append(turn(A, f"{LONG}{at}", after=2 * at))
    with closing(sqlite3.connect(storage.path)) as database:
        (rows,) = database.execute("SELECT sum(length(body) + ifnull(length(envelope), 0)) FROM events").fetchone()

    assert rows < 1.3 * 20 * len(LONG)


async def test_an_append_of_another_process_is_noticed(storage: Storage, other_process: Callable[[str], str]) -> None:
    await storage.log.append(turn(A))
    await asyncio.to_thread(other_process, f"await storage.log.append(turn({A!r}, after=2))")

    with pytest.raises(LogConflict, match="holds 4 events"):
        await storage.log.append(turn(A, after=2))
    (added,) = await storage.log.append(pause(A, after=4))

    assert added.position == 5


async def test_a_chain_goes_on_from_what_another_process_appended(
    storage: Storage, other_process: Callable[[str], str]
) -> None:
    await storage.log.append(turn(A), turn(B))
    code = f"await storage.log.append(turn({A!r}, after=2)); await storage.log.append(turn({B!r}, after=2))"
    await asyncio.to_thread(other_process, code)

    await storage.log.append(pause(A, after=4), pause(B, after=4))

    for each in (A, B):
        events = await storage.log.stored(each)
        assert len(events) == 5
        assert first_break(each, events) is None


async def test_nothing_is_appended_to_a_database_that_a_newer_moot_has_migrated_beneath_this_one(
    storage: Storage,
) -> None:
    """An event without what the newer schema wants of it would break its session's chain for good."""
    await storage.log.append(turn(A))
    with closing(sqlite3.connect(storage.path)) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    for _ in range(2):
        with pytest.raises(StorageFailed, match=f"to schema {SCHEMA_VERSION + 1} meanwhile.*Nothing was written"):
            await storage.log.append(turn(A, after=2))
    assert len(await storage.log.read(A)) == 2


async def test_a_position_that_another_process_gave_out_and_deleted_is_not_given_out_again(
    storage: Storage, other_process: Callable[[str], str]
) -> None:
    await storage.log.append(turn(A))
    await asyncio.to_thread(other_process, f"await storage.log.append(turn({B!r})); await storage.log.delete({B!r})")

    (added,) = await storage.log.append(pause(A, after=2))

    assert added.position == 5


async def test_an_append_waits_for_another_process_that_is_writing_and_the_loop_does_not(storage: Storage) -> None:
    await storage.log.append(turn(A))
    with closing(sqlite3.connect(storage.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        append = asyncio.ensure_future(storage.log.append(turn(A, after=2)))
        for _ in range(50):
            await asyncio.sleep(0)  # the loop goes on although nothing can be written
        label = asyncio.ensure_future(storage.catalogue.save_label(A, Label(title="x")))
        assert not append.done()
        other.execute("ROLLBACK")

        assert [record.seq for record in await append] == [3, 4]
        await label

    assert (await storage.catalogue.label(A)).title == "x"


async def test_a_database_that_another_process_never_lets_go_is_said(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BUSY_PAUSES_MAX", 3)
    with closing(sqlite3.connect(storage.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageFailed, match="another program holds"):
            await storage.log.append(turn(A))
        other.execute("ROLLBACK")

    assert len(await storage.log.append(turn(A))) == 2


async def test_reading_goes_on_while_another_process_writes(storage: Storage) -> None:
    written = await storage.log.append(turn(A))
    with closing(sqlite3.connect(storage.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert tuple(await storage.log.read(A)) == written


async def test_a_slow_disk_is_left_to_the_thread(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[str] = set()
    commit = event_log.Appender._commit

    def seen(self: event_log.Appender, *arguments: object) -> object:
        threads.add(threading.current_thread().name)
        return commit(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(event_log.Appender, "_commit", seen)
    monkeypatch.setattr(writer, "ON_THE_SPOT_NS_MAX", -1)
    monkeypatch.setattr(writer, "WORK_ON_THE_SPOT_NS_MAX", 0)
    await storage.log.append(turn(A))
    assert threads == {threading.current_thread().name}
    await storage.log.append(turn(A, after=2))

    assert threads == {threading.current_thread().name, "moot-writer"}


async def test_a_disk_that_stays_slow_is_tried_ever_more_seldom_and_one_that_was_slow_once_soon(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_the_spot: list[int] = []
    commit = event_log.Appender._commit
    own = threading.current_thread()

    def seen(self: event_log.Appender, *arguments: object) -> object:
        if threading.current_thread() is own:
            on_the_spot.append(after)
        return commit(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(event_log.Appender, "_commit", seen)
    monkeypatch.setattr(writer, "ON_THE_SPOT_NS_MAX", -1)
    monkeypatch.setattr(writer, "WORK_ON_THE_SPOT_NS_MAX", 0)
    monkeypatch.setattr(writer, "WORKS_LEFT_MIN", 2)
    monkeypatch.setattr(writer, "WORKS_LEFT_MAX", 4)
    storage.log._writer._left_next = 2  # type: ignore[attr-defined]
    for after in range(18):
        await storage.log.append(pause(A, after=after))
    assert on_the_spot == [0, 3, 8, 13]

    monkeypatch.setattr(writer, "ON_THE_SPOT_NS_MAX", 1 << 60)
    for after in range(18, 22):
        await storage.log.append(pause(A, after=after))
    assert on_the_spot == [0, 3, 8, 13, 18, 19, 20, 21]


async def test_full_durability_is_waited_for_in_the_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = open_storage(tmp_path / "moot.db", codec=codec(), synchronous="FULL")
    threads: set[str] = set()
    commit = event_log.Appender._commit

    def seen(self: event_log.Appender, *arguments: object) -> object:
        threads.add(threading.current_thread().name)
        return commit(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(event_log.Appender, "_commit", seen)
    await storage.log.append(turn(A))
    await storage.close()

    assert threads == {"moot-writer"}


async def test_a_write_ahead_log_that_never_stands_still_begins_again_all_the_same(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CHECKPOINT_CHANGES", 8)
    monkeypatch.setattr(checkpoints, "WAL_PAGES_MAX", 20)
    await storage.log.append(pause(A))
    salt = wal_salt(storage.path)

    after = 1
    while wal_salt(storage.path) == salt and after < APPENDS_TRIED_MAX:
        await storage.log.append(pause(A, after=after))
        await storage.log.last_position()  # lets the other threads come to their turn
        after += 1

    assert after < APPENDS_TRIED_MAX


async def test_more_callers_than_the_queue_takes_are_all_served(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WORK_WAITING_MAX", 4)

    await asyncio.gather(*(storage.log.append(turn(session(number))) for number in range(60)))

    assert await storage.log.last_position() == 120


async def test_lengths_that_were_forgotten_are_asked_of_the_database(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "SESSIONS_REMEMBERED_MAX", 2)
    for after in (0, 2, 4):
        for number in range(6):
            await storage.log.append(turn(session(number), after=after))

    assert [record.position for record in await storage.log.read_all()] == list(range(1, 37))


async def test_an_append_that_is_too_large_is_refused_alone(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "APPEND_BYTES_MAX", 10_000)

    outcomes = await asyncio.gather(
        storage.log.append(turn(A)), storage.log.append(turn(B, "x" * 9_900)), return_exceptions=True
    )

    assert isinstance(outcomes[1], StorageFailed)
    assert "10,000" in outcomes[1].what
    assert await storage.log.last_position() == 2


async def test_what_a_job_raises_reaches_its_caller_and_nothing_of_it_stays(storage: Storage) -> None:
    def job(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO settings VALUES ('half', 'done')")
        raise WrongUse("changed my mind.")

    with pytest.raises(WrongUse, match="changed my mind"):
        await storage.catalogue._writer.run(job)  # type: ignore[attr-defined]

    assert await storage.catalogue.settings() == {}


async def test_a_fault_of_ours_reaches_its_caller_and_the_writer_outlives_it(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(event_log.Appender, "_commit", lambda *_: [])
        for count in (1, 5):
            calls = [storage.log.append(turn(session(number))) for number in range(count)]
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [ValueError] * count

    assert len(await storage.log.append(turn(A))) == 2


def test_a_storage_serves_one_event_loop_after_another(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "moot.db", codec=codec())

    asyncio.run(_append(storage, 0))
    asyncio.run(_append(storage, 2))
    asyncio.run(storage.close())


async def _append(storage: Storage, after: int) -> None:
    tasks = [storage.log.append(turn(session(number), after=after)) for number in range(5)]
    await asyncio.gather(*tasks)
    assert len(await storage.log.read(session(0))) == after + 2


async def test_a_deleted_session_leaves_only_what_it_spent(storage: Storage) -> None:
    await storage.log.append(turn(A), turn(B))
    await storage.index.advance([row(A), row(B)], position=4)
    spent = Costs(answers=1, cost_microusd=5)
    await storage.costs.add(
        [CostRow(session=one, quarter_ms=0, route="cloud:large", costs=spent) for one in (A, B)], after=0, position=4
    )
    for one in (A, B):
        await storage.catalogue.save_label(one, Label(title="kept"))

    for _ in ("once", "again"):
        await storage.log.delete(A)
        await storage.index.forget(A)
        await storage.catalogue.save_label(A, Label())

    assert list(await storage.log.session_ids()) == [B]
    assert [one.session for one in await storage.index.summaries()] == [B]
    assert list(await storage.catalogue.labels()) == [B]
    assert await storage.costs.spent_since(0) == 10


async def test_everything_of_a_closed_storage_refuses(storage: Storage) -> None:
    await storage.close()

    for attempt in (
        lambda: storage.catalogue.rules(),
        lambda: storage.catalogue.save_setting("a", "b"),
        lambda: storage.index.position(),
        lambda: storage.costs.position(),
        lambda: storage.inbox.waiting(),
    ):
        with pytest.raises(StorageFailed, match="closed"):
            await attempt()
