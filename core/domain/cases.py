"""What does a session put before the operator, and what would each answer do?

A case is one question of one session: a rule's, a person's, the runtime's, or a participant's who needs to know
something before it can go on. It follows from the session's log alone, so that every process sees the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.ids import NO_SEAT, SeatId, SessionId
from core.domain.transcript import Turn

CLARIFICATION = "clarification"
"""The reason for which a session stands that waits for what a participant wants to know."""


class CaseKind(StrEnum):
    """What is asked for: a decision about the session, or something that a participant needs to know."""

    ESCALATION = "escalation"
    CLARIFICATION = "clarification"


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleAnswer:
    """One answer, what it is called, and what it would do, in a sentence. `refused` says why it can't be given as the
    session stands, "" where it can."""

    answer: str
    label: str
    does: str
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question that waits, as of the newest event. `asked_seq` is the event that asked it, and names it within its
    session. `seat` is who needs to know where it is a clarification.

    `due_ms` is the Unix time at which nobody is waited for any longer; None where there is no deadline. `then` is what
    happens at that moment, as one of `Then`, and `then_does` says it in a sentence, also that there is none.
    """

    session: SessionId
    title: str
    flow: str
    kind: CaseKind
    question: str
    reason: str
    rule: str
    asked_seq: int
    asked_at_ms: int
    due_ms: int | None
    then: str
    then_does: str
    seat: SeatId = NO_SEAT


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with all that somebody needs who answers it: why it was asked, what was said so far (oldest first), and
    what each answer would do. `why` are the lines of the rule's explanation, none where no rule asked."""

    case: Case
    why: tuple[str, ...]
    turns: tuple[Turn, ...]
    answers: tuple[PossibleAnswer, ...]
