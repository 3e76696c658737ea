"""Which rows do the analytics come to: sessions, days, and what was found, expected and told of them?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.analytics.analysis import AnalyticsReport
from core.analytics.rows import LifeRow
from core.exporting.tables import Row


class Part(NamedTuple):
    """One row before what it tells whole is put into plain values: `record` is what `detail` will hold."""

    section: str
    of: str
    record: object
    at_ms: int = 0
    title: str = ""
    text: str = ""
    severity: str = ""
    concerned: int | None = None
    out_of: int | None = None

    def row(self, detail: object) -> Row:
        """As `ANALYTICS` has it."""
        return (
            self.section,
            self.of,
            self.at_ms or None,
            self.severity or None,
            self.title,
            self.text,
            self.concerned,
            self.out_of,
            detail,
        )


def life_parts(lives: Iterable[LifeRow]) -> Iterator[Part]:
    """The sessions themselves."""
    for life in lives:
        yield Part("sessions", life.session, life, at_ms=life.opened_at_ms, title=life.title, text=life.status.value)


def report_parts(report: AnalyticsReport) -> Iterator[Part]:
    """What many sessions come to."""
    for day in report.trends.days:
        yield Part("days", "", day.figures, at_ms=day.midnight_ms)
    for found in report.findings:
        yield Part(
            "findings",
            found.kind.value,
            found,
            at_ms=found.since_ms,
            title=found.title,
            text=found.text,
            severity=found.severity.value,
            concerned=found.count,
            out_of=found.of,
        )
    for few in report.unjudged:
        yield Part("unjudged", few.kind.value, few, title=few.title, concerned=few.count, out_of=few.of)
    for outlier in report.insights.outliers:
        yield Part("outliers", outlier.session, outlier)
    for effect in report.insights.templates:
        yield Part("templates", effect.template, effect, concerned=effect.completed, out_of=effect.sessions)
    for pair in report.insights.comparisons:
        yield Part("comparisons", f"{pair.first}, {pair.second}", pair)
    for goes_with in report.insights.associations:
        yield Part("associations", goes_with.factor, goes_with)
    for target in report.targets:
        yield Part("targets", target.name, target, title=target.wanted, text=f"{target.seen}: {target.standing.value}")
    for forecast in report.forecasts.forecasts:
        yield Part("forecasts", forecast.template, forecast, out_of=forecast.sessions)
    for alert in report.alerts:
        yield Part(
            "alerts",
            alert.kind.value,
            alert,
            at_ms=alert.raised_at_ms,
            title=alert.title,
            text=alert.text,
            severity=alert.severity.value,
            concerned=alert.count,
            out_of=alert.of,
        )
