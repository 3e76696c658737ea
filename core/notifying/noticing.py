"""What is somebody told because of one event?

Most events tell nobody anything. What is told follows from the event and from the row that the list has behind it, so
that reading the log again tells the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from core.domain.events import (
    AttemptInDoubt,
    AttemptStarted,
    ClarificationAsked,
    EscalationExpired,
    Event,
    Recorded,
    RuleSwitchedOff,
    SessionAdmitted,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
    SpendRefused,
    Unreadable,
)
from core.domain.flow import Flow
from core.domain.ids import NO_SEAT, SeatId
from core.domain.people import is_person, wait_ms_of
from core.domain.summary import EVALUATION, SessionSummary
from core.domain.text import clean_text
from core.domain.unanswered import THEN_DOES, AnswerTerms
from core.notifying.hurrying import hurried
from core.notifying.life import CASE, STANDSTILL, clarification_of, doubt_of, turn_of
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority

PPM_PER_PERCENT = 10_000
MICROUSD_PER_CENT = 10_000
TEXT_CHARACTERS_MAX = 1_000
"""Who wants to read more opens the session."""

ID_CHARACTERS = 16

_RULE = "rule:"
_SOLE_JUDGE = "sole judge: "
"""Begins a verdict that nobody had to be counted for, which goes without saying."""

_LAPS = {"refinement": "iteration"}
"""What a round is called in a flow that has another word for it."""


USUAL: Mapping[NotificationType, Priority] = {
    NotificationType.ESCALATION_NOTICE: Priority.URGENT,
    NotificationType.ARGUMENT_REQUEST: Priority.HIGH,
    NotificationType.RESPONSE_REQUEST: Priority.HIGH,
    NotificationType.CLARIFICATION_REQUEST: Priority.HIGH,
    NotificationType.ERROR_NOTIFICATION: Priority.HIGH,
    NotificationType.REMINDER: Priority.HIGH,
    NotificationType.DEBATE_STARTED: Priority.NORMAL,
    NotificationType.DEBATE_COMPLETED: Priority.NORMAL,
    NotificationType.ROUND_STARTED: Priority.LOW,
    NotificationType.TURN_NOTIFICATION: Priority.LOW,
    NotificationType.CONSENSUS_UPDATE: Priority.LOW,
}
"""How urgent each type mostly is, the most urgent first. A session that was cancelled ends at a low priority, a
reminder is a step more urgent than what it reminds of."""


def noticed(
    record: Recorded,
    row: SessionSummary,
    flow: Flow | None,
    *,
    least: Priority = Priority.LOW,
    terms: AnswerTerms | None = None,
) -> tuple[Notification, ...]:
    """What `record` tells, usually nothing. `row` is the session's behind it; `flow` is None for one that is unknown
    here. A session that another one began, or that is one of many of an evaluation, tells only what somebody may have
    to do something about. What is less urgent than `least` nobody would be told, and isn't made. `terms` say how long
    an answer to what is asked is waited for."""
    told = _of_its_life(record, row) if type(record.event) in _OF_ITS_LIFE else _of_its_rounds(record.event, row, flow)
    if told is None:
        return ()
    type_, priority, text, seat, asks = told
    if priority.rank > least.rank:
        return ()
    if (row.parent or row.origin == EVALUATION) and priority.rank > Priority.HIGH.rank:
        return ()
    return (
        Notification(
            id=_id(record, type_),
            type=type_,
            priority=priority,
            session=record.session,
            seq=record.seq,
            position=record.position,
            at_ms=record.at_ms,
            flow=row.flow.partition("@")[0],
            title=row.title,
            text=_with_its_deadline(clean_text(text), hurried(record.event, terms)),
            seat=seat,
            asks=asks,
        ),
    )


def is_answered_by_itself(notification: Notification, row: SessionSummary) -> bool:
    """True for a question that nobody is waited for with: an evaluation goes on by itself, hundreds of times a run."""
    return row.origin == EVALUATION and notification.type in _QUESTIONS


def _with_its_deadline(text: str, until: str) -> str:
    """However long a question is, until when it can be answered is said."""
    return f"{text[: TEXT_CHARACTERS_MAX - len(until) - 1]} {until}" if until else text[:TEXT_CHARACTERS_MAX]


def may_tell(event: Event, *, least: Priority) -> bool:
    """Whether `noticed` may tell something of such an event, for somebody who wants to hear it at once. Models' turns
    and rounds, of which there are many, are told at a low priority."""
    if isinstance(event, AttemptStarted) and not is_person(event.route):
        return least is Priority.LOW
    return type(event) in _OF_ITS_LIFE or least is Priority.LOW


def _id(record: Recorded, type: NotificationType) -> str:
    """The same for the same event wherever it is read, and different at its beginning, which is what people type."""
    return sha256(f"{record.session}:{record.seq}:{type}".encode()).hexdigest()[:ID_CHARACTERS]


_QUESTIONS = (NotificationType.ESCALATION_NOTICE, NotificationType.CLARIFICATION_REQUEST)

Told = tuple[NotificationType, Priority, str, SeatId, str]
"""What kind, how urgent, in which words, about which seat, and what it asks of somebody."""


_OF_ITS_LIFE = frozenset(
    {
        SessionAdmitted,
        SessionEscalated,
        EscalationExpired,
        ClarificationAsked,
        SessionCompleted,
        SessionCancelled,
        AttemptStarted,
        SessionFailed,
        SessionPaused,
        AttemptInDoubt,
        SpendRefused,
        RuleSwitchedOff,
        Unreadable,
    }
)


def _of_its_life(record: Recorded, row: SessionSummary) -> Told | None:
    match record.event:
        case SessionAdmitted() if row.started_at_ms == row.changed_at_ms:
            return NotificationType.DEBATE_STARTED, Priority.NORMAL, "It has begun.", NO_SEAT, ""
        case SessionEscalated(question=question, reason=reason):
            text = f"{question} ({reason.replace('_', ' ')})" if reason else question
            return NotificationType.ESCALATION_NOTICE, Priority.URGENT, text, NO_SEAT, CASE
        case EscalationExpired(then=then, why=why):
            text = f"Nobody answered in time: {THEN_DOES.get(then, then.replace('_', ' '))}.{f' {why}' if why else ''}"
            return NotificationType.ESCALATION_NOTICE, Priority.HIGH, text, NO_SEAT, ""
        case ClarificationAsked(step=step, seat=seat, question=question, asked_of=asked_of) if asked_of == NO_SEAT:
            text = f"{seat} asks before it speaks: {question}"
            return NotificationType.CLARIFICATION_REQUEST, Priority.HIGH, text, seat, clarification_of(step)
        case SessionCompleted(reason=reason):
            return NotificationType.DEBATE_COMPLETED, Priority.NORMAL, _how_it_ended(row, reason), NO_SEAT, ""
        case SessionCancelled(reason=reason, by=by):
            text = f"It was cancelled by the {by}: {reason.replace('_', ' ')}."
            return NotificationType.DEBATE_COMPLETED, Priority.LOW, text, NO_SEAT, ""
        case AttemptStarted(step=step, route=route) if is_person(route) and _was_asked_before(step, route, row):
            return None
        case AttemptStarted(step=step, seat=seat, route=route) if is_person(route):
            type = NotificationType.RESPONSE_REQUEST if row.round > 1 else NotificationType.ARGUMENT_REQUEST
            return type, Priority.HIGH, f"It is your turn: {seat} is waited for.", seat, turn_of(step)
        case AttemptStarted(seat=seat, attempt=1):
            return NotificationType.TURN_NOTIFICATION, Priority.LOW, f"It is the turn of {seat}.", seat, ""
        case _:
            text, asks = _what_went_wrong(record.event)
            return (NotificationType.ERROR_NOTIFICATION, Priority.HIGH, text, NO_SEAT, asks) if text else None


def _was_asked_before(step: str, route: str, row: SessionSummary) -> bool:
    """A person who is asked again, because whoever asked is gone, has less than the whole time, and has been told."""
    due_ms = row.person_due_ms(step)
    return due_ms is not None and due_ms < row.changed_at_ms + wait_ms_of(route)


def _what_went_wrong(event: Event) -> tuple[str, str]:
    """What the operator may have to do something about, and what that asks; "" where nothing is wrong."""
    match event:
        case SessionFailed(reason=reason):
            return f"It failed: {reason.replace('_', ' ')}. It can be gone on with.", STANDSTILL
        case SessionPaused(reason=reason, by=by) if by.startswith(_RULE):
            return f"The rule {by.removeprefix(_RULE)} paused it: {reason.replace('_', ' ')}.", STANDSTILL
        case AttemptInDoubt(step=step, attempt=attempt, route=route, why=why):
            text = f"Nobody knows how a call to {route} ended: {why.replace('_', ' ')}. It is charged at its most."
            return text, doubt_of(step, attempt)
        case SpendRefused(cap=cap):
            return f"A call was not made: the cap of the {cap} forbids it.", ""
        case RuleSwitchedOff(rule=rule, errors=errors):
            return f"The rule {rule} is no longer heard: it could not be evaluated {errors} times in a row.", ""
        case Unreadable(why=why, now=now):
            return f"{why} {now}", ""
        case _:
            return "", ""


def _of_its_rounds(event: Event, row: SessionSummary, flow: Flow | None) -> Told | None:
    if flow is None:
        return None
    if flow.round_began(event):
        text = f"{_lap(row).capitalize()} {row.round} of {row.rounds_limit} begins."
        return NotificationType.ROUND_STARTED, Priority.LOW, text, NO_SEAT, ""
    if flow.round_ended(event) and row.consensus_ppm is not None:
        percent = row.consensus_ppm // PPM_PER_PERCENT
        text = f"Consensus is at {percent} % after {_lap(row)} {row.round} of {row.rounds_limit}."
        return NotificationType.CONSENSUS_UPDATE, Priority.LOW, text, NO_SEAT, ""
    return None


def _lap(row: SessionSummary) -> str:
    return _LAPS.get(row.flow.partition("@")[0], "round")


def _how_it_ended(row: SessionSummary, reason: str) -> str:
    verdict = row.verdict.removeprefix(_SOLE_JUDGE)
    found = f"{row.outcome.replace('_', ' ')}: {verdict}" if row.outcome and verdict else row.outcome
    cents = -(-row.spent_microusd // MICROUSD_PER_CENT)
    cost = f", for ${cents // 100}.{cents % 100:02d} at most" if cents else ""
    ended = f"It is over ({reason.replace('_', ' ')}){cost}."
    return f"{ended} {found[:1].upper()}{found[1:]}." if found else ended
