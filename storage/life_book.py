"""How does SQLite keep what the analytics know of each session, and the alerts?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from core.analytics.alerting import Alert, Watch
from core.analytics.finding import FindingKind
from core.analytics.rows import ROWS_VERSION, Alike, Kept, LifeRow, row_of, shared
from core.domain.ids import SessionId
from core.ports.life_book import AHEAD_EVENTS_MAX, ALERTS_KEPT_MAX, ALERTS_LISTED_MAX, Ahead, Lives
from storage.codec import adapter
from storage.readers import Readers
from storage.writer import Writer

POSITION = f"analytics@{ROWS_VERSION}"
"""Rows that another release made stand under another name: this one drops them, and begins at the beginning."""

SESSIONS_AT_ONCE_MAX = 500
"""Older SQLites take no more values than a thousand in a statement."""


PUT_AT_ONCE_MAX = 8


class SqliteLifeBook:
    """Implements `LifeBook`."""

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def begin(self) -> int:
        if not await self._readers.run(_has_begun):
            await self._writer.run(_begin)
        return await self.position()

    async def position(self) -> int:
        return await self._readers.run(_position)

    async def ahead(self, *, after: int, events_max: int = AHEAD_EVENTS_MAX) -> Ahead | None:
        query = (
            "SELECT s.id, min(e.seq) - 1 FROM events e JOIN log_sessions s ON s.key = e.session_key"
            " WHERE e.position > ? AND e.position <= ? GROUP BY e.session_key"
        )

        def read(reader: sqlite3.Connection) -> Ahead | None:
            ((newest,),) = reader.execute("SELECT coalesce(max(position), 0) FROM events").fetchall()
            if newest <= after:
                return None
            until = min(newest, after + events_max)
            sessions = {SessionId(session): seq for session, seq in reader.execute(query, (after, until))}
            return Ahead(position=until, sessions=sessions, is_more=until < newest)

        return await self._readers.run(read)

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

    async def put(self, kept: Sequence[Kept]) -> None:
        values = await _all_values(kept)
        await self._writer.run(lambda writer: _put(writer, values))

    async def advance(self, kept: Sequence[Kept], *, after: int, position: int) -> int:
        values = await _all_values(kept)

        def advance(writer: sqlite3.Connection) -> int:
            stands_at = _position(writer)
            if stands_at != after:
                return stands_at
            _put(writer, values)
            writer.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (POSITION, position))
            return position

        return await self._writer.run(advance)

    async def replace(self, kept: Kept) -> None:
        values = _values(kept)

        def replace(writer: sqlite3.Connection) -> None:
            is_known = "SELECT 1 FROM analytics_lives WHERE session = ? AND changed <= ?"
            if writer.execute(is_known, (values.session, values.changed)).fetchone() is None:
                return  # it is gone, or somebody has read it on meanwhile
            forget(writer, values.session)
            _put(writer, [values._replace(changed=max(_position(writer), values.changed))])

        await self._writer.run(replace)

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


class _Values(NamedTuple):
    """What is written of a session."""

    session: SessionId
    changed: int
    opened_at_ms: int
    is_unreadable: bool
    row: bytes
    body: bytes


async def _all_values(kept: Sequence[Kept]) -> list[_Values]:
    """What is written of each: of many it is put into words beside the event loop, where a turn would wait for it."""

    def put() -> list[_Values]:
        return [_values(each) for each in kept]

    return put() if len(kept) <= PUT_AT_ONCE_MAX else await asyncio.to_thread(put)


def _values(kept: Kept) -> _Values:
    row = row_of(kept)
    return _Values(
        session=row.session,
        changed=row.position,
        opened_at_ms=row.opened_at_ms,
        is_unreadable=bool(row.unreadable),
        row=adapter(LifeRow).dump_json(row),
        body=adapter(Kept).dump_json(kept),
    )


_IS_WANTED = (
    "EXISTS (SELECT 1 FROM log_sessions WHERE id = ?1)"
    " AND NOT EXISTS (SELECT 1 FROM analytics_lives WHERE session = ?1 AND changed >= ?2)"
)
"""A session that was deleted while its events were being folded must not come back, and no row may go back."""


def _put(writer: sqlite3.Connection, values: Sequence[_Values]) -> None:
    writer.executemany(
        f"INSERT OR REPLACE INTO analytics_kept (session, body) SELECT ?1, ?3 WHERE {_IS_WANTED}",
        [(each.session, each.changed, each.body) for each in values],
    )
    writer.executemany(
        "INSERT OR REPLACE INTO analytics_lives (session, changed, opened_at_ms, is_unreadable, row)"
        f" SELECT ?1, ?2, ?3, ?4, ?5 WHERE {_IS_WANTED}",
        [(each.session, each.changed, each.opened_at_ms, each.is_unreadable, each.row) for each in values],
    )


def _has_begun(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM positions WHERE name = ?", (POSITION,)).fetchone() is not None


def _begin(writer: sqlite3.Connection) -> None:
    if not _has_begun(writer):  # another process may have been quicker
        writer.execute("DELETE FROM analytics_lives")
        writer.execute("DELETE FROM analytics_kept")
        writer.execute("DELETE FROM positions WHERE name LIKE 'analytics@%'")  # whoever made them begins anew too
        writer.execute("INSERT INTO positions VALUES (?, 0)", (POSITION,))


def _position(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT position FROM positions WHERE name = ?", (POSITION,)).fetchone()
    return int(row[0]) if row else 0
