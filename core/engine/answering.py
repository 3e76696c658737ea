"""What does a session ask, what may be answered, and what happens when nobody does?

A question is answered whole or not at all: what an answer amounts to is obeyed right behind it, and where that is
refused nothing has happened. The time for an answer is everybody's time, from the moment on record at which it was
asked: it passes while nobody drives, but not where the machine's clock leaps.
"""

from __future__ import annotations

from core.domain.commands import (
    ANSWERS,
    CLARIFY,
    RUNTIME,
    AddStatement,
    AmendMotion,
    AnswerEscalation,
    ApplyTemplate,
    Cancel,
    Command,
    Complete,
    StartNewRound,
)
from core.domain.errors import CommandRefused, nearest
from core.domain.events import (
    ClarificationAnswered,
    ClarificationForgone,
    EscalationAnswered,
    EscalationExpired,
    Event,
    SessionFailed,
    SessionPaused,
    StepRetried,
)
from core.domain.ids import NO_STEP
from core.domain.session import Escalation, Life, Question, SessionState, Status
from core.domain.text import clean_text
from core.domain.unanswered import AnswerTerms, Then
from core.engine.refusing import refused, require

STATEMENT_BYTES_MAX = 20_000
"""What is longer is evidence, and belongs into a file."""

NOT_ANSWERED = "not_answered"
"""The reason of what happens because nobody answered in time."""

TO_A_PARTICIPANT = (CLARIFY, "continue", "complete", "cancel")
"""What can be answered to a participant that wants to know something."""

GOING_ON = ("continue", "apply_template", "amend", "say")
"""Answers that let a session go on where it stopped: what failed before is tried again."""

_GOES_WITH = {"template": "apply_template", "motion": "amend"}


def asked_in(life: Life, seq: int = 0) -> Escalation | Question | None:
    """What event `seq` asked, of what is still asked; 0 means the escalation, or else the oldest question."""
    asked = (*((life.escalation,) if life.escalation is not None else ()), *life.questions)
    return next((each for each in asked if seq in (0, each.asked_seq)), None)


def due_ms(asked: Escalation | Question, terms: AnswerTerms | None) -> int | None:
    """The Unix time at which nobody is waited for any longer; None where there is no deadline."""
    return None if terms is None else asked.asked_at_ms + asked.leapt_ms + terms.answer_within_ms


def next_answer_due_ms(life: Life, terms: AnswerTerms | None) -> int | None:
    """The earliest of all that is asked; None where nothing has a deadline."""
    asked = (*((life.escalation,) if life.escalation is not None else ()), *life.questions)
    moments = [moment for each in asked if (moment := due_ms(each, terms)) is not None]
    return min(moments, default=None)


def is_due(state: SessionState, terms: AnswerTerms | None, *, now_ms: int) -> bool:
    """True where nobody is waited for any longer."""
    due = next_answer_due_ms(state.life, terms)
    return due is not None and now_ms >= due


def answered(state: SessionState, command: AnswerEscalation) -> tuple[Event, ...]:
    """The answer on record. Raises CommandRefused where it fits nothing that is asked."""
    require(state, (Status.ESCALATED,), "be answered")
    if command.answer not in ANSWERS:
        raise refused(
            state,
            f"answered with {command.answer!r:.80}",
            f"An answer is one of {', '.join(ANSWERS)}. {nearest(command.answer[:80], ANSWERS)}".strip(),
        )
    asked = asked_in(state.life, command.case)
    if asked is None:
        raise refused(state, "answered to what it no longer asks", "Look at what it asks now.")
    _require_fitting(state, command)
    if isinstance(asked, Question):
        return _clarified(state, asked, command)
    if command.answer == CLARIFY:
        raise refused(state, "given a clarification, and no participant asks for one", "Answer with 'say' instead.")
    answer = EscalationAnswered(answer=command.answer, note=clean_text(command.note), by=command.by)
    if command.answer == "cancel":
        return (answer,)
    tried_again = retried(state, by=command.by) if command.answer in GOING_ON else ()
    return *tried_again, *_all_forgone(state, by=command.by), answer


def amounts_to(state: SessionState, command: AnswerEscalation) -> tuple[Command, ...]:
    """The commands that an answer amounts to besides, obeyed one after the other right behind it."""
    by = command.by
    match command.answer:
        case "new_round":
            return (StartNewRound(reason="escalation_answered", by=by),)
        case "complete":
            complete = Complete(reason="escalation_answered", verdict=command.verdict, outcome=command.outcome, by=by)
            is_due_already = state.life.completing is not None and not (command.verdict.strip() or command.outcome)
            return () if is_due_already else (complete,)
        case "apply_template":
            return (ApplyTemplate(template=command.template, digest=command.digest, by=by),)
        case "amend":
            return (AmendMotion(motion=command.motion, by=by),)
        case "say":
            return (AddStatement(text=command.statement, by=by),)
        case "cancel":
            return (Cancel(reason="escalation_answered", by=by),)
        case _:
            return ()


