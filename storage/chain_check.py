"""Is each session in a database the chain that it says it is?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.chain import Stored, first_break
from core.domain.ids import SessionId
from storage.event_log import STORED_COLUMNS, stored_of

CHAINED_SINCE_SCHEMA = 7
SAMPLE_EVENTS = 50_000
"""What a look in passing reads, the newest sessions first: a fraction of a second."""

FAULTS_TOLD_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainsFound:
    """How many sessions and events were looked at, and the first place in each session that is not what it must be."""

    sessions: int = 0
    events: int = 0
    faults: tuple[str, ...] = ()


def check_chains(database: sqlite3.Connection, *, events_max: int | None = SAMPLE_EVENTS) -> ChainsFound:
    """Make the links of sessions anew, newest opened first, until `events_max` were looked at; of all where None."""
    sessions = events = 0
    faults: list[str] = []
    for key, session in database.execute("SELECT key, id FROM log_sessions ORDER BY key DESC").fetchall():
        if events_max is not None and events >= events_max:
            break
        counted = _Counted(database, key)
        broken = first_break(SessionId(session), counted)
        sessions, events = sessions + 1, events + counted.events
        if broken is not None and len(faults) < FAULTS_TOLD_MAX:
            faults.append(f"session {session[:8]}: {broken.what}")
    return ChainsFound(sessions=sessions, events=events, faults=tuple(faults))


class _Counted:
    """A session's events one by one, whatever its length, and how many were read."""

    def __init__(self, database: sqlite3.Connection, key: int) -> None:
        self.events = 0
        self._rows = database.execute(f"SELECT {STORED_COLUMNS} FROM events WHERE session_key = ? ORDER BY seq", (key,))

    def __iter__(self) -> Iterator[Stored]:
        for row in self._rows:
            self.events += 1
            yield stored_of(row)
