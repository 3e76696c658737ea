"""What is true after this event?

One event, one new state: the flow's record and the engine's part change together. Nothing is decided here and nothing
can fail: an event that was recorded happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from core.domain.changing import changed, changer
from core.domain.children import OpenChild
from core.domain.events import (
    ENGINE_EVENTS,
    ActionOverruled,
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    BudgetChanged,
    ChildEnded,
    ChildStarted,
    ClarificationAsked,
    Event,
    RuleErred,
    RuleFired,
    RuleRearmed,
    RuleRecovered,
    RulesChanged,
    RuleSwitchedOff,
    RunResumed,
    SessionForked,
    SessionOpened,
    StepExhausted,
    StepRetried,
)
from core.domain.flow import Flow
from core.domain.ids import NO_DIGEST, SessionId, StepId
from core.domain.people import is_person, wait_ms_of
from core.domain.provider_errors import IN_DOUBT, NOT_SENT
from core.domain.session import (
    ActiveTime,
    DoubtfulAttempt,
    FailedAttempt,
    Life,
    Money,
    Ruling,
    SessionState,
    Status,
    Work,
    made_attempt,
    made_money,
    made_state,
    made_time,
    made_work,
)
from core.engine.life import life_after, questioned, waited_longer

Key = TypeVar("Key", bound=str)
Entry = TypeVar("Entry")

_OF_THE_ENGINE = frozenset(ENGINE_EVENTS)

_after_intent = changer(SessionState, "seq", "at_ms", "work", "flow")
_after_answer = changer(SessionState, "seq", "at_ms", "work", "money", "time", "flow")
_with_intent = changer(Work, "open", "tries", "attempts")


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
    """The state after `event`, recorded at Unix time `at_ms`; a clock that jumped back stands still here."""
    at_ms = max(at_ms, state.at_ms)
    if isinstance(event, SessionOpened):
        return _opened(state, event, at_ms, flow)
    if isinstance(event, SessionForked):
        return _forked(state, event, at_ms, flow)
    if type(event) not in _OF_THE_ENGINE:
        return evolve_flow(state, (event,), at_ms=at_ms, flow=flow)
    seq, time = state.seq + 1, state.time
    flow_state = flow.evolve(state.flow, event)
    match event:
        case AttemptStarted():
            work = _started(state.work, event, at_ms)
            return _after_intent(state, seq=seq, at_ms=at_ms, work=work, flow=flow_state)
        case AttemptSucceeded():
            return _after_answer(
                state,
                seq=seq,
                at_ms=at_ms,
                work=_succeeded(state.work, event),
                money=_spent(state.money, event.cost_microusd, event.tokens_input, event.tokens_output),
                time=_spoken(time, at_ms),
                flow=flow_state,
            )
        case (
            RuleFired()
            | RuleRearmed()
            | RuleErred()
            | RuleRecovered()
            | RuleSwitchedOff()
            | RulesChanged()
            | ActionOverruled(is_withheld=True)
        ):
            return changed(state, seq=seq, at_ms=at_ms, ruling=ruling_after(state.ruling, event), flow=flow_state)
        case AttemptFailed():
            work, money = _failed(state.work, event), _spent(state.money, event.cost_microusd, 0, 0)
            time = _spoken(time, at_ms) if is_person(event.route) else time  # who stands in has the floor from now on
            return changed(state, seq=seq, at_ms=at_ms, work=work, money=money, time=time, flow=flow_state)
        case AttemptInDoubt():
            work, money = _doubted(state.work, event, at_ms), _spent(state.money, event.cost_microusd_max, 0, 0)
            return changed(state, seq=seq, at_ms=at_ms, work=work, money=money, flow=flow_state)
        case AttemptSettled():
            return _settled(changed(state, seq=seq, at_ms=at_ms, flow=flow_state), event)
        case StepExhausted():
            work = changed(state.work, exhausted=(*state.work.exhausted, event.step))
            return changed(state, seq=seq, at_ms=at_ms, work=work, flow=flow_state)
        case StepRetried():
            work = _retried(state.work, event.step)
            return changed(state, seq=seq, at_ms=at_ms, work=work, flow=flow_state)
        case BudgetChanged():
            money = changed(state.money, cap_microusd=event.cap_microusd)
            return changed(state, seq=seq, at_ms=at_ms, money=money, flow=flow_state)
        case ChildStarted(step=step):
            begun = OpenChild(child=event.child, cap_microusd=event.cap_microusd)
            work = changed(state.work, children={**state.work.children, step: begun})
            return changed(state, seq=seq, at_ms=at_ms, work=work, flow=flow_state)
        case ChildEnded(step=step):
            work = changed(state.work, children=_without(state.work.children, step))
            spent = changed(state.money, children_microusd=state.money.children_microusd + event.cost_microusd)
            time = _spoken(time, at_ms)  # whoever spoke there has spoken until now
            return changed(state, seq=seq, at_ms=at_ms, work=work, money=spent, time=time, flow=flow_state)
        case RunResumed():
            stood = changed(time, active_ms=time.at(state.at_ms), counted_at_ms=at_ms)
            life = waited_longer(state.life, event.leapt_ms) if event.leapt_ms else state.life
            return changed(state, seq=seq, at_ms=at_ms, time=stood, life=life, flow=flow_state)
        case ClarificationAsked():
            life = questioned(state.life, event, at_ms, seq)
            # It was answered, and is asked for again: numbers of attempts go on.
            work = changed(state.work, tries={**state.work.tries, event.step: event.attempt})
            work = _while(life.status, work)
            time = _time_after(time, life.status, at_ms)
            return changed(state, seq=seq, at_ms=at_ms, life=life, work=work, time=time, flow=flow_state)
        case _:
            life = life_after(state.life, event, at_ms, seq)
            work = _while(life.status, state.work)
            time = _time_after(time, life.status, at_ms)
            return changed(state, seq=seq, at_ms=at_ms, life=life, work=work, time=time, flow=flow_state)


def is_of_the_engine(event: Event) -> bool:
    """True for the events of any session; the others are a flow's own."""
    return type(event) in _OF_THE_ENGINE


