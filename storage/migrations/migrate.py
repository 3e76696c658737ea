"""How is an older database brought up to today's schema without risking it?"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from core.domain.errors import StorageFailed
from storage.copying import copy_whole
from storage.database import BUSY_WAIT_MS, moot_version

SCRIPTS = Path(__file__).parent
COPIES_MAX = 100
"""Copies of one file beside it. More than this means that migrating fails again and again."""


def migrate(path: Path, *, made_version: int, scripts: Path = SCRIPTS) -> Path:
    """Copy the file, then run every later revision in one transaction. Returns where the copy is.

    Raises StorageFailed with the database as it was. The copy is kept: a person deletes it, never moot.
    """
    copy = _copied(path, made_version)
    bring_up_to_date(
        path, made_version=made_version, left=f"Nothing was changed; a copy is at {copy}.", scripts=scripts
    )
    return copy


def bring_up_to_date(path: Path, *, made_version: int, left: str, scripts: Path = SCRIPTS) -> None:
    """Run every later revision in one transaction. Raises StorageFailed, which tells what is `left` as it was."""
    try:
        upgrade(path, scripts=scripts)
    except DBAPIError as error:
        raise StorageFailed(
            f"it couldn't be brought from schema {made_version} to today's: {error.orig}.",
            where=str(path),
            now=f"{left} Update moot, or run `moot doctor`.",
        ) from error


def upgrade(path: Path, *, scripts: Path = SCRIPTS) -> None:
    """Run every revision that the database at `path` doesn't have yet; an absent file begins empty."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        connect_args={"isolation_level": None, "timeout": BUSY_WAIT_MS / 1000},
    )
    # The driver would begin a transaction before rows are changed, but not before tables are.
    event.listen(engine, "begin", _begin)
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO made_by SELECT user_version, ? FROM pragma_user_version", (moot_version(),)
        )


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _copied(path: Path, made_version: int) -> Path:
    for number in range(1, COPIES_MAX + 1):
        copy = path.with_name(f"{path.name}.schema-{made_version}.copy-{number}")
        if copy.exists():
            continue
        copy_whole(path, copy)
        return copy
    raise StorageFailed(
        f"there are {COPIES_MAX} copies of it from before a migration already.",
        where=str(path),
        now="Look why migrating fails, then delete the copies that you don't need.",
    )
