"""What does the Analytics screen read at the door, each time that something may have changed?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from textual.message import Message

from console.presenters.analytics_filter import within
from console.presenters.charts import load
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.message_pump import MessagePump

    from console.presenters.analytics_filter import Span
    from core.analytics.analysis import AnalyticsReport
    from core.analytics.chosen import Chosen
    from core.orchestrator import Orchestrator
    from core.runtime.analytics import AlertStanding

REST_SECONDS = 1.0
"""Charts are drawn once a second at most, however much is committed."""

SHARE_MAX = 10
"""A reading of all that takes long is made the less often: it may take a tenth of the time."""

PULSE_SECONDS = 30.0
"""Days pass, and alerts are raised, without anything being committed to a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sessions are looked at, within which stretch of time."""

    chosen: Chosen
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look gave. `trouble` says why there is none."""

    wanted: Wanted
    report: AnalyticsReport | None = None
    alerts: Sequence[AlertStanding] = ()
    trouble: str = ""


class AnalyticsReader:
    """Reads beside the screen; what it finds comes as messages."""

    class Found(Message):
        def __init__(self, reading: Reading) -> None:
            super().__init__()
            self.reading = reading

    def __init__(self, wanted: Wanted, teller: MessagePump, *, now_ms: Callable[[], int]) -> None:
        self.wanted = wanted
        self.is_resting = False
        self._teller = teller
        self._now_ms = now_ms
        self._due = asyncio.Event()
        self._asked = asyncio.Event()

    def look_soon(self) -> None:
        self._due.set()

    def want(self, wanted: Wanted) -> None:
        """Look at other sessions from now on, without a rest before."""
        self.wanted = wanted
        self._asked.set()
        self._due.set()

    async def run(self, opening: Callable[[], Awaitable[Orchestrator]]) -> None:
        """Until cancelled."""
        core = await opening()
        await asyncio.to_thread(load)
        stop = core.on_committed(lambda _: self._due.set())
        try:
            while True:
                self._due.clear()
                self._asked.clear()
                began = monotonic()
                if not self.is_resting:
                    self._teller.post_message(self.Found(await self._read(core, self.wanted)))
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(REST_SECONDS, SHARE_MAX * (monotonic() - began))):
                        await self._asked.wait()  # what was asked for while the last was read counts too
                with suppress(TimeoutError):
                    async with asyncio.timeout(PULSE_SECONDS):
                        await self._due.wait()
        finally:
            stop()

    async def _read(self, core: Orchestrator, wanted: Wanted) -> Reading:
        try:
            report = await core.analytics.report(within(wanted.chosen, wanted.span, now_ms=self._now_ms()))
            return Reading(wanted=wanted, report=report, alerts=await core.analytics.alerts())
        except MootError as error:
            return Reading(wanted=wanted, trouble=str(error))
