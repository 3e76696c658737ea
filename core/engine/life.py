"""Where does a session stand after an event, and what does it ask?"""

from __future__ import annotations

from core.domain.cases import CLARIFICATION
from core.domain.changing import changed
from core.domain.events import (
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    CompletionDecided,
    EscalationAnswered,
    EscalationExpired,
    Event,
    SessionAdmitted,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
    SessionQueued,
    SessionResumed,
    SpendRefused,
)
from core.domain.ids import StepId
from core.domain.session import Escalation, Life, Question
from core.domain.status import Status


def life_after(life: Life, event: Event, at_ms: int, seq: int) -> Life:
    """Where it stands after event `seq`, recorded at Unix time `at_ms`."""
    match event:
        case SessionQueued():
            return changed(life, status=Status.WAITING)
        case SessionAdmitted():
            return changed(life, status=Status.RUNNING, has_begun=True, reason="", escalation=None)
        case SessionResumed():
            return changed(life, status=Status.RUNNING, reason="", escalation=None, is_unpaid=False, questions=())
        case SessionPaused():
            return changed(life, status=Status.PAUSED, reason=event.reason)
        case SessionEscalated():
            asked = Escalation(
                question=event.question, reason=event.reason, rule=event.rule, asked_at_ms=at_ms, asked_seq=seq
            )
            return changed(
                life,
                status=Status.ESCALATED,
                reason=event.reason,
                escalation=asked,
                escalations=life.escalations + 1,
            )
        case EscalationAnswered() | EscalationExpired():
            return changed(life, status=Status.RUNNING, reason="", escalation=None, questions=())
        case ClarificationAnswered() | ClarificationForgone():
            return _no_longer_questioned(life, event.step)
        case CompletionDecided():
            return changed(life, completing=event.reason, questions=())
        case SpendRefused():
            return changed(life, is_unpaid=life.completing is not None)
        case SessionCompleted():
            return changed(life, status=Status.COMPLETED, reason=event.reason, escalation=None)
        case SessionFailed():
            return changed(life, status=Status.FAILED, reason=event.reason, escalation=None, questions=())
        case SessionCancelled():
            return changed(life, status=Status.CANCELLED, reason=event.reason, escalation=None, questions=())
        case _:
            return life


def questioned(life: Life, event: ClarificationAsked, at_ms: int, seq: int) -> Life:
    """The session waits for the operator; for a seat that is to answer it goes on."""
    if event.asked_of:
        return life
    asked = Question(
        step=event.step,
        seat=event.seat,
        round=event.round,
        question=event.question,
        asked_at_ms=at_ms,
        asked_seq=seq,
    )
    questions = (*life.questions, asked)
    if life.status is not Status.RUNNING:
        return changed(life, questions=questions)
    return changed(life, status=Status.ESCALATED, reason=CLARIFICATION, questions=questions)


def _no_longer_questioned(life: Life, step: StepId) -> Life:
    left = tuple(each for each in life.questions if each.step != step)
    if left == life.questions:
        return life
    if left or life.escalation is not None or life.status is not Status.ESCALATED:
        return changed(life, questions=left)
    return changed(life, status=Status.RUNNING, reason="", questions=())


def waited_longer(life: Life, leapt_ms: int) -> Life:
    """What is asked may be answered so much later: nobody could while the clock leapt."""
    escalation = life.escalation
    if escalation is not None:
        escalation = changed(escalation, leapt_ms=escalation.leapt_ms + leapt_ms)
    questions = tuple(changed(each, leapt_ms=each.leapt_ms + leapt_ms) for each in life.questions)
    return changed(life, escalation=escalation, questions=questions)
