"""Which values does each table hold of a session, an event, a rule, and of all figures together?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from core.analytics.histogram import Histogram
from core.analytics.measures import Measures
from core.analytics.overview import Overview
from core.analytics.rule_measures import NOT_MEASURED, RuleMeasure
from core.domain.events import Recorded, Unreadable
from core.domain.ids import RuleId
from core.domain.label import Label
from core.domain.summary import SessionSummary
from core.exporting.tables import Row
from core.exporting.written import iso_time
from core.rules.layers import Placed
from core.rules.rule import rule_to_plain

BEYOND = "more"
"""How the last bucket of a histogram is called: of what lies above all its bounds."""


def session_row(summary: SessionSummary, label: Label | None) -> Row:
    """As `SESSIONS` has it. What has not come is missing, not 0: other programs would take that for 1970."""
    return (
        summary.session,
        summary.title,
        label.title if label else "",
        list(label.tags) if label else [],
        label.is_archived if label else False,
        summary.flow,
        summary.template,
        summary.motion,
        summary.status.value,
        summary.reason,
        summary.question,
        summary.outcome,
        summary.verdict,
        summary.origin,
        summary.is_rehearsal,
        list(summary.models),
        summary.round,
        summary.rounds_limit,
        summary.turns,
        summary.consensus_ppm,
        summary.score_ppm,
        summary.best_draft or None,
        summary.spent_microusd,
        summary.children_microusd,
        summary.cap_microusd,
        summary.tokens_input,
        summary.tokens_output,
        summary.attempts,
        summary.attempts_open,
        summary.errors,
        summary.escalations,
        summary.rules_fired,
        summary.opened_at_ms,
        summary.started_at_ms or None,
        summary.ended_at_ms or None,
        summary.changed_at_ms,
        summary.active_ms,
        summary.parent,
        summary.forked_from,
        summary.forked_at_seq or None,
        summary.seq,
        summary.position,
        summary.unreadable or None,
    )


def event_row(recorded: Recorded, *, held: object, asked: object) -> Row:
    """As `EVENTS` has it. `held` and `asked` are the plain forms of the event and of its command, None for no
    command."""
    event, envelope = recorded.event, recorded.envelope
    kind, unreadable = type(event).__name__, None
    if isinstance(event, Unreadable):
        kind, held, unreadable = event.kind, None, f"{event.why} {event.now}".strip()
    return (
        recorded.position,
        recorded.session,
        recorded.seq,
        recorded.at_ms,
        iso_time(recorded.at_ms),
        kind,
        held,
        envelope.actor if envelope is not None else None,
        envelope.correlation if envelope is not None else None,
        type(envelope.command).__name__ if envelope is not None else None,
        asked,
        unreadable,
    )


def rule_row(placed: Placed, measures: Mapping[RuleId, RuleMeasure]) -> Row:
    """As `RULES` has it."""
    rule, measure = placed.rule, measures.get(placed.rule.id, NOT_MEASURED)
    return (
        placed.origin.rule_set,
        rule.id,
        rule.name,
        rule.description,
        placed.origin.file,
        rule.priority,
        rule.repeat.value,
        rule.enabled,
        rule_to_plain(rule),
        measure.heard,
        measure.fired,
        measure.overruled,
        measure.errors,
        measure.switched_off,
        measure.fired_at_ms or None,
        measure.mean_ns if measure.timed else None,
        measure.p95_ns if measure.timed else None,
    )


def metric_rows(measures: Measures, seen: Overview) -> Iterator[Row]:
    """As `METRICS` has it: counts first, then what they amount to."""
    yield from _figures("counters", "", measures.counters)
    yield from _figures("rates_ppm", "", seen.rates_ppm)
    yield from _figures("means", "", seen.means)
    yield from _figures("medians", "", seen.medians)
    groups: Mapping[str, Mapping[str, object]] = {
        "flows": measures.flows,
        "templates": {str(id): use for id, use in measures.templates.items()},
        "models": measures.models,
        "rules": {str(id): use for id, use in measures.rules.items()},
        "actions": measures.actions,
        "changes_of_mind_by_template": measures.flips.templates,
        "changes_of_mind_by_model": measures.flips.models,
        "changes_of_mind_unasked": measures.flips.unasked,
    }
    for section, uses in groups.items():
        for of, use in sorted(uses.items()):
            yield from _figures(section, of, use)
    for kind, count in sorted(measures.watched.errors.items()):
        yield "errors", kind, "count", count
    for model, amount in sorted(measures.watched.returned_microusd.items()):
        yield "models", model, "returned_microusd", amount
    for each in fields(measures.histograms):
        yield from _buckets("histograms", each.name, getattr(measures.histograms, each.name))
    for provider, histogram in sorted(measures.watched.latencies.items()):
        yield from _buckets("answer_latency_ms_by_provider", provider, histogram)
    for name, value in sorted(measures.gauges.items()):
        yield "gauges", "", name, value


def _buckets(section: str, of: str, histogram: Histogram) -> Iterator[Row]:
    """How many values lie in each, by its upper bound, and the sum of the values themselves."""
    bounds = (*(f"up_to_{bound}" for bound in histogram.bounds), BEYOND)
    for name, count in zip(bounds, histogram.counts, strict=True):
        yield section, of, name, count
    yield section, of, "total", histogram.total


def _figures(section: str, of: str, record: object) -> Iterator[Row]:
    """Each field of a record that is a number or nothing."""
    assert is_dataclass(record)
    for each in fields(record):
        value = getattr(record, each.name)
        if value is None or isinstance(value, int):
            yield section, of, each.name, value
