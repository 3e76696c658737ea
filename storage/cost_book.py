"""How does SQLite keep the sums of what was spent, by session, quarter of an hour and route?"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from core.domain.costs import COUNTS, CostRow, Costs, quarter_of
from core.domain.ids import SessionId
from core.ports.cost_book import DOUBTFUL_SESSIONS_MAX, Span
from storage.readers import Readers
from storage.writer import Writer

COSTS_SINCE_SCHEMA = 3
POSITION = "costs"
AT_ONCE_MAX = 4
"""Rows that the event loop may wait for: more sessions than this seldom end a turn within the projector's rhythm."""

_COLUMNS = ("session", "quarter_ms", "route", *COUNTS)
_ADD = (
    f"INSERT INTO costs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in COUNTS)}"
)
_SUMS = ", ".join(f"sum({name})" for name in COUNTS)
_SPAN = f"SELECT route, {_SUMS} FROM costs WHERE quarter_ms >= ? AND quarter_ms < ? GROUP BY route ORDER BY route"
_SESSION = f"SELECT route, {_SUMS} FROM costs WHERE session = ? GROUP BY route ORDER BY route"
_DOUBTFUL = "SELECT session FROM costs GROUP BY session HAVING sum(doubts) > 0 ORDER BY session LIMIT ?"
_END_MS = 2**62


class SqliteCostBook:
    """Implements `CostBook`."""

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def position(self) -> int:
        return await self._readers.run(_position)

    async def add(self, rows: Sequence[CostRow], *, after: int, position: int) -> int:
        values = _values(rows)

        def add(writer: sqlite3.Connection) -> int:
            stands_at = _position(writer)
            if stands_at != after:
                return stands_at
            writer.executemany(_ADD, values)
            _move(writer, position)
            return position

        return await self._writer.run(add, is_brief=len(values) <= AT_ONCE_MAX)

    async def replace(self, session: SessionId, rows: Sequence[CostRow]) -> None:
        values = _values(rows)

        def replace(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM costs WHERE session = ?", (session,))
            writer.executemany(_ADD, values)

        await self._writer.run(replace)

    async def spans(self, from_ms: Sequence[int]) -> tuple[int, Sequence[Span]]:
        return await self._readers.run(lambda reader: (_position(reader), spans_of(reader, from_ms)))

    async def of_session(self, session: SessionId) -> tuple[int, Mapping[str, Costs]]:
        return await self._readers.run(lambda reader: (_position(reader), _by_route(reader, _SESSION, session)))

    async def doubtful(self, *, limit: int = DOUBTFUL_SESSIONS_MAX) -> Sequence[SessionId]:
        return await self._readers.run(
            lambda reader: [SessionId(session) for (session,) in reader.execute(_DOUBTFUL, (limit,))]
        )

    async def spent_since(self, at_ms: int) -> int:
        query = "SELECT ifnull(sum(cost_microusd), 0) FROM costs WHERE quarter_ms >= ?"
        return int(await self._readers.run(lambda reader: reader.execute(query, (quarter_of(at_ms),)).fetchone()[0]))

    async def clear(self) -> None:
        def clear(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM costs WHERE session IN (SELECT id FROM log_sessions)")
            _move(writer, 0)

        await self._writer.run(clear)


def _values(rows: Sequence[CostRow]) -> list[tuple[object, ...]]:
    return [(row.session, row.quarter_ms, row.route, *(getattr(row.costs, name) for name in COUNTS)) for row in rows]


def spans_of(reader: sqlite3.Connection, from_ms: Sequence[int]) -> list[Span]:
    """What was charged from each of these moments to the next."""
    bounds = [*map(quarter_of, from_ms), _END_MS]
    return [
        Span(from_ms=begins, routes=_by_route(reader, _SPAN, bounds[number], bounds[number + 1]))
        for number, begins in enumerate(from_ms)
    ]


def _by_route(reader: sqlite3.Connection, query: str, *values: object) -> dict[str, Costs]:
    return {route: Costs(**dict(zip(COUNTS, counts, strict=True))) for route, *counts in reader.execute(query, values)}


def _position(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT position FROM positions WHERE name = ?", (POSITION,)).fetchone()
    return int(row[0]) if row else 0


def _move(writer: sqlite3.Connection, position: int) -> None:
    writer.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (POSITION, position))
