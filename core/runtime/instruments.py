"""What is measured while sessions are driven?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from core.analytics.measures import Timer
from core.domain.events import Event, RuleFired
from core.runtime.rule_timing import SAMPLE_EVERY, RuleTiming
from core.runtime.timers import Timers

SETTLE = "settle"
ACT = "act"
"""Settlements in which a rule fired: what its actions amount to is decided there."""

APPEND = "append"


class Instruments:
    """The timers of one driver. What they read is never recorded as an event and never decides anything."""

    def __init__(self, monotonic_ns: Callable[[], int]) -> None:
        self.monotonic_ns = monotonic_ns
        self.work = Timers(monotonic_ns)
        self.rules = RuleTiming(SAMPLE_EVERY, monotonic_ns)

    def settled(self, events: Iterable[Event], took_ns: int) -> None:
        """Count a settlement that came to these events."""
        self.work.add(SETTLE, took_ns)
        for event in events:
            if isinstance(event, RuleFired):
                self.work.add(ACT, took_ns)
                return

    def timers(self) -> Mapping[str, Timer]:
        """All readings, by name."""
        return {**self.work.timers(), **self.rules.timers()}
