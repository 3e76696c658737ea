"""Is a database made, opened and refused as the operator would want?"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.errors import StorageFailed
from storage import database
from storage.database import APPLICATION_ID, SCHEMA_VERSION, connect, damage, prepare
from storage.opened import open_storage
from tests.architecture.tree import ROOT
from tests.storage.builders import codec, session, turn


def changed(path: Path, *statements: str) -> bytes:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def scratch_the_last_pages(path: Path) -> None:
    content = bytearray(changed(path))
    page = int.from_bytes(content[16:18], "big")
    content[-6 * page :] = b"\xff" * (6 * page)
    path.write_bytes(content)


def refusal(path: Path) -> StorageFailed:
    with pytest.raises(StorageFailed) as caught:
        open_storage(path, codec=codec())
    error = caught.value
    assert str(path) in error.where
    assert error.what
    assert error.now
    return error


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "moot.db"
    prepare(path)
    return path


def test_a_new_database_waits_for_no_reader_and_says_whose_it_is(made: Path) -> None:
    with closing(connect(made)) as connection:
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "application_id", "user_version", "foreign_keys", "synchronous")
        }

    assert found == {
        "journal_mode": "wal",
        "application_id": APPLICATION_ID,
        "user_version": SCHEMA_VERSION,
        "foreign_keys": 1,
        "synchronous": 1,
    }


def test_full_durability_can_be_asked_for(made: Path) -> None:
    with closing(connect(made, synchronous="FULL")) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    path.touch()

    prepare(path)

    assert damage(path) == ()


def test_preparing_twice_changes_nothing(made: Path) -> None:
    before = made.read_bytes()

    prepare(made)

    assert made.read_bytes() == before


def test_a_name_with_marks_that_mean_something_in_addresses_is_just_a_name(tmp_path: Path) -> None:
    path = tmp_path / "100% mine? #1.db"

    prepare(path)

    assert damage(path) == ()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    path.write_text("Dear diary, " * 500, encoding="utf-8")

    error = refusal(path)

    assert "no database" in error.what
    assert path.read_text(encoding="utf-8") == "Dear diary, " * 500


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    before = changed(path, "CREATE TABLE recipes (name TEXT)")

    assert "another program" in refusal(path).what
    assert path.read_bytes() == before


def test_a_database_from_a_newer_version_is_refused_with_who_made_it(made: Path) -> None:
    before = changed(made, "INSERT INTO made_by VALUES (9999, '3.2.1')", "PRAGMA user_version = 9999")

    error = refusal(made)

    assert "made by moot 3.2.1 (schema 9999)" in error.what
    assert "Update moot" in error.now
    assert made.read_bytes() == before


def test_a_damaged_database_is_refused_and_left_alone(made: Path) -> None:
    content = bytearray(changed(made))
    content[100:200] = b"\xff" * 100
    made.write_bytes(content)

    assert "damaged" in refusal(made).what
    assert made.read_bytes() == content


async def test_damage_in_the_middle_is_found_by_the_doctor_and_said_when_read(made: Path) -> None:
    storage = open_storage(made, codec=codec())
    await storage.log.append(turn(session(), "x" * 30_000))
    await storage.close()
    scratch_the_last_pages(made)

    assert damage(made) != ()
    storage = open_storage(made, codec=codec())
    with pytest.raises(StorageFailed, match=r"damaged|can't be read"):
        await storage.log.read(session())
    await storage.close()


def test_the_doctor_finds_nothing_wrong_with_a_sound_database(made: Path) -> None:
    assert damage(made) == ()


def test_a_missing_folder_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    error = refusal(tmp_path / "not" / "there" / "moot.db")

    assert "mkdir -p" in error.now


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "folder" in refusal(tmp_path).what


def test_a_database_that_sqlite_may_only_read_is_refused_when_opened(made: Path) -> None:
    """The 19th byte says who may write. 3 is a version of the format that today's SQLite only reads, whoever asks."""
    content = bytearray(changed(made))
    content[18] = 3
    made.write_bytes(content)

    assert "can't be written to" in refusal(made).what


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every file; the test above needs no rights")
def test_a_file_that_may_not_be_written_to_is_refused_when_opened(made: Path) -> None:
    made.chmod(0o400)

    assert "can't be written to" in refusal(made).what


def test_a_disk_that_is_full_while_the_database_is_made_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "moot.db"
    cramped = tmp_path / "schema.sql"
    cramped.write_text(
        "PRAGMA max_page_count = 2;\n" + database.SCHEMA_SQL.read_text(encoding="utf-8"), encoding="utf-8"
    )

    with monkeypatch.context() as patch:
        patch.setattr(database, "SCHEMA_SQL", cramped)
        assert "full" in refusal(path).what

    prepare(path)
    assert damage(path) == ()


def test_opening_loads_neither_sqlalchemy_nor_alembic(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from storage.opened import open_storage; from storage.codec import Codec\n"
        "async def main():\n"
        f"    storage = open_storage(Path({str(tmp_path / 'moot.db')!r}), codec=Codec(()))\n"
        "    await storage.index.summaries(); await storage.catalogue.rules(); await storage.close()\n"
        "asyncio.run(main())\n"
        "loaded = {'sqlalchemy', 'sqlmodel', 'alembic', 'textual'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_a_database_that_another_process_makes_while_we_look_is_taken_for_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    path, seen = tmp_path / "moot.db", []
    look = database._number

    def look_and_be_overtaken(connection: sqlite3.Connection, query: str) -> int:
        number = look(connection, query)
        seen.append(query)
        if len(seen) == looks:
            monkeypatch.setattr(database, "_number", look)
            prepare(path)
        return number

    monkeypatch.setattr(database, "_number", look_and_be_overtaken)

    prepare(path)

    assert damage(path) == ()


def test_two_processes_that_make_one_database_at_once_both_succeed(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    code = f"from pathlib import Path; from storage.database import prepare; prepare(Path({str(path)!r}))"
    both = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]

    said = [process.communicate(timeout=60)[1] for process in both]

    assert [process.returncode for process in both] == [0, 0, 0], said
    assert damage(path) == ()
