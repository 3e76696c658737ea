"""On which terms is somebody told: how urgent is it, when are they reminded, when not disturbed, what is gathered?

The words of an operator's settings, and nothing that acts on them: a console reads its settings before it shows its
first frame, and waits for whatever stands beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MINUTE_MS = 60_000
REMINDERS_MAX = 20
DIGEST_PARTS_DEFAULT, DIGEST_PARTS_MAX = 50, 500
AT_ONCE = frozenset({"log", "live", "terminal", "participants"})
"""Channels that disturb nobody, or show nothing where nobody sits: they hold nothing back unless they are named."""


class Priority(StrEnum):
    """From what can't wait to what nobody waits for."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return _RANKS[self]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """After how many ms somebody is reminded of what has which priority, and again after as many, `times_max` times at
    most. What has a priority that is not named is not reminded of."""

    after_ms: Mapping[Priority, int] = field(default_factory=dict)
    times_max: int = 3


SENSIBLE_REMINDERS = Reminders(after_ms={Priority.URGENT: 5 * MINUTE_MS, Priority.HIGH: 30 * MINUTE_MS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """From minute `from_minute` of the day up to minute `to_minute`, past midnight where that is earlier. What is at
    least as urgent as `priority` goes at once all the same. `channels` are empty for all that may disturb somebody."""

    from_minute: int
    to_minute: int
    priority: Priority = Priority.HIGH
    channels: frozenset[str] = frozenset()

    def is_at(self, minute: int) -> bool:
        if self.from_minute < self.to_minute:
            return self.from_minute <= minute < self.to_minute
        return minute >= self.from_minute or minute < self.to_minute

    def is_of(self, channel: str) -> bool:
        return channel in self.channels if self.channels else channel not in AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is less urgent than `priority` is gathered for `every_ms` since the first of it."""

    every_ms: int
    priority: Priority = Priority.HIGH
