"""How does each event change what a list says of its session?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    BudgetChanged,
    CompletionDecided,
    EscalationAnswered,
    Recorded,
    RuleFired,
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
from core.domain.flow import Flow
from core.domain.session import Status
from core.domain.summary import SessionSummary


def summarise(summary: SessionSummary | None, record: Recorded, flows: Mapping[str, Flow]) -> SessionSummary:
    """The row after `record`; `summary` is None for a session's first event, which must be its opening."""
    event = record.event
    if isinstance(event, SessionOpened):
        return _opened(record, event)
    if summary is None:
        raise ValueError(f"the log of session {record.session} does not begin with its opening")
    flow = flows.get(summary.flow)
    told = _told(summary, record)
    if flow is not None:
        told = flow.summarise(told, event)
    return told


def _opened(record: Recorded, event: SessionOpened) -> SessionSummary:
    opening = event.opening
    models = tuple(sorted({seat.participant.model for seat in opening.seats}))
    return SessionSummary(
        session=record.session,
        seq=record.seq,
        position=record.position,
        flow=opening.flow,
        title=opening.title,
        motion=opening.motion,
        template=opening.template,
        status=Status.CREATED,
        is_rehearsal=all(model.partition(":")[0] == "rehearsal" for model in models),
        models=models,
        rounds_limit=opening.rounds_limit,
        cap_microusd=opening.cap_microusd,
        opened_at_ms=record.at_ms,
        changed_at_ms=record.at_ms,
    )


def _told(before: SessionSummary, record: Recorded) -> SessionSummary:
    event, at_ms = record.event, max(record.at_ms, before.changed_at_ms)
    active_ms = before.active_ms
    if before.status is Status.RUNNING and not isinstance(event, RunResumed):
        active_ms += max(0, at_ms - before.changed_at_ms)
    summary = replace(before, seq=record.seq, position=record.position, changed_at_ms=at_ms, active_ms=active_ms)
    match event:
        case AttemptStarted():
            return replace(summary, attempts=summary.attempts + 1)
        case AttemptSucceeded():
            return replace(
                summary,
                turns=summary.turns + 1,
                spent_microusd=summary.spent_microusd + event.cost_microusd,
                tokens_input=summary.tokens_input + event.tokens_input,
                tokens_output=summary.tokens_output + event.tokens_output,
            )
        case AttemptFailed():
            return replace(
                summary, errors=summary.errors + 1, spent_microusd=summary.spent_microusd + event.cost_microusd
            )
        case AttemptInDoubt():
            return replace(summary, spent_microusd=summary.spent_microusd + event.cost_microusd_max)
        case AttemptSettled():
            return replace(summary, spent_microusd=summary.spent_microusd - event.difference_microusd)
        case RuleFired():
            return replace(summary, rules_fired=summary.rules_fired + 1)
        case BudgetChanged():
            return replace(summary, cap_microusd=event.cap_microusd)
        case SessionQueued():
            return replace(summary, status=Status.WAITING)
        case SessionAdmitted():
            return replace(summary, status=Status.RUNNING, reason="", started_at_ms=at_ms)
        case SessionResumed() | EscalationAnswered():
            return replace(summary, status=Status.RUNNING, reason="", question="", ended_at_ms=0)
        case SessionPaused():
            return replace(summary, status=Status.PAUSED, reason=event.reason)
        case SessionEscalated():
            return replace(
                summary,
                status=Status.ESCALATED,
                reason=event.reason,
                question=event.question,
                escalations=summary.escalations + 1,
            )
        case CompletionDecided():
            return replace(summary, reason=event.reason)
        case SessionCompleted():
            return replace(summary, status=Status.COMPLETED, reason=event.reason, question="", ended_at_ms=at_ms)
        case SessionFailed():
            return replace(summary, status=Status.FAILED, reason=event.reason, question="", ended_at_ms=at_ms)
        case SessionCancelled():
            return replace(summary, status=Status.CANCELLED, reason=event.reason, question="", ended_at_ms=at_ms)
        case _:
            return summary
