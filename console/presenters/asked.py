"""How does it read when a session asks, nobody answers, or one seat is told something?

Each as a short heading and a text, for the transcript, a shell and a document alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import counted, duration
from console.presenters.reasons import called, in_words
from console.presenters.refined import Spoken
from core.domain.events import (
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    EscalationExpired,
    Event,
)
from core.domain.ids import NO_STEP
from core.domain.steered import ParticipantTold

if TYPE_CHECKING:
    from collections.abc import Mapping

BROUGHT_ABOUT: Mapping[str, str] = {
    "continue": "it goes on where it stopped",
    "new_round": "the next round begins",
    "complete": "it ends with what it has",
    "pause": "it pauses",
    "cancel": "it is cancelled",
    "fail": "it fails, and can be resumed",
}
"""What happens with a session that nobody answered, in the words of `escalation: {then: …}`."""

_FORGONE: Mapping[str, str] = {
    "asked": "was told to go on without",
    "expired": "goes on without: nobody answered in time",
    "not_now": "goes on without: the session stood for another reason",
}


def asked_or_told(event: Event) -> tuple[str, str] | None:
    """What an event about asking and telling is called, and says; None for any other."""
    match event:
        case EscalationExpired(waited_ms=waited_ms):
            return "◆ unanswered", expired_in_words(event, waited=duration(waited_ms))
        case ClarificationAsked(seat=seat, question=question, asked_of=asked_of):
            of = f" {title(asked_of)}" if asked_of else " you"
            return f"◆ {title(seat)} asks{of}", question
        case ClarificationAnswered(seat=seat, text=text, by=by):
            return f"{spoken_by(by)} to {title(seat)}", text
        case ClarificationForgone(seat=seat, reason=reason):
            return f"◆ {title(seat)}", _FORGONE.get(reason, f"goes on without: {in_words(reason)}")
        case ParticipantTold(seat=seat, text=text, by=by):
            return f"◇ to {title(seat)} alone", f"{text}  (said {called(by)})"
        case _:
            return None


def expired_in_words(event: EscalationExpired, *, waited: str) -> str:
    """What nobody's answering brought about, and what was in the way of something else."""
    told = f"nobody answered for {waited}; {BROUGHT_ABOUT.get(event.then, in_words(event.then))}"
    if event.then == event.wanted:
        return told
    return f"{told}, because {BROUGHT_ABOUT.get(event.wanted, in_words(event.wanted))!r} could not be: {event.why}"


def question_asked(event: Event) -> Spoken | None:
    """The turn that a seat used to ask, or to answer what another asked; None for any other event."""
    match event:
        case ClarificationAsked(seat=seat, question=question, number=number, number_max=most):
            right = (f"round {event.round}", f"{counted(number, 'question')} of {most}")
            return Spoken(step=event.step, seat=seat, title=title(seat), right=right, text=question, marks=("asks",))
        case ClarificationAnswered(answer_step=step, by=by, text=text) if step != NO_STEP:
            who = by.removeprefix("seat:")
            right = (f"round {event.round}", f"to {title(event.seat)}")
            return Spoken(step=step, seat=who, title=title(who), right=right, text=text, marks=("answers",))
        case _:
            return None


def title(seat: str) -> str:
    """A seat as people read it."""
    return seat.replace("_", " ").capitalize()


def spoken_by(by: str) -> str:
    """Who answered, at the head of what they said."""
    return title(by.removeprefix("seat:")) if by.startswith("seat:") else called(by).capitalize()
