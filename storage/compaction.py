"""How is the database file written anew, without the room of what was deleted?"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from core.ports.compaction import Room
from storage.database import connect, refusals


class SqliteCompaction:
    """Implements `Compaction` for the database at `path`, by a connection of its own in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def room(self) -> Room:
        return await asyncio.to_thread(self._room)

    async def compact(self) -> Room:
        return await asyncio.to_thread(self._compact)

    def _room(self) -> Room:
        with refusals(self._path), closing(connect(self._path, is_reader=True)) as database:
            return _room(database)

    def _compact(self) -> Room:
        with refusals(self._path), closing(connect(self._path)) as database:
            database.execute("VACUUM")
            # Else the whole file would stay in its write-ahead log as well until somebody wrote that much again.
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return _room(database)


def _room(database: sqlite3.Connection) -> Room:
    page = int(database.execute("PRAGMA page_size").fetchone()[0])
    pages = int(database.execute("PRAGMA page_count").fetchone()[0])
    free = int(database.execute("PRAGMA freelist_count").fetchone()[0])
    return Room(bytes=pages * page, free_bytes=free * page)
