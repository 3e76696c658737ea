"""Which tables keep how often rules were heard and what they did, and how long a look at each takes?

`rule_timings` kept sums of a few samples, from which no p95 follows. It begins anew: times are on no record, and what
rules did is counted again from the log.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("rule_timings")
    op.create_table(
        "rule_times",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("timed", sa.Integer(), nullable=False),
        sa.Column("nanoseconds", sa.Integer(), nullable=False),
        sa.Column("buckets", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("rule"),
    )
    op.create_table(
        "rule_counts",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.Column("overruled", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("switched_off", sa.Integer(), nullable=False),
        sa.Column("fired_at_ms", sa.Integer(), nullable=False),
        sa.Column("switched_off_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule"),
    )
    op.execute("PRAGMA user_version = 6")
