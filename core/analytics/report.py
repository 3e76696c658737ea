"""How do the measures read, as plain lines for a terminal or a file?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from core.analytics.life import DebateLife
from core.analytics.measures import Measures
from core.analytics.overview import Overview, Rates, Typical, overview

NOTHING = "–"
COLUMN_GAP = "  "
RULES_SHOWN_MAX = 20
"""The rules that fired most; a table of hundreds would bury the rest."""

MILLISECONDS_PER_SECOND = 1_000
NANOSECONDS_PER_MICROSECOND = 1_000

Row = Sequence[str]


def metrics_lines(measures: Measures, lives: Iterable[DebateLife]) -> tuple[str, ...]:
    """Tables of plain text, one line an item, without control characters or markup."""
    seen = overview(measures, lives)
    return tuple(
        line
        for table in (
            _debates(seen),
            _table(("rate", "share"), _rates(seen.rates_ppm)),
            _table(("completed debate", "mean", "median"), _typical(seen.means, seen.medians)),
            _templates(seen),
            _models(seen),
            _rules(measures),
            _table(("now", "count"), [(name, _number(value)) for name, value in sorted(measures.gauges.items())]),
            _timers(measures),
        )
        for line in table
    )


def _debates(seen: Overview) -> Iterator[str]:
    totals = seen.totals
    rows = (
        ("debates opened", _number(totals.debates_opened)),
        ("debates started", _number(totals.debates_started)),
        ("debates completed", _number(totals.debates_completed)),
        ("debates failed", _number(totals.debates_failed)),
        ("debates cancelled", _number(totals.debates_cancelled)),
        ("arguments", _number(totals.arguments)),
        ("rounds", _number(totals.rounds)),
        ("escalations", _number(totals.escalations)),
        ("rules fired", _number(totals.rules_fired)),
        ("actions overruled", _number(totals.actions_overruled)),
        ("attempts", _number(totals.attempts)),
        ("attempts failed", _number(totals.failures)),
        ("attempts in doubt", _number(totals.in_doubt)),
        ("tokens in", _number(totals.tokens_input)),
        ("tokens out", _number(totals.tokens_output)),
        ("cost", _dollars(totals.cost_microusd)),
    )
    return _table(("in all", "count"), rows)


def _rates(rates: Rates) -> Sequence[Row]:
    return (
        ("completed, of those ended", _percent(rates.completed)),
        ("failed, of those ended", _percent(rates.failed)),
        ("cancelled, of those ended", _percent(rates.cancelled)),
        ("asked a person, of those started", _percent(rates.escalated)),
        ("reached consensus, of those started", _percent(rates.consensus_reached)),
        ("attempts failed", _percent(rates.attempts_failed)),
        ("attempts in doubt", _percent(rates.attempts_in_doubt)),
        ("actions overruled", _percent(rates.actions_overruled)),
    )


def _typical(means: Typical, medians: Typical) -> Sequence[Row]:
    return (
        ("active time", _seconds(means.duration_ms), _seconds(medians.duration_ms)),
        ("arguments", _number(means.arguments), _number(medians.arguments)),
        ("rounds", _number(means.rounds), _number(medians.rounds)),
        ("consensus", _percent(means.consensus_ppm), _percent(medians.consensus_ppm)),
        ("cost", _dollars(means.cost_microusd), _dollars(medians.cost_microusd)),
    )


def _templates(seen: Overview) -> Iterator[str]:
    rows = [
        (
            id,
            _number(each.use.opened),
            _number(each.use.completed),
            _percent(each.consensus_reached_ppm),
            _seconds(each.duration_ms_mean),
            _dollars(each.cost_microusd_mean),
        )
        for id, each in seen.templates.items()
    ]
    return _table(("template", "opened", "completed", "consensus", "active time", "cost each"), rows)


def _models(seen: Overview) -> Iterator[str]:
    rows = [
        (
            model or "unknown",
            _number(each.use.answers),
            _number(each.use.failures),
            _number(each.use.tokens_output),
            _dollars(each.use.cost_microusd),
            _percent(each.cost_ppm),
        )
        for model, each in seen.models.items()
    ]
    return _table(("model", "answers", "failures", "tokens out", "cost", "of all cost"), rows)


def _rules(measures: Measures) -> Iterator[str]:
    most = sorted(measures.rules.items(), key=lambda item: (-item[1].fired, item[0]))[:RULES_SHOWN_MAX]
    rows = [(id, _number(use.fired), _number(use.overruled), _number(use.errors)) for id, use in most]
    return _table(("rule", "fired", "overruled", "errors"), rows)


def _timers(measures: Measures) -> Iterator[str]:
    rows = [
        (name, _number(timer.count), _microseconds(timer.mean_ns), _microseconds(timer.p95_ns), _number(timer.errors))
        for name, timer in sorted(measures.timers.items())
    ]
    return _table(("timed", "times", "mean", "p95", "errors"), rows)


def _table(head: Row, rows: Sequence[Row]) -> Iterator[str]:
    """Columns as wide as their widest cell, the first to the left, figures to the right; nothing without rows."""
    if not rows:
        return
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, *rows):
        first, *figures = (
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield COLUMN_GAP.join((first, *figures)).rstrip()
    yield ""


def _number(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def _percent(ppm: int | None) -> str:
    if ppm is None:
        return NOTHING
    tenths = ppm // 1_000
    return f"{tenths // 10}.{tenths % 10} %"


def _dollars(microusd: int | None) -> str:
    """To a hundredth of a cent, rounded up: what cost something never shows as nothing."""
    if microusd is None:
        return NOTHING
    hundredths = -(-microusd // 100)
    return f"${hundredths // 10_000:,}.{hundredths % 10_000:04d}"


def _seconds(milliseconds: int | None) -> str:
    if milliseconds is None:
        return NOTHING
    tenths = milliseconds * 10 // MILLISECONDS_PER_SECOND
    return f"{tenths // 10:,}.{tenths % 10} s"


def _microseconds(nanoseconds: int) -> str:
    tenths = nanoseconds * 10 // NANOSECONDS_PER_MICROSECOND
    return f"{tenths // 10:,}.{tenths % 10} µs"
