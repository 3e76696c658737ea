"""How does SQLite list, search and add up sessions without folding their logs?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from core.domain.ids import SessionId
from core.domain.summary import SessionSummary
from core.ports.session_index import NOT_OPENED, PAGE_MAX, SESSIONS_LISTED_MAX, Opened
from storage.codec import Codec, adapter
from storage.listed_rows import listed_bodies
from storage.readers import Readers
from storage.writer import Writer

SPOKEN_FIELDS = ("text", "verdict", "motion")
"""What events call the words that somebody said."""

EVENTS_SEARCHED_MAX = 200_000
"""A search looks through this many of the newest spoken events, and no further: it reads every one of them."""

SEARCH_PAGE_ROWS = 500


class SqliteSessionIndex:
    """Implements `SessionIndex`.

    A search reads texts one by one, newest first, within bounds: whatever case they are written in, and without an
    index that would have to be kept beside the log.
    """

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers, codec: Codec) -> None:
        self._writer = writer
        self._readers = readers
        self._codec = codec

    async def position(self) -> int:
        return await self._readers.run(_position)

    async def advance(self, summaries: Sequence[SessionSummary], *, position: int) -> None:
        write = adapter(SessionSummary).serializer.to_json
        rows = [(summary, write(summary, warnings="error")) for summary in summaries]

        def advance(writer: sqlite3.Connection) -> None:
            for summary, body in rows:
                _replace(writer, summary, body)
            _move(writer, position)

        await self._writer.run(advance, is_brief=len(rows) <= 2)

    async def summaries(self, *, changed_after: int = 0, limit: int = SESSIONS_LISTED_MAX) -> Sequence[SessionSummary]:
        most = max(0, min(limit, SESSIONS_LISTED_MAX))

        def read(reader: sqlite3.Connection) -> list[SessionSummary]:
            read_row = adapter(SessionSummary).validate_json
            return [read_row(body) for body in listed_bodies(reader, changed_after=changed_after, limit=most)]

        return await self._readers.run(read)

    async def opened_page(self, *, after: Opened = NOT_OPENED, limit: int = PAGE_MAX) -> Sequence[SessionSummary]:
        query = (
            "SELECT body FROM summaries WHERE opened_at_ms >= ?1 AND (opened_at_ms, session) > (?1, ?2)"
            " ORDER BY opened_at_ms, session LIMIT ?3"
        )
        return await self._rows(query, *after, max(0, min(limit, PAGE_MAX)))

    async def summary(self, session: SessionId) -> SessionSummary | None:
        found = await self._rows("SELECT body FROM summaries WHERE session = ?", session)
        return found[0] if found else None

    async def answered(self, measure: str, *, limit: int = SESSIONS_LISTED_MAX) -> Sequence[SessionSummary]:
        # Few sessions have a known answer, and few openings ask: looking through all rows costs less than an index.
        query = (
            "SELECT body FROM summaries WHERE json_extract(CAST(body AS TEXT), '$.known_answer') <> ''"
            " AND json_extract(CAST(body AS TEXT), '$.measure') = ? ORDER BY opened_at_ms DESC, key DESC LIMIT ?"
        )
        return await self._rows(query, measure, max(0, min(limit, SESSIONS_LISTED_MAX)))

    async def unfinished(self) -> Sequence[SessionId]:
        query = "SELECT session FROM summaries WHERE NOT is_over ORDER BY opened_at_ms, key"
        rows = await self._readers.run(lambda reader: reader.execute(query).fetchall())
        return [SessionId(row[0]) for row in rows]

    async def unreadable(self) -> Sequence[SessionId]:
        # Such a row is never over, so that only few are looked into.
        query = (
            "SELECT session FROM summaries"
            " WHERE NOT is_over AND json_extract(CAST(body AS TEXT), '$.unreadable') <> '' LIMIT ?"
        )
        rows = await self._readers.run(lambda reader: reader.execute(query, (SESSIONS_LISTED_MAX,)).fetchall())
        return [SessionId(row[0]) for row in rows]

    async def search(self, text: str, *, limit: int = 100) -> Sequence[SessionSummary]:
        kinds = [
            kind for kind, cls in self._codec.kinds.items() if any(field.name in SPOKEN_FIELDS for field in fields(cls))
        ]
        wanted = text.casefold()

        def search(reader: sqlite3.Connection) -> list[SessionSummary]:
            found = _titled(reader, wanted) | _spoken(reader, wanted, kinds)
            rows = reader.execute("SELECT session, body FROM summaries ORDER BY opened_at_ms DESC, key DESC")
            bodies = [body for session, body in rows if session in found]
            return [adapter(SessionSummary).validate_json(body) for body in bodies[: max(0, limit)]]

        return await self._readers.run(search)

    async def forget(self, session: SessionId) -> None:
        await self._writer.run(lambda writer: forget(writer, session))

    async def clear(self) -> None:
        def clear(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM summaries")
            _move(writer, 0)

        await self._writer.run(clear)

    async def _rows(self, query: str, *values: object) -> list[SessionSummary]:
        def read(reader: sqlite3.Connection) -> list[SessionSummary]:
            read_row = adapter(SessionSummary).validate_json
            return [read_row(row[0]) for row in reader.execute(query, values)]

        return await self._readers.run(read)


def forget(writer: sqlite3.Connection, session: SessionId) -> None:
    """Drop a session's row within the caller's transaction."""
    writer.execute("DELETE FROM summaries WHERE session = ?", (session,))


def _replace(writer: sqlite3.Connection, summary: SessionSummary, body: bytes) -> None:
    writer.execute(
        "INSERT INTO summaries (session, position, opened_at_ms, is_over, title, motion, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session) DO UPDATE SET position = excluded.position,"
        " opened_at_ms = excluded.opened_at_ms, is_over = excluded.is_over, title = excluded.title,"
        " motion = excluded.motion, body = excluded.body",
        (
            summary.session,
            summary.position,
            summary.opened_at_ms,
            summary.status.is_over and summary.attempts_open == 0,
            summary.title,
            summary.motion,
            body,
        ),
    )


def _titled(reader: sqlite3.Connection, wanted: str) -> set[str]:
    rows = reader.execute(
        "SELECT s.session, s.title, s.motion, ifnull(l.title, '') FROM summaries s LEFT JOIN labels l USING (session)"
    )
    return {session for session, *texts in rows if any(wanted in text.casefold() for text in texts)}


def _spoken(reader: sqlite3.Connection, wanted: str, kinds: Sequence[str]) -> set[str]:
    # Whatever the text holds, its JSON holds escaped; most events are told apart without being parsed.
    escaped = json.dumps(wanted, ensure_ascii=False)[1:-1].casefold()
    found: set[str] = set()
    for session, body in _spoken_events(reader, kinds):
        if session not in found and escaped in body.decode().casefold():
            plain = json.loads(body)
            if any(wanted in str(plain.get(name, "")).casefold() for name in SPOKEN_FIELDS):
                found.add(session)
    return found


def _spoken_events(reader: sqlite3.Connection, kinds: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    rows = reader.execute(
        "SELECT s.id, e.body FROM events e JOIN log_sessions s ON s.key = e.session_key"
        f" WHERE e.kind IN ({','.join('?' * len(kinds))}) ORDER BY e.position DESC LIMIT ?",
        (*kinds, EVENTS_SEARCHED_MAX),
    )
    while page := rows.fetchmany(SEARCH_PAGE_ROWS):
        yield from page


def _position(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT position FROM positions WHERE name = 'index'").fetchone()
    return int(row[0]) if row else 0


def _move(writer: sqlite3.Connection, position: int) -> None:
    writer.execute("INSERT OR REPLACE INTO positions VALUES ('index', ?)", (position,))
