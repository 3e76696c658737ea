"""How does SQLite keep answers between two starts?

When something was last found is noted in memory and written with the next answer that is kept: a hit must not cost a
commit. What a crash takes is the order in which answers are forgotten, nothing else.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from core.domain.ids import Digest
from core.ports.response_cache import ENTRY_OVERHEAD_BYTES, CacheBounds, CacheSize, EntryUnreadable, KeptAnswer
from storage.kept_answers import decoded, encoded
from storage.readers import Readers
from storage.writer import Writer

DATABASE_BOUNDS = CacheBounds(entries_max=20_000, bytes_max=128 * 1_048_576)
USES_NOTED_MAX = 1_000
EXPIRED_DROPPED_MAX = 100
"""A keep drops this many that don't stand any more, so that no keep takes long."""

EVICTED_PER_QUERY = 32
COUNTED_AGAIN_EVERY = 256
"""Keeps after which the table is counted anew: another process may have written to it."""

_FOUND = "SELECT exact, body FROM response_cache WHERE {} = ? AND expires_at_ms > ? ORDER BY key DESC LIMIT 1"
_TOTALS = "SELECT count(*), ifnull(sum(size_bytes), 0) FROM response_cache"


class SqliteResponseCache:
    """Implements `ResponseCache`. Shares the database's writer; closing is the storage's."""

    name = "database"

    def __init__(
        self, *, writer: Writer[Any, Any], readers: Readers, where: str, bounds: CacheBounds = DATABASE_BOUNDS
    ) -> None:
        self._writer = writer
        self._readers = readers
        self._where = where
        self._bounds = bounds
        self._used: dict[Digest, int] = {}
        self._totals: tuple[int, int] | None = None
        self._keeps = 0

    async def find(self, exact: Digest, *, now_ms: int) -> KeptAnswer | None:
        return await self._found("exact", exact, now_ms)

    async def find_like(self, like: Digest, *, now_ms: int) -> KeptAnswer | None:
        return await self._found("likeness", like, now_ms)

    async def keep(self, exact: Digest, kept: KeptAnswer, *, like: Digest | None, now_ms: int) -> None:
        body = encoded(kept)
        row = (exact, like, body, ENTRY_OVERHEAD_BYTES + len(body), now_ms, kept.expires_at_ms)
        used, self._used = self._used, {}

        def keep(writer: sqlite3.Connection) -> None:
            totals = self._counted(writer)
            writer.executemany(
                "UPDATE response_cache SET used_at_ms = max(used_at_ms, ?) WHERE exact = ?",
                [(at_ms, found) for found, at_ms in used.items()],
            )
            totals = _without(totals, _deleted(writer, "exact = ?", exact))
            totals = _without(totals, _deleted(writer, "expires_at_ms <= ?", now_ms, limit=EXPIRED_DROPPED_MAX))
            if row[3] <= self._bounds.bytes_max and kept.expires_at_ms > now_ms:
                writer.execute(
                    "INSERT INTO response_cache (exact, likeness, body, size_bytes, used_at_ms, expires_at_ms)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    row,
                )
                totals = self._evicted(writer, (totals[0] + 1, totals[1] + row[3]))
            self._totals = totals

        try:
            await self._writer.run(keep, is_brief=True)
        except BaseException:
            self._totals = None  # whether it was committed isn't known
            raise

    async def size(self) -> CacheSize:
        entries, bytes_kept = await self._readers.run(lambda reader: reader.execute(_TOTALS).fetchone())
        return CacheSize(entries=entries, bytes=bytes_kept)

    async def forget_all(self) -> None:
        self._used = {}
        self._totals = None
        await self._writer.run(lambda writer: writer.execute("DELETE FROM response_cache"))
        self._totals = None

    async def close(self) -> None:
        """Nothing of its own is open."""

    async def _found(self, column: str, digest: Digest, now_ms: int) -> KeptAnswer | None:
        query = _FOUND.format(column)
        row = await self._readers.run(lambda reader: reader.execute(query, (digest, now_ms)).fetchone())
        if row is None:
            return None
        exact, body = row
        try:
            kept = decoded(body, where=self._where)
        except EntryUnreadable:
            await self._writer.run(lambda writer: _deleted(writer, "exact = ?", exact), is_brief=True)
            self._totals = None
            raise
        self._used.pop(exact, None)
        self._used[exact] = now_ms
        if len(self._used) > USES_NOTED_MAX:
            del self._used[next(iter(self._used))]
        return kept

    def _counted(self, writer: sqlite3.Connection) -> tuple[int, int]:
        self._keeps += 1
        if self._totals is None or self._keeps % COUNTED_AGAIN_EVERY == 0:
            entries, bytes_kept = writer.execute(_TOTALS).fetchone()
            return entries, bytes_kept
        return self._totals

    def _evicted(self, writer: sqlite3.Connection, totals: tuple[int, int]) -> tuple[int, int]:
        """What is left once the least recently used have made room. Ends: each turn takes at least one row."""
        while totals[0] > self._bounds.entries_max or totals[1] > self._bounds.bytes_max:
            oldest = writer.execute(
                "SELECT key, size_bytes FROM response_cache ORDER BY used_at_ms, key LIMIT ?", (EVICTED_PER_QUERY,)
            ).fetchall()
            if not oldest:
                return 0, 0
            for key, size in oldest:
                if totals[0] <= self._bounds.entries_max and totals[1] <= self._bounds.bytes_max:
                    break
                writer.execute("DELETE FROM response_cache WHERE key = ?", (key,))
                totals = _without(totals, [size])
        return totals


def _deleted(writer: sqlite3.Connection, condition: str, value: object, *, limit: int = 1) -> list[int]:
    """The sizes of the rows that were deleted."""
    rows = writer.execute(
        f"SELECT key, size_bytes FROM response_cache WHERE {condition} LIMIT ?", (value, limit)
    ).fetchall()
    writer.executemany("DELETE FROM response_cache WHERE key = ?", [(key,) for key, _ in rows])
    return [size for _, size in rows]


def _without(totals: tuple[int, int], sizes: list[int]) -> tuple[int, int]:
    return totals[0] - len(sizes), totals[1] - sum(sizes)
