"""What is to be read off the measures: rates, means and medians, for each template and each model?

Everything is an integer: shares in parts per million, time in milliseconds, money in micro-dollars, rounded down.
None says that there is nothing yet of which this could be a share or a mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.analytics.flips import FlipSums
from core.analytics.histogram import Histogram
from core.analytics.life import DEBATE, DebateLife, ModelUse
from core.analytics.measures import Counters, FlowUse, Histograms, Measures, TemplateUse
from core.analytics.tallies import mean, share_ppm
from core.domain.ids import TemplateId
from core.domain.session import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares in parts per million. Completed, cancelled and failed are of the debates that ended; escalated and
    consensus of those that started; failed and doubtful attempts of all attempts; overruled of all actions."""

    completed: int | None
    cancelled: int | None
    failed: int | None
    escalated: int | None
    consensus_reached: int | None
    attempts_failed: int | None
    attempts_in_doubt: int | None
    actions_overruled: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """A middle over completed debates. Time is active time in milliseconds."""

    debates: int
    duration_ms: int | None
    arguments: int | None
    rounds: int | None
    consensus_ppm: int | None
    cost_microusd: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateOverview:
    """The debates of one template: how many, how they ended, what a completed one took on average."""

    use: TemplateUse
    completed_ppm: int | None
    escalated_ppm: int | None
    consensus_reached_ppm: int | None
    duration_ms_mean: int | None
    arguments_mean: int | None
    cost_microusd_mean: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowOverview:
    """The sessions of one kind: how many, how they ended, what they took on average. `reached_ppm` are those that came
    to consensus, or to an approved draft, of those that were opened."""

    use: FlowUse
    completed_ppm: int | None
    reached_ppm: int | None
    duration_ms_mean: int | None
    pieces_mean: int | None
    cost_microusd_mean: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOverview:
    """What one model was asked, and which share of all costs and of its own attempts' failures it has."""

    use: ModelUse
    cost_ppm: int | None
    failed_ppm: int | None
    cost_microusd_mean: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`totals`, `rates_ppm`, `means`, `templates` and `models` are of all debates, `medians` of those whose lives are
    kept. `flows` are of sessions of each kind, debates among them."""

    totals: Counters
    rates_ppm: Rates
    means: Typical
    medians: Typical
    templates: Mapping[TemplateId, TemplateOverview] = field(default_factory=dict)
    flows: Mapping[str, FlowOverview] = field(default_factory=dict)
    models: Mapping[str, ModelOverview] = field(default_factory=dict)
    flips: FlipSums = field(default_factory=FlipSums)


def overview(measures: Measures, lives: Iterable[DebateLife]) -> Overview:
    """What measures and lives amount to."""
    return Overview(
        totals=measures.counters,
        rates_ppm=_rates(measures.counters),
        means=_means(measures.histograms),
        medians=_medians([life for life in lives if life.status is Status.COMPLETED and life.kind == DEBATE]),
        templates={id: _of_template(use) for id, use in sorted(measures.templates.items())},
        flows={kind: _of_flow(use) for kind, use in sorted(measures.flows.items())},
        models={model: _of_model(use, measures.counters) for model, use in sorted(measures.models.items())},
        flips=measures.flips,
    )


def median(values: Iterable[int]) -> int | None:
    """The value in the middle, or the mean of the two there, rounded down; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


def _rates(counters: Counters) -> Rates:
    ended, started = counters.debates_ended, counters.debates_started
    return Rates(
        completed=share_ppm(counters.debates_completed, ended),
        cancelled=share_ppm(counters.debates_cancelled, ended),
        failed=share_ppm(counters.debates_failed - counters.debates_taken_up_again, ended),
        escalated=share_ppm(counters.debates_escalated, started),
        consensus_reached=share_ppm(counters.debates_with_consensus, started),
        attempts_failed=share_ppm(counters.failures, counters.attempts),
        attempts_in_doubt=share_ppm(counters.in_doubt, counters.attempts),
        actions_overruled=share_ppm(counters.actions_overruled, counters.actions_asked),
    )


def _means(histograms: Histograms) -> Typical:
    return Typical(
        debates=histograms.debate_duration_ms.count,
        duration_ms=_mean(histograms.debate_duration_ms),
        arguments=_mean(histograms.debate_arguments),
        rounds=_mean(histograms.debate_rounds),
        consensus_ppm=_mean(histograms.debate_consensus_ppm),
        cost_microusd=_mean(histograms.debate_cost_microusd),
    )


def _mean(histogram: Histogram) -> int | None:
    return mean(histogram.total, histogram.count)


def _medians(completed: list[DebateLife]) -> Typical:
    return Typical(
        debates=len(completed),
        duration_ms=median(life.active_ms for life in completed),
        arguments=median(life.arguments for life in completed),
        rounds=median(life.rounds_completed for life in completed),
        consensus_ppm=median(life.consensus_ppm for life in completed if life.consensus_ppm is not None),
        cost_microusd=median(life.cost_microusd for life in completed),
    )


def _of_template(use: TemplateUse) -> TemplateOverview:
    ended = use.completed + use.cancelled + use.failed - use.taken_up_again
    return TemplateOverview(
        use=use,
        completed_ppm=share_ppm(use.completed, ended),
        escalated_ppm=share_ppm(use.escalated, use.opened),
        consensus_reached_ppm=share_ppm(use.with_consensus, use.opened),
        duration_ms_mean=mean(use.active_ms, use.completed),
        arguments_mean=mean(use.arguments, use.opened),
        cost_microusd_mean=mean(use.cost_microusd, use.opened),
    )


def _of_flow(use: FlowUse) -> FlowOverview:
    ended = use.completed + use.cancelled + use.failed - use.taken_up_again
    return FlowOverview(
        use=use,
        completed_ppm=share_ppm(use.completed, ended),
        reached_ppm=share_ppm(use.reached, use.opened),
        duration_ms_mean=mean(use.active_ms, use.completed),
        pieces_mean=mean(use.pieces, use.opened),
        cost_microusd_mean=mean(use.cost_microusd, use.opened),
    )


def _of_model(use: ModelUse, counters: Counters) -> ModelOverview:
    return ModelOverview(
        use=use,
        cost_ppm=share_ppm(use.cost_microusd, counters.cost_microusd),
        failed_ppm=share_ppm(use.failures, use.attempts),
        cost_microusd_mean=mean(use.cost_microusd, use.answers),
    )
