"""May this command be obeyed, and what events does it bring about?

Only what is true of every session is decided here; the flow is asked after it, on the state that these events leave.
"""

from __future__ import annotations

from core.domain.changing import maker
from core.domain.commands import (
    RUNTIME,
    AddStatement,
    Admit,
    AmendMotion,
    AnswerEscalation,
    ApplyTemplate,
    BeginAttempt,
    Cancel,
    ChangeBudget,
    ChangeRounds,
    ChangeRules,
    ChangeSeats,
    Command,
    Complete,
    ContinueOn,
    Escalate,
    Fork,
    GiveUp,
    MarkInDoubt,
    Open,
    Pause,
    Queue,
    ReachDeadline,
    RecordAnswer,
    RecordCheck,
    RecordChild,
    RecordChildEnd,
    RecordFailure,
    RefuseSpend,
    Resume,
    ResumeRun,
    RetryStep,
    SettleAttempt,
    StartNewRound,
    TellParticipant,
)
from core.domain.errors import EndWithheld
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    BudgetChanged,
    CompletionDecided,
    DeadlineReached,
    Event,
    RulesChanged,
    RunResumed,
    SessionAdmitted,
    SessionCancelled,
    SessionEscalated,
    SessionFailed,
    SessionForked,
    SessionOpened,
    SessionPaused,
    SessionQueued,
    SessionResumed,
    SpendRefused,
    StepExhausted,
    StepRetried,
)
from core.domain.flow import Flow
from core.domain.ids import StepId
from core.domain.provider_errors import IN_DOUBT, NOT_SENT
from core.domain.session import DoubtfulAttempt, OpenAttempt, SessionState, Status
from core.engine.answering import answered, expired, retried
from core.engine.children import child_ended, child_started
from core.engine.evolve import failure_of
from core.engine.refusing import advice, refused, require, require_begun, require_no_end, require_unfinished
from core.engine.routes import routes_left, windows_of

STOPPABLE = (Status.CREATED, Status.WAITING, Status.RUNNING)
CAP_OF_A_SESSION = "session"
ENDABLE = (Status.RUNNING, Status.PAUSED, Status.ESCALATED, Status.FAILED)

_FOR_EVERY_FLOW = frozenset(
    (
        Open,
        Admit,
        ContinueOn,
        StartNewRound,
        ApplyTemplate,
        RecordChild,
        RecordChildEnd,
        RecordCheck,
        ChangeRounds,
        AddStatement,
        TellParticipant,
        AmendMotion,
        ChangeSeats,
    )
)
"""Commands about which each flow has its say, whatever it answers."""

_made_started = maker(AttemptStarted)
_made_succeeded = maker(AttemptSucceeded)


