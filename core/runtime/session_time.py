"""What time is it for a session, whatever becomes of the machine's clock?

The clock may be set, forward or back, and a machine may sleep. Time in which nothing can have happened must not count
as active, or rules would end a debate for being late; nor may time stand still because the clock was set back.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from core.ports.clock import Clock

LEAP_MS = 5_000
"""From here on the clock was set, or the machine slept. Less is a correction, or a busy machine, and is followed."""


class Reading(NamedTuple):
    """Unix time in ms, and by how much the clock leapt forward since the reading before; 0 where it went as it does."""

    now_ms: int
    leapt_ms: int


class SessionTime:
    """Never goes back: where the clock does, time goes on from where it was until the clock is there again."""

    def __init__(self, clock: Clock, *, from_ms: int) -> None:
        """`from_ms` is the newest recorded moment; nothing before it can be now."""
        self._clock = clock
        self._now_ms = from_ms
        self._steady_ms: int | None = None

    @property
    def last_ms(self) -> int:
        """What the last reading gave."""
        return self._now_ms

    def read(self) -> Reading:
        clock_ms, steady_ms = self._clock.now_ms(), steady_now_ms()
        if self._steady_ms is None:
            self._now_ms, self._steady_ms = max(clock_ms, self._now_ms), steady_ms
            return Reading(self._now_ms, 0)
        expected_ms = self._now_ms + steady_ms - self._steady_ms
        ahead_ms = clock_ms - expected_ms
        self._steady_ms = steady_ms
        self._now_ms = expected_ms if ahead_ms < -LEAP_MS else max(self._now_ms, clock_ms)
        return Reading(self._now_ms, ahead_ms if ahead_ms > LEAP_MS else 0)


class ClockWatch:
    """Tells of leaps of the clock in either direction."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_ms: int | None = None

    def leapt_ms(self) -> int:
        """By how much the clock was set, or the machine slept, since the last look; negative where it was set back."""
        offset_ms = self._clock.now_ms() - steady_now_ms()
        before_ms = self._offset_ms if self._offset_ms is not None else offset_ms
        self._offset_ms = offset_ms
        leapt_ms = offset_ms - before_ms
        return leapt_ms if abs(leapt_ms) > LEAP_MS else 0


def steady_now_ms() -> int:
    """Of the event loop: it never goes back, and stands while the machine sleeps."""
    return int(asyncio.get_running_loop().time() * 1_000)
