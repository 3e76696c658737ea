"""When is it the operator's turn to speak, and how is it told that a person did, or didn't?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import duration
from core.domain.people import is_person
from core.domain.provider_errors import ProviderError
from core.domain.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.domain.events import AttemptFailed
    from core.domain.participants import Seat
    from core.domain.summary import SessionSummary

REVIEW_ENDS = "Write your review first"
"""So begins the part of a reviewer's task that says which object a model has to end with."""

BY_A_PERSON = "a person"
PASSED = "passed"
TOO_LATE = "not in time"


def is_awaited(summary: SessionSummary, *, is_driven: bool = True) -> bool:
    """Is a person to speak there now? Where nobody drives, nobody waits."""
    return is_driven and bool(summary.awaited_seat) and summary.status is Status.RUNNING


def needs_you(summary: SessionSummary, *, is_driven: bool = True) -> bool:
    """Does it stand still until the operator has answered, or spoken?"""
    return summary.status is Status.ESCALATED or is_awaited(summary, is_driven=is_driven)


def time_left(until_ms: int, *, now_ms: int) -> str:
    """`12 min 3 s left`, or that there is none."""
    return f"{duration(until_ms - now_ms)} left" if until_ms > now_ms else "the time is up"


def question_of(summary: SessionSummary) -> str:
    """What it asks of the operator: its question or, where one is to speak, the seat."""
    if summary.awaited_seat:
        return to_speak_as(summary.awaited_seat)
    return summary.question


def to_speak_as(seat: str) -> str:
    """What a person is told whose turn it is."""
    return f"You are to speak as {seat.replace('_', ' ')}."


def silence_mark(event: AttemptFailed) -> str:
    """How a person's turn ended that brought no words: passed, not in time, or else failed."""
    if event.error == ProviderError.REFUSED:
        return PASSED
    return TOO_LATE if event.error == ProviderError.TIMEOUT_FIRST_TOKEN else "failed"


def silence_in_words(event: AttemptFailed) -> str:
    """The same in a sentence; "" where it ended otherwise."""
    said = {PASSED: "The person passed", TOO_LATE: "Nobody spoke in time"}.get(silence_mark(event), "")
    return f"{said}: whoever stands in speaks." if said else ""


def person_marks(route: str) -> tuple[str, ...]:
    """What a reader must know of who speaks: no model was asked."""
    return (BY_A_PERSON,) if is_person(route) else ()


def asked_of_a_person(task: str) -> str:
    """What a seat is told to do, for somebody who types it: a review needs no JSON from a person."""
    ending = review_ending(task)
    return f"{task.partition(REVIEW_ENDS)[0]}Write what you think. {ending}" if ending else task


def review_ending(task: str) -> str:
    """How a person ends a review that is asked for with a score; "" for any other task."""
    _, mark, ending = task.partition(REVIEW_ENDS)
    if not mark or "severity" in ending:
        return ""
    lines = "a line for each criterion, such as clarity: 0.8" if "criterion" in ending else "a line such as SCORE: 0.8"
    return f"End with {lines}; 0 is useless, 1 leaves nothing to improve."


def stand_in(seat: Seat) -> str:
    """The model that speaks where the person of a seat doesn't; "" where there is none."""
    return next((route for route in seat.participant.routes if not is_person(route)), "")


def seat_lines(seats: Sequence[Seat]) -> list[tuple[str, str, str]]:
    """Of each seat: its id, its role, and who sits there."""
    return [(seat.id, seat.role.value, _sitting(seat)) for seat in seats]


def _sitting(seat: Seat) -> str:
    if not is_person(seat.participant.model):
        return seat.participant.model
    other = stand_in(seat)
    return f"you ({seat.participant.model}); {other} stands in" if other else f"you ({seat.participant.model})"
