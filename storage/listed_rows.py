"""Which rows does a list get where there are more than it holds?

Read by the standard library alone, because the rows of the first frame are read before anything else is loaded.
"""

from __future__ import annotations

import sqlite3

from core.domain.summary import EVALUATION

_NEWEST = "SELECT body FROM summaries WHERE position > ? ORDER BY opened_at_ms DESC, key DESC LIMIT ?"
# What a text says is escaped in a row, so that this stands nowhere but where it is meant.
_IS_OF_EVALUATION = f'instr(CAST(body AS TEXT), \'"origin":"{EVALUATION}"\') > 0'
_OTHERS_FIRST = (
    f"SELECT body FROM (SELECT body, opened_at_ms, key FROM summaries WHERE position > ?"
    f" ORDER BY {_IS_OF_EVALUATION}, opened_at_ms DESC, key DESC LIMIT ?) ORDER BY opened_at_ms DESC, key DESC"
)


def listed_bodies(reader: sqlite3.Connection, *, changed_after: int, limit: int) -> list[bytes]:
    """The rows beyond a position, newest opened first, at most `limit`. Where there are more, sessions of evaluations
    give way first: a large one would put everything out of the list that somebody looks for in it."""
    bodies = [body for (body,) in reader.execute(_NEWEST, (changed_after, limit + 1))]
    if len(bodies) <= limit:
        return bodies
    return [body for (body,) in reader.execute(_OTHERS_FIRST, (changed_after, limit))]
