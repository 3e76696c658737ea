"""What is there to say of these sessions, all together?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.analytics.alerting import Alert
from core.analytics.capacity import Capacity, Resources, capacity_of
from core.analytics.chosen import Chosen
from core.analytics.finding import Finding, Unjudged
from core.analytics.findings import findings_of
from core.analytics.forecasts import Forecasts, forecasts_of
from core.analytics.insights import Insights, insights_of
from core.analytics.rows import LifeRow
from core.analytics.targets import Target, targets_of
from core.analytics.thresholds import STANDARD, Thresholds
from core.analytics.trends import Trends, trends_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyticsReport:
    """True up to global `position` and as of `as_of_ms` (Unix), of the sessions that were `chosen`. `alerts` are those
    that go on, whatever was chosen. `behind` is how many events are not counted yet, because the disk refused."""

    as_of_ms: int
    position: int
    chosen: Chosen
    sessions: int
    trends: Trends
    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]
    insights: Insights
    targets: tuple[Target, ...]
    forecasts: Forecasts
    capacity: Capacity
    alerts: tuple[Alert, ...] = ()
    thresholds: Thresholds = STANDARD
    behind: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is made of: `rows` are those that were chosen, in the order of opening."""

    rows: Sequence[LifeRow]
    chosen: Chosen
    midnights_ms: Sequence[int]
    thresholds: Thresholds = STANDARD
    resources: Resources | None = None
    alerts: Sequence[Alert] = ()
    as_of_ms: int = 0
    position: int = 0
    behind: int = 0


def analysis_of(asked: Asked) -> AnalyticsReport:
    """The whole report. Takes a while for many sessions: not for an event loop."""
    trends = trends_of(asked.rows, midnights_ms=asked.midnights_ms)
    found = findings_of(asked.rows, asked.thresholds)
    return AnalyticsReport(
        as_of_ms=asked.as_of_ms,
        position=asked.position,
        chosen=asked.chosen,
        sessions=len(asked.rows),
        trends=trends,
        findings=found.findings,
        unjudged=found.unjudged,
        insights=insights_of(asked.rows),
        targets=targets_of(trends.total, asked.resources),
        forecasts=forecasts_of(asked.rows),
        capacity=capacity_of(asked.resources),
        alerts=tuple(asked.alerts),
        thresholds=asked.thresholds,
        behind=asked.behind,
    )
