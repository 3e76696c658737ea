"""How does each event change what a list says of its session?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.domain.cases import CLARIFICATION
from core.domain.changing import changed, changer
from core.domain.events import (
    ENGINE_EVENTS,
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptStarted,
    AttemptSucceeded,
    BudgetChanged,
    ChildEnded,
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    CompletionDecided,
    EscalationAnswered,
    EscalationExpired,
    Event,
    Recorded,
    RuleFired,
    RunResumed,
    SessionAdmitted,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionForked,
    SessionOpened,
    SessionPaused,
    SessionQueued,
    SessionResumed,
    Unreadable,
)
from core.domain.flow import Flow
from core.domain.ids import SeatId, StepId, TemplateId
from core.domain.people import is_person, wait_ms_of
from core.domain.provider_errors import NOT_SENT
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.domain.unasked import asks_no_model

NOT_READABLE = "not_readable_here"
"""The reason of a row whose log this moot can't read to its end."""

UNKNOWN_MOTION = "(not readable here)"

# What every turn does is made by what was written for it: a row has some fifty parts, and each event makes one anew.
_MOVED = ("seq", "position", "changed_at_ms", "active_ms")
_OF_THE_ENGINE = frozenset(ENGINE_EVENTS)
_moved = changer(SessionSummary, *_MOVED)
_begun = changer(SessionSummary, *_MOVED, "attempts", "attempts_open")
_answered = changer(
    SessionSummary, *_MOVED, "turns", "attempts_open", "spent_microusd", "tokens_input", "tokens_output"
)


def summarise(summary: SessionSummary | None, record: Recorded, flows: Mapping[str, Flow]) -> SessionSummary:
    """The row after `record`; `summary` is None for a session's first event, which must be its opening."""
    event = record.event
    if isinstance(event, SessionOpened):
        return _opened(record, event)
    if isinstance(event, Unreadable) or (summary is not None and summary.unreadable):
        return _unread(summary, record)
    if summary is None:
        raise ValueError(f"the log of session {record.session} does not begin with its opening")
    flow = flows.get(summary.flow)
    told = _told(summary, record)
    if flow is None:
        return told
    if told.awaited_step and flow.round_ended(event):  # what was asked in it is asked by nobody any more
        told = changed(told, **_waiting_for(()))
    if not isinstance(event, SessionForked):
        return flow.summarise(told, event)
    for each in event.prefix.events:  # how far it is; what it cost stands in the row of the session it was spent in
        told = flow.summarise(told, each.event)
    return told


def listed(summary: SessionSummary | None, record: Recorded, flows: Mapping[str, Flow]) -> SessionSummary:
    """As `summarise`, whatever is on record: one damaged log must keep no other session from its row."""
    if summary is None and not isinstance(record.event, SessionOpened | Unreadable):
        kind, why = type(record.event).__name__, "Its log does not begin with its opening."
        lost = Unreadable(kind=kind, version=1, why=why, now="Run `moot doctor`; restore the database from a copy.")
        record = replace(record, event=lost)
    return summarise(summary, record, flows)


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
        parent=opening.parent,
        origin=opening.origin,
        known_answer=opening.known_answer,
        measure=opening.measure if opening.known_answer else "",
        template=opening.template,
        status=Status.CREATED,
        is_rehearsal=all(map(asks_no_model, models)),
        models=models,
        rounds_limit=opening.rounds_limit,
        cap_microusd=opening.cap_microusd,
        opened_at_ms=record.at_ms,
        changed_at_ms=record.at_ms,
    )


def _unread(before: SessionSummary | None, record: Recorded) -> SessionSummary:
    """The row of a session at, or behind, an event that can't be read: nothing further is known of it here."""
    if before is None:
        before = SessionSummary(
            session=record.session,
            seq=0,
            position=0,
            flow="",
            title="",
            motion=UNKNOWN_MOTION,
            template=TemplateId(""),
            status=Status.FAILED,
            opened_at_ms=record.at_ms,
        )
    event = record.event
    said = f"{event.why} {event.now}" if isinstance(event, Unreadable) else ""
    return changed(
        before,
        seq=record.seq,
        position=record.position,
        changed_at_ms=max(record.at_ms, before.changed_at_ms),
        status=Status.FAILED,
        reason=NOT_READABLE,
        question="",
        unreadable=before.unreadable or said,
    )


def _told(before: SessionSummary, record: Recorded) -> SessionSummary:
    event, changed_at_ms, active_ms = record.event, before.changed_at_ms, before.active_ms
    at_ms = max(record.at_ms, changed_at_ms)
    if before.status is Status.RUNNING and not isinstance(event, RunResumed):
        active_ms += at_ms - changed_at_ms
    seq, position = record.seq, record.position
    if isinstance(event, AttemptStarted) and not (is_person(event.route) or before.awaited_step):
        return _begun(
            before,
            seq=seq,
            position=position,
            changed_at_ms=at_ms,
            active_ms=active_ms,
            attempts=before.attempts + 1,
            attempts_open=before.attempts_open + 1,
        )
    if isinstance(event, AttemptSucceeded) and not before.awaited_step:
        return _answered(
            before,
            seq=seq,
            position=position,
            changed_at_ms=at_ms,
            active_ms=active_ms,
            turns=before.turns + 1,
            attempts_open=before.attempts_open - 1,
            spent_microusd=before.spent_microusd + event.cost_microusd,
            tokens_input=before.tokens_input + event.tokens_input,
            tokens_output=before.tokens_output + event.tokens_output,
        )
    parts = _parts(before, event, at_ms) if type(event) in _OF_THE_ENGINE else {}
    if before.awaited_step and _takes_questions_back(event, parts.get("status", before.status)):
        parts |= _waiting_for(())
    if not parts:
        return _moved(before, seq=seq, position=position, changed_at_ms=at_ms, active_ms=active_ms)
    return changed(before, seq=seq, position=position, changed_at_ms=at_ms, active_ms=active_ms, **parts)


