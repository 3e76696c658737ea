"""What does a log say of a session as interactions: what was written and reviewed, asked and answered?

Nothing of this is recorded beside the log; it is the log, read as sessions, interactions, reviews, requests and
responses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.plain import iso_time
from core.domain.commands import RecordAnswer
from core.domain.events import AttemptFailed, AttemptInDoubt, AttemptSucceeded, Recorded
from core.domain.people import is_person
from core.flows.debate_events import ArgumentPresented, BallotGiven, VerdictReached
from core.flows.refinement_events import DraftPresented, ReviewDebateEnded, ReviewGiven

if TYPE_CHECKING:
    from core.domain.summary import SessionSummary
    from core.runtime.asked import Asked

PPM = 1_000_000
MILLI = 1_000
REQUEST_TYPES = {"draft": "generate", "refine": "refine", "review": "review", "flaw": "review", "compare": "compare"}
"""What the steps of a refinement are called as requests; those of a debate have names of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """Something that was written. `type` is `prompt` for the first draft, `refinement` for every further one, `review`
    or `debate` for what is said of one, and in a debate `argument`, `ballot` or `verdict`."""

    id: str
    session_id: str
    type: str
    content: str
    timestamp: str
    metadata: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`interaction_id` is the draft that it speaks of. `score` is from 0 to 1, None where none could be read."""

    id: str
    interaction_id: str
    score: float | None
    feedback: str
    suggestions: tuple[Mapping[str, str], ...]
    timestamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call that was begun, with exactly what was asked."""

    id: str
    type: str
    prompt: tuple[Mapping[str, str], ...]
    parameters: Mapping[str, object]
    timestamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How a call ended; one that failed or is in doubt has no content, and its metadata says why."""

    request_id: str
    content: str
    metadata: Mapping[str, object]
    latency_ms: int | None
    timestamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionShown:
    """`status` is as in the list; `updated` is the time of its newest event."""

    id: str
    status: str
    created: str
    updated: str
    metadata: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactions:
    session: SessionShown
    interactions: tuple[Interaction, ...] = ()
    reviews: tuple[Review, ...] = ()
    requests: tuple[Request, ...] = ()
    responses: tuple[Response, ...] = ()


@dataclass(slots=True)
class _Reading:
    interactions: list[Interaction] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)


def interactions_of(summary: SessionSummary, records: Iterable[Recorded], asked: Sequence[Asked]) -> Interactions:
    """All of it, oldest first. `records` are the session's events, `asked` its calls."""
    requests = tuple(map(_request, asked))
    reading = _Reading()
    for record in records:
        _read(reading, record)
    return Interactions(
        session=_session(summary),
        interactions=tuple(reading.interactions),
        reviews=tuple(reading.reviews),
        requests=requests,
        responses=tuple(reading.responses),
    )


def call_id(step: str, attempt: int) -> str:
    """`r1.draft.writer#1`: what names a call in its session."""
    return f"{step}#{attempt}"


def _session(summary: SessionSummary) -> SessionShown:
    return SessionShown(
        id=summary.session,
        status=summary.status.value,
        created=iso_time(summary.opened_at_ms),
        updated=iso_time(summary.changed_at_ms),
        metadata={
            "flow": summary.flow,
            "title": summary.title,
            "about": summary.motion,
            "reason": summary.reason,
            "outcome": summary.outcome,
            "score": _share(summary.score_ppm),
            "draft": summary.best_draft or None,
            "cost_microusd": summary.spent_microusd,
            "children_microusd": summary.children_microusd,
            "tokens_input": summary.tokens_input,
            "tokens_output": summary.tokens_output,
        },
    )


def _request(asked: Asked) -> Request:
    event, request = asked.call, asked.request
    return Request(
        id=call_id(event.step, event.attempt),
        type=REQUEST_TYPES.get(asked.step.task, asked.step.task or asked.step.kind.value),
        prompt=tuple({"author": each.author, "text": each.text} for each in request.messages),
        parameters={
            "model": event.route,
            "seat": request.seat,
            "tokens_output_max": request.tokens_output_max,
            "temperature": request.temperature_milli / MILLI,
            "seed": request.seed,
            "is_person": is_person(event.route),
        },
        timestamp=iso_time(asked.at_ms),
    )


