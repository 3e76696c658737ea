"""How do the figures over many sessions read: what happened, what is odd, what can be learnt, what is to be expected?

Sections of sentences and tables. The same are printed, and stand beside the charts; each says what it is made of, and
where there is too little to say, that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.costs import day_of
from console.presenters.figures import PPM_ONE, bar, count, counted, duration, money
from core.analytics.comparing import Difference
from core.analytics.finding import Severity
from core.analytics.histogram import Histogram
from core.analytics.told import between, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from core.analytics.alerting import Alert
    from core.analytics.analysis import AnalyticsReport
    from core.analytics.finding import Finding
    from core.analytics.forecasts import Forecast, Tried
    from core.analytics.insights import Association, Comparison, TemplateEffect
    from core.analytics.trends import Figures
    from core.domain.estimates import Spread
    from core.domain.ids import SessionId

NOTHING = "–"
DAYS_SHOWN_MAX = 14
RULES_SHOWN_MAX = 10
SESSIONS_NAMED_MAX = 5
ID_SHOWN_CHARACTERS = 8
BAR_CELLS = 20

MARKS = {Severity.SERIOUS: "‼", Severity.WARNING: "!", Severity.WORTH_KNOWING: "·"}
SEVERITIES = {Severity.SERIOUS: "serious", Severity.WARNING: "warning", Severity.WORTH_KNOWING: "worth knowing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """Titles and rows; all columns but the first are numbers. The column `flexible` gives way where there is little
    room, None for none."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_text: tuple[int, ...] = (0,)
    flexible: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A sentence with a mark before it, and what is said below it."""

    mark: str
    text: str
    below: tuple[str, ...] = ()


Block = str | FigureTable | Noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    blocks: tuple[Block, ...]


def sections_of(report: AnalyticsReport) -> tuple[Section, ...]:
    """All that is said of the sessions, in the order in which it is read."""
    return (
        Section(title="What happened", blocks=tuple(_happened(report))),
        Section(title="What is odd", blocks=tuple(_odd(report))),
        Section(title="What can be learnt", blocks=tuple(_learnt(report))),
        Section(title="What was aimed at", blocks=tuple(_targets(report))),
        Section(title="What to expect", blocks=tuple(_expected(report))),
    )


def alert_rows(alerts: Sequence[Alert]) -> list[tuple[str, ...]]:
    """Since when, until when, how bad, what, and how many of how many sessions."""
    return [
        (
            day_of(alert.raised_at_ms),
            day_of(alert.cleared_at_ms) if alert.cleared_at_ms else "goes on",
            SEVERITIES[alert.severity],
            f"{alert.count:,} of {alert.of:,}",
            alert.title,
        )
        for alert in alerts
    ]


def _happened(report: AnalyticsReport) -> Iterator[Block]:
    total = report.trends.total
    yield (
        f"{counted(report.sessions, 'session')}: {count(total.completed)} completed, {count(total.failed)} failed,"
        f" {count(total.cancelled)} cancelled, {count(total.opened - total.ended)} not over. Their calls cost"
        f" {money(total.cost_microusd)}."
    )
    if report.behind:
        yield f"{counted(report.behind, 'event')} are not counted yet: the disk takes nothing at the moment."
    days = [day for day in report.trends.days if day.figures.opened or day.figures.providers][-DAYS_SHOWN_MAX:]
    if days:
        rows = [(day_of(day.midnight_ms), *_day_cells(day.figures)) for day in days]
        if len(days) > 1:
            rows.append(("in all", *_day_cells(total)))
        yield FigureTable(
            titles=("day", "opened", "ended", "completed", "failed", "asked", "consensus", "active", "spent"),
            rows=tuple(rows),
        )
    yield from _durations(total.duration_ms)
    if total.providers:
        yield FigureTable(
            titles=("provider", "answers", "failed", "latency", "spent"),
            rows=tuple(
                (
                    provider,
                    count(each.answers),
                    count(each.failures),
                    NOTHING if each.latency_ms_mean is None else f"{each.latency_ms_mean:,} ms",
                    money(each.cost_microusd),
                )
                for provider, each in total.providers.items()
            ),
        )
    most = sorted(total.rules_fired.items(), key=lambda item: (-item[1], item[0]))[:RULES_SHOWN_MAX]
    if most:
        yield FigureTable(titles=("rule", "fired"), rows=tuple((rule, count(fired)) for rule, fired in most))


def _day_cells(figures: Figures) -> tuple[str, ...]:
    completed = figures.duration_ms.count
    return (
        count(figures.opened),
        count(figures.ended),
        count(figures.completed),
        count(figures.failed),
        count(figures.escalated),
        share_words(figures.consensus_ppm),
        duration(figures.duration_ms.total // completed) if completed else NOTHING,
        money(figures.cost_microusd),
    )


def _durations(histogram: Histogram) -> Iterator[Block]:
    """How long completed sessions were active; from the first bucket that has any to the last."""
    held = [at for at, number in enumerate(histogram.counts) if number]
    if not held:
        return
    most = max(histogram.counts)
    yield FigureTable(
        titles=("active for", "", "sessions"),
        rows=tuple(
            (
                bucket_words(histogram, at),
                bar(histogram.counts[at] * PPM_ONE // most, width=BAR_CELLS),
                count(histogram.counts[at]),
            )
            for at in range(held[0], held[-1] + 1)
        ),
        is_text=(0, 1),
    )


def bucket_words(histogram: Histogram, at: int) -> str:
    """`up to 5 s`, `over 1 h`."""
    bounds = histogram.bounds
    return f"up to {duration(bounds[at])}" if at < len(bounds) else f"over {duration(bounds[-1])}"


def _odd(report: AnalyticsReport) -> Iterator[Block]:
    for finding in report.findings:
        yield _found(finding)
    if not report.findings:
        yield "Nothing is odd, as far as so many sessions can tell."
    for unjudged in report.unjudged:
        yield (
            f"{unjudged.title}? Too few to say: {unjudged.count:,} of {counted(unjudged.of, 'session')};"
            f" it takes {unjudged.needed:,}."
        )
    for alert in report.alerts:
        yield f"Told since {day_of(alert.raised_at_ms)}: {alert.title}."


def named_session(finding: Finding, session: SessionId) -> str:
    """`1f3a5b7c (opponent)`: a session of the evidence, and the seats that it is about."""
    seats = ", ".join(seat.replace("_", " ") for seat in finding.seats.get(session, ()))
    return session[:ID_SHOWN_CHARACTERS] + (f" ({seats})" if seats else "")


def _found(finding: Finding) -> Noted:
    named = ", ".join(named_session(finding, session) for session in finding.sessions[:SESSIONS_NAMED_MAX])
    more = finding.count - min(len(finding.sessions), SESSIONS_NAMED_MAX)
    guess = " It is a heuristic." if finding.is_heuristic else ""
    return Noted(
        mark=MARKS[finding.severity],
        text=f"{finding.title} ({SEVERITIES[finding.severity]}, since {day_of(finding.since_ms)}): {finding.text}",
        below=(
            f"Measured: {finding.measured}{guess}",
            finding.suggestion,
            f"Sessions: {named}{f' and {more:,} more' if more > 0 else ''}",
        ),
    )


def _learnt(report: AnalyticsReport) -> Iterator[Block]:
    insights = report.insights
    if insights.sessions < report.sessions:
        yield f"Of the newest {counted(insights.sessions, 'session')}."
    if insights.templates:
        yield FigureTable(
            titles=("format", "sessions", "completed", "reached", "between", "active", "cost each"),
            rows=tuple(_effect_row(effect) for effect in insights.templates),
        )
    for comparison in insights.comparisons:
        yield compared_words(comparison)
    told = [each for each in insights.associations if each.difference.is_told]
    for association in told:
        yield associated_words(association, looks=insights.looks)
    if insights.looks and not told:
        yield f"Of {counted(insights.looks, 'thing')} looked at, none goes with consensus beyond what chance explains."
    for outlier in insights.outliers[:SESSIONS_NAMED_MAX]:
        yield (
            f"{outlier.session[:ID_SHOWN_CHARACTERS]} was active for {duration(outlier.active_ms)}, where"
            f" {outlier.template} usually takes {duration(outlier.median_ms)}."
        )
    yield (
        f"This machine could hold about {counted(report.capacity.sessions_max, 'session')} at once: "
        f"{report.capacity.why}"
        if report.capacity.sessions_max is not None
        else f"How many sessions this machine could hold can't be told: {report.capacity.why}"
    )


def _effect_row(effect: TemplateEffect) -> tuple[str, ...]:
    held = effect.reached.of
    return (
        effect.template,
        count(effect.sessions),
        count(effect.completed),
        f"{effect.reached.count:,} of {held:,}" if held else NOTHING,
        between(effect.low_ppm, effect.high_ppm) if held else NOTHING,
        duration(effect.active_ms) if effect.active_ms is not None else NOTHING,
        money(effect.cost_microusd) if effect.cost_microusd is not None else NOTHING,
    )


def compared_words(comparison: Comparison) -> str:
    difference = comparison.difference
    pair = f"{comparison.first} and {comparison.second}"
    if difference.is_told:
        return (
            f"{comparison.first} reaches what it is held for more often than {comparison.second}: by"
            f" {percent(difference.ppm)}, {_within(difference)}."
        )
    if difference.sessions_needed is None:
        return f"{pair} can't be ranked: no number of sessions that anybody has would tell them apart."
    return (
        f"{pair} can't be ranked yet ({_within(difference)}): a difference such as this one takes about"
        f" {counted(difference.sessions_needed, 'more session')} of each."
    )


def associated_words(association: Association, *, looks: int) -> str:
    difference = association.difference
    way = "more" if difference.ppm > 0 else "less"
    return (
        f"With {association.factor}, consensus was reached {way} often: {association.where.count:,} of"
        f" {association.where.of:,} against {association.elsewhere.count:,} of {association.elsewhere.of:,}"
        f" ({_within(difference)}; {counted(looks, 'thing')} looked at). That it goes with it makes it no cause."
    )


def _within(difference: Difference) -> str:
    return between(difference.low_ppm, difference.high_ppm)


def _targets(report: AnalyticsReport) -> Iterator[Block]:
    yield FigureTable(
        titles=("target", "wanted", "seen", "is"),
        rows=tuple((target.name, target.wanted, target.seen, target.standing.value) for target in report.targets),
        is_text=(0, 1, 2, 3),
    )


def _expected(report: AnalyticsReport) -> Iterator[Block]:
    forecasts = report.forecasts
    if forecasts.forecasts:
        yield FigureTable(
            titles=("the next", "cost", "off by", "within", "active for", "off by", "within"),
            rows=tuple(_forecast_row(each) for each in forecasts.forecasts),
        )
        yield (
            "In four cases of five between the two. Off by: how far the middle one was from what came of each recorded"
            " session, had it been forecast; within: how many lay between the two."
        )
    for each in forecasts.forecasts:
        yield from estimated_words(each)
    for few in forecasts.too_few:
        yield f"{few.template}: {counted(few.sessions, 'completed session')} so far; a forecast takes {few.needed}."
    if not forecasts.forecasts and not forecasts.too_few:
        yield "No session was completed yet that a forecast could rest on."


def _forecast_row(each: Forecast) -> tuple[str, ...]:
    name = f"{each.template} (no model asked)" if each.asks_nobody else str(each.template)
    return (
        name,
        spread_words(each.cost_microusd, money),
        share_words(each.cost_tried.error_ppm),
        share_words(each.cost_tried.covered_ppm),
        spread_words(each.active_ms, duration),
        share_words(each.active_tried.error_ppm),
        share_words(each.active_tried.covered_ppm),
    )


def estimated_words(each: Forecast) -> Iterator[str]:
    parts = [
        f"{what} by {percent(tried.error_ppm)}"
        for what, tried in (("cost", each.estimates_cost), ("time", each.estimates_active))
        if _is_tried(tried) and tried.error_ppm is not None
    ]
    if parts:
        number = each.estimates_active.sessions or each.estimates_cost.sessions
        yield f"{each.template}: what was told before {counted(number, 'session')} was off in {' and in '.join(parts)}."


def _is_tried(tried: Tried) -> bool:
    return tried.sessions > 0 and tried.error_ppm is not None


def spread_words(spread: Spread, shown: Callable[[int], str]) -> str:
    low, high = shown(spread.low), shown(spread.high)
    return low if low == high else f"{low} – {high}"


def share_words(ppm: int | None) -> str:
    return NOTHING if ppm is None else percent(ppm)


def chosen_words(report: AnalyticsReport) -> str:
    """Which sessions were looked at, in words; "" where all were."""
    chosen = report.chosen
    parts = [
        f"opened since {day_of(chosen.since_ms)}" if chosen.since_ms else "",
        *(
            f"{what} {', '.join(sorted(names))}"
            for what, names in (
                ("kind", chosen.flows),
                ("format", chosen.templates),
                ("model", chosen.models),
                ("tag", chosen.tags),
            )
            if names
        ),
    ]
    return ", ".join(part for part in parts if part)
