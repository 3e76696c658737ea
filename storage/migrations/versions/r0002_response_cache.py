"""Which table keeps answers that may be given again?"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "response_cache",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("exact", sa.String(), nullable=False),
        sa.Column("likeness", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("used_at_ms", sa.Integer(), nullable=False),
        sa.Column("expires_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("exact"),
    )
    op.create_index(
        "response_cache_likeness",
        "response_cache",
        ["likeness"],
        unique=False,
        sqlite_where=sa.text("likeness IS NOT NULL"),
    )
    op.create_index("response_cache_used", "response_cache", ["used_at_ms"], unique=False)
    op.create_index("response_cache_expires", "response_cache", ["expires_at_ms"], unique=False)
    op.execute("PRAGMA user_version = 2")
