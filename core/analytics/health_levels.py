"""From which figure on is something no longer well?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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

MEMORY_BYTES_DEGRADED = 1_024 * MEBIBYTE
MEMORY_FREE_PPM_FAILING = 30_000
"""A process of more than a gibibyte holds more than it should; with less than three hundredths of the machine's memory
left, the system is about to end some process."""

CPU_PPM_DEGRADED = 800_000
"""Of one core, which is all that an event loop can use: from here on everything comes later."""

BEHIND_EVENTS_DEGRADED = 5_000
BEHIND_EVENTS_FAILING = 100_000
"""So far may a reader be behind the log: a list that is seconds old is no harm, one that is minutes old lies."""

MESSAGES_DEGRADED = 100
MESSAGES_FAILING = 1_000
"""Requests of other processes that wait for an answer, which takes a moment each."""

PENDING_DEGRADED = 10_000


class Level(StrEnum):
    """How well something is. What is `degraded` works; what is `failing` doesn't, or is about not to."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was found when something was looked at, at Unix time `checked_at_ms`. An `ok` may have a figure to tell. It
    has been so since `since_ms`, 0 where only one look is known."""

    name: str
    state: Level
    reason: str
    checked_at_ms: int
    since_ms: int = 0


def with_since(before: Iterable[Health], found: Iterable[Health]) -> tuple[Health, ...]:
    """What was found, each with the moment since which it has been as it is: a former look's where that found the same
    state, its own where not. A clock that was set back makes nothing younger than the look itself."""
    known = {health.name: health for health in before}
    told: list[Health] = []
    for health in found:
        was = known.get(health.name)
        is_same = was is not None and was.state is health.state
        since_ms = (was.since_ms or was.checked_at_ms) if was is not None and is_same else health.checked_at_ms
        told.append(replace(health, since_ms=min(since_ms, health.checked_at_ms)))
    return tuple(told)


def changed_levels(before: Sequence[Health], found: Iterable[Health]) -> tuple[Health, ...]:
    """Those whose state is another than at the look before; of what was never looked at, those that are not well."""
    known = {health.name: health.state for health in before}
    return tuple(health for health in found if health.state is not known.get(health.name, Level.OK))


def level_of_disk(free_bytes: int) -> Level:
    """Of the room left on a disk."""
    return _falling(free_bytes, degraded=DISK_FREE_BYTES_DEGRADED, failing=DISK_FREE_BYTES_FAILING)


def level_of_loop(lag_ms: int) -> Level:
    """Of how much later than asked for the event loop called back."""
    return _rising(lag_ms, degraded=LOOP_LAG_MS_DEGRADED, failing=LOOP_LAG_MS_FAILING)


def level_of_database(took_ms: int) -> Level:
    """Of how long the database took to answer."""
    return _rising(took_ms, degraded=DATABASE_MS_DEGRADED, failing=DATABASE_MS_FAILING)


def level_of_memory(used_bytes: int, *, free_ppm: int) -> Level:
    """Of what the process holds, and the share of the machine's memory that is left."""
    if free_ppm < MEMORY_FREE_PPM_FAILING:
        return Level.FAILING
    return Level.DEGRADED if used_bytes >= MEMORY_BYTES_DEGRADED else Level.OK


def level_of_cpu(used_ppm: int) -> Level:
    """Of the share of one core that the process has used since the look before."""
    return Level.DEGRADED if used_ppm >= CPU_PPM_DEGRADED else Level.OK


def level_of_readers(behind_events: int) -> Level:
    """Of how many events a reader has yet to read."""
    return _rising(behind_events, degraded=BEHIND_EVENTS_DEGRADED, failing=BEHIND_EVENTS_FAILING)


def level_of_inbox(waiting: int) -> Level:
    """Of how many requests of other processes wait."""
    return _rising(waiting, degraded=MESSAGES_DEGRADED, failing=MESSAGES_FAILING)


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
