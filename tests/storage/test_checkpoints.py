"""Does the write-ahead log move into the database, however long it is written to?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import checkpoints
from storage.checkpoints import Checkpoints
from storage.database import connect, prepare

ROWS = 50


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "moot.db"
    prepare(made)
    return made


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(path)) as connection:
        yield connection


def write(writer: sqlite3.Connection) -> None:
    for number in range(ROWS):
        writer.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (str(number), "x" * 3_000))


def finish(moving: Checkpoints) -> None:
    assert moving._under_way is not None
    moving._under_way.result()


def salt_of_wal(path: Path) -> bytes:
    """Changes each time the log begins again from its start."""
    return path.with_name(path.name + "-wal").read_bytes()[16:24]


def size_of_wal(path: Path) -> int:
    return path.with_name(path.name + "-wal").stat().st_size


def test_nothing_is_begun_before_enough_has_changed(path: Path, writer: sqlite3.Connection) -> None:
    moving = Checkpoints(path, writer)
    write(writer)

    assert not moving.look()
    assert moving._under_way is None
    moving.close()


def test_what_is_due_moves_into_the_database_beside_the_writer(
    path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CHECKPOINT_CHANGES", ROWS)
    before = path.stat().st_size
    moving = Checkpoints(path, writer)
    write(writer)

    assert not moving.look()
    finish(moving)

    assert path.stat().st_size > before
    assert not moving.look()
    moving.close()


def test_a_long_log_asks_the_writer_for_help_and_then_begins_again(
    path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CHECKPOINT_CHANGES", ROWS)
    monkeypatch.setattr(checkpoints, "WAL_PAGES_MAX", 10)
    moving = Checkpoints(path, writer)
    write(writer)
    moving.look()
    finish(moving)
    write(writer)  # meanwhile, so that the log is never wholly moved
    long = size_of_wal(path)

    assert moving.look()
    moving.help()
    write(writer)

    assert size_of_wal(path) == long
    moving.close()


def test_no_append_has_to_begin_the_log_again_and_wait_for_the_disk(
    path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CHECKPOINT_CHANGES", ROWS)
    monkeypatch.setattr(checkpoints, "WAL_PAGES_MAX", 10)
    writer.execute("INSERT INTO positions VALUES ('index', 7)")
    moving = Checkpoints(path, writer)
    write(writer)
    moving.look()
    finish(moving)
    assert moving.look()
    before = salt_of_wal(path)

    moving.help()

    assert salt_of_wal(path) != before
    assert writer.execute("SELECT * FROM positions").fetchall() == [("index", 7)]
    moving.close()


def test_help_that_comes_while_somebody_else_moves_the_log_is_asked_for_again(
    path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CHECKPOINT_CHANGES", ROWS)
    monkeypatch.setattr(checkpoints, "WAL_PAGES_MAX", 10)
    moving = Checkpoints(path, writer)
    write(writer)
    moving.look()
    finish(moving)
    assert moving.look()

    writer.execute("BEGIN IMMEDIATE")  # SQLite refuses to move a log within a transaction
    moving.help()
    writer.execute("ROLLBACK")

    assert moving.look()
    moving.help()
    assert not moving.look()
    moving.close()
