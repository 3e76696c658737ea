"""What do all debates come to, counted?

Measures are a sum over recorded events: they come to the same in whichever pages the log is read. What happens to run
now (gauges) and how long work took (timers) is no matter of record; it is handed in where the measures are written
down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from core.analytics.flips import FlipSums, so_far, sums_of
from core.analytics.histogram import (
    ARGUMENTS_BOUNDS,
    CONSENSUS_PPM_BOUNDS,
    COST_MICROUSD_BOUNDS,
    DURATION_MS_BOUNDS,
    LATENCY_MS_BOUNDS,
    ROUNDS_BOUNDS,
    Histogram,
    empty,
    observed,
)
from core.analytics.life import DEBATE, OF_A_MODEL, Call, DebateLife, ModelUse, kind_of, model_of, use_of
from core.analytics.tallies import mean, plus, with_plus
from core.analytics.watched import Watched, fold_watched
from core.domain.changing import changed
from core.domain.events import (
    ActionOverruled,
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    CascadeStopped,
    EscalationAnswered,
    EscalationExpired,
    Event,
    Recorded,
    RuleErred,
    RuleFired,
    RuleSwitchedOff,
    SessionAdmitted,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionOpened,
    SessionPaused,
    SessionQueued,
    SessionResumed,
    SpendRefused,
)
from core.domain.ids import RuleId, TemplateId
from core.domain.session import Status
from core.domain.unasked import partly


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """How often things happened. `debates_failed` counts failures; of these, `debates_taken_up_again` went on later.

    `debates_escalated` are debates that asked a person at least once, `escalations` the questions.
    """

    debates_opened: int = 0
    debates_started: int = 0
    debates_completed: int = 0
    debates_failed: int = 0
    debates_taken_up_again: int = 0
    debates_cancelled: int = 0
    debates_escalated: int = 0
    debates_with_consensus: int = 0
    arguments: int = 0
    rounds: int = 0
    pauses: int = 0
    escalations: int = 0
    rules_fired: int = 0
    rules_erred: int = 0
    rules_switched_off: int = 0
    cascades_stopped: int = 0
    actions_asked: int = 0
    actions_overruled: int = 0
    attempts: int = 0
    answers: int = 0
    failures: int = 0
    in_doubt: int = 0
    spend_refused: int = 0
    tokens_input: int = 0
    tokens_output: int = 0
    cost_microusd: int = 0

    @property
    def debates_ended(self) -> int:
        """Completed, cancelled, or standing where they failed."""
        return self.debates_completed + self.debates_cancelled + self.debates_failed - self.debates_taken_up_again


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUse:
    """How often a rule fired, how many of its actions were overruled, how often it could not be evaluated, and how many
    debates stopped hearing it for that."""

    fired: int = 0
    overruled: int = 0
    errors: int = 0
    switched_off: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionUse:
    """How often rules asked for a kind of action, and how often it was not carried out."""

    asked: int = 0
    overruled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateUse:
    """Debates that were opened by one template. `active_ms` is that of the completed ones, in sum."""

    opened: int = 0
    completed: int = 0
    failed: int = 0
    taken_up_again: int = 0
    cancelled: int = 0
    escalated: int = 0
    with_consensus: int = 0
    rounds: int = 0
    arguments: int = 0
    active_ms: int = 0
    cost_microusd: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowUse:
    """Sessions of one kind. `laps` are rounds or iterations, `pieces` arguments or drafts; `reached` are the sessions
    that came to what they are held for, consensus or an approved draft. `active_ms` is that of the completed ones."""

    opened: int = 0
    started: int = 0
    completed: int = 0
    failed: int = 0
    taken_up_again: int = 0
    cancelled: int = 0
    escalated: int = 0
    reached: int = 0
    laps: int = 0
    pieces: int = 0
    active_ms: int = 0
    cost_microusd: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Histograms:
    """Of completed debates: active time, rounds, arguments, cost, consensus where one was measured. Of answers:
    latency."""

    debate_duration_ms: Histogram = field(default_factory=partial(empty, DURATION_MS_BOUNDS))
    debate_rounds: Histogram = field(default_factory=partial(empty, ROUNDS_BOUNDS))
    debate_arguments: Histogram = field(default_factory=partial(empty, ARGUMENTS_BOUNDS))
    debate_consensus_ppm: Histogram = field(default_factory=partial(empty, CONSENSUS_PPM_BOUNDS))
    debate_cost_microusd: Histogram = field(default_factory=partial(empty, COST_MICROUSD_BOUNDS))
    answer_latency_ms: Histogram = field(default_factory=partial(empty, LATENCY_MS_BOUNDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """How long a kind of work took, in nanoseconds. `p95_ns` is of the newest samples only."""

    count: int = 0
    total_ns: int = 0
    p95_ns: int = 0
    errors: int = 0

    @property
    def mean_ns(self) -> int:
        """Rounded down; 0 where nothing was timed."""
        return mean(self.total_ns, self.count) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Counts of what was recorded, by what it was of; gauges and timers as they stood when these were written."""

    counters: Counters = Counters()
    rules: Mapping[RuleId, RuleUse] = field(default_factory=dict)
    actions: Mapping[str, ActionUse] = field(default_factory=dict)
    templates: Mapping[TemplateId, TemplateUse] = field(default_factory=dict)
    flows: Mapping[str, FlowUse] = field(default_factory=dict)
    models: Mapping[str, ModelUse] = field(default_factory=dict)
    histograms: Histograms = field(default_factory=Histograms)
    flips: FlipSums = field(default_factory=FlipSums)
    watched: Watched = field(default_factory=Watched)
    gauges: Mapping[str, int] = field(default_factory=dict)
    timers: Mapping[str, Timer] = field(default_factory=dict)


