"""How grave is what happened?

Kinds of events go by their stable names, so that flows need not be known here, nor what a newer release records.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class Level(IntEnum):
    """As logs everywhere count them, so that a line and an event can be held against the same bound."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40

    @property
    def word(self) -> str:
        return self.name.lower()


_DEBUG = (
    # What the rules looked at and did, and what each turn is made of.
    "ActionOverruled",
    "AnswerGiven",
    "ArgumentPresented",
    "AttemptStarted",
    "AttemptSucceeded",
    "BallotGiven",
    "BreakConsidered",
    "ConsensusUpdated",
    "DeadlineReached",
    "DraftChecked",
    "DraftPresented",
    "DraftScored",
    "RankingGiven",
    "ReviewGiven",
    "RuleFired",
    "RuleRearmed",
    "RuleRecovered",
    "StanceDeclared",
    "StepSkipped",
    "VoteCast",
)
_WARNING = (
    "AttemptFailed",
    "AttemptInDoubt",
    "CascadeStopped",
    "EscalationExpired",
    "RuleErred",
    "RuleSwitchedOff",
    "SessionEscalated",
    "SpendRefused",
    "StepExhausted",
)
_ERROR = ("SessionFailed", "Unreadable")

LEVELS: Mapping[str, Level] = MappingProxyType(
    dict.fromkeys(_DEBUG, Level.DEBUG) | dict.fromkeys(_WARNING, Level.WARNING) | dict.fromkeys(_ERROR, Level.ERROR)
)
"""Kinds that are not named here are a session's life, and are told at INFO."""


def level_of(kind: str) -> Level:
    """How grave an event of this kind is; one that nobody here knows is a part of a session's life."""
    return LEVELS.get(kind, Level.INFO)
