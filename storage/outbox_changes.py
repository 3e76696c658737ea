"""How does what happens to notifications change their tables? Each works within its caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from core.notifying.life import ALL_ASKED, DOUBT, Ending
from core.ports.outbox import Told, Wanted
from storage import outbox_rows as rows

REVISION = "outbox_revision"


def keep(writer: sqlite3.Connection, told: Sequence[Told]) -> int:
    """Insert what is not there yet; how many notifications were new."""
    new = 0
    for each in told:
        new += writer.execute(rows.ADD_TOLD, rows.told_row(each.notification)).rowcount
    writer.executemany(rows.ADD_SENT, [rows.sent_row(sent) for each in told for sent in each.deliveries])
    return new


def end(writer: sqlite3.Connection, ending: Ending) -> None:
    changes = "answered_by = ?2, answered_ms = ?3" if ending.by else "expired_why = ?2, expired_ms = ?3"
    match ending.asks:
        case _ if ending.asks == ALL_ASKED:
            asks, what = "substr(asks, 1, length(?1)) <> ?1", DOUBT
        case kind if kind.endswith(":"):
            asks, what = "substr(asks, 1, length(?1)) = ?1", kind
        case single:
            asks, what = "asks = ?1", single
    writer.execute(
        f"UPDATE notifications SET {changes} WHERE asks <> '' AND answered_ms = 0 AND expired_ms = 0"
        f" AND session = ?4 AND position < ?5 AND {asks}",
        (what, ending.by or ending.why, ending.at_ms, ending.session, ending.position),
    )


def meant(writer: sqlite3.Connection, which: Collection[str] | Wanted, condition: str, *, limit: int) -> list[str]:
    """The ids that are meant of those that fulfil a condition on `notifications n`: so many at most, and of ids that
    are named so many and those in a query with them."""
    rows.can_fold(writer)
    if isinstance(which, Wanted):
        wanted, values = rows.where(which)
        query = f"SELECT n.id FROM notifications n WHERE {condition} AND {wanted} LIMIT ?"
        return [id for (id,) in writer.execute(query, (*values, limit))]
    found: list[str] = []
    for part in rows.parts(which):
        query = f"SELECT n.id FROM notifications n WHERE {condition} AND n.id IN ({rows.marks(part)})"
        found += [id for (id,) in writer.execute(query, part)]
        if len(found) >= limit:
            break
    return found


def acknowledge(writer: sqlite3.Connection, ids: Sequence[str], by: str, at_ms: int) -> None:
    """These, what they remind of, and all reminders of either."""
    query = f"SELECT reminds FROM notifications WHERE reminds <> '' AND id IN ({rows.marks(ids)})"
    every = [*ids, *(id for (id,) in writer.execute(query, ids))]
    change = "UPDATE notifications SET acknowledged_by = ?, acknowledged_ms = ? WHERE acknowledged_ms = 0"
    for part in rows.parts(every):
        writer.execute(f"{change} AND id IN ({rows.marks(part)})", (by, at_ms, *part))
        writer.execute(f"{change} AND reminds <> '' AND reminds IN ({rows.marks(part)})", (by, at_ms, *part))


def without_their_digest(writer: sqlite3.Connection, deliveries: Collection[str]) -> list[str]:
    """Those of these deliveries that are there, but those whose digest is among them: it has them in it."""
    found: dict[str, str] = {}
    for part in rows.parts(deliveries):
        found |= dict(writer.execute(f"SELECT id, digest FROM deliveries WHERE id IN ({rows.marks(part)})", part))
    return [id for id, digest in found.items() if digest not in found]


def dissolve_digests_of(writer: sqlite3.Connection, session: str) -> None:
    """Drop digests that tell of a session; what else was in one that has not arrived goes by itself."""
    query = (
        "SELECT DISTINCT d.digest, g.notification FROM deliveries d JOIN deliveries g ON g.id = d.digest"
        " WHERE d.digest <> '' AND d.notification IN (SELECT id FROM notifications WHERE session = ?)"
    )
    for digest, notification in writer.execute(query, (session,)).fetchall():
        part = "WHERE digest = ? AND digest <> ''"
        writer.execute(f"UPDATE deliveries SET state = 'pending' {part} AND state = 'held'", (digest,))
        writer.execute(f"UPDATE deliveries SET digest = '' {part}", (digest,))
        drop(writer, "id = ?", notification)


def drop(writer: sqlite3.Connection, which: str, *values: object) -> int:
    told = f"SELECT id FROM notifications WHERE {which}"
    sent = f"SELECT id FROM deliveries WHERE notification IN ({told})"
    writer.execute(f"DELETE FROM delivery_attempts WHERE delivery IN ({sent})", values)
    writer.execute(f"DELETE FROM deliveries WHERE notification IN ({told})", values)
    return writer.execute(f"DELETE FROM notifications WHERE {which}", values).rowcount


def changed(writer: sqlite3.Connection, count: int = 1) -> int:
    """Count on where something has changed; returns how much, as it was told."""
    if count:
        writer.execute(
            "INSERT INTO positions VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET position = position + 1", (REVISION,)
        )
    return count


def position_of(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute("SELECT position FROM positions WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else None
