"""Which columns hold what lists show of a format, what a version of it was about, and whether it was deleted?

Formats that are there already have no row; they are read whole until they are saved again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("templates", sa.Column("row", sa.LargeBinary(), server_default=sa.text("x''"), nullable=False))
    op.add_column("template_history", sa.Column("change", sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "template_history", sa.Column("is_deleted", sa.Boolean(), server_default=sa.text("0"), nullable=False)
    )
    op.execute("PRAGMA user_version = 8")
