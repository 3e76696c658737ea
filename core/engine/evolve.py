"""What is true after this event?

One event, one new state: the flow's record and the engine's part change together. Nothing is decided here and nothing
can fail: an event that was recorded happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    BudgetChanged,
    CompletionDecided,
    EscalationAnswered,
    Event,
    RuleErred,
    RuleFired,
    RuleRearmed,
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
    StepExhausted,
    StepRetried,
)
from core.domain.flow import Flow
from core.domain.ids import NO_DIGEST, SessionId, StepId
from core.domain.session import (
    ActiveTime,
    DoubtfulAttempt,
    Escalation,
    Life,
    Money,
    OpenAttempt,
    Ruling,
    SessionState,
    Status,
    Work,
)

Entry = TypeVar("Entry")


def unopened(session: SessionId) -> SessionState:
    """The state of a session of which nothing is recorded."""
    return SessionState(
        session=session,
        seq=0,
        at_ms=0,
        opening=None,
        life=Life(status=Status.CREATED),
        time=ActiveTime(),
        money=Money(),
        work=Work(),
        ruling=Ruling(digest=NO_DIGEST, templates={}),
        flow=None,
    )


def evolve(state: SessionState, event: Event, *, at_ms: int, flow: Flow) -> SessionState:
    """The state after `event`, recorded at Unix time `at_ms`."""
    seq = state.seq + 1
    flow_state = flow.evolve(state.flow, event) if state.flow is not None else None
    time = state.time
    if flow.round_began(event):
        time = replace(time, round_active_ms=time.at(at_ms))
    match event:
        case AttemptStarted():
            work = _started(state.work, event, at_ms)
            return replace(state, seq=seq, at_ms=at_ms, work=work, flow=flow_state)
        case AttemptSucceeded():
            return replace(
                state,
                seq=seq,
                at_ms=at_ms,
                work=_succeeded(state.work, event),
                money=_spent(state.money, event.cost_microusd, event.tokens_input, event.tokens_output),
                time=replace(time, last_turn_active_ms=time.at(at_ms)),
                flow=flow_state,
            )
        case RuleFired():
            return replace(state, seq=seq, at_ms=at_ms, ruling=_fired(state.ruling, event), flow=flow_state)
        case RuleErred():
            ruling = replace(state.ruling, spent=state.ruling.spent | {event.rule})
            return replace(state, seq=seq, at_ms=at_ms, ruling=ruling, flow=flow_state)
        case RuleRearmed():
            ruling = replace(state.ruling, spent=state.ruling.spent - {event.rule})
            return replace(state, seq=seq, at_ms=at_ms, ruling=ruling, flow=flow_state)
        case AttemptFailed():
            work, money = _failed(state.work, event), _spent(state.money, event.cost_microusd, 0, 0)
            return replace(state, seq=seq, at_ms=at_ms, work=work, money=money, flow=flow_state)
        case AttemptInDoubt():
            work, money = _doubted(state.work, event, at_ms), _spent(state.money, event.cost_microusd_max, 0, 0)
            return replace(state, seq=seq, at_ms=at_ms, work=work, money=money, flow=flow_state)
        case AttemptSettled():
            return _settled(replace(state, seq=seq, at_ms=at_ms, flow=flow_state), event)
        case StepExhausted():
            work = replace(state.work, exhausted=(*state.work.exhausted, event.step))
            return replace(state, seq=seq, at_ms=at_ms, work=work, flow=flow_state)
        case StepRetried():
            work = _retried(state.work, event.step)
            return replace(state, seq=seq, at_ms=at_ms, work=work, flow=flow_state)
        case BudgetChanged():
            money = replace(state.money, cap_microusd=event.cap_microusd)
            return replace(state, seq=seq, at_ms=at_ms, money=money, flow=flow_state)
        case RulesChanged():
            ruling = replace(state.ruling, digest=event.digest, templates=event.templates)
            return replace(state, seq=seq, at_ms=at_ms, ruling=ruling, flow=flow_state)
        case SessionOpened():
            return _opened(state, event, at_ms, flow)
        case RunResumed():
            stood = replace(time, active_ms=time.at(state.at_ms), counted_at_ms=at_ms)
            return replace(state, seq=seq, at_ms=at_ms, time=stood, flow=flow_state)
        case _:
            life = _life_after(state.life, event, at_ms)
            time = _time_after(time, life.status, at_ms)
            return replace(state, seq=seq, at_ms=at_ms, life=life, time=time, flow=flow_state)


def _opened(state: SessionState, event: SessionOpened, at_ms: int, flow: Flow) -> SessionState:
    opening = event.opening
    return replace(
        state,
        seq=state.seq + 1,
        at_ms=at_ms,
        opening=opening,
        money=Money(cap_microusd=opening.cap_microusd),
        ruling=Ruling(digest=opening.rules_digest, templates=opening.templates),
        flow=flow.begin(opening),
    )


def _life_after(life: Life, event: Event, at_ms: int) -> Life:
    match event:
        case SessionQueued():
            return replace(life, status=Status.WAITING)
        case SessionAdmitted() | SessionResumed():
            return replace(life, status=Status.RUNNING, reason="", escalation=None)
        case SessionPaused():
            return replace(life, status=Status.PAUSED, reason=event.reason)
        case SessionEscalated():
            asked = Escalation(question=event.question, reason=event.reason, rule=event.rule, asked_at_ms=at_ms)
            return replace(
                life,
                status=Status.ESCALATED,
                reason=event.reason,
                escalation=asked,
                escalations=life.escalations + 1,
            )
        case EscalationAnswered():
            return replace(life, status=Status.RUNNING, reason="", escalation=None)
        case CompletionDecided():
            return replace(life, completing=event.reason)
        case SessionCompleted():
            return replace(life, status=Status.COMPLETED, reason=event.reason)
        case SessionFailed():
            return replace(life, status=Status.FAILED, reason=event.reason)
        case SessionCancelled():
            return replace(life, status=Status.CANCELLED, reason=event.reason, escalation=None)
        case _:
            return life


def _time_after(time: ActiveTime, status: Status, at_ms: int) -> ActiveTime:
    is_running = status is Status.RUNNING
    if is_running == time.is_running:
        return time
    return replace(time, active_ms=time.at(at_ms), counted_at_ms=at_ms, is_running=is_running)


def _started(work: Work, event: AttemptStarted, at_ms: int) -> Work:
    attempt = OpenAttempt(
        step=event.step,
        attempt=event.attempt,
        seat=event.seat,
        route=event.route,
        cost_microusd_max=event.cost_microusd_max,
        started_at_ms=at_ms,
    )
    return replace(
        work,
        open={**work.open, event.step: attempt},
        tries={**work.tries, event.step: event.attempt},
        attempts=work.attempts + 1,
    )


def _succeeded(work: Work, event: AttemptSucceeded) -> Work:
    return replace(
        work,
        open=_without(work.open, event.step),
        tries=_without(work.tries, event.step),
        turns=work.turns + 1,
        consecutive_errors=0,
    )


def _failed(work: Work, event: AttemptFailed) -> Work:
    return replace(
        work,
        open=_without(work.open, event.step),
        errors=work.errors + 1,
        consecutive_errors=work.consecutive_errors + 1,
    )


def _doubted(work: Work, event: AttemptInDoubt, at_ms: int) -> Work:
    doubt = DoubtfulAttempt(
        step=event.step,
        attempt=event.attempt,
        route=event.route,
        cost_microusd_max=event.cost_microusd_max,
        why=event.why,
        since_ms=at_ms,
    )
    return replace(work, open=_without(work.open, event.step), doubtful=(*work.doubtful, doubt))


def _settled(state: SessionState, event: AttemptSettled) -> SessionState:
    kept = tuple(d for d in state.work.doubtful if (d.step, d.attempt) != (event.step, event.attempt))
    money = _spent(state.money, -event.difference_microusd, 0, 0)
    return replace(state, work=replace(state.work, doubtful=kept), money=money)


def _retried(work: Work, step: StepId) -> Work:
    return replace(
        work, exhausted=tuple(each for each in work.exhausted if each != step), tries=_without(work.tries, step)
    )


def _spent(money: Money, cost_microusd: int, tokens_input: int, tokens_output: int) -> Money:
    return replace(
        money,
        spent_microusd=money.spent_microusd + cost_microusd,
        tokens_input=money.tokens_input + tokens_input,
        tokens_output=money.tokens_output + tokens_output,
    )


def _fired(ruling: Ruling, event: RuleFired) -> Ruling:
    spent = ruling.spent if event.stays_armed else ruling.spent | {event.rule}
    return replace(ruling, spent=spent, fired=ruling.fired + 1)


def _without(entries: Mapping[StepId, Entry], step: StepId) -> dict[StepId, Entry]:
    return {each: value for each, value in entries.items() if each != step}
