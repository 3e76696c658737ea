"""Is a database the same whichever way it came about, and safe while it is changed?"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from core.domain.chain import Stored, first_break
from core.domain.errors import StorageFailed
from core.ports.catalogue import RulesVersion
from core.rules.layers import RuleBook, rules_of
from core.rules.rule import Rule, rule_set_digest, rule_to_plain
from core.rules.versions import VersionKind
from storage import database
from storage.database import SCHEMA_SQL, SCHEMA_VERSION, prepare
from storage.lock import DriverLock
from storage.migrations.migrate import SCRIPTS, migrate, upgrade
from storage.migrations.schema import schema_text
from storage.opened import open_storage
from tests.architecture.tree import ROOT
from tests.core.rules.builders import rule as a_rule
from tests.golden.logs import unpacked
from tests.storage.builders import codec, session, turn

NEXT_VERSION = SCHEMA_VERSION + 1
NEXT = '''"""Which schema comes next?"""
from alembic import op

revision = "{next:04}"
down_revision = "{last:04}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE guests (name TEXT)")
    op.execute("INSERT INTO guests SELECT value FROM settings")
    op.execute("{statement}")
'''


def schema(path: Path) -> dict[str, str]:
    """What each table and index is made of, whatever the white space."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()) for name, sql in rows}


def next_release(folder: Path, *, last: str) -> Path:
    """The migrations as a later release would have them, one longer than ours."""
    scripts = folder / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    revision = NEXT.format(next=NEXT_VERSION, last=SCHEMA_VERSION, statement=last)
    (scripts / "versions" / f"r{NEXT_VERSION:04}_next.py").write_text(revision, encoding="utf-8")
    return scripts


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "moot.db"
    prepare(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO settings VALUES ('host', 'Ada')")
        database.commit()
    return path


def test_the_schema_written_down_is_what_the_migrations_make() -> None:
    assert SCHEMA_SQL.read_text(encoding="utf-8") == schema_text(), "run: python -m storage.migrations.schema"


def test_a_new_database_a_migrated_one_and_the_declared_tables_are_equal(tmp_path: Path) -> None:
    prepare(tmp_path / "new.db")
    upgrade(tmp_path / "migrated.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}", poolclass=NullPool)
    SQLModel.metadata.create_all(engine)
    migrated = schema(tmp_path / "migrated.db")

    assert schema(tmp_path / "new.db") == migrated
    assert migrated.pop("alembic_version")
    assert schema(tmp_path / "declared.db") == migrated


def test_the_newest_revision_is_the_version_that_a_new_database_has(tmp_path: Path) -> None:
    upgrade(tmp_path / "migrated.db")
    with closing(sqlite3.connect(tmp_path / "migrated.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert database.execute("SELECT schema_version FROM made_by").fetchone() == (SCHEMA_VERSION,)


def test_an_older_database_is_copied_first_and_then_migrated_with_its_rows(old: Path, tmp_path: Path) -> None:
    scripts = next_release(tmp_path, last=f"PRAGMA user_version = {NEXT_VERSION}")
    before = schema(old)

    copy = migrate(old, made_version=SCHEMA_VERSION, scripts=scripts)

    assert schema(copy) == before
    assert schema(old) == {**before, "guests": "CREATE TABLE guests (name TEXT)"}
    with closing(sqlite3.connect(old)) as database:
        assert database.execute("SELECT name FROM guests").fetchall() == [("Ada",)]
        assert database.execute("SELECT schema_version FROM made_by ORDER BY 1").fetchall() == [
            (SCHEMA_VERSION,),
            (NEXT_VERSION,),
        ]


def test_a_migration_that_fails_leaves_the_database_as_it_was_and_says_where_the_copy_is(
    old: Path, tmp_path: Path
) -> None:
    before = schema(old)
    scripts = next_release(tmp_path, last="INSERT INTO nowhere VALUES (1)")

    with pytest.raises(StorageFailed, match=r"Nothing was changed.*copy-1"):
        migrate(old, made_version=SCHEMA_VERSION, scripts=scripts)

    assert schema(old) == before


def test_a_copy_never_replaces_an_earlier_one(old: Path, tmp_path: Path) -> None:
    scripts = next_release(tmp_path, last=f"PRAGMA user_version = {NEXT_VERSION}")

    copies = [migrate(old, made_version=SCHEMA_VERSION, scripts=scripts) for _ in range(2)]

    assert len(set(copies)) == 2
    assert "guests" not in schema(copies[0])
    assert "guests" in schema(copies[1])


def test_the_first_releases_database_is_brought_up_to_date_when_it_is_opened(tmp_path: Path) -> None:
    scripts = tmp_path / "first"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "r000[2-9]*", "r001*"))
    path = tmp_path / "moot.db"
    upgrade(path, scripts=scripts)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("INSERT INTO settings VALUES ('host', 'Ada')")
        database.commit()
    assert "response_cache" not in schema(path)

    prepare(path)
    prepare(tmp_path / "new.db")

    assert schema(path) == schema(tmp_path / "new.db")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT value FROM settings").fetchall() == [("Ada",)]


def test_what_deleted_sessions_spent_is_carried_over_and_the_rest_is_counted_anew(tmp_path: Path) -> None:
    scripts = tmp_path / "second"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "r000[3-9]*", "r001*"))
    path = tmp_path / "moot.db"
    upgrade(path, scripts=scripts)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("INSERT INTO log_sessions VALUES (1, 'kept')")
        database.executemany(
            "INSERT INTO spend (session, at_ms, microusd, total_microusd) VALUES (?, ?, ?, ?)",
            [("kept", 900_000, 5, 5), ("gone", 900_001, 7, 7), ("gone", 900_002, -3, 4), ("gone", 2_000_000, 6, 10)],
        )
        database.execute("INSERT INTO positions VALUES ('index', 9), ('spend', 9)")
        database.commit()

    prepare(path)

    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT session, quarter_ms, route, cost_microusd, answers FROM costs ORDER BY 2")
        assert rows.fetchall() == [("gone", 900_000, "", 4, 0), ("gone", 1_800_000, "", 6, 0)]
        assert database.execute("SELECT * FROM positions").fetchall() == [("index", 9)]