def _parts(before: SessionSummary, event: Event, at_ms: int) -> dict[str, object]:
    """What the event changes besides the moment: a row has many parts, so that it is made anew only once."""
    match event:
        case AttemptStarted():
            return {
                **(
                    _awaited(before, event, at_ms) if is_person(event.route) else _no_longer_awaited(before, event.step)
                ),
                "attempts": before.attempts + 1,
                "attempts_open": before.attempts_open + 1,
            }
        case AttemptSucceeded():
            return {
                **_no_longer_awaited(before, event.step),
                "turns": before.turns + 1,
                "attempts_open": before.attempts_open - 1,
                "spent_microusd": before.spent_microusd + event.cost_microusd,
                "tokens_input": before.tokens_input + event.tokens_input,
                "tokens_output": before.tokens_output + event.tokens_output,
            }
        case AttemptFailed():
            return {
                # Whoever drives next asks a person again who was only cut off, until the time that they were told.
                **(_no_longer_awaited(before, event.step) if event.error != NOT_SENT else {}),
                "errors": before.errors + (event.error != NOT_SENT and not is_person(event.route)),
                "attempts_open": before.attempts_open - 1,
                "spent_microusd": before.spent_microusd + event.cost_microusd,
            }
        case AttemptInDoubt():
            return {
                **_no_longer_awaited(before, event.step),
                "spent_microusd": before.spent_microusd + event.cost_microusd_max,
                "attempts_open": before.attempts_open - 1,
            }
        case AttemptSettled():
            return {"spent_microusd": before.spent_microusd - event.difference_microusd}
        case ChildEnded(cost_microusd=cost):
            return {"children_microusd": before.children_microusd + cost}
        case RuleFired():
            return {"rules_fired": before.rules_fired + 1}
        case BudgetChanged():
            return {"cap_microusd": event.cap_microusd}
        case SessionForked(prefix=prefix):
            return {"forked_from": prefix.session, "forked_at_seq": prefix.seq}
        case SessionQueued():
            return {"status": Status.WAITING}
        case SessionAdmitted():
            return {"status": Status.RUNNING, "reason": "", "started_at_ms": before.started_at_ms or at_ms}
        case SessionResumed() | EscalationAnswered() | EscalationExpired():
            return {"status": Status.RUNNING, "reason": "", "question": "", "ended_at_ms": 0}
        case SessionPaused():
            return {"status": Status.PAUSED, "reason": event.reason}
        case SessionEscalated():
            return {
                "status": Status.ESCALATED,
                "reason": event.reason,
                "question": event.question,
                "escalations": before.escalations + 1,
            }
        case ClarificationAsked(asked_of=asked_of):
            return {} if asked_of else _questioned(before, event)
        case ClarificationAnswered() | ClarificationForgone():
            return _no_longer_questioned(before, event)
        case CompletionDecided():
            return {"reason": event.reason}
        case SessionCompleted():
            return _ended(Status.COMPLETED, event.reason, at_ms)
        case SessionFailed():
            return _ended(Status.FAILED, event.reason, at_ms)
        case SessionCancelled():
            return _ended(Status.CANCELLED, event.reason, at_ms)
        case _:
            return {}


def _questioned(before: SessionSummary, event: ClarificationAsked) -> dict[str, object]:
    """It waits for the operator; where it stands still for another reason, that stays what it asks."""
    said = in_words(event.seat, event.question)
    match before.status:
        case Status.RUNNING:
            return {"status": Status.ESCALATED, "reason": CLARIFICATION, "question": said}
        case Status.ESCALATED:
            return {"question": f"{before.question}\n{said}"}
        case _:
            return {}


def _no_longer_questioned(
    before: SessionSummary, event: ClarificationAnswered | ClarificationForgone
) -> dict[str, object]:
    if before.status is not Status.ESCALATED:
        return {}
    if not event.still_waits:
        return {"status": Status.RUNNING, "reason": "", "question": ""}
    said = in_words(event.seat, event.question)
    return {"question": "\n".join(line for line in before.question.split("\n") if line != said)}


def in_words(seat: SeatId, question: str) -> str:
    """What a participant asks, in one line of the list."""
    return f"{seat} asks: {question}"


def _ended(status: Status, reason: str, at_ms: int) -> dict[str, object]:
    return {"status": status, "reason": reason, "question": "", "ended_at_ms": at_ms}


def _takes_questions_back(event: Event, status: object) -> bool:
    """True where no person is asked again for what they were asked: it stands still, or is about to end."""
    return status is not Status.RUNNING or isinstance(event, CompletionDecided)


def _awaited(before: SessionSummary, event: AttemptStarted, at_ms: int) -> dict[str, object]:
    if before.person_due_ms(event.step) is not None:  # they are asked again, and have what is left of their time
        return {}
    return _waiting_for((*before.people_awaited, (str(event.step), str(event.seat), at_ms + wait_ms_of(event.route))))


def _no_longer_awaited(before: SessionSummary, step: StepId) -> dict[str, object]:
    if not before.awaited_step:
        return {}
    return _waiting_for(tuple(asked for asked in before.people_awaited if asked[0] != step))


def _waiting_for(asked: tuple[tuple[str, str, int], ...]) -> dict[str, object]:
    """The parts of a row for these people, in the order in which they were asked."""
    step, seat, until_ms = asked[0] if asked else ("", "", 0)
    return {
        "awaited_step": step,
        "awaited_seat": seat,
        "awaited_until_ms": until_ms,
        "awaited_too": asked[1:],
    }
