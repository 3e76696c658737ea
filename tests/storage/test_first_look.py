"""Are the rows shown before the core is open those that the database holds, and is none shown that isn't true?"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.label import Label
from core.domain.status import Status
from core.domain.summary import SessionSummary
from storage.first_look import first_look
from storage.lock import DriverLock
from storage.opened import Storage, open_storage
from tests.storage.builders import codec, row, session, turn

if TYPE_CHECKING:
    from pathlib import Path

A, B = session(1), session(2)
ROWS = st.lists(
    st.builds(
        SessionSummary,
        session=st.integers(1, 2**64).map(session),
        position=st.integers(1, 9),
        seq=st.integers(0, 2**40),
        title=st.text(),
        motion=st.text(),
        status=st.sampled_from(Status),
        models=st.lists(st.text()).map(tuple),
        trend=st.lists(st.integers(0, 1_000_000)).map(tuple),
        consensus_ppm=st.none() | st.integers(0, 1_000_000),
        cap_microusd=st.none() | st.integers(0, 2**40),
        opened_at_ms=st.integers(0, 2**42),
    ),
    max_size=5,
    unique_by=lambda each: each.session,
)


@settings(max_examples=40)
@given(rows=ROWS)
def test_its_rows_are_those_of_the_index(tmp_path_factory: pytest.TempPathFactory, rows: list[SessionSummary]) -> None:
    path = tmp_path_factory.mktemp("look") / "moot.db"

    async def told_by_the_index() -> list[SessionSummary]:
        storage = open_storage(path, codec=codec())
        await storage.index.advance(rows, position=9)
        told = list(await storage.index.summaries())
        await storage.close()
        return told

    told = asyncio.run(told_by_the_index())
    look = first_look(path)

    assert look is not None
    assert list(look.summaries) == told
    assert len(told) == len(rows)


async def test_labels_come_with_the_rows(storage: Storage) -> None:
    label = Label(title="Ours", tags=("ops", "née"), is_archived=True)
    await storage.catalogue.save_label(A, label)

    look = first_look(storage.path)

    assert look is not None
    assert look.labels == {A: label}


async def test_rows_that_the_log_has_outrun_are_not_shown_where_nobody_drives(storage: Storage) -> None:
    await storage.log.append(turn(A))
    await storage.index.advance([row(A, seq=1, position=1)], position=1)
    assert first_look(storage.path) is None

    await storage.index.advance([row(A, seq=2, position=2)], position=2)
    look = first_look(storage.path)

    assert look is not None
    assert [each.seq for each in look.summaries] == [2]
    assert not look.is_driven


async def test_rows_follow_by_a_moment_where_somebody_drives(storage: Storage) -> None:
    await storage.log.append(turn(A))
    lock = DriverLock(storage.path)
    lock.acquire(at_ms=1)
    try:
        look = first_look(storage.path)
    finally:
        lock.release()

    assert look is not None
    assert look.is_driven


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert first_look(tmp_path / "moot.db") is None
    assert not (tmp_path / "moot.db").exists()


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA application_id = 7",
        "PRAGMA user_version = 1",
        "PRAGMA user_version = 99",
        "DROP TABLE labels",
        "UPDATE summaries SET body = CAST('{' AS BLOB)",
        'UPDATE summaries SET body = CAST(\'{"status": "asleep"}\' AS BLOB)',
        "UPDATE summaries SET body = CAST('[]' AS BLOB)",
    ],
)
async def test_what_cannot_be_read_as_today_is_left_to_whoever_opens_it(storage: Storage, change: str) -> None:
    await storage.index.advance([row(B)], position=1)
    assert first_look(storage.path) is not None

    with closing(sqlite3.connect(storage.path)) as database, database:
        database.execute(change)

    assert first_look(storage.path) is None


def test_a_file_that_is_no_database_is_left_to_whoever_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    path.write_bytes(b"no database" * 1_000)

    assert first_look(path) is None
    assert path.read_bytes() == b"no database" * 1_000