def test_rules_of_every_set_stay_in_force_when_sets_come_to_stand_upon_one_another(tmp_path: Path) -> None:
    scripts = tmp_path / "before"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "r000[4-9]*", "r001*"))
    path = tmp_path / "moot.db"
    upgrade(path, scripts=scripts)
    versions = [[rule("a")], [rule("a"), rule("b", "night"), rule("c", "evening"), rule("d", "standard")]]
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        for number, rules in enumerate(versions, start=1):
            body = json.dumps([rule_to_plain(each) for each in rules]).encode()
            database.execute("INSERT INTO rule_sets VALUES (?, ?)", (rule_set_digest(rules), body))
            database.execute(
                "INSERT INTO rule_set_history VALUES (?, ?, ?, 'operator', ?)",
                (number, rule_set_digest(rules), number, f"change {number}"),
            )
        database.commit()

    async def read_back() -> tuple[RuleBook, RuleBook, Sequence[RulesVersion]]:
        storage = open_storage(path, codec=codec())
        try:
            catalogue = storage.catalogue
            return await catalogue.rule_book(1), await catalogue.rule_book(), await catalogue.rules_history()
        finally:
            await storage.close()

    first, newest, history = asyncio.run(read_back())

    assert (rules_of(first, "own"), first.sets) == ((rule("a"),), ())
    assert rule_set_digest(rules_of(newest, "own")) == rule_set_digest(versions[1])
    assert [(each.number, each.change, each.kind, each.made_at_ms) for each in history] == [
        (2, "change 2", VersionKind.CHANGE, 2),
        (1, "change 1", VersionKind.CHANGE, 1),
    ]


def test_a_log_from_before_there_were_links_gets_its_chains_slice_by_slice(tmp_path: Path) -> None:
    scripts = tmp_path / "before"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "r000[7-9]*", "r001*"))
    path, other = tmp_path / "moot.db", tmp_path / "other.db"
    upgrade(path, scripts=scripts)

    async def fill() -> None:
        storage = open_storage(other, codec=codec())
        for after in range(0, 400, 2):  # 1,600 events: more than a slice
            await storage.log.append(*(turn(session(number), after=after) for number in range(1, 5)))
        await storage.log.delete(session(2))
        await storage.close()

    asyncio.run(fill())
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("ATTACH ? AS other", (str(other),))
        database.execute("INSERT INTO log_sessions SELECT * FROM other.log_sessions")
        columns = "position, session_key, seq, kind, version, at_ms, envelope, body"
        database.execute(f"INSERT INTO events ({columns}) SELECT {columns} FROM other.events")
        database.commit()

    prepare(path)

    async def stored(of: Path) -> list[list[Stored]]:
        storage = open_storage(of, codec=codec())
        found = [list(await storage.log.stored(session(number))) for number in range(1, 5)]
        await storage.close()
        return found

    migrated = asyncio.run(stored(path))
    assert migrated == asyncio.run(stored(other))
    assert [len(each) for each in migrated] == [400, 0, 400, 400]
    assert all(first_break(session(at), each) is None for at, each in enumerate(migrated, start=1))


def rule(id_: str, rule_set: str = "own") -> Rule:
    return replace(a_rule(id_), rule_set=rule_set)


def test_a_database_that_an_older_moot_drives_is_not_changed_beneath_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_WAIT_MS", 20)
    path = unpacked("schema-5", tmp_path)
    before = path.read_bytes()
    driver = DriverLock(path)
    driver.acquire(at_ms=1)
    try:
        with pytest.raises(
            StorageFailed, match=rf"older moot drives this database \(process {os.getpid()}.*End it first"
        ):
            prepare(path)
        assert path.read_bytes() == before
        assert not list(tmp_path.glob("*copy*"))
    finally:
        driver.release()

    migrated = prepare(path)

    assert migrated is not None
    assert (migrated.before, migrated.copy) == (5, tmp_path / "moot.db.schema-5.copy-1")
    assert migrated.copy.read_bytes()[100:] == before[100:], "all but the header, which counts changes"
    assert prepare(path) is None


def test_of_processes_that_open_an_older_database_at_once_one_migrates_it(tmp_path: Path) -> None:
    path = unpacked("schema-2", tmp_path)
    code = f"from pathlib import Path; from storage.database import prepare; print(prepare(Path({str(path)!r})))"
    all_of_them = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]

    said = [process.communicate(timeout=60) for process in all_of_them]

    assert [process.returncode for process in all_of_them] == [0, 0, 0], said
    assert sorted(output.strip() == "None" for output, _ in said) == [False, True, True]
    assert [each.name for each in tmp_path.glob("*copy*")] == ["moot.db.schema-2.copy-1"]


def test_a_database_whose_log_another_tool_turned_off_has_one_again(tmp_path: Path) -> None:
    """Without one, whoever reads would stop every commit."""
    path = tmp_path / "moot.db"
    prepare(path)
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE")

    prepare(path)

    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)
