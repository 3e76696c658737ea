"""Which rows has the database for a list that is shown before anything that reads logs is loaded?

Read by SQLite's driver and the standard library alone: what checks every value of a row, and what knows the events,
take longer to load than all that the first frame needs.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from core.domain.ids import SessionId
from core.domain.label import Label
from core.domain.status import Status
from core.domain.summary import SessionSummary
from core.ports.first_look import FirstLook
from core.ports.session_index import SESSIONS_LISTED_MAX
from storage.database import APPLICATION_ID, SCHEMA_VERSION
from storage.listed_rows import listed_bodies
from storage.lock import DriverLock

BUSY_WAIT_SECONDS = 0.1
"""A moment: whoever opens the database in earnest waits longer, and says for whom."""


def first_look(path: Path) -> FirstLook | None:
    """As `core.ports.first_look.TakeFirstLook`, at the database at `path`. One of another schema is not looked into."""
    is_driven = bool(DriverLock(path).holder())
    try:
        where = path.resolve().as_uri() + "?mode=ro"
        with closing(sqlite3.connect(where, uri=True, isolation_level=None, timeout=BUSY_WAIT_SECONDS)) as database:
            database.execute("BEGIN")  # all of it at one moment
            if not _is_todays(database) or not (is_driven or _is_caught_up(database)):
                return None
            return FirstLook(summaries=_summaries(database), labels=_labels(database), is_driven=is_driven)
    except (sqlite3.Error, OSError, ValueError, TypeError, KeyError):
        return None  # opening it comes next and says what is wrong with it


def _is_todays(database: sqlite3.Connection) -> bool:
    found = (_number(database, "PRAGMA application_id"), _number(database, "PRAGMA user_version"))
    return found == (APPLICATION_ID, SCHEMA_VERSION)


def _is_caught_up(database: sqlite3.Connection) -> bool:
    """True where the rows reflect all of the log. After a crash they may not, and nobody drives who mends it."""
    rows = _number(database, "SELECT ifnull(max(position), 0) FROM positions WHERE name = 'index'")
    return rows >= _number(database, "SELECT ifnull(max(position), 0) FROM events")


def _summaries(database: sqlite3.Connection) -> tuple[SessionSummary, ...]:
    bodies = listed_bodies(database, changed_after=0, limit=SESSIONS_LISTED_MAX)
    return tuple(_summary(dict(json.loads(body))) for body in bodies)


def _summary(plain: dict[str, object]) -> SessionSummary:
    """JSON has no tuples and no states; all else in a row is as it was."""
    values = {name: _in_tuples(value) for name, value in plain.items()}
    values["status"] = Status(str(values["status"]))
    return SessionSummary(**values)  # type: ignore[arg-type]  # what the index wrote is what it was made of


def _in_tuples(value: object) -> object:
    return tuple(_in_tuples(each) for each in value) if isinstance(value, list) else value


def _labels(database: sqlite3.Connection) -> dict[SessionId, Label]:
    rows = database.execute("SELECT session, title, tags, is_archived FROM labels")
    return {
        SessionId(session): Label(title=title, tags=tuple(json.loads(tags)), is_archived=bool(is_archived))
        for session, title, tags, is_archived in rows
    }


def _number(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])
