"""When does the write-ahead log move into the database file, so that no append waits for it?

SQLite would do it within whichever commit makes the log long, with two waits for the disk. Here a thread of its own
does it. A log that never stands still can only begin again from its start where the writer itself lends a hand.
"""

from __future__ import annotations

import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

from storage.database import connect

CHECKPOINT_CHANGES = 4_000
"""Rows changed after which the log is moved: some megabytes."""

WAL_PAGES_MAX = 3_072
"""A log longer than this (12 MiB) is worth the writer's waiting for once. Where its file grows, a commit takes up
to twice the processor time of one that writes over what is there: the system has to find room for each page."""

_BEGIN_AGAIN = "INSERT OR REPLACE INTO positions SELECT name, position FROM positions LIMIT 1"
"""Writes what is there: an update to the same values would leave the page, and with it the log, as they are."""


class Checkpoints:
    """Of one database, for whoever uses the writer's connection.

    A failed one costs nothing: the log keeps it all, the next tries again, and a disk that refuses is reported by the
    append that it refuses.
    """

    def __init__(self, path: Path, writer: sqlite3.Connection) -> None:
        self._path = path
        self._writer = writer
        self._writer.execute("PRAGMA wal_autocheckpoint = 0")
        self._changes = writer.total_changes
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moot-checkpoint")
        self._pages = 0
        self._under_way: Future[int] | None = None

    def look(self) -> bool:
        """Asked between batches: begins what is due. True where the writer must lend a hand, by `help`."""
        if self._under_way is not None and self._under_way.done():
            finished, self._under_way = self._under_way, None
            self._pages = 0 if finished.exception() else finished.result()
        elif (
            self._under_way is None
            and not self._is_long
            and self._writer.total_changes - self._changes >= CHECKPOINT_CHANGES
        ):
            self._changes = self._writer.total_changes
            self._under_way = self._thread.submit(self._aside)
        return self._is_long

    def help(self) -> None:
        """With nobody writing or moving it meanwhile, all of the log moves, and the next commit begins it again.

        That commit waits for the disk, so it is one of our own: an append would be taken for one on a slow disk.
        """
        with suppress(sqlite3.Error):
            is_busy, _, _ = self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if not is_busy:
                self._pages = 0
                self._writer.execute(_BEGIN_AGAIN)

    @property
    def _is_long(self) -> bool:
        return self._pages > WAL_PAGES_MAX

    def close(self) -> None:
        """Wait for the one under way. Closing the last connection moves what is left."""
        self._thread.shutdown(wait=True)

    def _aside(self) -> int:
        """How many pages the log has."""
        with closing(connect(self._path)) as connection:
            return int(connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1])