def evolve_flow(state: SessionState, events: Sequence[Event], *, at_ms: int, flow: Flow) -> SessionState:
    """The state after a flow's own events: `evolve` over each, with the engine's part made anew once."""
    at_ms, time, flow_state = max(at_ms, state.at_ms), state.time, state.flow
    for event in events:
        flow_state = flow.evolve(flow_state, event)
        if flow.round_began(event):
            time = changed(time, round_active_ms=time.at(at_ms))
    return made_state(
        session=state.session,
        seq=state.seq + len(events),
        at_ms=at_ms,
        opening=state.opening,
        life=state.life,
        time=time,
        money=state.money,
        work=state.work,
        ruling=state.ruling,
        flow=flow_state,
    )


def _opened(state: SessionState, event: SessionOpened, at_ms: int, flow: Flow) -> SessionState:
    opening = event.opening
    return changed(
        state,
        seq=state.seq + 1,
        at_ms=at_ms,
        opening=opening,
        money=Money(cap_microusd=opening.cap_microusd),
        ruling=Ruling(digest=opening.rules_digest, templates=opening.templates),
        flow=flow.begin(opening),
    )


def _forked(state: SessionState, event: SessionForked, at_ms: int, flow: Flow) -> SessionState:
    """What the prefix came to, by its own times; money, open calls and what failed are not gone on with."""
    then = changed(state, at_ms=0)
    for each in event.prefix.events:
        then = evolve(then, each.event, at_ms=each.at_ms, flow=flow)
    before = {step: attempt.attempt - 1 for step, attempt in then.work.open.items()}
    tries = {step: number for step, number in {**then.work.tries, **before}.items() if number}
    return SessionState(
        session=state.session,
        seq=state.seq + 1,
        at_ms=at_ms,
        opening=state.opening,
        life=Life(status=Status.CREATED, completing=then.life.completing, escalations=then.life.escalations),
        time=changed(then.time, active_ms=then.time.at(then.at_ms), counted_at_ms=at_ms, is_running=False),
        money=state.money,
        work=changed(
            then.work,
            open={},
            doubtful=(),
            children={},
            tries=tries,
            failures={},
            exhausted=(),
            people_due=(),
            attempts=then.work.attempts - len(before),
        ),
        ruling=changed(state.ruling, spent=frozenset(event.spent), switched_off=frozenset(event.switched_off)),
        flow=flow.evolve(then.flow, event),
    )


def _time_after(time: ActiveTime, status: Status, at_ms: int) -> ActiveTime:
    is_running = status is Status.RUNNING
    if is_running == time.is_running:
        return time
    return changed(time, active_ms=time.at(at_ms), counted_at_ms=at_ms, is_running=is_running)


def _spoken(time: ActiveTime, at_ms: int) -> ActiveTime:
    return made_time(
        active_ms=time.active_ms,
        counted_at_ms=time.counted_at_ms,
        is_running=time.is_running,
        last_turn_active_ms=time.at(at_ms),
        round_active_ms=time.round_active_ms,
    )


def _started(work: Work, event: AttemptStarted, at_ms: int) -> Work:
    attempt = made_attempt(
        step=event.step,
        attempt=event.attempt,
        seat=event.seat,
        route=event.route,
        cost_microusd_max=event.cost_microusd_max,
        started_at_ms=at_ms,
    )
    begun = _with_intent(
        work,
        open={**work.open, event.step: attempt},
        tries={**work.tries, event.step: event.attempt},
        attempts=work.attempts + 1,
    )
    if is_person(event.route):
        return _awaiting(begun, event.step, at_ms + wait_ms_of(event.route))
    return _not_awaiting(begun, event.step)  # somebody else sat down there since a person was asked


def _awaiting(work: Work, step: StepId, due_ms: int) -> Work:
    """A person who is asked again, because whoever asked is gone, has what is left of the first time."""
    return work if work.due_ms(step) is not None else changed(work, people_due=(*work.people_due, (step, due_ms)))


