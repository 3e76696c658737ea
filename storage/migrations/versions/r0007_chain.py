"""Which column holds each event's link, that makes a log one chain?

Logs that are there already get theirs here, in order of position and in slices, so that a log of any size takes no more
memory than a link for each of its sessions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.domain.chain import ROOT, linked
from core.domain.ids import SessionId

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SLICE_EVENTS = 1_000
SELECT = (
    "SELECT e.position, s.id, e.seq, e.at_ms, e.kind, e.version, e.body, e.envelope FROM events e"
    " JOIN log_sessions s ON s.key = e.session_key WHERE e.position > ? ORDER BY e.position LIMIT ?"
)


def upgrade() -> None:
    op.add_column("events", sa.Column("link", sa.LargeBinary(), server_default=sa.text("x''"), nullable=False))
    connection = op.get_bind()
    links: dict[str, bytes] = {}
    position = 0
    while rows := connection.exec_driver_sql(SELECT, (position, SLICE_EVENTS)).fetchall():
        made = []
        for position, session, seq, at_ms, kind, version, body, envelope in rows:
            link = links[session] = linked(
                links.get(session, ROOT),
                SessionId(session),
                seq=seq,
                at_ms=at_ms,
                kind=kind,
                version=version,
                body=body,
                envelope=envelope,
            )
            made.append((link, position))
        connection.exec_driver_sql("UPDATE events SET link = ? WHERE position = ?", made)
    op.execute("PRAGMA user_version = 7")
