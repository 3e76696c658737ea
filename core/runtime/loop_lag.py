"""How late does the event loop call back, over time?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.analytics.histogram import Histogram, empty, observed
from core.analytics.process_families import LAG_NS_BOUNDS

LOOK_MS = 500
"""Twice a second: often enough to meet what holds up the loop for a tenth of a second, at no cost worth naming."""

NS_PER_MS = 1_000_000


class LoopLag:
    """`run` looks until it is cancelled; belongs to one event loop."""

    def __init__(self, monotonic_ns: Callable[[], int]) -> None:
        self._monotonic_ns = monotonic_ns
        self._seen = empty(LAG_NS_BOUNDS)

    @property
    def seen(self) -> Histogram:
        """How late each look was, in nanoseconds."""
        return self._seen

    async def run(self) -> None:
        """Ask to be called back, again and again."""
        while True:
            began_ns = self._monotonic_ns()
            await asyncio.sleep(LOOK_MS / 1_000)
            self.note(self._monotonic_ns() - began_ns)

    def note(self, took_ns: int) -> None:
        """Count a look that took so long in all."""
        self._seen = observed(self._seen, max(0, took_ns - LOOK_MS * NS_PER_MS))
