"""Which table keeps versions of the rules with their sets and files?

It takes the place of `rule_set_history`, which knew rules alone. Until now every rule was in force in every session,
whatever set it named. So that it stays so, the sets that there are stand upon one another beneath the operator's own.
"""

from __future__ import annotations

import json
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

OWN, STANDARD = "own", "standard"


def upgrade() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sets", sa.String(), nullable=False),
        sa.Column("files", sa.String(), nullable=False),
        sa.Column("made_at_ms", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["rule_sets.digest"]),
        sa.PrimaryKeyConstraint("number"),
    )
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT key, digest, made_at_ms, actor, change FROM rule_set_history ORDER BY key")
    ).fetchall()
    for key, digest, made_at_ms, actor, change in rows:
        body = connection.execute(sa.text("SELECT body FROM rule_sets WHERE digest = :digest"), {"digest": digest})
        connection.execute(
            sa.text(
                "INSERT INTO rule_versions VALUES (:number, 'change', :digest, :sets, '[]', :at_ms, :actor, :change)"
            ),
            {
                "number": key,
                "digest": digest,
                "sets": _sets_of(json.loads(body.scalar_one())),
                "at_ms": made_at_ms,
                "actor": actor,
                "change": change,
            },
        )
    op.drop_table("rule_set_history")
    op.execute("PRAGMA user_version = 5")


def _sets_of(rules: list[dict[str, str]]) -> str:
    """Definitions by which every rule holds in the operator's own set, as it did; none where it needs none."""
    further = sorted({rule["set"] for rule in rules} - {OWN, STANDARD})
    chain = [OWN, *further, STANDARD] if further else []
    defined = [{"name": name, "extends": beneath, "description": ""} for name, beneath in pairwise(chain)]
    return json.dumps(sorted(defined, key=lambda spec: spec["name"]), sort_keys=True, separators=(",", ":"))
