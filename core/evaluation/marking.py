"""Was a session right, going by what is recorded of it?

What can't be read counts as wrong, and is told apart from a verdict that leaves it open. Events are known by the stable
names of their kinds (see core.analytics.life): whatever flow answers in such events can be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from core.domain.answers import UNDECIDED
from core.domain.events import Event
from core.evaluation.results import Mark
from core.evaluation.tasks import Task
from core.judging.answers import answer_in

NOBODY = "nobody"
"""Who gives the verdict where nothing was argued."""
BY_SEAT = "seat:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was answered: how many seats' answers and how many judges' ballots could be read, and how many of all could
    not. `outcome` is the verdict, "" while there is none, and `by` who gave it; where it `has_ballots`, it repeats what
    these said."""

    seats: int = 0
    judges: int = 0
    unreadable: int = 0
    has_ballots: bool = False
    outcome: str = ""
    by: str = ""


def heard(events: Iterable[Event], task: Task) -> Heard:
    """What the events of a session, oldest first, come to."""
    so_far = Heard()
    for event in events:
        so_far = _heard(so_far, event, task)
    return so_far


def mark_of(told: Heard, task: Task) -> Mark:
    """What the verdict is worth."""
    if not told.outcome or told.by == NOBODY:
        return Mark.UNANSWERED
    if not task.known_answer:
        return Mark.UNSCORED
    if told.outcome == task.known_answer:
        return Mark.RIGHT
    if told.outcome != UNDECIDED:
        return Mark.WRONG
    is_judged = told.has_ballots or told.by.startswith(BY_SEAT)
    return Mark.UNDECIDED if (told.judges if is_judged else told.seats) else Mark.UNREADABLE


def _heard(before: Heard, event: Any, task: Task) -> Heard:
    match type(event).__name__:
        case "AnswerGiven":
            return _seat(before, is_read=bool(event.answer))
        case "StanceDeclared":
            return _seat(before, is_read=bool(event.stance))
        case "VoteCast":
            return _seat(before, is_read=bool(event.ranking))
        case "BallotGiven":
            return _judge(replace(before, has_ballots=True), is_read=bool(event.outcome))
        case "VerdictReached":
            told = replace(before, outcome=event.outcome, by=event.by)
            if before.has_ballots or not event.by.startswith(BY_SEAT):
                return told
            return _judge(told, is_read=event.outcome != UNDECIDED or bool(answer_in(event.text, task.form).value))
        case _:
            return before


def _seat(before: Heard, *, is_read: bool) -> Heard:
    return replace(before, seats=before.seats + is_read, unreadable=before.unreadable + (not is_read))


def _judge(before: Heard, *, is_read: bool) -> Heard:
    return replace(before, judges=before.judges + is_read, unreadable=before.unreadable + (not is_read))
