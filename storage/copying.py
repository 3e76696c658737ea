"""How is a database copied whole while sessions run?

By SQLite's online back-up, in slices, into a file that gets its name once all of it is on the disk.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import sleep

from core.domain.errors import StorageFailed, WrongUse
from storage.database import BUSY_WAIT_MS, connect, refusals

SLICE_PAGES = 256
SLICE_PAUSE_MS = 4
"""A megabyte, and then a rest of about as long as that takes: whoever drives shares the disk and the interpreter."""

LOG_ENDS = ("-wal", "-shm")
"""What SQLite puts behind the name of a database that is in use."""


class GivenUp(Exception):
    """Nobody wants the copy any more."""


def copy_whole(source: Path, to: Path, *, is_given_up: Callable[[], bool] = lambda: False) -> None:
    """Write what is committed in `source` at this moment to the new file `to`. Raises StorageFailed, and WrongUse where
    `to` is there already; then there is nothing new."""
    if not source.is_file():
        raise WrongUse("there is no database.", where=str(source), now="Look at its name.")
    if to.exists():
        raise WrongUse("there is a file of that name already.", where=str(to), now="Name another one.")
    if not to.parent.is_dir():
        raise WrongUse("its folder doesn't exist.", where=str(to), now=f"Make it: mkdir -p {to.parent}")
    with disk_refusals(to):  # for its owner alone: debates are nobody else's business
        made, name = tempfile.mkstemp(prefix=f"{to.name}.", suffix=".part", dir=to.parent)
        os.close(made)
    part = Path(name)
    try:
        _copy_pages(source, part, is_given_up)
        with disk_refusals(to):
            sync(part)
            _named_once(part, to)
            sync(to.parent)
    finally:
        for end in ("", "-journal", *LOG_ENDS):
            part.with_name(part.name + end).unlink(missing_ok=True)


def log_of(path: Path) -> Path:
    """Where SQLite has the log of a database: beside the file itself, also where `path` only points to that."""
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + LOG_ENDS[0])


def _copy_pages(source: Path, part: Path, is_given_up: Callable[[], bool]) -> None:
    """By SQLite's online back-up, in slices. The reading transaction holds one moment fast: whoever commits meanwhile
    would have the copying begin again each time."""

    def rest(_status: int, _left: int, _pages: int) -> None:
        if is_given_up():
            raise GivenUp
        sleep(SLICE_PAUSE_MS / 1_000)

    with refusals(source), closing(_reading_from(source)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        with _said_of(part), closing(sqlite3.connect(part, isolation_level=None)) as writer:
            writer.execute("PRAGMA synchronous = OFF")  # what is not whole counts for nothing; the whole is synced
            with suppress(GivenUp):
                reader.backup(writer, pages=SLICE_PAGES, progress=rest)
        reader.execute("COMMIT")
    if is_given_up():
        raise StorageFailed("the copying was given up.", where=str(source), now="Nothing was left behind.")


def _reading_from(source: Path) -> sqlite3.Connection:
    has_log = log_of(source).exists()
    try:
        connection = sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_WAIT_MS}")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        if has_log:
            raise
        # Where nothing may be written, as on a disc, no log can be begun; none is there, so that none is missed.
        return connect(source, is_reader=True, is_at_rest=True)
    return connection


@contextmanager
def _said_of(part: Path) -> Iterator[None]:
    """A full disk is that of the copy."""
    try:
        yield
    except sqlite3.OperationalError as error:
        with refusals(part):
            raise error


@contextmanager
def disk_refusals(path: Path) -> Iterator[None]:
    """Say the disk's errors in the operator's words."""
    try:
        yield
    except FileExistsError as error:
        raise WrongUse("there is a file of that name already.", where=str(path), now="Name another one.") from error
    except OSError as error:
        raise StorageFailed(
            f"the disk refused: {error.strerror or error}.",
            where=str(path),
            now="Free some space or make the folder writable, then try again.",
        ) from error


def _named_once(part: Path, to: Path) -> None:
    """Give `part` its name; never that of another file, also where one came there a moment ago."""
    try:
        os.link(part, to)
    except FileExistsError:
        raise
    except OSError:  # some file systems know no second names
        part.rename(to)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