def decide(state: SessionState, command: Command, *, now_ms: int, flow: Flow | None = None) -> tuple[Event, ...]:
    """The engine's events for `command`, possibly none. Raises CommandRefused and leaves nothing behind.

    `flow` is the session's, once it is opened: it says who sits in a seat, and so by which routes it may be asked.
    """
    match command:
        case RecordAnswer():
            return _answer_recorded(state, command)
        case BeginAttempt():
            return _attempt_begun(state, command)
        case RecordFailure():
            return _failure_recorded(state, command, flow)
        case ReachDeadline() if state.life.status is Status.ESCALATED:
            return expired(state, None if flow is None else flow.answer_terms(state), now_ms=now_ms)
        case ReachDeadline():
            require(state, (Status.RUNNING,), "look at the time")
            return (DeadlineReached(active_ms=state.time.at(now_ms)),)
        case Open():
            if state.opening is not None:
                raise refused(state, "opened again", "Start another session instead.")
            return (SessionOpened(opening=command.opening),)
        case Fork():
            if state.opening is not None:
                raise refused(state, "made a fork", "Start another session instead.")
            forked = SessionForked(prefix=command.prefix, spent=command.spent, switched_off=command.switched_off)
            return SessionOpened(opening=command.opening), forked
        case Queue():
            require(state, (Status.CREATED, Status.PAUSED), "wait for a place")
            return (*retried(state, by=RUNTIME), SessionQueued())
        case Admit():
            require(state, (Status.CREATED, Status.WAITING), "begin")
            return (SessionAdmitted(),)
        case ResumeRun():
            require_unfinished(state)
            return (RunResumed(why=command.why, leapt_ms=command.leapt_ms),)
        case Pause():
            require(state, STOPPABLE, "be paused")
            return (SessionPaused(reason=command.reason, by=command.by),)
        case Resume():
            return _resumed(state, command)
        case Escalate():
            return _escalated(state, command)
        case AnswerEscalation():
            return answered(state, command)
        case Complete():
            return _completion_decided(state, command, flow)
        case Cancel():
            require_unfinished(state)
            return (SessionCancelled(reason=command.reason, by=command.by),)
        case ChangeBudget():
            return _budget_changed(state, command)
        case RetryStep():
            return _steps_retried(state, command)
        case RefuseSpend():
            return _spend_refused(state, command, flow)
        case MarkInDoubt():
            return _doubted(state, command, flow)
        case RecordChild():
            require(state, (Status.RUNNING, Status.PAUSED, Status.ESCALATED), "have a child")
            return child_started(state, command)
        case RecordChildEnd():
            return child_ended(state, command)
        case RecordCheck():
            require_unfinished(state)
            return ()
        case SettleAttempt():
            return _doubt_settled(state, command)
        case GiveUp():
            return _given_up(state)
        case ChangeRules():
            require_unfinished(state)
            if command.digest == state.ruling.digest:
                return ()
            return (RulesChanged(digest=command.digest, templates=command.templates),)
        case ContinueOn() | StartNewRound():
            require(state, (Status.RUNNING,), "go on")
            require_no_end(state)
            return ()
        case ApplyTemplate() | ChangeRounds():
            require_unfinished(state)
            require_no_end(state)
            return ()
        case AddStatement() | TellParticipant() | AmendMotion() | ChangeSeats():
            require_unfinished(state)
            return ()
        case _:
            if flow is None or type(command) not in flow.command_kinds:
                raise refused(state, f"{type(command).__name__} is nothing that can be asked of it")
            require_unfinished(state)
            return ()


def is_for_the_flow(state: SessionState, command: Command, flow: Flow) -> bool:
    """True for commands about which the flow has its say, on the state after the engine's own events."""
    match command:
        case RecordAnswer():
            return not state.life.status.is_over
        case Complete():
            return has_verdict(command)
        case _:
            return type(command) in _FOR_EVERY_FLOW or type(command) in flow.command_kinds


def _attempt_begun(state: SessionState, command: BeginAttempt) -> tuple[Event, ...]:
    require(state, (Status.RUNNING,), "begin a turn")
    if command.step in state.work.open:
        raise refused(state, f"asked for {command.step} twice", "The first call is still under way.")
    if command.attempt != state.work.tries.get(command.step, 0) + 1:
        raise refused(state, f"asked for attempt {command.attempt} of {command.step} out of turn")
    return (
        _made_started(
            step=command.step,
            attempt=command.attempt,
            seat=command.seat,
            route=command.route,
            cost_microusd_max=command.cost_microusd_max,
            prompt_digest=command.prompt_digest,
        ),
    )


def _answer_recorded(state: SessionState, command: RecordAnswer) -> tuple[Event, ...]:
    _open_attempt(state, command.step, command.attempt)
    return (
        _made_succeeded(
            step=command.step,
            attempt=command.attempt,
            tokens_input=command.tokens_input,
            tokens_output=command.tokens_output,
            cost_microusd=command.cost_microusd,
            latency_ms=command.latency_ms,
            model=command.model,
            stop_reason=command.stop_reason,
            findings=command.findings,
            is_cached=command.is_cached,
            tokens_cached=command.tokens_cached,
            saved_microusd=command.saved_microusd,
        ),
    )


def _failure_recorded(state: SessionState, command: RecordFailure, flow: Flow | None) -> tuple[Event, ...]:
    attempt = _open_attempt(state, command.step, command.attempt)
    error, message = command.error, command.message
    failed = AttemptFailed(
        step=command.step,
        attempt=command.attempt,
        error=error,
        message=message,
        cost_microusd=command.cost_microusd,
        route=attempt.route,
        retry_after_ms=command.retry_after_ms,
        is_final=command.is_final,
        characters=command.characters,
    )
    if error == NOT_SENT or state.life.status.is_over or not _was_the_last(state, attempt, failed, flow):
        return (failed,)
    return (failed, StepExhausted(step=command.step, attempts=command.attempt, error=error, message=message))


