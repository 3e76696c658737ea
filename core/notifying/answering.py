"""What that somebody was asked needs nobody any more, because of one event?

That it was answered, or can be answered no more, is on record like the asking: nobody has to say so.
"""

from __future__ import annotations

from core.domain.events import (
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
    Recorded,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
    SessionResumed,
    StepRetried,
)
from core.domain.flow import Flow
from core.domain.people import PERSON, is_person
from core.domain.provider_errors import NOT_SENT, ProviderError
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.notifying.life import (
    ALL_ASKED,
    CASE,
    CLARIFICATION,
    STANDSTILL,
    TURN,
    Ending,
    clarification_of,
    doubt_of,
    turn_of,
)

IN_TIME = "nobody answered in time"
WITHOUT = "it was gone on with without an answer"
AT_A_STANDSTILL = "the session stands still"
BY_ANOTHER = "somebody else has the turn"
WITH_THE_ROUND = "the round is over"
AT_THE_END = "the session is over"
AT_A_FAILURE = "the session failed"
ASKED = "asked"
"""Why a participant goes on without an answer: somebody said so."""


def ended_by(record: Recorded, row: SessionSummary, flow: Flow | None = None) -> tuple[Ending, ...]:
    """What `record` ends, usually nothing. `row` is the session's behind it, and `flow` its flow where it is known."""
    return tuple(
        Ending(
            session=record.session,
            position=record.position,
            at_ms=record.at_ms,
            asks=asks,
            by=by,
            why="" if by else why,
        )
        for asks, by, why in _ended(record, row, flow)
    )


def _ended(record: Recorded, row: SessionSummary, flow: Flow | None) -> tuple[tuple[str, str, str], ...]:
    """What is asked no more, by whom it was answered, and otherwise why."""
    match record.event:
        case AttemptSucceeded(step=step, model=model):
            return ((turn_of(step), PERSON, ""),) if model == PERSON else ()
        case AttemptStarted(step=step, attempt=attempt, route=route) if attempt > 1 and not is_person(route):
            return ((turn_of(step), "", BY_ANOTHER),)
        case AttemptFailed(step=step, error=error) if error == NOT_SENT and row.person_due_ms(step):
            return ()  # whoever drives next asks it again
        case AttemptFailed(step=step, route=route, error=error, message=message) if is_person(route):
            by = PERSON if error == ProviderError.REFUSED else ""
            return ((turn_of(step), by, message or error.replace("_", " ")),)
        case AttemptInDoubt(step=step, route=route, why=why) if is_person(route):
            return ((turn_of(step), "", why.replace("_", " ")),)
        case AttemptSettled(step=step, attempt=attempt, by=by):
            return ((doubt_of(step, attempt), by, ""),)
        case EscalationAnswered(by=by):
            return ((CASE, by, ""),)
        case EscalationExpired():
            return ((CASE, "", IN_TIME),)
        case ClarificationAnswered(step=step, by=by):
            return ((clarification_of(step), by, ""),)
        case ClarificationForgone(step=step, reason=reason, by=by):
            why = IN_TIME if reason == "expired" else WITHOUT
            return ((clarification_of(step), by if reason == ASKED else "", why),)
        case SessionPaused() | SessionEscalated():
            return ((TURN, "", AT_A_STANDSTILL),)
        case ClarificationAsked() if row.status is Status.ESCALATED:
            return ((TURN, "", AT_A_STANDSTILL),)
        case StepRetried(by=by):
            return ((STANDSTILL, by, ""),)
        case SessionResumed(by=by):  # whoever has it go on has answered what it stood for
            return (STANDSTILL, by, ""), (CASE, by, ""), (CLARIFICATION, by, "")
        case CompletionDecided(by=by):
            return (CASE, by, ""), (CLARIFICATION, by, "")
        case SessionCompleted() | SessionCancelled():
            return ((ALL_ASKED, "", AT_THE_END),)
        case SessionFailed():
            return ((ALL_ASKED, "", AT_A_FAILURE),)
        case event if flow is not None and flow.round_ended(event):
            # Who was asked by a driver that is gone is asked no more, though nobody was there to take it back.
            return ((TURN, "", WITH_THE_ROUND),)
        case _:
            return ()
