"""Until when is somebody waited for who is asked something, and what happens then?"""

from __future__ import annotations

from core.domain.events import ClarificationAsked, Event, SessionEscalated
from core.domain.ids import NO_SEAT
from core.domain.unanswered import THEN_DOES, AnswerTerms

_SECOND_MS = 1_000
_UNITS = ((24 * 3_600 * _SECOND_MS, "d"), (3_600 * _SECOND_MS, "h"), (60 * _SECOND_MS, "min"))


def asks_the_operator(event: Event) -> bool:
    """Does it put a question for whose answer there may be a deadline?"""
    return isinstance(event, SessionEscalated) or (isinstance(event, ClarificationAsked) and event.asked_of == NO_SEAT)


def hurried(event: Event, terms: AnswerTerms | None) -> str:
    """`If nobody answers within 30 min, it ends with what it has.`; "" where nobody is hurried."""
    if terms is None or not asks_the_operator(event):
        return ""
    then = f"{event.seat} goes on without" if isinstance(event, ClarificationAsked) else THEN_DOES[terms.then]
    return f"If nobody answers within {_within(terms.answer_within_ms)}, {then}."


def _within(within_ms: int) -> str:
    """In the largest unit that says all of it: `2 h`, `90 min`."""
    for unit_ms, name in _UNITS:
        if within_ms % unit_ms == 0:
            return f"{within_ms // unit_ms} {name}"
    return f"{within_ms // _SECOND_MS} s"
