"""How is a database copied whole while sessions run, looked at without touching it, and put back?"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from shutil import copyfile
from typing import Any

from core.domain.errors import StorageFailed, WrongUse
from core.ports.backups import FileFound
from core.ports.catalogue import Catalogue
from core.ports.event_log import EventLog
from storage.catalogue import SqliteCatalogue
from storage.chain_check import same_until
from storage.codec import Codec
from storage.copying import LOG_ENDS, copy_whole, disk_refusals, log_of, sync
from storage.database import APPLICATION_ID, BUSY_WAIT_MS, SCHEMA_VERSION, connect, refusals, version_of
from storage.event_log import Appender, SqliteEventLog
from storage.failures import is_busy, is_damage
from storage.readers import Readers

FAULTS_TOLD_MAX = 20
KEPT_MAX = 1_000
"""Databases that were replaced, beside the one in use. A person deletes them, never moot."""


class SqliteFiles:
    """Implements `DatabaseFiles` for the database at `path`."""

    def __init__(self, path: Path, *, codec: Codec) -> None:
        self.path = Path(os.path.realpath(path))  # what points to it stays, and goes on pointing to it
        self._codec = codec

    def copy(self, to: Path, *, is_given_up: Callable[[], bool] = lambda: False) -> None:
        copy_whole(self.path, to, is_given_up=is_given_up)

    def look(self, at: Path) -> FileFound:
        _require_at_rest(at)
        with refusals(at), closing(connect(at, is_reader=True, is_at_rest=True)) as database:
            schema = version_of(database, at)
            if schema == 0:
                raise StorageFailed("there is nothing in it.", where=str(at), now="Name a back-up.")
            found = _faults(database)
            maker = database.execute("SELECT moot_version FROM made_by WHERE schema_version = ?", (schema,)).fetchone()
        return FileFound(
            path=at,
            bytes=at.stat().st_size,
            schema=schema,
            made_by=str(maker[0]) if maker else "",
            faults=found,
        )

    @asynccontextmanager
    async def reading(self, at: Path) -> AsyncIterator[tuple[EventLog, Catalogue]]:
        _require_at_rest(at)
        with _up_to_date(at) as path:
            readers = Readers(path, is_at_rest=True)
            nobody: Any = _NoWriter(at)
            log = SqliteEventLog(writer=nobody, readers=readers, codec=self._codec, appender=Appender())
            try:
                yield log, SqliteCatalogue(writer=nobody, readers=readers)
            finally:
                await log.close()

    def lengths(self, at: Path) -> dict[str, int]:
        query = "SELECT s.id, max(e.seq) FROM events e JOIN log_sessions s ON s.key = e.session_key GROUP BY s.key"
        is_at_rest = at.resolve() != self.path.resolve()
        with refusals(at), closing(connect(at, is_reader=True, is_at_rest=is_at_rest)) as database:
            return dict(database.execute(query))

    def same_until(self, at: Path) -> dict[str, int]:
        is_at_rest = at.resolve() != self.path.resolve()
        with (
            refusals(self.path),
            closing(connect(self.path, is_reader=True)) as one,
            refusals(at),
            closing(connect(at, is_reader=True, is_at_rest=is_at_rest)) as other,
        ):
            return same_until(one, other)

    def put_in_place(self, file: Path) -> Path | None:
        path = self.path
        if not path.parent.is_dir():
            raise StorageFailed("its folder doesn't exist.", where=str(path), now=f"Make it: mkdir -p {path.parent}")
        _require_ours(path)
        coming = path.with_name(f"{path.name}.coming")
        coming.unlink(missing_ok=True)  # a restoring that was killed left it
        copy_whole(file, coming)
        kept: Path | None = None
        try:
            kept = self._kept_aside()
            with disk_refusals(path):
                for end in LOG_ENDS:  # they belong to what is kept, which has its own
                    path.with_name(path.name + end).unlink(missing_ok=True)
                coming.replace(path)
        except BaseException:
            coming.unlink(missing_ok=True)
            if kept is not None and kept.exists() and path.exists():
                kept.unlink()  # a second name of the one in use: whoever opened it would spoil both
            raise
        with disk_refusals(path):
            sync(path.parent)
        return kept

    def _kept_aside(self) -> Path | None:
        """Give the database in use a second name, under which it stays; None where there is none."""
        if self.path.exists():
            self._close_log()
        elif not self.path.with_name(self.path.name + LOG_ENDS[0]).exists():
            return None
        for number in range(1, KEPT_MAX + 1):
            kept = self.path.with_name(f"{self.path.name}.replaced-{number}")
            if kept.exists():
                if not _is_same(kept, self.path):
                    continue
                for end in ("", LOG_ENDS[0]):  # a restoring that was killed left it: one file by two names
                    kept.with_name(kept.name + end).unlink(missing_ok=True)
            with disk_refusals(kept):
                for end in (LOG_ENDS[0], ""):  # whoever finds the second finds the first too
                    own = self.path.with_name(self.path.name + end)
                    if own.exists():
                        _named_too(own, kept.with_name(kept.name + end))
                sync(kept.parent)
            return kept
        raise StorageFailed(
            f"{KEPT_MAX} databases that were replaced are kept beside it already.",
            where=str(self.path),
            now="Delete those that you don't need.",
        )

    def _close_log(self) -> None:
        """Have all of the database in its file, which SQLite does only where nobody else has it open. One that is
        damaged is kept as it is, with its log."""
        if _is_damaged(self.path):
            return
        try:
            with closing(sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=rw", uri=True)) as database:
                database.execute(f"PRAGMA busy_timeout = {BUSY_WAIT_MS}")
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                database.execute("PRAGMA journal_mode = DELETE")
                database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            if is_busy(error):
                raise StorageFailed(
                    "another process has the database open.",
                    where=str(self.path),
                    now="Close every console and command that uses it, then try again. Nothing was changed.",
                ) from error
            with refusals(self.path):
                raise


def _faults(database: sqlite3.Connection) -> tuple[str, ...]:
    """What SQLite finds wrong with the pages, the foreign keys among them; it gives up where it is at a loss."""
    try:
        pages = [str(row[0]) for row in database.execute(f"PRAGMA integrity_check({FAULTS_TOLD_MAX})")]
        keys = [f"{table} names what isn't there" for table, *_ in database.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return (f"{error}.",)
        raise
    return tuple(([] if pages == ["ok"] else pages) + keys[:FAULTS_TOLD_MAX])


def _is_damaged(path: Path) -> bool:
    """Looked at by one who may not write: closing the file, any other would move what is in its log."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError as error:
        return is_damage(error)


