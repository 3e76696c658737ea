"""How does SQLite keep what the analytics know of each session, and the alerts?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from core.analytics.alerting import Alert, Watch
from core.analytics.finding import FindingKind
from core.analytics.rows import ROWS_VERSION, Alike, Kept, LifeRow, row_of, shared
from core.domain.ids import SessionId
from core.ports.life_book import ALERTS_KEPT_MAX, ALERTS_LISTED_MAX, Lives
from storage.codec import adapter
from storage.readers import Readers
from storage.writer import Writer

POSITION = f"analytics@{ROWS_VERSION}"
"""Rows that another release made stand under another name: this one begins at the beginning, and replaces them."""

SESSIONS_AT_ONCE_MAX = 500
"""Older SQLites take no more values than a thousand in a statement."""


PUT_AT_ONCE_MAX = 8


class SqliteLifeBook:
    """Implements `LifeBook`."""

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def position(self) -> int:
        return await self._readers.run(_position)

    async def kept(self, sessions: Collection[SessionId]) -> Mapping[SessionId, Kept]:
        wanted = list(sessions)

        def read(reader: sqlite3.Connection) -> dict[SessionId, Kept]:
            found: dict[SessionId, Kept] = {}
            read_kept = adapter(Kept).validate_json
            for at in range(0, len(wanted), SESSIONS_AT_ONCE_MAX):
                part = wanted[at : at + SESSIONS_AT_ONCE_MAX]
                query = f"SELECT session, body FROM analytics_kept WHERE session IN ({', '.join('?' * len(part))})"
                for session, body in reader.execute(query, part):
                    with suppress(ValueError):  # of another release, and about to be replaced
                        found[SessionId(session)] = read_kept(body)
            return found

        return await self._readers.run(read)

    async def advance(self, kept: Sequence[Kept], *, after: int, position: int) -> int:
        values = await _all_values(kept)

        def advance(writer: sqlite3.Connection) -> int:
            stands_at = _position(writer)
            if stands_at != after:
                return stands_at
            _put(writer, values, changed=position)
            writer.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (POSITION, position))
            return position

        return await self._writer.run(advance)

    async def replace(self, kept: Kept) -> None:
        values = [_values(kept)]
        await self._writer.run(lambda writer: _put(writer, values, changed=_position(writer)))

    async def lives(self, *, changed_from: int = 0) -> Lives:
        def read(reader: sqlite3.Connection) -> Lives:
            ((count,),) = reader.execute("SELECT count(*) FROM analytics_lives").fetchall()
            query = "SELECT row FROM analytics_lives WHERE changed >= ? ORDER BY opened_at_ms, session"
            read_row = adapter(LifeRow).validate_json
            rows: list[LifeRow] = []
            alike: Alike = {}
            for (row,) in reader.execute(query, (changed_from,)):
                with suppress(ValueError):  # as above
                    rows.append(shared(read_row(row), alike))
            return Lives(position=_position(reader), count=count, rows=rows)

        return await self._readers.run(read)

    async def unreadable(self) -> Sequence[SessionId]:
        query = "SELECT session FROM analytics_lives WHERE is_unreadable ORDER BY session"
        return [SessionId(row[0]) for row in await self._readers.run(lambda reader: reader.execute(query).fetchall())]

    async def clear(self) -> None:
        def clear(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM analytics_lives")
            writer.execute("DELETE FROM analytics_kept")
            writer.execute("INSERT OR REPLACE INTO positions VALUES (?, 0)", (POSITION,))

        await self._writer.run(clear)

    async def watches(self) -> Mapping[FindingKind, Watch]:
        query = "SELECT body FROM analytics_watches"

        def read(reader: sqlite3.Connection) -> dict[FindingKind, Watch]:
            found = [adapter(Watch).validate_json(body) for (body,) in reader.execute(query)]
            return {watch.kind: watch for watch in found}

        return await self._readers.run(read)

    async def keep_look(self, watches: Mapping[FindingKind, Watch], alerts: Sequence[Alert]) -> None:
        kept = [(watch.kind, adapter(Watch).dump_json(watch)) for watch in watches.values()]
        told = [(each.id, each.raised_at_ms, each.cleared_at_ms, adapter(Alert).dump_json(each)) for each in alerts]

        def keep(writer: sqlite3.Connection) -> None:
            writer.executemany("INSERT OR REPLACE INTO analytics_watches VALUES (?, ?)", kept)
            writer.executemany("INSERT OR REPLACE INTO analytics_alerts VALUES (?, ?, ?, ?)", told)
            if told:
                writer.execute(
                    "DELETE FROM analytics_alerts WHERE cleared_at_ms > 0 AND id NOT IN"
                    " (SELECT id FROM analytics_alerts ORDER BY raised_at_ms DESC LIMIT ?)",
                    (ALERTS_KEPT_MAX,),
                )

        await self._writer.run(keep)

    async def alerts(self, *, limit: int = ALERTS_LISTED_MAX) -> Sequence[Alert]:
        query = "SELECT body FROM analytics_alerts ORDER BY cleared_at_ms > 0, raised_at_ms DESC, id LIMIT ?"
        most = max(0, min(limit, ALERTS_LISTED_MAX))
        return await self._readers.run(
            lambda reader: [adapter(Alert).validate_json(body) for (body,) in reader.execute(query, (most,))]
        )


def forget(writer: sqlite3.Connection, session: SessionId) -> None:
    """Drop what is known of a session, within the transaction that takes its log."""
    writer.execute("DELETE FROM analytics_lives WHERE session = ?", (session,))
    writer.execute("DELETE FROM analytics_kept WHERE session = ?", (session,))


_Values = tuple[SessionId, int, bool, bytes, bytes]


async def _all_values(kept: Sequence[Kept]) -> list[_Values]:
    """What is written of each: of many it is put into words beside the event loop, where a turn would wait for it."""

    def put() -> list[_Values]:
        return [_values(each) for each in kept]

    return put() if len(kept) <= PUT_AT_ONCE_MAX else await asyncio.to_thread(put)


def _values(kept: Kept) -> _Values:
    row = row_of(kept)
    return (
        row.session,
        row.opened_at_ms,
        bool(row.unreadable),
        adapter(LifeRow).dump_json(row),
        adapter(Kept).dump_json(kept),
    )


def _put(writer: sqlite3.Connection, values: Sequence[_Values], *, changed: int) -> None:
    # A session that was deleted while its events were being folded must not come back.
    writer.executemany(
        "INSERT OR REPLACE INTO analytics_lives (session, changed, opened_at_ms, is_unreadable, row)"
        " SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM log_sessions WHERE id = ?1)",
        [(session, changed, opened, is_unreadable, row) for session, opened, is_unreadable, row, _ in values],
    )
    writer.executemany(
        "INSERT OR REPLACE INTO analytics_kept (session, body)"
        " SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM log_sessions WHERE id = ?1)",
        [(session, body) for session, _, _, _, body in values],
    )


def _position(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT position FROM positions WHERE name = ?", (POSITION,)).fetchone()
    return int(row[0]) if row else 0
