"""How do deliveries go, and how many notifications wait for somebody?"""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from core.notifying.delivering import DeliveryState
from core.notifying.rates import MEDIAN_PERCENT, NEARLY_ALL_PERCENT, ChannelRate, percentile
from core.notifying.terms import Priority
from core.ports.outbox import OutboxFigures
from storage import outbox_rows as rows
from storage.outbox_changes import REVISION, position_of

_UNMUTED = (
    "NOT EXISTS (SELECT 1 FROM notification_mutes m WHERE (m.session = '' OR m.session = n.session)"
    " AND (m.type = '' OR m.type = n.type))"
)
"""Those that hold no more are dropped within a minute."""


def rates_of(reader: sqlite3.Connection, since_ms: int) -> list[ChannelRate]:
    took: dict[str, list[tuple[int, int]]] = defaultdict(list)
    failed: dict[str, int] = defaultdict(int)
    for channel, is_failed, took_ms, count in reader.execute(
        "SELECT d.channel, a.error <> '', a.took_ms, count(*) FROM delivery_attempts a"
        " JOIN deliveries d ON d.id = a.delivery WHERE a.at_ms >= ? GROUP BY 1, 2, 3",
        (since_ms,),
    ):
        if is_failed:
            failed[channel] += count
        else:
            took[channel].append((took_ms, count))
    states: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, state, count in reader.execute("SELECT channel, state, count(*) FROM deliveries GROUP BY 1, 2"):
        states[channel][state] = count
    return [
        ChannelRate(
            channel=channel,
            attempts=sum(count for _, count in took[channel]) + failed[channel],
            delivered=sum(count for _, count in took[channel]),
            failed=failed[channel],
            median_ms=percentile(took[channel], MEDIAN_PERCENT),
            p95_ms=percentile(took[channel], NEARLY_ALL_PERCENT),
            pending=states[channel].get(DeliveryState.PENDING, 0) + states[channel].get(DeliveryState.HELD, 0),
            dead=states[channel].get(DeliveryState.DEAD, 0),
        )
        for channel in sorted(states)
    ]


def figures_of(reader: sqlite3.Connection) -> OutboxFigures:
    ((mutes,),) = reader.execute("SELECT count(*) FROM notification_mutes").fetchall()
    audible = f"n.snoozed_ms = 0 AND {_UNMUTED}" if mutes else "n.snoozed_ms = 0"  # mostly nothing is muted
    urgent, unread = reader.execute(
        "SELECT count(*) FILTER (WHERE n.rank <= ?), count(*) FILTER (WHERE n.read_ms = 0)"
        f" FROM notifications n WHERE {rows.OPEN} AND {audible}",
        (Priority.HIGH.rank,),
    ).fetchone()
    ((asking,),) = reader.execute(
        "SELECT count(*) FROM notifications n"
        f" WHERE n.asks <> '' AND n.answered_ms = 0 AND n.expired_ms = 0 AND {rows.OPEN} AND {audible}"
    ).fetchall()
    ((snoozed,),) = reader.execute(
        f"SELECT count(*) FROM notifications n WHERE n.snoozed_ms > 0 AND {rows.OPEN}"
    ).fetchall()
    states = dict(
        reader.execute(
            "SELECT state, count(*) FROM deliveries WHERE state IN ('pending', 'held', 'dead') GROUP BY state"
        )
    )
    return OutboxFigures(
        unacknowledged=urgent,
        asking=asking,
        unread=unread,
        pending=states.get(DeliveryState.PENDING, 0),
        held=states.get(DeliveryState.HELD, 0),
        dead=states.get(DeliveryState.DEAD, 0),
        snoozed=snoozed,
        mutes=mutes,
        revision=position_of(reader, REVISION) or 0,
    )
