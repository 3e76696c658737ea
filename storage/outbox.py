"""How does SQLite keep notifications, their deliveries and what became of these?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import Any

from core.domain.ids import SessionId
from core.notifying.delivering import Delivery, DeliveryState, Held
from core.notifying.life import Ending
from core.notifying.muting import Mute
from core.notifying.rates import ChannelRate
from core.notifying.terms import Priority, Reminders
from core.ports.outbox import (
    ATTEMPTS_KEPT_MAX,
    LISTED_MAX,
    Attempt,
    HeldCount,
    OutboxFigures,
    Place,
    Told,
    Wanted,
)
from storage import outbox_changes as changes
from storage import outbox_rows as rows
from storage import outbox_sums as sums
from storage.readers import Readers
from storage.writer import Writer

POSITION = "outbox"
BRIEF_TOLD_MAX, BRIEF_TRIES_MAX = 4, 4
"""So few notifications, and so few tries, are kept on the spot."""

SLICE_MAX = 2_000
"""So many notifications are changed in one transaction."""

_ATTEMPT = "delivery, number, at_ms, took_ms, error, note"
_WAITS = "SELECT 1 FROM deliveries d WHERE d.notification = n.id AND d.state IN ('pending', 'held')"


class SqliteOutbox:
    """Implements `Outbox`."""

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers) -> None:
        self._writer = writer
        self._readers = readers
        self._figures: OutboxFigures | None = None

    async def position(self) -> int | None:
        return await self._readers.run(lambda reader: changes.position_of(reader, POSITION))

    async def add(
        self, told: Sequence[Told], *, after: int | None, position: int, endings: Sequence[Ending] = ()
    ) -> bool:
        def add(writer: sqlite3.Connection) -> bool:
            if changes.position_of(writer, POSITION) != after:
                return False
            changes.keep(writer, told)
            for ending in endings:
                changes.end(writer, ending)
            writer.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (POSITION, position))
            if told or endings:
                changes.changed(writer)
            return True

        return await self._writer.run(add, is_brief=len(told) + len(endings) <= BRIEF_TOLD_MAX)

    async def put(self, told: Sequence[Told]) -> int:
        def put(writer: sqlite3.Connection) -> int:
            stands = changes.position_of(writer, POSITION) or 0
            new = changes.keep(writer, told)
            ids = [each.notification.id for each in told]
            for part in rows.parts(ids):
                query = f"UPDATE notifications SET position = ? WHERE position = 0 AND id IN ({rows.marks(part)})"
                writer.execute(query, (stands, *part))
            return changes.changed(writer, new)

        return await self._writer.run(put, is_brief=len(told) <= 1)

    async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
        query = (
            f"SELECT {rows.SENT}, {rows.NOTIFICATION_COLUMNS} FROM deliveries d"
            " JOIN notifications n ON n.id = d.notification WHERE d.state = 'pending' AND d.due_ms <= ?"
            # As the index has them: nothing is sorted where a hundred thousand wait.
            f" AND d.channel NOT IN ({rows.marks(busy)}) ORDER BY d.rank, d.due_ms, d.channel, d.rowid LIMIT ?"
        )
        return await self._readers.run(lambda reader: _deliveries(reader, query, (now_ms, *busy, limit)))

    async def next_due_ms(self) -> int | None:
        query = "SELECT min(due_ms) FROM deliveries WHERE state = 'pending' AND rank = ?"

        def next_due_ms(reader: sqlite3.Connection) -> int | None:
            # Rank by rank: so the index has each in no time.
            by_rank = (reader.execute(query, (priority.rank,)).fetchone()[0] for priority in Priority)
            return min((due_ms for due_ms in by_rank if due_ms is not None), default=None)

        return await self._readers.run(next_due_ms)

    async def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        await self.tried_all([(delivery, attempt)])

    async def tried_all(self, tries: Sequence[tuple[Delivery, Attempt]]) -> None:
        def tried(writer: sqlite3.Connection) -> None:
            for delivery, attempt in tries:
                _tried(writer, delivery, attempt)
            changes.changed(writer)

        await self._writer.run(tried, is_brief=len(tries) <= BRIEF_TRIES_MAX)

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX, before: Place | None = None) -> Sequence[Told]:
        condition, values = rows.where(wanted)
        if before is not None:
            condition, values = f"(n.position, n.id) < (?, ?) AND {condition}", [*before, *values]
        query = (
            f"SELECT {rows.TOLD_COLUMNS} FROM notifications n WHERE {condition}"
            " ORDER BY n.position DESC, n.id DESC LIMIT ?"
        )

        def find(reader: sqlite3.Connection) -> list[Told]:
            rows.can_fold(reader)
            return rows.found(reader, reader.execute(query, (*values, min(limit, LISTED_MAX))))

        return await self._readers.run(find)

    async def attempts(self, deliveries: Collection[str]) -> Sequence[Attempt]:
        def attempts(reader: sqlite3.Connection) -> list[Attempt]:
            found: list[Attempt] = []
            for ids in rows.parts(deliveries):
                query = f"SELECT {_ATTEMPT} FROM delivery_attempts WHERE delivery IN ({rows.marks(ids)})"
                found += map(rows.attempt, reader.execute(f"{query} ORDER BY at_ms, number", ids))
            return sorted(found, key=lambda each: (each.at_ms, each.number))

        return await self._readers.run(attempts)

    async def mark_read(self, ids: Collection[str], *, by: str, at_ms: int) -> int:
        change = "UPDATE notifications SET read_by = ?, read_ms = ? WHERE read_ms = 0"
        return await self._change(change, (by, at_ms), ids)

    async def acknowledge(self, which: Collection[str] | Wanted, *, by: str, at_ms: int) -> int:
        def acknowledge(writer: sqlite3.Connection) -> int:
            ids = changes.meant(writer, which, "n.acknowledged_ms = 0", limit=SLICE_MAX)
            for part in rows.parts(ids):
                changes.acknowledge(writer, part, by, at_ms)
            return changes.changed(writer, len(ids))

        return await self._slice_by_slice(acknowledge)

    async def unacknowledge(self, ids: Collection[str]) -> int:
        change = "UPDATE notifications SET acknowledged_by = '', acknowledged_ms = 0 WHERE acknowledged_ms > 0"
        return await self._change(change, (), ids)

    async def snooze(self, which: Collection[str] | Wanted, *, until_ms: int) -> int:
        def snooze(writer: sqlite3.Connection) -> int:
            condition = f"{rows.OPEN} AND n.snoozed_ms <> {int(until_ms)}"
            ids = changes.meant(writer, which, condition, limit=SLICE_MAX)
            for part in rows.parts(ids):
                query = f"UPDATE notifications SET snoozed_ms = ? WHERE id IN ({rows.marks(part)})"
                writer.execute(query, (until_ms, *part))
            return changes.changed(writer, len(ids))

        return await self._slice_by_slice(snooze)

    async def mute(self, mute: Mute) -> None:
        def keep(writer: sqlite3.Connection) -> None:
            writer.execute(
                "INSERT OR REPLACE INTO notification_mutes (id, session, type, until_ms, by, at_ms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (mute.id, mute.session, mute.type or "", mute.until_ms, mute.by, mute.at_ms),
            )
            changes.changed(writer)

        await self._writer.run(keep, is_brief=True)

    async def unmute(self, ids: Collection[str]) -> int:
        return await self._change("DELETE FROM notification_mutes WHERE 1", (), ids)

    async def mutes(self) -> Sequence[Mute]:
        query = "SELECT session, type, until_ms, by, at_ms FROM notification_mutes ORDER BY at_ms, id"
        return await self._readers.run(lambda reader: list(map(rows.mute, reader.execute(query))))

    async def to_remind(self, reminders: Reminders, *, now_ms: int, limit: int) -> Sequence[Told]:
        overdue = sorted((priority.rank, now_ms - after_ms) for priority, after_ms in reminders.after_ms.items())
        query = (
            f"SELECT {rows.TOLD_COLUMNS} FROM notifications n WHERE {rows.OPEN} AND {{due}} AND {rows.NOT_MUTED}"
            " ORDER BY n.rank, n.since_ms LIMIT ?"
        )
        rested = query.format(due="n.snoozed_ms > 0 AND n.snoozed_ms <= ?")
        late = query.format(due="n.rank = ? AND n.since_ms <= ? AND n.snoozed_ms = 0 AND n.reminded < ?")

        def to_remind(reader: sqlite3.Connection) -> list[Told]:
            found = reader.execute(rested, (now_ms, now_ms, limit)).fetchall()
            for rank, since_ms in overdue:
                values = (rank, since_ms, reminders.times_max, now_ms, limit - len(found))
                found += reader.execute(late, values).fetchall()
            return rows.found(reader, found)

        return await self._readers.run(to_remind)

    async def remind(self, reminders: Sequence[Told], *, at_ms: int) -> int:
        def remind(writer: sqlite3.Connection) -> int:
            count = 0
            for each in reminders:
                known = writer.execute("SELECT 1 FROM notifications WHERE id = ?", (each.notification.id,)).fetchone()
                reminded = (
                    0
                    if known
                    else writer.execute(
                        "UPDATE notifications SET reminded = reminded + 1, since_ms = ?, snoozed_ms = 0"
                        f" WHERE id = ? AND {rows.OPEN}",
                        (at_ms, each.notification.reminds),
                    ).rowcount
                )
                count += reminded
                if reminded and each.deliveries:
                    changes.keep(writer, [each])
            return changes.changed(writer, count)

        return await self._writer.run(remind)

    async def set_back(self, *, now_ms: int) -> int:
        query = f"UPDATE notifications SET since_ms = ? WHERE {rows.OPEN} AND rank = ? AND since_ms > ?"

        def set_back(writer: sqlite3.Connection) -> int:
            # Rank by rank: so the index finds in no time that there are none, as it nearly always is.
            return sum(writer.execute(query, (now_ms, each.rank, now_ms)).rowcount for each in Priority)

        return await self._writer.run(set_back, is_brief=True)

    async def held(self, held_for: Held, *, channel: str = "", limit: int) -> Sequence[Delivery]:
        query = (
            f"SELECT {rows.SENT}, {rows.NOTIFICATION_COLUMNS} FROM deliveries d"
            " JOIN notifications n ON n.id = d.notification WHERE d.state = 'held' AND d.held_for = ?"
            " AND ? IN ('', d.channel) ORDER BY d.rank, n.position, d.id LIMIT ?"
        )
        return await self._readers.run(lambda reader: _deliveries(reader, query, (held_for, channel, limit)))

    async def holding(self) -> Sequence[HeldCount]:
        query = (
            "SELECT d.channel, d.held_for, count(*), min(n.at_ms), min(d.due_ms) FROM deliveries d"
            " JOIN notifications n ON n.id = d.notification WHERE d.state = 'held' AND d.digest = ''"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return await self._readers.run(
            lambda reader: [
                HeldCount(channel=channel, held_for=Held(held_for), count=count, since_ms=since_ms, until_ms=until_ms)
                for channel, held_for, count, since_ms, until_ms in reader.execute(query)
            ]
        )

    async def release(self, deliveries: Sequence[Delivery]) -> int:
        query = "UPDATE deliveries SET state = ?, held_for = ?, due_ms = ? WHERE id = ? AND state = 'held'"
        states = [(each.state, each.held_for, each.due_ms, each.id) for each in deliveries]
        return await self._writer.run(
            lambda writer: changes.changed(writer, writer.executemany(query, states).rowcount)
        )

    async def gather(self, digest: Told, deliveries: Collection[str]) -> bool:
        (sent,) = digest.deliveries

        def gather(writer: sqlite3.Connection) -> bool:
            query = "SELECT count(*) FROM deliveries WHERE state = 'held' AND digest = ''"
            held = (
                writer.execute(f"{query} AND id IN ({rows.marks(ids)})", ids).fetchone()[0]
                for ids in rows.parts(deliveries)
            )
            if sum(held) != len(deliveries):
                return False
            changes.keep(writer, [digest])
            for ids in rows.parts(deliveries):
                query = f"UPDATE deliveries SET digest = ?, held_for = '' WHERE id IN ({rows.marks(ids)})"
                writer.execute(query, (sent.id, *ids))
            changes.changed(writer)
            return True

        return await self._writer.run(gather)

    async def revive(self, deliveries: Collection[str], *, at_ms: int) -> int:
        def revive(writer: sqlite3.Connection) -> int:
            alone = changes.without_their_digest(writer, deliveries)
            for part in rows.parts(alone):
                writer.execute(
                    "UPDATE deliveries SET state = 'pending', tries = 0, due_ms = ?, ended_ms = 0, held_for = '',"
                    f" digest = '' WHERE id IN ({rows.marks(part)})",
                    (at_ms, *part),
                )
            return changes.changed(writer, len(alone))

        return await self._writer.run(revive)

    async def rates(self, *, since_ms: int) -> Sequence[ChannelRate]:
        return await self._readers.run(lambda reader: sums.rates_of(reader, since_ms))

    async def figures(self) -> OutboxFigures:
        figures = self._figures
        revision = await self._readers.run(lambda reader: changes.position_of(reader, changes.REVISION) or 0)
        if figures is None or figures.revision != revision:
            figures = self._figures = await self._readers.run(sums.figures_of)
        return figures

    async def forget(self, session: SessionId) -> None:
        def forget(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM notification_mutes WHERE session = ?", (session,))
            changes.dissolve_digests_of(writer, session)
            changes.changed(writer, changes.drop(writer, "session = ?", session) + 1)

        await self._writer.run(forget)

    async def drop_older(self, before_ms: int) -> int:
        query = f"SELECT n.id FROM notifications n WHERE n.at_ms < ? AND NOT EXISTS ({_WAITS}) LIMIT ?"

        def drop_mutes(writer: sqlite3.Connection) -> None:
            query = "DELETE FROM notification_mutes WHERE until_ms > 0 AND until_ms < ?"
            changes.changed(writer, writer.execute(query, (before_ms,)).rowcount)

        await self._writer.run(drop_mutes, is_brief=True)
        count = 0
        while old := await self._readers.run(
            lambda reader: [id for (id,) in reader.execute(query, (before_ms, rows.IDS_MAX))]
        ):
            count += await self._dropped(old)
        return count

    async def _dropped(self, ids: Sequence[str]) -> int:
        which = f"id IN ({rows.marks(ids)})"
        return await self._writer.run(lambda writer: changes.changed(writer, changes.drop(writer, which, *ids)))

    async def _slice_by_slice(self, work: Callable[[sqlite3.Connection], int]) -> int:
        """Do what comes to an end once nothing is left to do, a slice in each transaction: sessions write meanwhile."""
        count = 0
        while done := await self._writer.run(work):
            count += done
            if done < SLICE_MAX:
                break
        return count

    async def _change(self, change: str, values: Sequence[object], ids: Collection[str]) -> int:
        """Do what an SQL statement that ends in a condition does, to the rows of these ids; how many there were."""

        def work(writer: sqlite3.Connection) -> int:
            count = sum(
                writer.execute(f"{change} AND id IN ({rows.marks(part)})", (*values, *part)).rowcount
                for part in rows.parts(ids)
            )
            return changes.changed(writer, count)

        return await self._writer.run(work, is_brief=len(ids) <= 1)


def _tried(writer: sqlite3.Connection, delivery: Delivery, attempt: Attempt) -> None:
    writer.execute(
        "UPDATE deliveries SET state = ?, tries = ?, due_ms = ?, ended_ms = ?, last_error = ? WHERE id = ?",
        (delivery.state, delivery.tries, delivery.due_ms, delivery.ended_ms, delivery.last_error, delivery.id),
    )
    if delivery.state is not DeliveryState.PENDING:
        writer.execute(
            # The index holds what has a digest, which SQLite uses only where it is said.
            "UPDATE deliveries SET state = ?, ended_ms = ?, last_error = ? WHERE digest = ? AND digest <> ''",
            (delivery.state, delivery.ended_ms, delivery.last_error, delivery.id),
        )
    number = writer.execute(
        "SELECT ifnull(max(number), 0) + 1 FROM delivery_attempts WHERE delivery = ?", (attempt.delivery,)
    ).fetchone()[0]
    writer.execute(
        f"INSERT INTO delivery_attempts ({_ATTEMPT}) VALUES (?, ?, ?, ?, ?, ?)",
        (attempt.delivery, number, attempt.at_ms, attempt.took_ms, attempt.error, attempt.note),
    )
    if number > ATTEMPTS_KEPT_MAX:
        writer.execute(
            "DELETE FROM delivery_attempts WHERE delivery = ? AND number <= ?",
            (attempt.delivery, number - ATTEMPTS_KEPT_MAX),
        )


def _deliveries(reader: sqlite3.Connection, query: str, values: Sequence[object]) -> list[Delivery]:
    """What a query for `SENT` and `NOTIFICATION_COLUMNS` finds, digests with what they hold."""
    found = [
        rows.delivery(row[: rows.SENT_COUNT], rows.notification(row[rows.SENT_COUNT :]))
        for row in reader.execute(query, values)
    ]
    return rows.with_gathered(reader, found)
