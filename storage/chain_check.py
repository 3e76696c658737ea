"""Is each session in a database the chain that it says it is, and how far is it that of another database?"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.chain import Stored, first_break
from core.domain.ids import SessionId
from storage.event_log import STORED_COLUMNS, stored_of

CHAINED_SINCE_SCHEMA = 7
SAMPLE_EVENTS = 50_000
"""What a look in passing reads, the newest sessions first: a fraction of a second."""

FAULTS_TOLD_MAX = 20

_LENGTHS = "SELECT s.id, max(e.seq) FROM events e JOIN log_sessions s ON s.key = e.session_key GROUP BY s.key"
_LINK = "SELECT e.link FROM events e JOIN log_sessions s ON s.key = e.session_key WHERE s.id = ? AND e.seq = ?"


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


def same_until(one: sqlite3.Connection, other: sqlite3.Connection) -> dict[str, int]:
    """Of each session that two databases hold, the last event up to which both hold the same; 0 where the first one
    differs. Of one from before there were links, the lengths alone are compared.

    A link speaks for all events before it, so that few are looked at.
    """
    lengths = [dict(each.execute(_LENGTHS).fetchall()) for each in (one, other)]
    both = {
        session: min(length, lengths[1][session]) for session, length in lengths[0].items() if session in lengths[1]
    }
    schemas = [each.execute("PRAGMA user_version").fetchone()[0] for each in (one, other)]
    if min(schemas) < CHAINED_SINCE_SCHEMA:
        return both
    return {session: _last_same(one, other, session, until) for session, until in both.items()}


def _last_same(one: sqlite3.Connection, other: sqlite3.Connection, session: str, until: int) -> int:
    def differs(seq: int) -> bool:
        link, counterpart = (each.execute(_LINK, (session, seq)).fetchone() for each in (one, other))
        return bool(link != counterpart)

    return until if not differs(until) else bisect_left(range(1, until), True, key=differs)


class _Counted:
    """A session's events one by one, whatever its length, and how many were read."""

    def __init__(self, database: sqlite3.Connection, key: int) -> None:
        self.events = 0
        self._rows = database.execute(f"SELECT {STORED_COLUMNS} FROM events WHERE session_key = ? ORDER BY seq", (key,))

    def __iter__(self) -> Iterator[Stored]:
        for row in self._rows:
            self.events += 1
            yield stored_of(row)