def _was_the_last(
    state: SessionState, attempt: OpenAttempt, ended: AttemptFailed | AttemptInDoubt, flow: Flow | None
) -> bool:
    """True where no route is left that this step may still be asked by."""
    if flow is None:
        return True
    failures = (*state.work.failures.get(attempt.step, ()), failure_of(ended))
    return not routes_left(flow.seated(state, attempt.seat), failures, windows=windows_of(state))


def _resumed(state: SessionState, command: Resume) -> tuple[Event, ...]:
    require(state, (Status.PAUSED,), "be resumed")
    resumed = SessionResumed(by=command.by)
    if not state.life.has_begun:
        return (resumed, SessionQueued())
    return (*retried(state, by=command.by), resumed)


def _escalated(state: SessionState, command: Escalate) -> tuple[Event, ...]:
    require(state, (Status.RUNNING, Status.PAUSED), "be escalated")
    require_begun(state)
    if not command.question.strip():
        raise refused(state, "escalated without a question", "Say what the operator is to decide.")
    rule = command.by.removeprefix("rule:") if command.by.startswith("rule:") else ""
    return (SessionEscalated(question=command.question, reason=command.reason, rule=rule),)


def _completion_decided(state: SessionState, command: Complete, flow: Flow | None) -> tuple[Event, ...]:
    require(state, ENDABLE, "be completed")
    require_begun(state)
    kept_by = flow.keeps_from_ending(state, frozenset(command.relied_on)) if flow and command.relied_on else ""
    if kept_by:
        raise EndWithheld(f"{kept_by}.", where=f"session {state.session[:8]}")
    if state.life.completing is not None and not has_verdict(command):
        raise refused(state, "completed twice", f"The verdict is due. {advice(state)}".strip())
    decided = () if state.life.completing is not None else (CompletionDecided(reason=command.reason, by=command.by),)
    if state.life.status is Status.RUNNING:
        return decided
    return (*decided, SessionResumed(by=command.by))


def has_verdict(command: Complete) -> bool:
    return bool(command.verdict.strip() or command.outcome)


def _budget_changed(state: SessionState, command: ChangeBudget) -> tuple[Event, ...]:
    require_unfinished(state)
    least = state.money.used_microusd + state.work.held_microusd
    if command.cap_microusd is not None and command.cap_microusd < least:
        raise refused(
            state,
            "given a budget below what it has spent, and may be spending now",
            f"That is up to {least} millionths of a dollar; name at least that.",
        )
    return (BudgetChanged(cap_microusd=command.cap_microusd, by=command.by),)


def _steps_retried(state: SessionState, command: RetryStep) -> tuple[Event, ...]:
    require(state, (Status.FAILED, Status.PAUSED, Status.RUNNING, Status.ESCALATED), "retry a turn")
    steps = tuple(step for step in state.work.exhausted if command.step in ("", step))
    failed_of_itself = state.life.status is Status.FAILED and not state.work.exhausted and not command.step
    if not steps and not failed_of_itself:  # one that nobody answered in time has failed without a turn that did
        raise refused(state, "asked to retry a turn that has not failed", "Only a turn that gave up can be retried.")
    retried = tuple(StepRetried(step=step, by=command.by) for step in steps)
    if state.life.status is Status.FAILED:
        return (*retried, SessionResumed(by=command.by))
    return retried


def _spend_refused(state: SessionState, command: RefuseSpend, flow: Flow | None) -> tuple[Event, ...]:
    """More money may come tomorrow or from the operator, so that a session waits; one whose own budget is spent ends
    where its flow can conclude with what it has."""
    require(state, (Status.RUNNING,), "be refused a reservation")
    refusal = SpendRefused(
        step=command.step,
        cap=command.cap,
        wanted_microusd=command.wanted_microusd,
        left_microusd=command.left_microusd,
    )
    is_its_own = command.cap == CAP_OF_A_SESSION and state.life.completing is None
    if is_its_own and flow is not None and flow.concludes_without_money(state):
        if state.work.open:  # they are charged at their most: what they leave over once they end may be enough
            return (refusal,)
        return refusal, CompletionDecided(reason="budget_spent", by=RUNTIME)
    if command.cap == CAP_OF_A_SESSION and flow is not None and flow.goes_without(state, command.step):
        if state.work.open:
            return (refusal,)
        tries, message = state.work.tries.get(command.step, 0), "The session's budget is spent."
        return refusal, StepExhausted(step=command.step, attempts=tries, error="budget_spent", message=message)
    if command.cap == CAP_OF_A_SESSION and state.opening is not None and state.opening.ends_with_budget:
        return (refusal,)  # nobody will give it more: its flow ends it without its last word
    reason = "spending_stopped" if command.cap == "switch" else f"budget_spent_{command.cap}"
    return refusal, SessionPaused(reason=reason, by=RUNTIME)


