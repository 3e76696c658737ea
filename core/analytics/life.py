"""What became of one debate, from its opening to its end?

A life is folded from a session's events in one pass. Analytics lies below the flows, so it can't import their events:
what a debate adds is looked up in `FLOW_KINDS` by the event's class name, which is the kind's stable name in every log
and may therefore be relied on as much as the class. A flow that reports its turns and rounds under these names has its
life told in full; of any other, what the engine's own events say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.analytics.flips import NO_MINDS, Formats, Minds, all_seen, fold_minds
from core.analytics.tallies import with_plus
from core.domain.cases import CLARIFICATION
from core.domain.changing import changed, changer
from core.domain.estimates import Estimate
from core.domain.events import (
    ActionOverruled,
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    CompletionDecided,
    EscalationAnswered,
    EscalationExpired,
    Event,
    Recorded,
    RuleFired,
    RulesChanged,
    RunResumed,
    SessionAdmitted,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionOpened,
    SessionPaused,
    SessionQueued,
    SessionResumed,
)
from core.domain.ids import NO_DIGEST, Digest, RuleId, SessionId, TemplateId
from core.domain.session import ROUNDS_MAX, Status

READINGS_MAX = 400
"""A life remembers this many of the newest consensus readings: those of a hundred rounds of four turns."""

MOTION_CHARACTERS_MAX = 400
"""A motion may be as long as a page; a list of debates needs its beginning. The log has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLife:
    """One round. Moments are Unix ms, 0 while the round goes on; `consensus_ppm` is where it ended."""

    number: int
    started_at_ms: int
    ended_at_ms: int = 0
    arguments: int = 0
    consensus_ppm: int | None = None
    is_cut_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsensusReading:
    """Agreement in parts per million after the debate's argument number `argument`."""

    round: int
    argument: int
    ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """What was asked of one model. An attempt in doubt is charged at its maximum until it is settled. `latency_ms` is
    that of `answers_timed` answers, in sum: one given again from the cache took no time."""

    attempts: int = 0
    answers: int = 0
    failures: int = 0
    in_doubt: int = 0
    tokens_input: int = 0
    tokens_output: int = 0
    cost_microusd: int = 0
    answers_timed: int = 0
    latency_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateLife:
    """True up to global `position`. Moments are Unix ms, 0 where they have not come.

    `active_ms` is time spent running: neither pauses nor queues count. `template` is the one being followed,
    `template_opened` the one that the debate began with. `failures` are failed attempts, `overruled` actions of rules
    that were not carried out. `asked` are the models of calls under way by step, `doubted` those of calls in doubt by
    step and attempt (`r1.opening.proposer#2`). `rules` is the version of the rules that is in force;
    one that `is_ending` is still to have its verdict, and hears none. `estimate` is what
    was expected of it before it began. `minds` are those of its seats until it is over.
    """

    id: SessionId
    position: int
    flow: str
    title: str
    motion: str
    template: TemplateId
    template_opened: TemplateId
    status: Status
    reason: str = ""
    outcome: str = ""
    opened_at_ms: int = 0
    started_at_ms: int = 0
    ended_at_ms: int = 0
    changed_at_ms: int = 0
    active_ms: int = 0
    rounds: tuple[RoundLife, ...] = ()
    rounds_completed: int = 0
    arguments: int = 0
    consensus_ppm: int | None = None
    is_consensus_reached: bool = False
    consensus: tuple[ConsensusReading, ...] = ()
    rules_fired: Mapping[RuleId, int] = field(default_factory=dict)
    overruled: int = 0
    attempts: int = 0
    failures: int = 0
    in_doubt: int = 0
    tokens_input: int = 0
    tokens_output: int = 0
    cost_microusd: int = 0
    escalations: int = 0
    models: Mapping[str, ModelUse] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    doubted: Mapping[str, str] = field(default_factory=dict)
    rules: Digest = NO_DIGEST
    is_ending: bool = False
    estimate: Estimate | None = None
    minds: Minds = NO_MINDS

    @property
    def kind(self) -> str:
        """The flow without its version: `debate`, `refinement`."""
        return kind_of(self.flow)


_UNUSED = ModelUse()
_with_attempts = changer(ModelUse, "attempts")
_with_answer = changer(
    ModelUse, "answers", "tokens_input", "tokens_output", "cost_microusd", "answers_timed", "latency_ms"
)

DEBATE = "debate"


def kind_of(flow: str) -> str:
    """`refinement` of `refinement@1`."""
    return flow.partition("@")[0]


Changes = dict[str, Any]
"""New values for some fields of a life. One copy for each event, however many fields it touches."""