def fold_measures(
    measures: Measures, record: Recorded, *, before: DebateLife | None = None, after: DebateLife | None = None
) -> Measures:
    """The measures with `record` counted. `before` and `after` are its debate's life on either side of it.

    Without them, what only a life can tell is left out: the template, the model of an answer, a debate's duration.
    """
    event = record.event
    amounts = _amounts(event, before)
    if amounts:
        measures = changed(measures, counters=plus(measures.counters, **amounts))
    watched = fold_watched(measures.watched, record, before=before, after=after)
    if watched is not measures.watched:
        measures = changed(measures, watched=watched)
    measures = _by_flow(_by_template(measures, event, before, after), event, before, after)
    if after is not None and type(event).__name__ == VERDICT:
        return changed(measures, flips=measures.flips.plus(_flips_of(after)))
    match event:
        case AttemptStarted() | AttemptSucceeded() | AttemptFailed() | AttemptInDoubt() | AttemptSettled():
            return _by_model(measures, event, before)
        case RuleFired() | ActionOverruled() | RuleErred() | RuleSwitchedOff():
            return _by_rule(measures, event)
        case SessionCompleted() if after is not None and after.kind == DEBATE:
            return changed(measures, histograms=_completed(measures.histograms, after))
        case _:
            return measures


FLOW_COUNTERS: Mapping[str, str] = {
    "ArgumentPresented": "arguments",
    "RoundCompleted": "rounds",
    "ConsensusReached": "debates_with_consensus",
}
"""What one event of a flow counts as, by the stable name of its kind (see core.analytics.life)."""


VERDICT = "VerdictReached"
"""Behind this no mind is changed any more, and of each change it is known which way it led."""


def _flips_of(life: DebateLife) -> FlipSums:
    return sums_of(so_far(life.minds), template=life.template_opened, is_unasked=bool(partly(life.models)))


def _amounts(event: Event, before: DebateLife | None) -> Mapping[str, int]:
    """What an event adds to the counters."""
    match event:
        case AttemptStarted() | AttemptSucceeded() | AttemptFailed() | AttemptInDoubt() | AttemptSettled():
            return {name: amount for name, amount in use_of(event).items() if name not in OF_A_MODEL}
        case RuleFired():
            return {"rules_fired": 1, "actions_asked": len(event.actions)}
        case ActionOverruled():
            return {"actions_overruled": 1}
        case RuleErred():
            return {"rules_erred": 1}
        case RuleSwitchedOff():
            return {"rules_switched_off": 1}
        case CascadeStopped():
            return {"cascades_stopped": 1}
        case SpendRefused():
            return {"spend_refused": 1}
        case SessionPaused():
            return {"pauses": 1, **_debate_amounts(event, before)}
        case SessionEscalated():
            return {"escalations": 1, **_debate_amounts(event, before)}
        case _:
            name = FLOW_COUNTERS.get(type(event).__name__)
            return {name: 1} if name is not None else _debate_amounts(event, before)


def _debate_amounts(event: Event, before: DebateLife | None) -> Mapping[str, int]:
    """Of a session that nobody knows any more, it is taken for one: of another kind there were none when it began."""
    kind = kind_of(event.opening.flow) if isinstance(event, SessionOpened) else before.kind if before else DEBATE
    if kind != DEBATE:
        return {}
    return {f"debates_{name}": amount for name, amount in _steps_of_life(event, before).items()}


MOVES = (
    SessionQueued,
    SessionAdmitted,
    SessionResumed,
    EscalationAnswered,
    EscalationExpired,
    SessionPaused,
    SessionEscalated,
    SessionCompleted,
    SessionCancelled,
    SessionFailed,
)
"""The events that give a session a status."""


