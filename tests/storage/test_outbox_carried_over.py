"""Does a database from before there were states keep what was told, and go on from there?"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from core.notifying.delivering import DeliveryState
from core.notifying.life import LifeState
from core.notifying.terms import SENSIBLE_REMINDERS
from core.ports.outbox import Wanted
from storage.migrations.migrate import SCRIPTS, upgrade
from storage.opened import open_storage
from tests.core.notifying.builders import AT_MS
from tests.storage.builders import codec

MINUTE_MS = 60_000
TOLD = (
    "INSERT INTO notifications (id, type, rank, session, seq, position, at_ms, flow, title, text, seat,"
    " acknowledged_by, acknowledged_ms) VALUES (?, 'ESCALATION_NOTICE', 0, 'ab12', ?, ?, ?, 'debate', 'T', '?', '',"
    " ?, ?)"
)
SENT = (
    "INSERT INTO deliveries (id, notification, channel, rank, state, tries, due_ms, ended_ms, last_error)"
    " VALUES (?, ?, 'log', 0, ?, 1, ?, ?, '')"
)


async def test_what_an_older_moot_told_is_found_due_and_reminded_of(tmp_path: Path) -> None:
    scripts, path = tmp_path / "before", tmp_path / "moot.db"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "r001*"))
    upgrade(path, scripts=scripts)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(TOLD, ("seen", 1, 1, AT_MS, "ann", AT_MS + 5))
        database.execute(TOLD, ("open", 2, 2, AT_MS, "", 0))
        database.execute(SENT, ("seen-log", "seen", "delivered", AT_MS, AT_MS + 1))
        database.execute(SENT, ("open-log", "open", "pending", AT_MS, 0))
        database.execute("INSERT INTO delivery_attempts VALUES ('seen-log', 1, ?, 7, '')", (AT_MS,))
        database.execute("INSERT INTO positions VALUES ('outbox', 9)")
        database.commit()

    storage = open_storage(path, codec=codec())
    outbox = storage.outbox
    waits, seen = await outbox.find(Wanted())
    due = await outbox.due(now_ms=AT_MS, limit=9, busy=())
    early = await outbox.to_remind(SENSIBLE_REMINDERS, now_ms=AT_MS + 4 * MINUTE_MS, limit=9)
    late = await outbox.to_remind(SENSIBLE_REMINDERS, now_ms=AT_MS + 5 * MINUTE_MS, limit=9)
    tries = await outbox.attempts(["seen-log"])
    position = await outbox.position()
    await storage.close()

    assert (seen.state, seen.acknowledged_by, seen.delivered_ms) == (LifeState.ACKNOWLEDGED, "ann", AT_MS + 1)
    assert (waits.state, waits.deliveries[0].state) == (LifeState.WAITING, DeliveryState.PENDING)
    assert [each.id for each in due] == ["open-log"]
    assert (early, [each.notification.id for each in late]) == ([], ["open"])
    assert [(each.took_ms, each.note) for each in tries] == [(7, "")]
    assert position == 9