def _read(reading: _Reading, record: Recorded) -> None:
    command = record.envelope.command if record.envelope is not None else None
    if isinstance(command, RecordAnswer):
        # What a model said stands in the command that brought it; the events say what was read from it.
        reading.said[call_id(command.step, command.attempt)] = command.text
        reading.calls[command.step] = call_id(command.step, command.attempt)
    match record.event:
        case DraftPresented() as draft:
            type_ = "prompt" if draft.number == 1 else "refinement"
            told = {"draft": draft.number, "iteration": draft.iteration, "by": draft.by, "model": draft.model}
            _write(reading, record, f"draft.{draft.number}", type_, draft.text, told, draft.step)
        case ReviewGiven() as review:
            id_ = f"review.{review.draft}.{review.seat}"
            told = {"draft": review.draft, "iteration": review.iteration, "seat": review.seat}
            _write(reading, record, id_, "review", review.feedback, told, review.step)
            reading.reviews.append(_review(review, id_, record))
        case ReviewDebateEnded(text=text) as debate if text:
            told = {"draft": debate.draft, "outcome": debate.outcome, "session": debate.child}
            _write(reading, record, f"debate.{debate.draft}", "debate", text, told, debate.step)
        case ArgumentPresented() as argument:
            told = {"round": argument.round, "seat": argument.seat, "model": argument.model}
            id_ = f"argument.{argument.number}"
            _write(reading, record, id_, "argument", argument.text, told, argument.step)
        case BallotGiven() as ballot:
            told = {"seat": ballot.seat, "pass": ballot.pass_number, "order": ballot.order, "outcome": ballot.outcome}
            id_ = f"ballot.{ballot.seat}.{ballot.pass_number}"
            _write(reading, record, id_, "ballot", ballot.text, {**told, "model": ballot.model}, ballot.step)
        case VerdictReached() as verdict:
            told = {"outcome": verdict.outcome, "by": verdict.by, "model": verdict.model}
            _write(reading, record, "verdict", "verdict", verdict.text, told, verdict.step)
        case AttemptSucceeded() | AttemptFailed() | AttemptInDoubt() as end:
            reading.responses.append(_response(reading, end, record))
        case _:
            pass


def _write(
    reading: _Reading,
    record: Recorded,
    id_: str,
    type_: str,
    content: str,
    metadata: Mapping[str, object],
    step: str,
) -> None:
    request = reading.calls.get(step)
    reading.interactions.append(
        Interaction(
            id=id_,
            session_id=record.session,
            type=type_,
            content=content,
            timestamp=iso_time(record.at_ms),
            metadata={**metadata, "request": request} if request else metadata,
        )
    )


def _review(review: ReviewGiven, id_: str, record: Recorded) -> Review:
    return Review(
        id=id_,
        interaction_id=f"draft.{review.draft}",
        score=_share(review.score_ppm),
        feedback=review.feedback,
        suggestions=tuple({"text": each.text, "passage": each.passage} for each in review.suggestions),
        timestamp=iso_time(record.at_ms),
    )


def _response(reading: _Reading, end: AttemptSucceeded | AttemptFailed | AttemptInDoubt, record: Recorded) -> Response:
    id_ = call_id(end.step, end.attempt)
    match end:
        case AttemptSucceeded():
            told: dict[str, object] = {
                "model": end.model,
                "stop_reason": end.stop_reason,
                "tokens_input": end.tokens_input,
                "tokens_output": end.tokens_output,
                "cost_microusd": end.cost_microusd,
                "is_cached": end.is_cached,
                "findings": end.findings,
            }
        case AttemptFailed():
            told = {"error": end.error, "message": end.message, "cost_microusd": end.cost_microusd}
        case AttemptInDoubt():
            told = {"error": "in_doubt", "message": end.why, "cost_microusd_max": end.cost_microusd_max}
    return Response(
        request_id=id_,
        content=reading.said.get(id_, ""),
        metadata=told,
        latency_ms=end.latency_ms if isinstance(end, AttemptSucceeded) else None,
        timestamp=iso_time(record.at_ms),
    )


def _share(ppm: int | None) -> float | None:
    return None if ppm is None else ppm / PPM