def _steps_of_life(event: Event, before: DebateLife | None) -> Mapping[str, int]:
    """Which steps of its life a debate takes with an event. Each is taken once, save failing and going on again."""
    if not isinstance(event, (SessionOpened, *MOVES)):
        return {}
    steps: dict[str, int] = {}
    if before is not None and before.status is Status.FAILED:
        steps["taken_up_again"] = 1
    match event:
        case SessionOpened():
            steps["opened"] = 1
        case SessionAdmitted() if before is None or not before.started_at_ms:
            steps["started"] = 1
        case SessionEscalated() if before is None or not before.escalations:
            steps["escalated"] = 1
        case SessionCompleted():
            steps["completed"] = 1
        case SessionCancelled():
            steps["cancelled"] = 1
        case SessionFailed():
            steps["failed"] = 1
        case _:
            pass
    return steps


FLOW_PARTS: Mapping[str, str] = {
    "ArgumentPresented": "pieces",
    "RoundCompleted": "laps",
    "ConsensusReached": "reached",
    "DraftPresented": "pieces",
    "DraftDecided": "laps",
}
"""What one event of a flow counts as in the use of its kind."""
REFINED = "RefinementCompleted"


def _by_flow(measures: Measures, event: Event, before: DebateLife | None, after: DebateLife | None) -> Measures:
    if after is None:
        return measures
    amounts = dict(_steps_of_life(event, before))
    match event:
        case SessionCompleted():
            amounts["active_ms"] = after.active_ms
        case AttemptSucceeded() | AttemptFailed() | AttemptInDoubt() | AttemptSettled():
            amounts["cost_microusd"] = use_of(event)["cost_microusd"]
        case _ if type(event).__name__ == REFINED:
            amounts["reached"] = int(getattr(event, "is_approved", False))
        case _:
            part = FLOW_PARTS.get(type(event).__name__)
            if part is not None:
                amounts[part] = 1
    if not amounts:
        return measures
    return changed(measures, flows=with_plus(measures.flows, after.kind, FlowUse(), **amounts))


def _by_template(measures: Measures, event: Event, before: DebateLife | None, after: DebateLife | None) -> Measures:
    if after is None or not after.template_opened:
        return measures
    amounts = dict(_steps_of_life(event, before))
    amounts.pop("started", None)
    match event:
        case SessionCompleted():
            amounts["active_ms"] = after.active_ms
        case AttemptSucceeded() | AttemptFailed() | AttemptInDoubt() | AttemptSettled():
            amounts["cost_microusd"] = use_of(event)["cost_microusd"]
        case _:
            name = FLOW_COUNTERS.get(type(event).__name__)
            if name is not None:
                amounts[name.removeprefix("debates_")] = 1
    if not amounts:
        return measures
    return changed(measures, templates=with_plus(measures.templates, after.template_opened, TemplateUse(), **amounts))


def _by_model(measures: Measures, call: Call, before: DebateLife | None) -> Measures:
    if isinstance(call, AttemptSucceeded):
        latency = observed(measures.histograms.answer_latency_ms, call.latency_ms)
        measures = changed(measures, histograms=changed(measures.histograms, answer_latency_ms=latency))
    if before is None:
        return measures
    return changed(measures, models=with_plus(measures.models, model_of(before, call), ModelUse(), **use_of(call)))


RuleEvent = RuleFired | ActionOverruled | RuleErred | RuleSwitchedOff


def _by_rule(measures: Measures, event: RuleEvent) -> Measures:
    actions = measures.actions
    match event:
        case RuleFired():
            rules = with_plus(measures.rules, event.rule, RuleUse(), fired=1)
            for action in event.actions:
                actions = with_plus(actions, action, ActionUse(), asked=1)
        case ActionOverruled():
            rules = with_plus(measures.rules, event.rule, RuleUse(), overruled=1)
            actions = with_plus(actions, event.action, ActionUse(), overruled=1)
        case RuleErred():
            rules = with_plus(measures.rules, event.rule, RuleUse(), errors=1)
        case RuleSwitchedOff():
            rules = with_plus(measures.rules, event.rule, RuleUse(), switched_off=1)
    return changed(measures, rules=rules, actions=actions)


def _completed(histograms: Histograms, life: DebateLife) -> Histograms:
    consensus = histograms.debate_consensus_ppm
    return changed(
        histograms,
        debate_duration_ms=observed(histograms.debate_duration_ms, life.active_ms),
        debate_rounds=observed(histograms.debate_rounds, life.rounds_completed),
        debate_arguments=observed(histograms.debate_arguments, life.arguments),
        debate_cost_microusd=observed(histograms.debate_cost_microusd, life.cost_microusd),
        debate_consensus_ppm=consensus if life.consensus_ppm is None else observed(consensus, life.consensus_ppm),
    )