def expired(state: SessionState, terms: AnswerTerms | None, *, now_ms: int) -> tuple[Event, ...]:
    """What happens because nobody answered by now. Raises CommandRefused where nothing is due."""
    due = next_answer_due_ms(state.life, terms)
    if terms is None or due is None:
        raise refused(state, "looked at the time, and it waits for an answer as long as it takes")
    if now_ms < due:
        raise refused(state, f"looked at the time {due - now_ms} ms before an answer is due")
    escalation = state.life.escalation
    if escalation is None or now_ms < (due_ms(escalation, terms) or now_ms):
        late = tuple(each for each in state.life.questions if now_ms >= (due_ms(each, terms) or 0))
        return _forgone(state, late, reason="expired", by=RUNTIME)
    waited_ms = now_ms - escalation.asked_at_ms - escalation.leapt_ms
    told = EscalationExpired(wanted=terms.then.value, then=terms.then.value, waited_ms=waited_ms)
    return *_all_forgone(state, by=RUNTIME, reason="expired"), *_brought_about(state, told)


def instead(state: SessionState, terms: AnswerTerms, refusal: CommandRefused, *, now_ms: int) -> tuple[Event, ...]:
    """What happens where what was wanted can't be done: it pauses, and says why."""
    (told,) = (each for each in expired(state, terms, now_ms=now_ms) if isinstance(each, EscalationExpired))
    paused = EscalationExpired(wanted=told.wanted, then=Then.PAUSE.value, waited_ms=told.waited_ms, why=str(refusal))
    return *_all_forgone(state, by=RUNTIME, reason="expired"), *_brought_about(state, paused)


def amounts_to_expired(state: SessionState, told: EscalationExpired) -> tuple[Command, ...]:
    """The commands that follow by themselves where nobody answered in time."""
    match told.then:
        case Then.NEW_ROUND.value:
            return (StartNewRound(reason=NOT_ANSWERED, by=RUNTIME),)
        case Then.COMPLETE.value:
            return () if state.life.completing is not None else (Complete(reason=NOT_ANSWERED, by=RUNTIME),)
        case Then.CANCEL.value:
            return (Cancel(reason=NOT_ANSWERED, by=RUNTIME),)
        case _:
            return ()


def retried(state: SessionState, *, by: str) -> tuple[Event, ...]:
    """Who lets a session go on has seen what failed: it would stop again at once if that were not tried again."""
    return tuple(StepRetried(step=step, by=by) for step in state.work.exhausted)


def _brought_about(state: SessionState, told: EscalationExpired) -> tuple[Event, ...]:
    match told.then:
        case Then.CONTINUE.value:
            return *retried(state, by=RUNTIME), told
        case Then.PAUSE.value:
            return told, SessionPaused(reason=NOT_ANSWERED, by=RUNTIME)
        case Then.FAIL.value:
            return told, SessionFailed(reason=NOT_ANSWERED, step=NO_STEP)
        case _:
            return (told,)


def _require_fitting(state: SessionState, command: AnswerEscalation) -> None:
    """What doesn't go with an answer would be lost without a word."""
    for name, answer in _GOES_WITH.items():
        if getattr(command, name) and command.answer != answer:
            raise refused(state, f"given a {name} with {command.answer!r}", f"It goes with {answer!r}.")
    if command.statement and command.answer not in ("say", CLARIFY):
        raise refused(state, f"given words with {command.answer!r}", f"They go with 'say' or {CLARIFY!r}.")
    for name, words in (("note", command.note), ("verdict", command.verdict)):
        if len(words.encode(errors="replace")) > STATEMENT_BYTES_MAX:
            raise refused(state, f"given a {name} of more than {STATEMENT_BYTES_MAX:,} bytes", "Shorten it.")
    if command.answer == "apply_template" and not command.template:
        raise refused(state, "told to follow no template", "Name one: 'moot templates list' shows them.")


def _clarified(state: SessionState, asked: Question, command: AnswerEscalation) -> tuple[Event, ...]:
    if command.answer == "continue":
        return _forgone(state, (asked,), reason="asked", by=command.by)
    if command.answer in ("complete", "cancel"):
        return ()  # what follows ends it, and the question with it
    if command.answer != CLARIFY:
        raise refused(
            state,
            f"answered with {command.answer!r}, and {asked.seat} wants to know something",
            f"Answer with {', '.join(TO_A_PARTICIPANT)}.",
        )
    text = clean_text(command.statement).strip()
    if not text:
        raise refused(state, "a clarification without words", "Say something, or let it go on without: 'continue'.")
    if len(text.encode()) > STATEMENT_BYTES_MAX:
        raise refused(state, f"a clarification of more than {STATEMENT_BYTES_MAX:,} bytes", "Shorten it.")
    return (
        ClarificationAnswered(
            step=asked.step,
            seat=asked.seat,
            round=asked.round,
            question=asked.question,
            text=text,
            by=command.by,
            still_waits=state.life.escalation is not None or len(state.life.questions) > 1,
        ),
    )


def _all_forgone(state: SessionState, *, by: str, reason: str = "asked") -> tuple[Event, ...]:
    return _forgone(state, state.life.questions, reason=reason, by=by)


def _forgone(state: SessionState, questions: tuple[Question, ...], *, reason: str, by: str) -> tuple[Event, ...]:
    is_escalated, left = state.life.escalation is not None, len(state.life.questions)
    return tuple(
        ClarificationForgone(
            step=each.step,
            seat=each.seat,
            round=each.round,
            question=each.question,
            reason=reason,
            by=by,
            still_waits=is_escalated or number < left,
        )
        for number, each in enumerate(questions, start=1)
    )
