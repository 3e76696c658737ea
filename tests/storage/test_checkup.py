"""Does a look at a database find what is wrong, and change nothing?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.costs import COUNTS, Costs
from storage.chain_check import ChainsFound
from storage.checkup import check_up
from storage.database import SCHEMA_VERSION, prepare
from storage.opened import open_storage
from tests.storage.builders import codec, pause, session, turn


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


async def filled(path: Path, *, sessions: int) -> None:
    storage = open_storage(path, codec=codec())
    for number in range(1, sessions + 1):
        await storage.log.append(turn(session(number)), pause(session(number), after=2))
    await storage.close()


async def test_chains_are_made_anew_and_the_first_event_that_differs_is_named(path: Path) -> None:
    await filled(path, sessions=3)
    assert check_up(path).chains == ChainsFound(sessions=3, events=9)

    changed(path, "UPDATE events SET at_ms = at_ms + 1 WHERE session_key = 2 AND seq = 2")
    changed(path, "DELETE FROM events WHERE session_key = 3 AND seq = 1")
    found = check_up(path)

    gone, other = found.faults
    assert f"session {session(3)[:8]}: event 1 is missing" in gone
    assert f"session {session(2)[:8]}: event 2, WordsSpoken, is not what its link was made of" in other
    assert found.sessions == 3


@pytest.mark.parametrize(
    "change",
    ["body = 'text'", "body = 7", "link = 'x'", "link = 1.5", "envelope = 'e'", "kind = x'00ff'", "at_ms = 'x'"],
)
async def test_what_other_hands_wrote_breaks_a_chain_and_not_its_reader(path: Path, change: str) -> None:
    await filled(path, sessions=1)
    changed(path, f"UPDATE events SET {change} WHERE seq = 2")

    (fault,) = check_up(path).faults
    assert "event 2" in fault


async def test_a_look_in_passing_takes_the_newest_sessions_and_a_thorough_one_all(path: Path) -> None:
    await filled(path, sessions=5)
    changed(path, "UPDATE events SET kind = 'Pause' WHERE session_key = 1 AND seq = 3")

    assert check_up(path, chains_max=4).chains == ChainsFound(sessions=2, events=6)
    assert len(check_up(path, chains_max=None).faults) == 1


def test_a_database_from_before_there_were_chains_has_none_to_check(path: Path) -> None:
    changed(path, "PRAGMA user_version = 6")

    assert check_up(path).chains == ChainsFound()