def _is_same(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)


def _named_too(path: Path, second: Path) -> None:
    try:
        os.link(path, second)
    except FileExistsError:
        raise
    except OSError:
        copyfile(path, second)
        sync(second)


def _require_ours(path: Path) -> None:
    """Raise StorageFailed where a database of another program would be replaced; one that can't be read may be."""
    if not path.is_file() or not path.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            (application,) = database.execute("PRAGMA application_id").fetchone()
    except sqlite3.DatabaseError:
        return
    if application != APPLICATION_ID:
        raise StorageFailed(
            "this database belongs to another program.", where=str(path), now="It was left as it is; name another one."
        )


def _require_at_rest(at: Path) -> None:
    if not at.is_file():
        raise WrongUse("there is no such file.", where=str(at), now="Name a back-up that 'moot backup create' wrote.")
    log = log_of(at)
    if log.exists() and log.stat().st_size:
        raise StorageFailed(
            "it is a database in use, or a copy of one that leaves out what stands beside it in its log.",
            where=str(at),
            now=f"Make a back-up of it: moot backup create --database {at}",
        )


@contextmanager
def _up_to_date(at: Path) -> Iterator[Path]:
    """The file itself, or a copy of it that is brought to today's schema where it is older."""
    with refusals(at), closing(connect(at, is_reader=True, is_at_rest=True)) as database:
        schema = version_of(database, at)
    if schema == SCHEMA_VERSION:
        yield at
        return
    from storage.migrations.migrate import bring_up_to_date

    with tempfile.TemporaryDirectory(prefix="moot-look-") as folder:
        scratch = Path(folder) / at.name
        copy_whole(at, scratch)
        bring_up_to_date(scratch, made_version=schema, left="The file was not changed.")
        yield scratch


class _NoWriter:
    """Stands where a writer would: a file that is looked at is never written to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def write(self, item: object) -> Any:
        raise StorageFailed("it is only looked at.", where=str(self._path), now="Restore it first.")

    async def run(self, job: object, *, is_brief: bool = False) -> Any:
        await self.write(job)

    async def close(self) -> None:
        """There is nothing to close."""