def fold_life(
    life: DebateLife | None, record: Recorded, formats: Formats = all_seen, *, in_full: bool = True
) -> DebateLife:
    """The life after `record`; `life` is None for a session's first event, which must be its opening. Not `in_full` it
    is told without its rounds and readings of consensus one by one."""
    event, at_ms = record.event, record.at_ms
    if isinstance(event, SessionOpened):
        return _opened(record, event, formats)
    if life is None:
        raise ValueError(f"the log of session {record.session} does not begin with its opening")
    changes: Changes = {"position": record.position, "changed_at_ms": at_ms}
    if life.status is Status.RUNNING and not isinstance(event, RunResumed):
        # A run that ended with its process left no event: the time up to the next run is nobody's.
        changes["active_ms"] = life.active_ms + max(0, at_ms - life.changed_at_ms)
    if (minds := fold_minds(life.minds, event, formats)) is not life.minds:
        changes["minds"] = minds
    of_flow = FLOW_KINDS.get(type(event).__name__)
    changes.update(of_flow(life, event, at_ms) if of_flow is not None else _told(life, event, at_ms))
    if not in_full:
        changes.pop("rounds", None)
        changes.pop("consensus", None)
    return changed(life, **changes)


def _opened(record: Recorded, event: SessionOpened, formats: Formats) -> DebateLife:
    opening = event.opening
    return DebateLife(
        id=record.session,
        position=record.position,
        flow=opening.flow,
        title=opening.title,
        motion=_shortened(opening.motion),
        template=opening.template,
        template_opened=opening.template,
        status=Status.CREATED,
        opened_at_ms=record.at_ms,
        changed_at_ms=record.at_ms,
        models={model: ModelUse() for model in sorted({seat.participant.model for seat in opening.seats})},
        rules=opening.rules_digest,
        estimate=opening.estimate,
        minds=fold_minds(NO_MINDS, event, formats),
    )


def _told(life: DebateLife, event: Event, at_ms: int) -> Changes:
    match event:
        case AttemptStarted():
            return _begun(life, event)
        case AttemptSucceeded():
            return _answered(life, event)
        case AttemptFailed() | AttemptInDoubt() | AttemptSettled():
            return _asked(life, event)
        case RuleFired():
            return {"rules_fired": {**life.rules_fired, event.rule: life.rules_fired.get(event.rule, 0) + 1}}
        case ActionOverruled():
            return {"overruled": life.overruled + 1}
        case RulesChanged():
            return {"rules": event.digest}
        case SessionQueued():
            return {"status": Status.WAITING}
        case SessionAdmitted():
            return {"status": Status.RUNNING, "reason": "", "started_at_ms": life.started_at_ms or at_ms}
        case SessionResumed() | EscalationAnswered() | EscalationExpired():
            return {"status": Status.RUNNING, "reason": "", "ended_at_ms": 0}
        case SessionPaused():
            return {"status": Status.PAUSED, "reason": event.reason}
        case SessionEscalated():
            return {"status": Status.ESCALATED, "reason": event.reason, "escalations": life.escalations + 1}
        case ClarificationAsked(asked_of="") if life.status is Status.RUNNING:
            return {"status": Status.ESCALATED, "reason": CLARIFICATION}
        case ClarificationAnswered(still_waits=False) | ClarificationForgone(still_waits=False):
            return {"status": Status.RUNNING, "reason": ""} if life.status is Status.ESCALATED else {}
        case CompletionDecided():
            return {"reason": event.reason, "is_ending": True}
        case SessionCompleted():
            return {"status": Status.COMPLETED, "reason": event.reason, "ended_at_ms": at_ms, "minds": NO_MINDS}
        case SessionFailed():
            return {"status": Status.FAILED, "reason": event.reason, "ended_at_ms": at_ms}
        case SessionCancelled():
            return {"status": Status.CANCELLED, "reason": event.reason, "ended_at_ms": at_ms, "minds": NO_MINDS}
        case _:
            return {}


OF_A_MODEL = frozenset({"answers_timed", "latency_ms"})
"""What is counted for each model and nowhere else."""

Call = AttemptStarted | AttemptSucceeded | AttemptFailed | AttemptInDoubt | AttemptSettled


def model_of(life: DebateLife, call: Call) -> str:
    """Which model a call was sent to, told by the life before the call's event.

    That is the one which was asked, also where the one that answered calls itself something else.
    """
    match call:
        case AttemptStarted() | AttemptInDoubt():
            return call.route
        case AttemptSettled():
            return life.doubted.get(f"{call.step}#{call.attempt}", "")
        case _:
            return life.asked.get(call.step, "")


def use_of(call: Call) -> Mapping[str, int]:
    """What a call's event adds to the use of its model."""
    match call:
        case AttemptStarted():
            return {"attempts": 1}
        case AttemptSucceeded():
            return {
                "answers": 1,
                "tokens_input": call.tokens_input,
                "tokens_output": call.tokens_output,
                "cost_microusd": call.cost_microusd,
                **({} if call.is_cached else {"answers_timed": 1, "latency_ms": call.latency_ms}),
            }
        case AttemptFailed():
            return {"failures": 1, "cost_microusd": call.cost_microusd}
        case AttemptInDoubt():
            return {"in_doubt": 1, "cost_microusd": call.cost_microusd_max}
        case AttemptSettled():
            return {"cost_microusd": -call.difference_microusd}