def _not_awaiting(work: Work, step: StepId) -> Work:
    if not work.people_due:
        return work
    return changed(work, people_due=tuple(each for each in work.people_due if each[0] != step))


def _while(status: Status, work: Work) -> Work:
    """A session that stands still takes back what it asks of people: once it goes on they are asked anew."""
    return work if status is Status.RUNNING or not work.people_due else changed(work, people_due=())


def _succeeded(work: Work, event: AttemptSucceeded) -> Work:
    work = _not_awaiting(work, event.step)
    return made_work(
        open=_without(work.open, event.step),
        doubtful=work.doubtful,
        tries=_without(work.tries, event.step),
        failures=_without(work.failures, event.step) if work.failures else work.failures,
        exhausted=work.exhausted,
        attempts=work.attempts,
        turns=work.turns + 1,
        errors=work.errors,
        consecutive_errors=0,
        children=work.children,
        people_due=work.people_due,
    )


def _failed(work: Work, event: AttemptFailed) -> Work:
    open_ = _without(work.open, event.step)
    if event.error == NOT_SENT:
        return changed(work, open=open_)
    work = _not_awaiting(work, event.step)
    failures = _with_failure(work, event.step, failure_of(event))
    if is_person(event.route):  # who passes, or is away, has not failed: rules about errors are about models
        return changed(work, open=open_, failures=failures)
    return changed(
        work,
        open=open_,
        failures=failures,
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
    return changed(
        _not_awaiting(work, event.step),
        open=_without(work.open, event.step),
        failures=_with_failure(work, event.step, failure_of(event)),
        doubtful=(*work.doubtful, doubt),
    )


def failure_of(event: AttemptFailed | AttemptInDoubt) -> FailedAttempt:
    """What is remembered of a call that brought no answer until its step succeeds or is retried."""
    if isinstance(event, AttemptInDoubt):
        return FailedAttempt(attempt=event.attempt, route=event.route, error=IN_DOUBT)
    return FailedAttempt(
        attempt=event.attempt,
        route=event.route,
        error=event.error,
        retry_after_ms=event.retry_after_ms,
        is_final=event.is_final,
    )


def _with_failure(work: Work, step: StepId, failure: FailedAttempt) -> dict[StepId, tuple[FailedAttempt, ...]]:
    return {**work.failures, step: (*work.failures.get(step, ()), failure)}


def _settled(state: SessionState, event: AttemptSettled) -> SessionState:
    kept = tuple(d for d in state.work.doubtful if (d.step, d.attempt) != (event.step, event.attempt))
    money = _spent(state.money, -event.difference_microusd, 0, 0)
    return changed(state, work=changed(state.work, doubtful=kept), money=money)


def _retried(work: Work, step: StepId) -> Work:
    return changed(
        work,
        exhausted=tuple(each for each in work.exhausted if each != step),
        failures=_without(work.failures, step),
    )


def _spent(money: Money, cost_microusd: int, tokens_input: int, tokens_output: int) -> Money:
    return made_money(
        cap_microusd=money.cap_microusd,
        spent_microusd=money.spent_microusd + cost_microusd,
        tokens_input=money.tokens_input + tokens_input,
        tokens_output=money.tokens_output + tokens_output,
        children_microusd=money.children_microusd,
    )


def ruling_after(ruling: Ruling, event: Event) -> Ruling:
    """What the rules have come to after `event`; the same after one that is not about rules."""
    match event:
        case RuleFired():
            spent = ruling.spent if event.stays_armed else ruling.spent | {event.rule}
            return changed(ruling, spent=spent, fired=ruling.fired + 1)
        case RuleRearmed(rule=rule):
            kept = _without(ruling.erring, rule)
            return changed(ruling, spent=ruling.spent - {rule}, erring=kept, withheld=ruling.withheld - {rule})
        case ActionOverruled(rule=rule, is_withheld=True):
            return changed(ruling, withheld=ruling.withheld | {rule})
        case RuleErred(rule=rule):
            return changed(ruling, spent=ruling.spent | {rule}, erring={**ruling.erring, rule: event.in_a_row})
        case RuleRecovered(rule=rule):
            return changed(ruling, erring=_without(ruling.erring, rule))
        case RuleSwitchedOff(rule=rule):
            off = ruling.switched_off | {rule}
            return changed(ruling, erring=_without(ruling.erring, rule), switched_off=off)
        case RulesChanged():
            # What could not be evaluated may have been mended, and is heard as if it were new.
            spent = ruling.spent.difference(ruling.erring, ruling.switched_off)
            return Ruling(
                digest=event.digest,
                templates=event.templates,
                spent=spent,
                fired=ruling.fired,
                withheld=ruling.withheld & spent,
            )
        case _:
            return ruling


def _without(entries: Mapping[Key, Entry], key: Key) -> dict[Key, Entry]:
    kept = dict(entries)
    kept.pop(key, None)
    return kept
