"""How do the counts of what rules did keep up with the log?

Whoever drives adds to the stored counts now and then what the log holds beyond them, with the position up to which they
then are true: after a crash nothing is missing and nothing counted twice. Whoever reads adds what the log has beyond.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from core.analytics.rule_measures import RuleCounts, RuleMeasure, both_counts, rule_counts, rule_measures
from core.domain.ids import RuleId
from core.ports.catalogue import Catalogue
from core.ports.event_log import READ_EVENTS_MAX, EventLog


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
        position, _ = await self._catalogue.rule_counts()
        while True:
            records = await self._log.read_all(after_position=position)
            if not records:
                return
            position = await self._catalogue.add_rule_counts(
                rule_counts(records), after=position, position=records[-1].position
            )
            if len(records) < READ_EVENTS_MAX:
                return

    async def measures(self) -> Mapping[RuleId, RuleMeasure]:
        """What is known of each rule, up to the newest committed event; times as they were last stored."""
        async with self._reading:  # of two that read on at once, neither may count an event twice
            await self._read_on()
        return rule_measures(await self._catalogue.rule_times(), self._counts)

    async def _read_on(self) -> None:
        if self._position < 0:
            self._position, self._counts = await self._catalogue.rule_counts()
        while True:
            records = await self._log.read_all(after_position=self._position)
            if not records:
                return
            self._position = records[-1].position
            self._counts = both_counts(self._counts, rule_counts(records))
            if len(records) < READ_EVENTS_MAX:
                return
