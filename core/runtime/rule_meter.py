"""How do the counts of what rules did keep up with the log?

Whoever drives adds to the stored counts now and then what the log holds beyond them, with the position up to which they
then are true: after a crash nothing is missing and nothing counted twice. Whoever reads adds what the log has beyond.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from core.analytics.rule_measures import (
    RULE_EVENTS,
    RuleCounts,
    RuleMeasure,
    both_counts,
    rule_counts,
    rule_measures,
)
from core.domain.ids import RuleId
from core.ports.catalogue import Catalogue
from core.ports.event_log import READ_EVENTS_MAX, EventLog, Sought

_OF_RULES = Sought(kinds=frozenset(each.__name__ for each in RULE_EVENTS))


class RuleMeter:
    """Belongs to one event loop."""

    def __init__(self, log: EventLog, catalogue: Catalogue) -> None:
        self._log = log
        self._catalogue = catalogue
        self._position = -1
        self._counts: Mapping[RuleId, RuleCounts] = {}
        self._reading = asyncio.Lock()

    async def store(self) -> None:
        """Bring the stored counts up to the newest committed event. For the driver alone."""
        while True:
            position, _ = await self._catalogue.rule_counts()
            last, counts = await self._beyond(position)
            if last == position or await self._catalogue.add_rule_counts(counts, after=position, position=last) == last:
                return

    async def measures(self) -> Mapping[RuleId, RuleMeasure]:
        """What is known of each rule, up to the newest committed event; times as they were last stored."""
        async with self._reading:  # of two that read on at once, neither may count an event twice
            await self._read_on()
        return rule_measures(await self._catalogue.rule_times(), self._counts)

    async def _read_on(self) -> None:
        if self._position < 0:
            self._position, self._counts = await self._catalogue.rule_counts()
        last, counts = await self._beyond(self._position)
        self._position, self._counts = last, both_counts(self._counts, counts)

    async def _beyond(self, position: int) -> tuple[int, Mapping[RuleId, RuleCounts]]:
        """How far the log goes, and what rules did beyond `position`. Of all that is said they did little: only that
        little is read."""
        last = before = await self._log.last_position()
        counts: Mapping[RuleId, RuleCounts] = {}
        while records := await self._log.read_back(
            before_position=before + 1, after_position=position, sought=_OF_RULES, limit=READ_EVENTS_MAX
        ):
            counts = both_counts(counts, rule_counts(records))
            before = records[-1].position - 1
            if len(records) < READ_EVENTS_MAX:
                break
        return max(last, position), counts