def _begun(life: DebateLife, call: AttemptStarted) -> Changes:
    """As `_asked` has it, at less than half the cost: this and an answer are half of all that is recorded."""
    use = life.models.get(call.route, _UNUSED)
    return {
        "models": {**life.models, call.route: _with_attempts(use, attempts=use.attempts + 1)},
        "attempts": life.attempts + 1,
        "asked": {**life.asked, call.step: call.route},
    }


def _answered(life: DebateLife, call: AttemptSucceeded) -> Changes:
    """As above."""
    model = life.asked.get(call.step, "")
    use = life.models.get(model, _UNUSED)
    is_timed = not call.is_cached
    used = _with_answer(
        use,
        answers=use.answers + 1,
        tokens_input=use.tokens_input + call.tokens_input,
        tokens_output=use.tokens_output + call.tokens_output,
        cost_microusd=use.cost_microusd + call.cost_microusd,
        answers_timed=use.answers_timed + is_timed,
        latency_ms=use.latency_ms + call.latency_ms * is_timed,
    )
    return {
        "models": {**life.models, model: used},
        "tokens_input": life.tokens_input + call.tokens_input,
        "tokens_output": life.tokens_output + call.tokens_output,
        "cost_microusd": life.cost_microusd + call.cost_microusd,
        "asked": _without(life.asked, call.step),
    }


def _asked(life: DebateLife, call: Call) -> Changes:
    model, use = model_of(life, call), use_of(call)
    changes: Changes = {"models": with_plus(life.models, model, ModelUse(), **use)}
    counted = {name: amount for name, amount in use.items() if name not in ("answers", *OF_A_MODEL)}
    changes.update({name: getattr(life, name) + amount for name, amount in counted.items()})
    match call:
        case AttemptSettled():
            changes["doubted"] = _without(life.doubted, f"{call.step}#{call.attempt}")
        case AttemptInDoubt():
            changes["asked"] = _without(life.asked, call.step)
            changes["doubted"] = {**life.doubted, f"{call.step}#{call.attempt}": call.route}
        case _:
            changes["asked"] = _without(life.asked, call.step)
    return changes


def _round_started(life: DebateLife, event: Any, at_ms: int) -> Changes:
    begun = RoundLife(number=event.round, started_at_ms=at_ms)
    return {"rounds": (*life.rounds, begun)[-ROUNDS_MAX:]}


def _round_completed(life: DebateLife, event: Any, at_ms: int) -> Changes:
    ended = tuple(
        replace(
            each,
            ended_at_ms=at_ms,
            arguments=event.arguments,
            consensus_ppm=event.consensus_ppm,
            is_cut_short=event.is_cut_short,
        )
        if each.number == event.round
        else each
        for each in life.rounds
    )
    return {"rounds": ended, "rounds_completed": life.rounds_completed + 1}


def _consensus_updated(life: DebateLife, event: Any, at_ms: int) -> Changes:
    if event.is_advice:
        return {}
    reading = ConsensusReading(round=event.round, argument=life.arguments, ppm=event.ppm)
    return {"consensus_ppm": event.ppm, "consensus": (*life.consensus, reading)[-READINGS_MAX:]}


APPROVED, NOT_APPROVED = "approved", "not_approved"


def _iteration_started(life: DebateLife, event: Any, at_ms: int) -> Changes:
    begun = RoundLife(number=event.iteration, started_at_ms=at_ms)
    return {"rounds": (*life.rounds, begun)[-ROUNDS_MAX:]}


def _draft_decided(life: DebateLife, event: Any, at_ms: int) -> Changes:
    ended = tuple(
        replace(each, ended_at_ms=at_ms, arguments=1) if each.number == event.iteration else each
        for each in life.rounds
    )
    return {"rounds": ended, "rounds_completed": life.rounds_completed + 1}


FLOW_KINDS: Mapping[str, Callable[[DebateLife, Any, int], Changes]] = {
    "ArgumentPresented": lambda life, event, at_ms: {"arguments": life.arguments + 1},
    "RoundStarted": _round_started,
    "RoundCompleted": _round_completed,
    "ConsensusUpdated": _consensus_updated,
    "ConsensusReached": lambda life, event, at_ms: {"is_consensus_reached": True},
    "VerdictReached": lambda life, event, at_ms: {"outcome": event.outcome},
    "MotionAmended": lambda life, event, at_ms: {"motion": _shortened(event.motion)},
    "TemplateApplied": lambda life, event, at_ms: {"template": event.template},
    "IterationStarted": _iteration_started,
    "DraftPresented": lambda life, event, at_ms: {"arguments": life.arguments + 1},
    "DraftDecided": _draft_decided,
    "RefinementCompleted": lambda life, event, at_ms: {"outcome": APPROVED if event.is_approved else NOT_APPROVED},
}
"""What a flow's event changes, by the stable name of its kind."""


def _shortened(motion: str) -> str:
    return motion if len(motion) <= MOTION_CHARACTERS_MAX else motion[: MOTION_CHARACTERS_MAX - 1] + "…"


def _without(entries: Mapping[str, str], key: str) -> Mapping[str, str]:
    return {each: value for each, value in entries.items() if each != key}
