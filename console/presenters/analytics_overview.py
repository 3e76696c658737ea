"""What of the figures over many sessions matters most, a row each, with what there is to say of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.analytics import (
    MARKS,
    NOTHING,
    SEVERITIES,
    associated_words,
    compared_words,
    estimated_words,
    named_session,
    share_words,
    spread_words,
)
from console.presenters.analytics_shown import Behind, DataRow
from console.presenters.costs import day_of
from console.presenters.figures import count, counted, duration, money, plural
from console.presenters.paragraphs import Paragraph
from console.presenters.shown import Cell
from core.analytics.finding import Severity
from core.analytics.targets import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.analytics.analysis import AnalyticsReport
    from core.analytics.finding import Finding
    from core.analytics.forecasts import Forecast
    from core.analytics.targets import Target
    from core.runtime.analytics import AlertStanding

STYLES = {Severity.SERIOUS: "failed strong", Severity.WARNING: "attention", Severity.WORTH_KNOWING: "text"}
STANDINGS = {
    Standing.MET: ("✓", "ok"),
    Standing.MISSED: ("✗", "failed"),
    Standing.TOO_FEW: ("?", "muted"),
    Standing.UNKNOWN: ("–", "muted"),
}


def overview_rows(report: AnalyticsReport, alerts: Sequence[AlertStanding]) -> tuple[DataRow, ...]:
    """Alerts first, then what is odd, what was aimed at, what can be learnt and what to expect."""
    return (
        *(_alert(each) for each in alerts if not each.alert.cleared_at_ms),
        *(_finding(each) for each in report.findings),
        *_targets(report),
        *_learnt(report),
        *_expected(report),
    )


def _alert(standing: AlertStanding) -> DataRow:
    alert = standing.alert
    acknowledged = f"seen by {standing.acknowledged_by}" if standing.acknowledged_ms else "nobody has seen it"
    return DataRow(
        key=f"alert:{alert.id}",
        cells=(
            Cell("◆ alert", "muted" if standing.acknowledged_ms else STYLES[alert.severity]),
            Cell(alert.title),
            Cell(f"{alert.count:,} of {alert.of:,}"),
        ),
        behind=Behind(what=f"of the alert: {alert.title.lower()}", named=alert.sessions),
        below=_said(
            f"{alert.title}: told on {day_of(alert.raised_at_ms)}, and it goes on; {acknowledged}.",
            f"As it was then: {alert.text}",
            alert.suggestion,
        ),
        alert=standing.notification,
    )


def _finding(finding: Finding) -> DataRow:
    guess = " It is a heuristic: read before you judge." if finding.is_heuristic else ""
    return DataRow(
        key=f"finding:{finding.kind}",
        cells=(
            Cell(f"{MARKS[finding.severity]} {SEVERITIES[finding.severity]}", STYLES[finding.severity]),
            Cell(finding.title),
            Cell(f"{finding.count:,} of {finding.of:,}"),
        ),
        behind=Behind(what=f"{_which(finding)}: {finding.title.lower()}", named=finding.sessions),
        below=_said(
            f"{finding.text} Since {day_of(finding.since_ms)}.",
            f"Measured: {finding.measured}{guess}",
            finding.suggestion,
            *([f"Seen last in {named_session(finding, finding.sessions[0])}."] if finding.sessions else []),
        ),
    )


def _which(finding: Finding) -> str:
    shown = len(finding.sessions)
    return "concerned" if shown == finding.count else f"that are the newest of {finding.count:,}"


def _targets(report: AnalyticsReport) -> Iterator[DataRow]:
    unjudged = {each.kind.value: each for each in report.unjudged}
    for target in report.targets:
        yield _target(target)
    for each in unjudged.values():
        yield DataRow(
            key=f"unjudged:{each.kind}",
            cells=(Cell("? too few", "muted"), Cell(f"{each.title}?"), Cell(f"{each.count:,} of {each.of:,}", "muted")),
            below=_said(
                f"Too few to say: it takes {counted(each.needed, 'session')}, "
                f"and there {plural(each.of, 'is', 'are')} {each.of:,}."
            ),
        )


def _target(target: Target) -> DataRow:
    glyph, style = STANDINGS[target.standing]
    return DataRow(
        key=f"target:{target.name}",
        cells=(
            Cell(f"{glyph} {target.standing.value.removesuffix(' to say')}", style),
            Cell(f"{target.name} {target.wanted}"),
            Cell(target.seen.partition(" (")[0], "text"),
        ),
        below=_said(
            f"Aimed at: {target.name} {target.wanted}. Seen: {target.seen}. That is {target.standing.value}.",
        ),
    )


def _learnt(report: AnalyticsReport) -> Iterator[DataRow]:
    insights = report.insights
    for comparison in insights.comparisons:
        words = compared_words(comparison)
        yield _insight(f"compared:{comparison.second}", f"{comparison.first} or {comparison.second}?", words)
    for association in insights.associations:
        if association.difference.is_told:
            words = associated_words(association, looks=insights.looks)
            yield _insight(f"goes:{association.factor}", f"what goes with consensus: {association.factor}", words)
    for outlier in insights.outliers[:5]:
        yield DataRow(
            key=f"outlier:{outlier.session}",
            cells=(
                Cell("· outlier", "text"),
                Cell(f"{outlier.session[:8]} stands out in {outlier.template}"),
                Cell(duration(outlier.active_ms)),
            ),
            behind=Behind(what="that stand out by how long they took", named=(outlier.session,)),
            below=_said(
                f"It was active for {duration(outlier.active_ms)}, where {outlier.template} usually takes"
                f" {duration(outlier.median_ms)}."
            ),
        )
    capacity = report.capacity
    held = count(capacity.sessions_max) if capacity.sessions_max is not None else NOTHING
    yield DataRow(
        key="capacity",
        cells=(Cell("· insight"), Cell("sessions that this machine could hold"), Cell(held)),
        below=_said(capacity.why[0].upper() + capacity.why[1:]),
    )


def _insight(key: str, title: str, words: str) -> DataRow:
    return DataRow(key=key, cells=(Cell("· insight"), Cell(title), Cell("")), below=_said(words))


def _expected(report: AnalyticsReport) -> Iterator[DataRow]:
    for each in report.forecasts.forecasts:
        yield DataRow(
            key=f"forecast:{each.template}:{each.asks_nobody}",
            cells=(
                Cell("→ forecast", "accent"),
                Cell(f"the next {each.template}" + (" (no model asked)" if each.asks_nobody else "")),
                Cell(spread_words(each.cost_microusd, money)),
            ),
            below=_forecast(each),
        )
    for few in report.forecasts.too_few:
        yield DataRow(
            key=f"forecast:{few.template}:{few.asks_nobody}",
            cells=(Cell("? too few", "muted"), Cell(f"the next {few.template}"), Cell(f"{few.sessions:,}", "muted")),
            below=_said(f"{few.sessions:,} completed so far; a forecast takes {few.needed}."),
        )


def _forecast(each: Forecast) -> tuple[Paragraph, ...]:
    return _said(
        f"In four cases of five it costs {spread_words(each.cost_microusd, money)} and is active for"
        f" {spread_words(each.active_ms, duration)}.",
        f"So far such forecasts were off by {share_words(each.cost_tried.error_ppm)} in cost and by"
        f" {share_words(each.active_tried.error_ppm)} in time; {share_words(each.cost_tried.covered_ppm)} and"
        f" {share_words(each.active_tried.covered_ppm)} of {each.cost_tried.sessions:,} sessions lay within.",
        *estimated_words(each),
    )


def _said(*sentences: str) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(((sentence, "text" if at == 0 else "muted"),)) for at, sentence in enumerate(sentences))
