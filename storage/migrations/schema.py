"""What does a database look like that every migration made? `python -m storage.migrations.schema` writes it down.

A new database is made from that text, so that making one loads neither SQLAlchemy nor Alembic.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from storage.database import SCHEMA_SQL
from storage.migrations.migrate import upgrade

HEADING = "-- Made from the migrations by `python -m storage.migrations.schema`; a test holds it equal to them.\n"


def schema_text() -> str:
    """Statements, each ending with a semicolon and a line feed, that make an empty database today's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        upgrade(path)
        with closing(sqlite3.connect(path)) as database:
            made = database.execute(
                "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'"
                " ORDER BY type = 'index', name"
            ).fetchall()
            ((revision,),) = database.execute("SELECT version_num FROM alembic_version").fetchall()
            numbers = {
                name: database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
            }
    statements = [
        *("\n".join(line.rstrip() for line in sql.splitlines()) for (sql,) in made),
        f"INSERT INTO alembic_version VALUES ('{revision}')",
        *(f"PRAGMA {name} = {number}" for name, number in numbers.items()),
    ]
    return HEADING + "".join(f"{statement};\n" for statement in statements)


if __name__ == "__main__":
    SCHEMA_SQL.write_text(schema_text(), encoding="utf-8")
