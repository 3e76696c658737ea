"""Who is told when something about the sessions is odd, and when is that over?

Now and then, while a process drives, the sessions of the last days are looked at; what was raised or cleared by it is
stored first and told then. Of one that goes on, what is seen now is stored, and nobody is told anew: telling is done
again at each look, and whoever keeps notifications keeps each once, so that a crash in between loses none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from core.analytics.alerting import Alert, looked_at_all
from core.analytics.capacity import Resources
from core.analytics.chosen import Chosen
from core.analytics.finding import Severity
from core.analytics.findings import findings_of
from core.domain.ids import NO_SESSION
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from core.ports.clock import Clock
from core.ports.life_book import LifeBook
from core.ports.process_use import ProcessUse, ReadProcessUse, cpu_ppm
from core.runtime.analytics import DAY_MS, Analytics, Aside, notification_id

SESSIONS_NAMED_MAX = 5
ID_SHOWN_CHARACTERS = 8

Tell = Callable[[Sequence[Notification]], Awaitable[int]]
"""Tells each of these once, by its id; how many were new."""

Running = Callable[[], int]
"""How many sessions run right now."""


class AlertLooks:
    """Made for one stretch of driving; `look` is its job."""

    def __init__(
        self,
        analytics: Analytics,
        lives: LifeBook,
        clock: Clock,
        *,
        tell: Tell | None,
        aside: Aside,
        process_use: ReadProcessUse | None = None,
        running: Running = lambda: 0,
        running_max: int = 0,
    ) -> None:
        self._analytics = analytics
        self._lives = lives
        self._clock = clock
        self._tell = tell
        self._aside = aside
        self._process_use = process_use
        self._running = running
        self._running_max = running_max
        self._used: ProcessUse | None = None

    async def look(self) -> None:
        """Bring the rows up to the log, look at the newest days, and tell what came of it. Raises StorageFailed."""
        await self._measure()
        now_ms = self._clock.now_ms()
        since_ms = now_ms - self._analytics.thresholds.window_days * DAY_MS
        rows = await self._analytics.rows_stored(Chosen(since_ms=since_ms))
        found = await self._aside(findings_of, rows, self._analytics.thresholds)
        before = await self._lives.watches()
        watches, told = looked_at_all(before, found.findings, found.near, at_ms=now_ms)
        going_on = [watch.alert for watch in watches.values() if watch.alert is not None]
        if watches != before:
            known = {watch.alert for watch in before.values()}
            changed = [alert for alert in going_on if alert not in known and alert not in told]
            await self._lives.keep_look(watches, (*told, *changed))
        if self._tell is not None and going_on:
            await self._tell([notification_of(alert) for alert in going_on])

    async def _measure(self) -> None:
        """What this process took since the last look."""
        if self._process_use is None:
            return
        try:
            used = self._process_use()
        except OSError:
            return  # the system doesn't say; what was measured before stands
        before, self._used = self._used, used
        await self._analytics.note_resources(
            Resources(
                at_ms=self._clock.now_ms(),
                sessions_running=self._running(),
                sessions_running_max=self._running_max,
                cpu_ppm=cpu_ppm(before, used) if before is not None else None,
                memory_bytes=used.memory_bytes,
            )
        )


def notification_of(alert: Alert) -> Notification:
    """What is told of an alert, with the same id whenever it is told."""
    named = ", ".join(session[:ID_SHOWN_CHARACTERS] for session in alert.sessions[:SESSIONS_NAMED_MAX])
    more = f" and {alert.count - SESSIONS_NAMED_MAX:,} more" if alert.count > SESSIONS_NAMED_MAX else ""
    evidence = f" Sessions: {named}{more}." if named else ""
    return Notification(
        id=notification_id(alert.id),
        type=NotificationType.ERROR_NOTIFICATION,
        priority=Priority.HIGH if alert.severity is Severity.SERIOUS else Priority.NORMAL,
        session=NO_SESSION,
        seq=0,
        position=0,
        at_ms=alert.raised_at_ms,
        flow="",
        title=alert.title,
        text=f"{alert.text} {alert.suggestion}{evidence}",
    )
