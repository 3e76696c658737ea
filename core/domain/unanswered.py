"""How long does a session wait for an answer, and what happens with it when nobody gives one?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ANSWER_MILLISECONDS_MIN = 1_000
ANSWER_MILLISECONDS_MAX = 30 * 24 * 60 * 60 * 1_000
"""Thirty days. Who would wait longer waits for ever, and needs no deadline."""


class Then(StrEnum):
    """What happens with a session whose question nobody has answered in time. A clarification that nobody gives is
    always gone on without."""

    CONTINUE = "continue"
    NEW_ROUND = "new_round"
    COMPLETE = "complete"
    PAUSE = "pause"
    CANCEL = "cancel"
    FAIL = "fail"


THEN_DOES: dict[str, str] = {
    Then.CONTINUE: "it goes on where it stopped",
    Then.NEW_ROUND: "the next round begins",
    Then.COMPLETE: "it ends with what it has",
    Then.PAUSE: "it pauses",
    Then.CANCEL: "it is cancelled",
    Then.FAIL: "it fails, and can be resumed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTerms:
    """How long a session waits for an answer, in milliseconds of everybody's time, and what happens then."""

    answer_within_ms: int
    then: Then
