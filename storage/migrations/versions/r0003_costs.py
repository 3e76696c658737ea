"""Which table sums up what calls cost by session, quarter of an hour and route?

It takes the place of `spend`, which knew no routes. What sessions with a log have cost is read from their logs; of
deleted ones the old sums are all that is left, and they are carried over without a route.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTS = (
    "answers",
    "failures",
    "failures_billed",
    "doubts",
    "cached",
    "tokens_input",
    "tokens_output",
    "tokens_cached",
    "cost_microusd",
    "lost_microusd",
    "saved_microusd",
)


def upgrade() -> None:
    op.create_table(
        "costs",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("quarter_ms", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("session", "quarter_ms", "route"),
    )
    op.create_index("costs_quarter", "costs", ["quarter_ms"], unique=False)
    op.execute(
        "INSERT INTO costs SELECT session, at_ms - at_ms % 900000, '', 0, 0, 0, 0, 0, 0, 0, 0, sum(microusd), 0, 0"
        " FROM spend WHERE session NOT IN (SELECT id FROM log_sessions) GROUP BY 1, 2"
    )
    op.drop_table("spend")
    op.execute("DELETE FROM positions WHERE name = 'spend'")
    op.execute("PRAGMA user_version = 3")
