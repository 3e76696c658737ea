"""Which columns hold who read and answered a notification, what it rests for, and which table holds mutes?"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OPEN = "acknowledged_ms = 0 AND answered_ms = 0 AND expired_ms = 0 AND type <> 'REMINDER' AND type <> 'DIGEST'"


def upgrade() -> None:
    for name in ("read_by", "answered_by", "expired_why", "asks", "reminds"):
        op.add_column("notifications", sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False))
    for name in ("read_ms", "answered_ms", "expired_ms", "snoozed_ms", "since_ms", "reminded"):
        op.add_column("notifications", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute("UPDATE notifications SET since_ms = at_ms")
    op.create_index(
        "notifications_open", "notifications", ["rank", "since_ms", "read_ms", "snoozed_ms"], sqlite_where=sa.text(OPEN)
    )
    op.create_index(
        "notifications_asking",
        "notifications",
        ["session", "asks"],
        sqlite_where=sa.text("asks <> '' AND answered_ms = 0 AND expired_ms = 0"),
    )
    op.create_index("notifications_reminds", "notifications", ["reminds"], sqlite_where=sa.text("reminds <> ''"))
    op.create_index("notifications_snoozed", "notifications", ["snoozed_ms"], sqlite_where=sa.text("snoozed_ms > 0"))
    for name in ("held_for", "digest"):
        op.add_column("deliveries", sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False))
    op.drop_index("deliveries_waiting", "deliveries")
    op.create_index("deliveries_waiting", "deliveries", ["state", "rank", "due_ms", "channel"])
    op.create_index("deliveries_digest", "deliveries", ["digest"], sqlite_where=sa.text("digest <> ''"))
    op.add_column("delivery_attempts", sa.Column("note", sa.String(), server_default=sa.text("''"), nullable=False))
    op.create_index("delivery_attempts_at", "delivery_attempts", ["at_ms"])
    op.create_table(
        "notification_mutes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("until_ms", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("PRAGMA user_version = 10")
