"""Does a look at a database find what is wrong, and change nothing?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.costs import COUNTS, Costs
from storage.checkup import check_up
from storage.database import SCHEMA_VERSION, prepare


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "moot.db"
    prepare(path)
    return path


def changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def test_a_database_in_order_has_no_faults(path: Path) -> None:
    found = check_up(path)

    assert found.faults == ()
    assert (found.schema, found.sessions) == (SCHEMA_VERSION, 0)
    assert found.bytes == path.stat().st_size


def test_a_newer_schema_is_a_fault_with_a_remedy(path: Path) -> None:
    changed(path, "PRAGMA user_version = 999")

    assert "Update moot" in check_up(path).faults[0]


def test_a_database_of_another_program_is_told_apart(path: Path) -> None:
    changed(path, "PRAGMA application_id = 5")

    assert check_up(path).faults == ("it is a database of another program.",)


@pytest.mark.parametrize("content", [b"no database at all " * 100, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_file_that_cannot_be_read_is_a_fault_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(content)

    assert check_up(path).faults
    assert path.read_bytes() == content


def test_damaged_pages_are_found(path: Path) -> None:
    changed(path, "INSERT INTO documents VALUES ('d', 'n', zeroblob(40000))")
    changed(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[-30_000:-10_000] = b"\x5a" * 20_000
    path.write_bytes(bytes(content))

    assert check_up(path).faults


def test_what_another_process_left_to_be_merged_stays_as_it_is(path: Path, tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO documents VALUES ('d', 'n', 'text')")
        database.commit()
        for name in (path.name, f"{path.name}-wal"):
            (left / name).write_bytes((tmp_path / name).read_bytes())
    before = {each.name: each.read_bytes() for each in left.iterdir()}

    assert check_up(left / path.name).faults == ()
    assert {name: (left / name).read_bytes() for name in before} == before


def test_what_was_spent_is_read_along_and_not_looked_for_in_an_older_database(path: Path) -> None:
    changed(path, f"INSERT INTO costs VALUES ('a', 900000, 'groq:swift', {', '.join('7' for _ in COUNTS)})")
    spans = check_up(path, costs_from_ms=[0, 900_000, 1_800_000]).costs
    changed(path, "PRAGMA user_version = 2")

    assert [dict(span.routes) for span in spans] == [{}, {"groq:swift": Costs(**dict.fromkeys(COUNTS, 7))}, {}]
    assert check_up(path, costs_from_ms=[0]).costs == []
