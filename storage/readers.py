"""Who reads the database? A few threads, each with a connection that can't write: reading never stops a commit."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import TypeVar

from storage.database import connect, refusals
from storage.failures import closed

T = TypeVar("T")

READERS_MAX = 4
"""Reads at one moment; further ones wait with their callers."""


class Readers:
    """Each read sees everything committed before it began. Errors are StorageFailed.

    Of a file `is_at_rest`, to which nobody writes, nothing beside it is made.
    """

    def __init__(self, path: Path, *, is_at_rest: bool = False) -> None:
        self._path = path
        self._is_at_rest = is_at_rest
        self._threads = ThreadPoolExecutor(max_workers=READERS_MAX, thread_name_prefix="moot-reader")
        self._own = local()
        self._connections: list[sqlite3.Connection] = []
        self._places = asyncio.Semaphore(READERS_MAX)
        self._is_closed = False

    async def run(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """What `read` makes of the database as it is at one moment."""
        async with self._places:
            if self._is_closed:
                raise closed(self._path)
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, read)

    async def close(self) -> None:
        """Let reads under way end, then release the file."""
        self._is_closed = True
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        while self._connections:
            self._connections.pop().close()

    def _read(self, read: Callable[[sqlite3.Connection], T]) -> T:
        with refusals(self._path):
            connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
            if connection is None:
                connection = self._own.connection = connect(self._path, is_reader=True, is_at_rest=self._is_at_rest)
                self._connections.append(connection)
            connection.execute("BEGIN")  # several queries of one read see the same moment
            try:
                return read(connection)
            finally:
                connection.execute("COMMIT")
