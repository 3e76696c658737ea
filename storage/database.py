"""How is the database file found fit, made, or refused?

A file that is not in order is never deleted, overwritten or repaired here: the operator decides what happens to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Literal

from core.domain.errors import StorageFailed
from storage.failures import is_busy, refused

APPLICATION_ID = 0x6D6F6F74
"""`moot` in ASCII: how this program's databases are told from those of others."""

SCHEMA_VERSION = 12
"""The newest revision in `migrations/versions`; each sets `user_version` to its number."""

BUSY_WAIT_MS = 5_000
"""How long a write waits for another process: their transactions take milliseconds."""

BUSY_PAUSE_MS = 5
STATEMENTS_CACHED = 256
SCHEMA_SQL = Path(__file__).with_name("migrations") / "schema.sql"

Synchronous = Literal["NORMAL", "FULL"]
"""NORMAL survives a killed process, FULL also a loss of power."""


def connect(
    path: Path,
    *,
    synchronous: Synchronous = "NORMAL",
    is_reader: bool = False,
    is_at_rest: bool = False,
    busy_wait_ms: int = BUSY_WAIT_MS,
) -> sqlite3.Connection:
    """A connection to a database that is in order. A reader's can't write; that of a file `is_at_rest`, to which nobody
    writes, makes no file beside it either. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        # Never make a file where one has been moved away meanwhile.
        path.resolve().as_uri() + ("?mode=ro&immutable=1" if is_at_rest else "?mode=rw"),
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=busy_wait_ms / 1000,
        cached_statements=STATEMENTS_CACHED,
    )
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    if is_reader:
        connection.execute("PRAGMA query_only = ON")
    return connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """A database was brought from schema `before` to today's; `copy` is what it was."""

    before: int
    copy: Path


def prepare(path: Path) -> Migrated | None:
    """Make sure that `path` is a database of today's schema: make it, migrate it, or refuse with StorageFailed.

    A database of today's schema is opened without loading SQLAlchemy or Alembic, and none is told of.
    """
    if not path.parent.is_dir():
        raise StorageFailed("its folder doesn't exist.", where=str(path), now=f"Make it: mkdir -p {path.parent}")
    if path.is_dir():
        raise StorageFailed("this is a folder, not a database.", where=str(path), now="Name a file in it.")
    with refusals(path):
        version = _found_or_made(path)
    return _migrated(path) if 0 < version < SCHEMA_VERSION else None


def _migrated(path: Path) -> Migrated | None:
    from storage.lock import nobody_driving
    from storage.migrations.migrate import migrate

    with nobody_driving(path, wait_seconds=BUSY_WAIT_MS / 1_000):
        with refusals(path), closing(sqlite3.connect(path, timeout=BUSY_WAIT_MS / 1_000)) as database:
            version = version_of(database, path)
        if version == SCHEMA_VERSION:
            return None  # another process was quicker
        return Migrated(before=version, copy=migrate(path, made_version=version))


def _found_or_made(path: Path) -> int:
    """The version that was found, 0 where the schema was made. Raises sqlite3.Error.

    SQLite refuses at once, whatever wait it was given, where two processes turn a new file's log on at one moment.
    """
    until = monotonic() + BUSY_WAIT_MS / 1000
    while True:
        try:
            with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_WAIT_MS / 1000)) as database:
                version = version_of(database, path)
                if version == 0:
                    _make(database)
                else:
                    _check_writable(database)
                return version
        except sqlite3.OperationalError as error:
            if not is_busy(error) or monotonic() > until:
                raise
        sleep(BUSY_PAUSE_MS / 1000)


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Say SQLite's errors in the operator's words."""
    try:
        yield
    except sqlite3.Error as error:
        raise refused(error, path) from error


def damage(path: Path) -> tuple[str, ...]:
    """What SQLite's quick check finds wrong, for `moot doctor`; empty where nothing is. Raises StorageFailed."""
    with refusals(path), closing(connect(path, is_reader=True)) as database:
        found = tuple(str(row[0]) for row in database.execute("PRAGMA quick_check(20)"))
    return () if found == ("ok",) else found


def moot_version() -> str:
    """The version of this moot, as databases remember who made them."""
    # As slow to load as SQLite's driver, and asked for only where a schema is made or a newer one is met.
    from importlib import metadata

    try:
        return metadata.version("moot")
    except metadata.PackageNotFoundError:
        return "unpackaged"


def version_of(database: sqlite3.Connection, path: Path) -> int:
    """The file's schema version, 0 for a new file. Writes nothing, whatever the file is. Raises StorageFailed for a
    database of another program or of a newer moot, and sqlite3.Error."""
    # In this order: where another process makes the schema meanwhile, what is read last already says whose it is.
    tables = _number(database, "SELECT count(*) FROM sqlite_schema")
    version = _number(database, "PRAGMA user_version")
    application = _number(database, "PRAGMA application_id")
    if application != APPLICATION_ID:
        if application == 0 and version == 0 and tables == 0:
            return 0
        raise StorageFailed(
            "this database belongs to another program.", where=str(path), now="It was left as it is; name another one."
        )
    if version > SCHEMA_VERSION:
        maker = database.execute("SELECT moot_version FROM made_by WHERE schema_version = ?", (version,)).fetchone()
        raise StorageFailed(
            f"this database was made by moot {maker[0] if maker else 'of an unknown version'} (schema {version}); "
            f"this is moot {moot_version()} (schema {SCHEMA_VERSION}).",
            where=str(path),
            now="Update moot, or name another database. Nothing was changed.",
        )
    return version


def require_own_schema(database: sqlite3.Connection | sqlite3.Cursor) -> None:
    """Raise StorageFailed where another process has migrated the database beneath this one: what is written as before
    would lack what the newer schema wants of each event, and nobody could mend that."""
    schema = _number(database, "PRAGMA user_version")
    if schema != SCHEMA_VERSION:
        raise StorageFailed(
            f"another moot has brought the database to schema {schema} meanwhile; this one knows {SCHEMA_VERSION}.",
            now="End this one and go on with the newer. Nothing was written.",
        )


def _make(database: sqlite3.Connection) -> None:
    """Make the schema in one transaction; where another process was quicker, there is nothing left to do."""
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    try:
        if _number(database, "PRAGMA user_version") == 0:
            for statement in SCHEMA_SQL.read_text(encoding="utf-8").split(";\n"):
                database.execute(statement)
            remember_maker(database, SCHEMA_VERSION)
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def remember_maker(database: sqlite3.Connection, schema_version: int) -> None:
    """Note which moot made this schema, so that an older one can say so."""
    database.execute("INSERT OR REPLACE INTO made_by VALUES (?, ?)", (schema_version, moot_version()))


def _check_writable(database: sqlite3.Connection) -> None:
    if database.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        database.execute("PRAGMA journal_mode = WAL")  # another tool changed that; readers would stop every commit
    database.execute("BEGIN IMMEDIATE")  # which alone SQLite allows in a file that can only be read
    database.execute("DELETE FROM positions WHERE 0")
    database.execute("ROLLBACK")


def _number(database: sqlite3.Connection | sqlite3.Cursor, query: str) -> int:
    return int(database.execute(query).fetchone()[0])
