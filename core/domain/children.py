"""Which session does a step want begun, and what comes of one that was?

A child is a session like any other; only who began it, and what it may spend, follows from its parent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.answers import MOTION_FORM, AnswerForm
from core.domain.ids import SessionId, TemplateId
from core.domain.participants import Seat
from core.domain.people import is_person
from core.domain.steps import Document

PARENT_STANDS, PARENT_OVER, PARENT_WENT_ON = "parent_stands", "parent_over", "parent_went_on"
"""Why a child is paused whose parent is, and cancelled whose parent is over, or goes on without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildWanted:
    """A debate of `question` by the format `template`, over `documents`.

    `arguing` are the models that argue, in turn over its seats, `judging` those that judge; empty where people alone
    could. It spends at most `cap_microusd` (None: what the day allows), and where it `must_be_free` it is held only if
    it costs nothing. Of a format that draws samples it takes as many as the money lasts for, and of what is free
    `calls`. Its parent waits for the end of one that `is_awaited`, and it runs in the parent's place.
    """

    question: str
    template: TemplateId
    title: str
    origin: str
    arguing: tuple[str, ...]
    judging: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    answers: AnswerForm = MOTION_FORM
    known_answer: str = ""
    cap_microusd: int | None = None
    must_be_free: bool = False
    calls: int = 1
    is_awaited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChild:
    """A child whose end is waited for; `cap_microusd` is lent to it by its parent."""

    child: SessionId
    cap_microusd: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a session came to: in one word, and in words."""

    outcome: str = ""
    text: str = ""


def models_of(seats: Iterable[Seat]) -> tuple[str, ...]:
    """The first model of each seat; none of one that has none. For a person goes whoever stands in."""
    routes = ([route for route in seat.participant.routes if not is_person(route)] for seat in seats)
    return tuple(models[0] for models in routes if models)
