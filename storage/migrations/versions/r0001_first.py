"""Which schema did the first release have?"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=True),
        sa.Column("answer_text", sa.String(), nullable=True),
        sa.Column("answer_body", sa.String(), nullable=True),
        sa.Column("answered_at_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("inbox_waiting", "inbox", ["id"], unique=False, sqlite_where=sa.text("answered_at_ms IS NULL"))
    op.create_table(
        "labels",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    op.create_table(
        "log_sessions",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "made_by",
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("moot_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("schema_version"),
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "positions",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "rule_sets",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "rule_timings",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("evaluations", sa.Integer(), nullable=False),
        sa.Column("nanoseconds", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule"),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "spend",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("microusd", sa.Integer(), nullable=False),
        sa.Column("total_microusd", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("spend_at", "spend", ["at_ms"], unique=False)
    op.create_index("spend_of_session", "spend", ["session", "key"], unique=False)
    op.create_table(
        "summaries",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("opened_at_ms", sa.Integer(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("session"),
    )
    op.create_index("summaries_changed", "summaries", ["position"], unique=False)
    op.create_index("summaries_opened", "summaries", ["opened_at_ms"], unique=False)
    op.create_table(
        "templates",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "events",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("session_key", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_key"],
            ["log_sessions.key"],
        ),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("events_of_session", "events", ["session_key", "seq"], unique=True)
    op.create_table(
        "rule_set_history",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at_ms", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["rule_sets.digest"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "template_history",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at_ms", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["templates.digest"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("template_history_of", "template_history", ["template", "key"], unique=False)
    op.execute("PRAGMA application_id = 1836019572")  # `moot` in ASCII
    op.execute("PRAGMA user_version = 1")
