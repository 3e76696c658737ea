"""How does SQLite keep notifications, their deliveries and what became of these?"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from typing import Any

from core.domain.ids import SeatId, SessionId
from core.notifying.delivering import Delivery, DeliveryState
from core.notifying.notification import Notification, NotificationType, Priority
from core.ports.outbox import ATTEMPTS_KEPT_MAX, LISTED_MAX, Attempt, OutboxFigures, Told, Wanted
from storage.readers import Readers
from storage.writer import Writer

POSITION = "outbox"
IDS_MAX = 900
"""So many ids go into one query; SQLite takes a thousand values at least."""

_TOLD = "id, type, rank, session, seq, position, at_ms, flow, title, text, seat"
_SENT = "d.id, d.channel, d.state, d.tries, d.due_ms, d.ended_ms, d.last_error"
_ADD_TOLD = f"INSERT OR IGNORE INTO notifications ({_TOLD}) VALUES ({', '.join('?' * 11)})"
_ADD_SENT = (
    "INSERT OR IGNORE INTO deliveries (id, notification, channel, rank, state, tries, due_ms, ended_ms, last_error)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_RANKED = tuple(Priority)


class SqliteOutbox:
    """Implements `Outbox`."""

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def position(self) -> int | None:
        return await self._readers.run(_position)

    async def add(self, told: Sequence[Told], *, after: int | None, position: int) -> bool:
        def add(writer: sqlite3.Connection) -> bool:
            if _position(writer) != after:
                return False
            writer.executemany(_ADD_TOLD, [_told_row(each.notification) for each in told])
            writer.executemany(_ADD_SENT, [_sent_row(sent) for each in told for sent in each.deliveries])
            writer.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (POSITION, position))
            return True

        return await self._writer.run(add, is_brief=len(told) <= 1)

    async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
        query = (
            f"SELECT {_SENT}, {_prefixed('n')} FROM deliveries d JOIN notifications n ON n.id = d.notification"
            " WHERE d.state = 'pending' AND d.due_ms <= ?"
            f" AND d.channel NOT IN ({', '.join('?' * len(busy))}) ORDER BY d.rank, d.due_ms, n.position LIMIT ?"
        )
        return await self._readers.run(
            lambda reader: [
                _delivery(row[:7], _notification(row[7:])) for row in reader.execute(query, (now_ms, *busy, limit))
            ]
        )

    async def next_due_ms(self) -> int | None:
        query = "SELECT min(due_ms) FROM deliveries WHERE state = 'pending'"
        found = await self._readers.run(lambda reader: reader.execute(query).fetchone()[0])
        return None if found is None else int(found)

    async def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        def tried(writer: sqlite3.Connection) -> None:
            writer.execute(
                "UPDATE deliveries SET state = ?, tries = ?, due_ms = ?, ended_ms = ?, last_error = ? WHERE id = ?",
                (delivery.state, delivery.tries, delivery.due_ms, delivery.ended_ms, delivery.last_error, delivery.id),
            )
            number = writer.execute(
                "SELECT ifnull(max(number), 0) + 1 FROM delivery_attempts WHERE delivery = ?", (attempt.delivery,)
            ).fetchone()[0]
            writer.execute(
                "INSERT INTO delivery_attempts VALUES (?, ?, ?, ?, ?)",
                (attempt.delivery, number, attempt.at_ms, attempt.took_ms, attempt.error),
            )
            writer.execute(
                "DELETE FROM delivery_attempts WHERE delivery = ? AND number <= ?",
                (attempt.delivery, number - ATTEMPTS_KEPT_MAX),
            )

        await self._writer.run(tried, is_brief=True)

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX) -> Sequence[Told]:
        where, values = _where(wanted)
        query = (
            f"SELECT {_prefixed('n')}, n.acknowledged_by, n.acknowledged_ms FROM notifications n{where}"
            " ORDER BY n.position DESC, n.id LIMIT ?"
        )

        def find(reader: sqlite3.Connection) -> list[Told]:
            rows = reader.execute(query, (*values, min(limit, LISTED_MAX))).fetchall()
            found = {row[0]: _notification(row[:11]) for row in rows}
            sent: dict[str, list[Delivery]] = {id: [] for id in found}
            for ids in _parts(found):
                deliveries = f"SELECT d.notification, {_SENT} FROM deliveries d WHERE d.notification IN ({_marks(ids)})"
                for id, *row in reader.execute(f"{deliveries} ORDER BY d.channel", ids):
                    sent[id].append(_delivery(row, found[id]))
            return [
                Told(
                    notification=found[row[0]],
                    deliveries=tuple(sent[row[0]]),
                    acknowledged_by=row[11],
                    acknowledged_ms=row[12],
                )
                for row in rows
            ]

        return await self._readers.run(find)

    async def attempts(self, deliveries: Collection[str]) -> Sequence[Attempt]:
        def attempts(reader: sqlite3.Connection) -> list[Attempt]:
            found: list[Attempt] = []
            for ids in _parts(deliveries):
                query = f"SELECT * FROM delivery_attempts WHERE delivery IN ({_marks(ids)}) ORDER BY at_ms, number"
                found += [
                    Attempt(delivery=delivery, number=number, at_ms=at_ms, took_ms=took_ms, error=error)
                    for delivery, number, at_ms, took_ms, error in reader.execute(query, ids)
                ]
            return found

        return await self._readers.run(attempts)

    async def acknowledge(self, ids: Collection[str], *, by: str, at_ms: int) -> int:
        def acknowledge(writer: sqlite3.Connection) -> int:
            return sum(
                writer.execute(
                    "UPDATE notifications SET acknowledged_by = ?, acknowledged_ms = ?"
                    f" WHERE acknowledged_ms = 0 AND id IN ({_marks(part)})",
                    (by, at_ms, *part),
                ).rowcount
                for part in _parts(ids)
            )

        return await self._writer.run(acknowledge)

    async def revive(self, deliveries: Collection[str], *, at_ms: int) -> int:
        def revive(writer: sqlite3.Connection) -> int:
            return sum(
                writer.execute(
                    "UPDATE deliveries SET state = 'pending', tries = 0, due_ms = ?, ended_ms = 0"
                    f" WHERE id IN ({_marks(part)})",
                    (at_ms, *part),
                ).rowcount
                for part in _parts(deliveries)
            )

        return await self._writer.run(revive)

    async def figures(self) -> OutboxFigures:
        def figures(reader: sqlite3.Connection) -> OutboxFigures:
            ((unacknowledged,),) = reader.execute(
                "SELECT count(*) FROM notifications WHERE acknowledged_ms = 0 AND rank <= ?", (Priority.HIGH.rank,)
            ).fetchall()
            states = dict(
                reader.execute("SELECT state, count(*) FROM deliveries WHERE state <> 'delivered' GROUP BY state")
            )
            return OutboxFigures(
                unacknowledged=unacknowledged,
                pending=states.get(DeliveryState.PENDING, 0),
                dead=states.get(DeliveryState.DEAD, 0),
            )

        return await self._readers.run(figures)

    async def forget(self, session: SessionId) -> None:
        await self._writer.run(lambda writer: _drop(writer, "session = ?", session))

    async def drop_older(self, before_ms: int) -> int:
        waiting = "SELECT notification FROM deliveries WHERE state = 'pending'"
        return await self._writer.run(lambda writer: _drop(writer, f"at_ms < ? AND id NOT IN ({waiting})", before_ms))


def _drop(writer: sqlite3.Connection, which: str, *values: object) -> int:
    told = f"SELECT id FROM notifications WHERE {which}"
    sent = f"SELECT id FROM deliveries WHERE notification IN ({told})"
    writer.execute(f"DELETE FROM delivery_attempts WHERE delivery IN ({sent})", values)
    writer.execute(f"DELETE FROM deliveries WHERE notification IN ({told})", values)
    return writer.execute(f"DELETE FROM notifications WHERE {which}", values).rowcount


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    if wanted.types:
        parts.append(f"n.type IN ({_marks(wanted.types)})")
        values += sorted(wanted.types)
    if wanted.priority is not Priority.LOW:
        parts.append("n.rank <= ?")
        values.append(wanted.priority.rank)
    if wanted.session:
        parts.append("n.session = ?")
        values.append(wanted.session)
    if wanted.is_open:
        parts.append("n.acknowledged_ms = 0")
    if wanted.channel or wanted.state is not None:
        asked = {"d.channel = ?": wanted.channel, "d.state = ?": wanted.state}
        held = {part: value for part, value in asked.items() if value}
        parts.append(f"EXISTS (SELECT 1 FROM deliveries d WHERE d.notification = n.id AND {' AND '.join(held)})")
        values += held.values()
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), values


def _told_row(told: Notification) -> tuple[object, ...]:
    return (
        told.id, told.type, told.priority.rank, told.session, told.seq, told.position, told.at_ms, told.flow,
        told.title, told.text, told.seat,
    )  # fmt: skip  # as the columns stand


def _sent_row(sent: Delivery) -> tuple[object, ...]:
    told = sent.notification
    return (
        sent.id, told.id, sent.channel, told.priority.rank, sent.state, sent.tries, sent.due_ms, sent.ended_ms,
        sent.last_error,
    )  # fmt: skip  # as the columns stand


def _notification(row: Sequence[Any]) -> Notification:
    id, type, rank, session, seq, position, at_ms, flow, title, text, seat = row
    return Notification(
        id=id,
        type=NotificationType(type),
        priority=_RANKED[rank],
        session=SessionId(session),
        seq=seq,
        position=position,
        at_ms=at_ms,
        flow=flow,
        title=title,
        text=text,
        seat=SeatId(seat),
    )


def _delivery(row: Sequence[Any], told: Notification) -> Delivery:
    id, channel, state, tries, due_ms, ended_ms, last_error = row
    return Delivery(
        id=id,
        notification=told,
        channel=channel,
        state=DeliveryState(state),
        tries=tries,
        due_ms=due_ms,
        ended_ms=ended_ms,
        last_error=last_error,
    )


def _prefixed(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in _TOLD.split(", "))


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _parts(values: Collection[str]) -> list[list[str]]:
    every = list(values)
    return [every[at : at + IDS_MAX] for at in range(0, len(every), IDS_MAX)]


def _position(connection: sqlite3.Connection) -> int | None:
    row = connection.execute("SELECT position FROM positions WHERE name = ?", (POSITION,)).fetchone()
    return int(row[0]) if row else None
