"""What kind of answer does a session look for?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AnswerKind(StrEnum):
    """A motion is carried or not; a question is answered by one of some choices, by a number or in a few words."""

    MOTION = "motion"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """`choices` are what a CHOICE is one of, at least two; empty for every other kind."""

    kind: AnswerKind = AnswerKind.MOTION
    choices: tuple[str, ...] = ()


MOTION_FORM = AnswerForm()
OUTCOMES = ("for", "against", "undecided")
"""How a motion can be answered."""
UNDECIDED = "undecided"