def _doubted(state: SessionState, command: MarkInDoubt, flow: Flow | None) -> tuple[Event, ...]:
    attempt = _open_attempt(state, command.step, command.attempt)
    doubted = AttemptInDoubt(
        step=attempt.step,
        attempt=attempt.attempt,
        route=attempt.route,
        cost_microusd_max=attempt.cost_microusd_max,
        why=command.why,
    )
    life = state.life
    if life.status.is_over:
        return (doubted,)
    gave_up = StepExhausted(step=attempt.step, attempts=attempt.attempt, error=IN_DOUBT, message=command.why)
    was_the_last = _was_the_last(state, attempt, doubted, flow)
    could_have_cost = attempt.cost_microusd_max > 0
    if command.policy == "retry" or not could_have_cost:
        return (doubted, gave_up) if was_the_last else (doubted,)
    if command.policy == "fail" and life.escalation is None:
        return (doubted, gave_up, SessionFailed(reason="attempt_in_doubt", step=attempt.step))
    question = f"{attempt.step} may have been answered and paid for, and its answer is lost. Ask {attempt.route} again?"
    if life.escalation is not None:
        question = f"{life.escalation.question}\n{question}"
    asked = SessionEscalated(question=question, reason="attempt_in_doubt", rule="")
    return (doubted, gave_up, asked) if was_the_last else (doubted, asked)


def _given_up(state: SessionState) -> tuple[Event, ...]:
    require(state, (Status.ESCALATED,), "be given up")
    held_up_by = waiting_doubts(state)
    if not held_up_by:
        raise refused(state, "given up, but no call in doubt holds it up", "Answer its question, or cancel it.")
    exhausted = tuple(
        StepExhausted(step=doubt.step, attempts=doubt.attempt, error=IN_DOUBT, message=doubt.why)
        for doubt in held_up_by
        if doubt.step not in state.work.exhausted
    )
    return (*exhausted, SessionFailed(reason="attempt_in_doubt", step=held_up_by[-1].step))


def waiting_doubts(state: SessionState) -> tuple[DoubtfulAttempt, ...]:
    """The calls in doubt because of which a session stands still: the last of a step that has no answer yet."""
    if state.life.status not in (Status.ESCALATED, Status.FAILED) or state.life.reason != "attempt_in_doubt":
        return ()
    return tuple(doubt for doubt in state.work.doubtful if state.work.tries.get(doubt.step) == doubt.attempt)


def _doubt_settled(state: SessionState, command: SettleAttempt) -> tuple[Event, ...]:
    doubt = next((each for each in state.work.doubtful if _is_attempt(each, command)), None)
    if doubt is None:
        raise refused(state, f"asked to settle {command.step}, attempt {command.attempt}", "It is not in doubt.")
    if not 0 <= command.cost_microusd <= doubt.cost_microusd_max:
        raise refused(
            state,
            f"told that {command.step} cost {command.cost_microusd}",
            f"It can have cost 0 to {doubt.cost_microusd_max} millionths of a dollar.",
        )
    return (
        AttemptSettled(
            step=command.step,
            attempt=command.attempt,
            cost_microusd=command.cost_microusd,
            difference_microusd=doubt.cost_microusd_max - command.cost_microusd,
            by=command.by,
        ),
    )


def _is_attempt(doubt: DoubtfulAttempt, command: SettleAttempt) -> bool:
    return doubt.step == command.step and doubt.attempt == command.attempt


def _open_attempt(state: SessionState, step: str, number: int) -> OpenAttempt:
    attempt = state.work.open.get(StepId(step))
    if attempt is None or attempt.attempt != number:
        raise refused(state, f"told of {step}, attempt {number}", "No such call is under way; its end is on record.")
    return attempt
