"""How are answers, rankings, breaks and skipped turns shown, and how is said what was asked for?"""

from __future__ import annotations

from console.presenters.figures import percent
from console.presenters.judged import noted_of_judges
from core.domain.answers import AnswerForm, AnswerKind
from core.domain.events import Event
from core.flows.debate_events import (
    AnswerGiven,
    BreakConsidered,
    ControlStarted,
    EarlyStopWithheld,
    RankingGiven,
    StanceDeclared,
    StepSkipped,
    VoteCast,
)
from core.flows.debate_state import step_name

ID_SHOWN_CHARACTERS = 8
OUTCOME_CHARACTERS_MAX = 60
"""An answer in words may be longer than a heading has room for; the whole of it stands in the verdict."""


def asked_as(form: AnswerForm) -> str:
    """`Motion` or `Question`: what stands in front of it."""
    return "Motion" if form.kind is AnswerKind.MOTION else "Question"


def answered_by(form: AnswerForm) -> str:
    """`answered by one of A, B`; "" for a motion, whose outcomes everybody knows."""
    match form.kind:
        case AnswerKind.MOTION:
            return ""
        case AnswerKind.CHOICE:
            return f"answered by one of {', '.join(form.choices)}"
        case AnswerKind.NUMBER:
            return "answered by a number"
        case AnswerKind.TEXT:
            return "answered in a few words"


def outcome_shown(outcome: str) -> str:
    """An outcome in one line, shortened where it is long."""
    if len(outcome) <= OUTCOME_CHARACTERS_MAX:
        return outcome
    return f"{outcome[: OUTCOME_CHARACTERS_MAX - 1].rstrip()}…"


def noted(event: Event) -> tuple[str, str] | None:
    """What such an event is called and says; None for others, and for what was read as it stands: it is the turn's own
    last line."""
    match event:
        case AnswerGiven(seat=seat, answer="", reason=reason):
            return "◇ no answer", f"{_words(seat)} is not counted: {reason}"
        case StanceDeclared(seat=seat, stance="", reason=reason):
            return "◇ no stance", f"{_words(seat)} is not counted: {reason}"
        case StanceDeclared(seat=seat, is_repaired=True, reason=reason):
            return "◇ stance", f"{_words(seat)}: {reason}"
        case VoteCast(seat=seat, ranking=(), reason=reason):
            return "◇ no ballot", f"{_words(seat)} is not counted: {reason}"
        case EarlyStopWithheld(ppm=ppm, why=why):
            return "◇ goes on", f"agreement stands at {percent(ppm)} and ends nothing: {why}"
        case RankingGiven(seat=seat, ranking=(), reason=reason):
            return "◇ no ranking", f"{_words(seat)} is not counted: {reason}"
        case RankingGiven(seat=seat, ranking=ranking):
            return "◇ ranking", f"{_words(seat)}, not knowing who they are: {' > '.join(map(_words, ranking))}"
        case BreakConsidered(reason=reason):
            return "◇ enough?", reason
        case StepSkipped(step=step, reason=reason):
            return "◇ skipped", f"{_words(step_name(step))}: {reason}"
        case ControlStarted(template=template, child="", why=why):
            return "◇ control", f"{template} could not answer the same: {why}"
        case ControlStarted(template=template, child=child):
            told = f"{template} answers the same at the same spend"
            return "◇ control", f"{told}, as session {child[:ID_SHOWN_CHARACTERS]}"
        case _:
            return noted_of_judges(event)


def _words(name: str) -> str:
    return name.replace("_", " ")
