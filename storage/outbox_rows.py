"""How do notifications, deliveries and tries stand in their tables, and which rows does a search mean?"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from core.domain.ids import SeatId, SessionId
from core.notifying.delivering import Delivery, DeliveryState, Held
from core.notifying.life import LifeState
from core.notifying.muting import Mute
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from core.ports.outbox import Attempt, Told, Wanted

IDS_MAX = 900
"""So many ids go into one query; SQLite takes a thousand values at least."""

_TOLD = "id, type, rank, session, seq, position, at_ms, flow, title, text, seat, asks, reminds"
_TOLD_COUNT = 13
_LIFE = (
    "read_by, read_ms, acknowledged_by, acknowledged_ms, answered_by, answered_ms, expired_why, expired_ms,"
    " snoozed_ms, reminded"
)
SENT = "d.id, d.channel, d.state, d.tries, d.due_ms, d.ended_ms, d.last_error, d.held_for, d.digest"
SENT_COUNT = 9
ADD_TOLD = f"INSERT OR IGNORE INTO notifications ({_TOLD}, since_ms) VALUES ({', '.join('?' * (_TOLD_COUNT + 1))})"
ADD_SENT = (
    "INSERT OR IGNORE INTO deliveries (id, channel, state, tries, due_ms, ended_ms, last_error, held_for, digest,"
    " notification, rank) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
UNSEEN = "acknowledged_ms = 0 AND answered_ms = 0 AND expired_ms = 0"
"""What may still need somebody, with reminders of it."""

OPEN = f"{UNSEEN} AND type <> 'REMINDER' AND type <> 'DIGEST'"
"""As the index has it, so that SQLite uses it."""

_RANKED = tuple(Priority)
_DELIVERED = "EXISTS (SELECT 1 FROM deliveries v WHERE v.notification = n.id AND v.state = 'delivered')"
_ENDED = "n.answered_ms = 0 AND n.expired_ms = 0"
_IN_STATE = {
    LifeState.ANSWERED: "n.answered_ms > 0",
    LifeState.EXPIRED: "n.answered_ms = 0 AND n.expired_ms > 0",
    LifeState.ACKNOWLEDGED: f"n.acknowledged_ms > 0 AND {_ENDED}",
    LifeState.READ: f"n.read_ms > 0 AND n.acknowledged_ms = 0 AND {_ENDED}",
    LifeState.DELIVERED: f"n.read_ms = 0 AND n.acknowledged_ms = 0 AND {_ENDED} AND {_DELIVERED}",
    LifeState.WAITING: f"n.read_ms = 0 AND n.acknowledged_ms = 0 AND {_ENDED} AND NOT {_DELIVERED}",
}
NOT_MUTED = (
    "NOT EXISTS (SELECT 1 FROM notification_mutes m WHERE (m.session = '' OR m.session = n.session)"
    " AND (m.type = '' OR m.type = n.type) AND (m.until_ms = 0 OR m.until_ms > ?))"
)


def where(wanted: Wanted) -> tuple[str, list[object]]:
    """The condition on `notifications n`, "1" for all, with its values."""
    parts: list[str] = []
    values: list[object] = []
    if wanted.id:
        parts.append("n.id >= ? AND n.id < ?")
        values += [wanted.id, f"{wanted.id}\U0010ffff"]
    if wanted.types:
        parts.append(f"n.type IN ({marks(wanted.types)})")
        values += sorted(wanted.types)
    elif wanted.state is None and not wanted.id:
        parts.append("n.type <> 'DIGEST'")
    if wanted.priority is not Priority.LOW:
        parts.append("n.rank <= ?")
        values.append(wanted.priority.rank)
    if wanted.session:
        parts.append("n.session = ?")
        values.append(wanted.session)
    if wanted.is_open:
        parts.append("n.acknowledged_ms = 0 AND n.answered_ms = 0 AND n.expired_ms = 0 AND n.type <> 'DIGEST'")
    if wanted.life:
        parts.append(f"({' OR '.join(f'({_IN_STATE[state]})' for state in sorted(wanted.life))})")
    if wanted.text:
        parts.append("(instr(folded(n.title), ?) OR instr(folded(n.text), ?))")
        values += [wanted.text.casefold()] * 2
    if wanted.audible_ms:
        parts.append(f"n.snoozed_ms <= ? AND {NOT_MUTED}")
        values += [wanted.audible_ms] * 2
    if wanted.state is not None:
        # Few are dead, or on their way: they are found without a look at all the others.
        parts.append("n.id IN (SELECT d.notification FROM deliveries d WHERE d.state = ? AND ? IN ('', d.channel))")
        values += [wanted.state, wanted.channel]
    elif wanted.channel:
        parts.append("EXISTS (SELECT 1 FROM deliveries d WHERE d.notification = n.id AND d.channel = ?)")
        values.append(wanted.channel)
    return " AND ".join(parts) or "1", values


def can_fold(connection: sqlite3.Connection) -> None:
    """Have the connection compare texts as Python does: SQLite knows the capitals of English alone."""
    connection.create_function("folded", 1, str.casefold, deterministic=True)


TOLD_COLUMNS = ", ".join(f"n.{name.strip()}" for name in f"{_TOLD}, {_LIFE}".split(","))
NOTIFICATION_COLUMNS = ", ".join(f"n.{name.strip()}" for name in _TOLD.split(","))


def found(reader: sqlite3.Connection, rows: Iterable[Sequence[Any]]) -> list[Told]:
    """What rows of `TOLD_COLUMNS` say, each with its deliveries."""
    every = list(rows)
    notifications = {row[0]: notification(row[:_TOLD_COUNT]) for row in every}
    deliveries: list[Delivery] = []
    for ids in parts(notifications):
        query = f"SELECT d.notification, {SENT} FROM deliveries d WHERE d.notification IN ({marks(ids)})"
        for id, *row in reader.execute(f"{query} ORDER BY d.channel", ids):
            deliveries.append(delivery(row, notifications[id]))
    sent: dict[str, list[Delivery]] = {id: [] for id in notifications}
    for each in with_gathered(reader, deliveries):
        sent[each.notification.id].append(each)
    return [_told(notifications[row[0]], tuple(sent[row[0]]), row[_TOLD_COUNT:]) for row in every]


def with_gathered(reader: sqlite3.Connection, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """The same, digests with what is gathered in them, the most urgent first and of these the oldest."""
    gathered: dict[str, list[Notification]] = {
        each.id: [] for each in deliveries if each.notification.type is NotificationType.DIGEST
    }
    for ids in parts(gathered):
        query = (
            f"SELECT d.digest, {NOTIFICATION_COLUMNS} FROM deliveries d JOIN notifications n"
            # The index holds what has a digest, which SQLite uses only where it is said.
            f" ON n.id = d.notification WHERE d.digest <> '' AND d.digest IN ({marks(ids)})"
        )
        for digest, *row in reader.execute(f"{query} ORDER BY d.rank, n.position, d.id", ids):
            gathered[digest].append(notification(row))
    return [replace(each, gathered=tuple(gathered.get(each.id, ()))) if gathered else each for each in deliveries]


def _told(of: Notification, sent: tuple[Delivery, ...], life: Sequence[Any]) -> Told:
    read_by, read_ms, seen_by, seen_ms, answered_by, answered_ms, expired_why, expired_ms, snoozed_ms, reminded = life
    return Told(
        notification=of,
        deliveries=sent,
        read_by=read_by,
        read_ms=read_ms,
        acknowledged_by=seen_by,
        acknowledged_ms=seen_ms,
        answered_by=answered_by,
        answered_ms=answered_ms,
        expired_why=expired_why,
        expired_ms=expired_ms,
        snoozed_until_ms=snoozed_ms,
        reminded=reminded,
    )


def told_row(told: Notification) -> tuple[object, ...]:
    return (
        told.id, told.type, told.priority.rank, told.session, told.seq, told.position, told.at_ms, told.flow,
        told.title, told.text, told.seat, told.asks, told.reminds, told.at_ms,
    )  # fmt: skip  # as the columns stand


def sent_row(sent: Delivery) -> tuple[object, ...]:
    told = sent.notification
    return (
        sent.id, sent.channel, sent.state, sent.tries, sent.due_ms, sent.ended_ms, sent.last_error, sent.held_for,
        sent.digest, told.id, told.priority.rank,
    )  # fmt: skip  # as the columns stand


def notification(row: Sequence[Any]) -> Notification:
    id, type, rank, session, seq, position, at_ms, flow, title, text, seat, asks, reminds = row
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
        asks=asks,
        reminds=reminds,
    )


def delivery(row: Sequence[Any], told: Notification) -> Delivery:
    id, channel, state, tries, due_ms, ended_ms, last_error, held_for, digest = row
    return Delivery(
        id=id,
        notification=told,
        channel=channel,
        state=DeliveryState(state),
        tries=tries,
        due_ms=due_ms,
        ended_ms=ended_ms,
        last_error=last_error,
        held_for=Held(held_for),
        digest=digest,
    )


def attempt(row: Sequence[Any]) -> Attempt:
    of, number, at_ms, took_ms, error, note = row
    return Attempt(delivery=of, number=number, at_ms=at_ms, took_ms=took_ms, error=error, note=note)


def mute(row: Sequence[Any]) -> Mute:
    session, type, until_ms, by, at_ms = row
    return Mute(session=session, type=NotificationType(type) if type else None, until_ms=until_ms, by=by, at_ms=at_ms)


def marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def parts(values: Collection[str]) -> list[list[str]]:
    every = list(values)
    return [every[at : at + IDS_MAX] for at in range(0, len(every), IDS_MAX)]
