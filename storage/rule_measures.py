"""How does SQLite keep what rules did, and how long a look at each takes?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import astuple, fields

from core.analytics.rule_measures import RuleCounts, RuleTimes, merged_counts
from core.domain.ids import RuleId

POSITION = "rules"

_COUNTED = tuple(each.name for each in fields(RuleCounts))
_NEWEST = ("fired_at_ms", "switched_off_at_ms")
_SUMS = (
    f"{name} = max({name}, excluded.{name})" if name in _NEWEST else f"{name} = {name} + excluded.{name}"
    for name in _COUNTED
)
_ADD_COUNTS = (
    f"INSERT INTO rule_counts (rule, {', '.join(_COUNTED)}) VALUES (?{', ?' * len(_COUNTED)})"
    f" ON CONFLICT DO UPDATE SET {', '.join(_SUMS)}"
)


def times(connection: sqlite3.Connection) -> dict[RuleId, RuleTimes]:
    """What is kept of each rule's times."""
    rows = connection.execute("SELECT rule, heard, timed, nanoseconds, buckets FROM rule_times ORDER BY rule")
    return {
        RuleId(rule): RuleTimes(heard=heard, timed=timed, nanoseconds=nanoseconds, buckets=_buckets(buckets))
        for rule, heard, timed, nanoseconds, buckets in rows
    }


def add_times(connection: sqlite3.Connection, added: Mapping[RuleId, RuleTimes]) -> None:
    """Add to what is kept. The buckets of each rule are read first: SQL can't add them up."""
    for rule, new in added.items():
        row = connection.execute("SELECT buckets FROM rule_times WHERE rule = ?", (rule,)).fetchone()
        buckets = merged_counts(_buckets(row[0]) if row else {}, new.buckets)
        connection.execute(
            "INSERT INTO rule_times (rule, heard, timed, nanoseconds, buckets) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET heard = heard + excluded.heard, timed = timed + excluded.timed,"
            " nanoseconds = nanoseconds + excluded.nanoseconds, buckets = excluded.buckets",
            (rule, new.heard, new.timed, new.nanoseconds, json.dumps(buckets, separators=(",", ":"))),
        )


def counts(connection: sqlite3.Connection) -> tuple[int, dict[RuleId, RuleCounts]]:
    """The position up to which rules were counted, and what each did."""
    rows = connection.execute(f"SELECT rule, {', '.join(_COUNTED)} FROM rule_counts ORDER BY rule")
    found = {RuleId(rule): RuleCounts(**dict(zip(_COUNTED, values, strict=True))) for rule, *values in rows}
    return _position(connection), found


def add_counts(connection: sqlite3.Connection, added: Mapping[RuleId, RuleCounts], *, after: int, position: int) -> int:
    """Add to what is kept and move the position, unless it stands elsewhere than `after`; returns where it stands."""
    stands_at = _position(connection)
    if stands_at != after:
        return stands_at
    connection.executemany(_ADD_COUNTS, [(rule, *astuple(new)) for rule, new in added.items()])
    connection.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (POSITION, position))
    return position


def _position(connection: sqlite3.Connection) -> int:
    reached = connection.execute("SELECT position FROM positions WHERE name = ?", (POSITION,)).fetchone()
    return int(reached[0]) if reached else 0


def _buckets(text: str) -> dict[int, int]:
    return {int(bucket): count for bucket, count in json.loads(text).items()}
