"""From which figure on is something no longer well?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MEBIBYTE = 1_048_576

DISK_FREE_BYTES_DEGRADED = 1_024 * MEBIBYTE
DISK_FREE_BYTES_FAILING = 64 * MEBIBYTE
"""Below this a night of debates, or one copy of a database, may not fit."""

LOOP_LAG_MS_DEGRADED = 100
LOOP_LAG_MS_FAILING = 1_000
"""Turns may come a tenth of a second late unnoticed; by a second, pieces pile up and deadlines are missed."""

DATABASE_MS_DEGRADED = 500
DATABASE_MS_FAILING = 5_000
"""A commit takes well under a millisecond on a disk that is in order."""


class Level(StrEnum):
    """How well something is. What is `degraded` works; what is `failing` doesn't, or is about not to."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was found when something was looked at, at Unix time `checked_at_ms`. An `ok` may have a figure to tell."""

    name: str
    state: Level
    reason: str
    checked_at_ms: int


def level_of_disk(free_bytes: int) -> Level:
    """Of the room left on a disk."""
    return _falling(free_bytes, degraded=DISK_FREE_BYTES_DEGRADED, failing=DISK_FREE_BYTES_FAILING)


def level_of_loop(lag_ms: int) -> Level:
    """Of how much later than asked for the event loop called back."""
    return _rising(lag_ms, degraded=LOOP_LAG_MS_DEGRADED, failing=LOOP_LAG_MS_FAILING)


def level_of_database(took_ms: int) -> Level:
    """Of how long the database took to answer."""
    return _rising(took_ms, degraded=DATABASE_MS_DEGRADED, failing=DATABASE_MS_FAILING)


def worst(levels: tuple[Level, ...]) -> Level:
    """The worst of several; well where there is none."""
    return max(levels, key=tuple(Level).index, default=Level.OK)


def _rising(value: int, *, degraded: int, failing: int) -> Level:
    if value >= failing:
        return Level.FAILING
    return Level.DEGRADED if value >= degraded else Level.OK


def _falling(value: int, *, degraded: int, failing: int) -> Level:
    if value < failing:
        return Level.FAILING
    return Level.DEGRADED if value < degraded else Level.OK
