"""Which charts do the analytics have, with which table below each, and which sessions stand behind a row?

A view is a chart and its rows; each row knows its bar, and which sessions it is made of. The first view has no chart:
its rows are what matters most, each with what there is to say of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.analytics import NOTHING, bucket_words, share_words
from console.presenters.analytics_overview import overview_rows
from console.presenters.analytics_shown import Behind, DataRow, View
from console.presenters.charts import LETTERS, Chart, Series
from console.presenters.costs import day_of
from console.presenters.figures import count, duration, money
from console.presenters.shown import Cell
from core.analytics.trends import Provided
from core.domain.costs import provider_of
from core.domain.session import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.analytics.analysis import AnalyticsReport
    from core.analytics.histogram import Histogram
    from core.analytics.rows import LifeRow
    from core.analytics.trends import Day, Figures
    from core.domain.ids import RuleId
    from core.runtime.analytics import AlertStanding

PPM = 1_000_000
DAY_LABEL_FROM = 5
"""Of `2026-11-20` a label has the month and the day."""

RULES_SHOWN_MAX = 20
PROVIDERS_SHOWN_MAX = 4
TINTS = 6
OTHERS = "others"

OUTCOMES = (("completed", "c"), ("failed", "f"), ("cancelled", "x"), ("going on", "o"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewName:
    """What a view is called, in its tab and for a program."""

    key: str
    title: str


VIEW_NAMES: tuple[ViewName, ...] = (
    ViewName(key="overview", title="overview"),
    ViewName(key="debates", title="sessions"),
    ViewName(key="durations", title="durations"),
    ViewName(key="consensus", title="consensus"),
    ViewName(key="escalations", title="escalations"),
    ViewName(key="costs", title="cost"),
    ViewName(key="rules", title="rules"),
    ViewName(key="latency", title="latency"),
)


def view_of(key: str, report: AnalyticsReport, alerts: Sequence[AlertStanding] = ()) -> View:
    """One of `VIEW_NAMES`, of these sessions."""
    match key:
        case "debates":
            return _sessions(report)
        case "durations":
            return _durations(report.trends.total.duration_ms)
        case "consensus":
            return _shares(
                report,
                key="consensus",
                title="share with consensus, of those measured, by day",
                titles=("day", "reached", "measured", "share"),
                count_of=lambda figures: figures.agreed,
                whole_of=lambda figures: figures.measured,
                is_counted=lambda row: row.consensus_ppm is not None and row.status is Status.COMPLETED,
            )
        case "escalations":
            return _shares(
                report,
                key="escalations",
                title="share that asked a person, of those begun, by day",
                titles=("day", "asked", "began", "share"),
                count_of=lambda figures: figures.escalated,
                whole_of=lambda figures: figures.started,
                is_counted=lambda row: bool(row.escalations),
            )
        case "costs":
            return _costs(report)
        case "rules":
            return _rules(report)
        case "latency":
            return _latency(report)
        case _:
            return View(
                key="overview",
                title="what matters most",
                titles=("", "what", "seen"),
                rows=overview_rows(report, alerts),
            )


def _sessions(report: AnalyticsReport) -> View:
    days = report.trends.days
    values = [
        [day.figures.completed for day in days],
        [day.figures.failed for day in days],
        [day.figures.cancelled for day in days],
        [day.figures.opened - day.figures.ended for day in days],
    ]
    styles = ("ok", "failed", "muted", "attention")
    chart = Chart(
        title="sessions opened, by day",
        labels=_labels(days),
        series=tuple(
            Series(name=name, letter=letter, style=style, values=tuple(series))
            for (name, letter), style, series in zip(OUTCOMES, styles, values, strict=True)
        ),
        shown=count,
    )
    return View(
        key="debates",
        title=chart.title,
        chart=chart,
        titles=("day", "opened", "completed", "failed", "cancelled", "going on", "arguments"),
        rows=_day_rows(
            days,
            lambda figures: (
                count(figures.opened),
                count(figures.completed),
                count(figures.failed),
                count(figures.cancelled),
                count(figures.opened - figures.ended),
                count(figures.arguments),
            ),
        ),
    )


def _durations(histogram: Histogram) -> View:
    held = [at for at, number in enumerate(histogram.counts) if number]
    if not held:
        return View(key="durations", title="how long completed sessions were active", titles=("active for", "sessions"))
    places = range(held[0], held[-1] + 1)
    whole = histogram.count
    chart = Chart(
        title="how long completed sessions were active",
        labels=tuple(bucket_words(histogram, at).removeprefix("up to ") for at in places),
        series=(Series(name="sessions", values=tuple(histogram.counts[at] for at in places)),),
        shown=count,
    )
    rows = []
    for bar, at in enumerate(places):
        low = histogram.bounds[at - 1] if at else -1
        high = histogram.bounds[at] if at < len(histogram.bounds) else None
        words = bucket_words(histogram, at)
        rows.append(
            DataRow(
                key=f"duration:{at}",
                cells=_cells(words, count(histogram.counts[at]), share_words(histogram.counts[at] * PPM // whole)),
                bar=bar,
                behind=Behind(what=f"completed, active for {words}", holds=_lasting(low, high)),
            )
        )
    return View(
        key="durations", title=chart.title, chart=chart, titles=("active for", "sessions", "share"), rows=tuple(rows)
    )


def _shares(
    report: AnalyticsReport,
    *,
    key: str,
    title: str,
    titles: tuple[str, ...],
    count_of: Callable[[Figures], int],
    whole_of: Callable[[Figures], int],
    is_counted: Callable[[LifeRow], bool],
) -> View:
    days = report.trends.days
    shares = [count_of(day.figures) * PPM // (whole_of(day.figures) or 1) for day in days]
    chart = Chart(
        title=title,
        labels=_labels(days),
        series=(Series(name="share", values=tuple(shares)),),
        shown=lambda ppm: f"{ppm * 100 // PPM} %",
        top=PPM,
    )
    rows = _day_rows(
        days,
        lambda figures: (
            count(count_of(figures)),
            count(whole_of(figures)),
            share_words(count_of(figures) * PPM // whole_of(figures) if whole_of(figures) else None),
        ),
        is_counted=is_counted,
    )
    is_any = any(whole_of(day.figures) for day in days)
    return View(key=key, title=title, chart=chart if is_any else None, titles=titles, rows=rows if is_any else ())


def _costs(report: AnalyticsReport) -> View:
    days = report.trends.days
    total = report.trends.total.providers
    named = sorted(total, key=lambda each: (-total[each].cost_microusd, each))[: len(LETTERS) - 1]
    rest = [provider for provider in total if provider not in named]
    values = [(name, [_cost(day, (name,)) for day in days]) for name in named]
    if rest:
        values.append((OTHERS, [_cost(day, rest) for day in days]))
    chart = Chart(
        title="cost of calls, by day and provider",
        labels=_labels(days),
        series=tuple(
            Series(name=name, letter=LETTERS[at], style=f"seat_{at % TINTS + 1}", values=tuple(series))
            for at, (name, series) in enumerate(values)
        ),
        shown=money,
    )
    if not values:
        return View(key="costs", title=chart.title, titles=("day", "spent"))
    names = [f"{LETTERS[at]} {name}" for at, (name, _) in enumerate(values)][:PROVIDERS_SHOWN_MAX]
    rows = tuple(
        DataRow(
            key=f"spent:{day.midnight_ms}",
            cells=_cells(
                day_of(day.midnight_ms),
                money(day.figures.cost_microusd),
                *(money(each[bar]) for _, each in values[:PROVIDERS_SHOWN_MAX]),
            ),
            bar=bar,
            behind=_charged_on(days, bar),
        )
        for bar, day in reversed(list(enumerate(days)))
    )
    return View(key="costs", title=chart.title, chart=chart, titles=("day", "in all", *names), rows=rows)


def _rules(report: AnalyticsReport) -> View:
    fired = report.trends.total.rules_fired
    most = sorted(fired, key=lambda rule: (-fired[rule], rule))[:RULES_SHOWN_MAX]
    title = "how often rules fired"
    if not most:
        return View(key="rules", title=title, titles=("rule", "fired"))
    chart = Chart(
        title=title,
        labels=tuple(str(number) for number in range(1, len(most) + 1)),
        series=(Series(name="fired", values=tuple(fired[rule] for rule in most)),),
        shown=count,
    )
    rows = tuple(
        DataRow(
            key=f"rule:{rule}",
            cells=_cells(f"{number + 1} {rule}", count(fired[rule])),
            bar=number,
            behind=Behind(what=f"in which {rule} fired", holds=_fired_in(rule)),
        )
        for number, rule in enumerate(most)
    )
    return View(key="rules", title=title, chart=chart, titles=("rule", "fired"), rows=rows)


def _latency(report: AnalyticsReport) -> View:
    providers = report.trends.total.providers
    named = sorted(providers)[:RULES_SHOWN_MAX]
    title = "how long an answer took on average, by provider"
    if not any(providers[name].answers_timed for name in named):
        return View(key="latency", title=title, titles=("provider", "latency"))
    chart = Chart(
        title=title,
        labels=tuple(str(number) for number in range(1, len(named) + 1)),
        series=(Series(name="latency", values=tuple(providers[name].latency_ms_mean or 0 for name in named)),),
        shown=_milliseconds,
    )
    rows = tuple(
        DataRow(
            key=f"provider:{name}",
            cells=_cells(f"{number + 1} {name}", *_provided_cells(providers[name])),
            bar=number,
            behind=Behind(what=f"in which {name} was asked", holds=_asked(name)),
        )
        for number, name in enumerate(named)
    )
    return View(
        key="latency", title=title, chart=chart, titles=("provider", "latency", "answers", "failed", "spent"), rows=rows
    )


def _provided_cells(provided: Provided) -> tuple[str, ...]:
    latency = provided.latency_ms_mean
    return (
        NOTHING if latency is None else _milliseconds(latency),
        count(provided.answers),
        count(provided.failures),
        money(provided.cost_microusd),
    )


def _day_rows(
    days: Sequence[Day],
    figures_of: Callable[[Figures], tuple[str, ...]],
    *,
    is_counted: Callable[[LifeRow], bool] = lambda row: True,
) -> tuple[DataRow, ...]:
    """A row a day, the newest first: that is what is looked at most."""
    return tuple(
        DataRow(
            key=f"day:{day.midnight_ms}",
            cells=_cells(day_of(day.midnight_ms), *figures_of(day.figures)),
            bar=bar,
            behind=_opened_on(days, bar, is_counted),
        )
        for bar, day in reversed(list(enumerate(days)))
    )


def _opened_on(days: Sequence[Day], bar: int, is_counted: Callable[[LifeRow], bool]) -> Behind:
    begins_ms, ends_ms = _bounds(days, bar)
    return Behind(
        what=f"opened on {day_of(begins_ms)}",
        holds=lambda row: begins_ms <= row.opened_at_ms < ends_ms and is_counted(row),
    )


def _charged_on(days: Sequence[Day], bar: int) -> Behind:
    begins_ms, ends_ms = _bounds(days, bar)
    return Behind(
        what=f"with calls on {day_of(begins_ms)}",
        holds=lambda row: any(begins_ms <= each.quarter_ms < ends_ms for each in row.charges),
    )


def _bounds(days: Sequence[Day], bar: int) -> tuple[int, int]:
    return days[bar].midnight_ms, days[bar + 1].midnight_ms if bar + 1 < len(days) else 2**62


def _labels(days: Sequence[Day]) -> tuple[str, ...]:
    return tuple(day_of(day.midnight_ms)[DAY_LABEL_FROM:] for day in days)


def _cost(day: Day, providers: Sequence[str]) -> int:
    found = day.figures.providers
    return sum(found[name].cost_microusd for name in providers if name in found)


def _lasting(low_ms: int, high_ms: int | None) -> Callable[[LifeRow], bool]:
    """Completed, and active for more than `low_ms` and at most `high_ms`."""
    return lambda row: (
        row.status is Status.COMPLETED and low_ms < row.active_ms and (high_ms is None or row.active_ms <= high_ms)
    )


def _fired_in(rule: RuleId) -> Callable[[LifeRow], bool]:
    return lambda row: rule in row.rules_fired


def _asked(provider: str) -> Callable[[LifeRow], bool]:
    return lambda row: any(provider_of(each.route) == provider for each in row.charges)


def _milliseconds(ms: int) -> str:
    return f"{ms:,} ms" if ms < 10_000 else duration(ms)


def _cells(first: str, *figures: str) -> tuple[Cell, ...]:
    return (Cell(first, "text"), *(Cell(figure, "muted" if figure in ("0", NOTHING) else "text") for figure in figures))
