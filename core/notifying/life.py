"""How far has a notification come with whom it is for: delivered, read, acknowledged, answered, expired?

Whoever reads or acknowledges one says so. That what it asks was answered, or can be answered no more, follows from the
log, as the notification itself does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.ids import SessionId

CASE = "case"
"""What a notification asks that says that a session is parked with a question."""

STANDSTILL = "standstill"
"""What one asks of a session that failed, or that a rule paused."""

ALL_ASKED = ""
DOUBT = "doubt:"
TURN = "turn:"
CLARIFICATION = "clarification:"
"""How what is asked begins that is one of a kind; an ending that names the kind alone is of all of it."""


class LifeState(StrEnum):
    """The furthest that it has come, from `waiting` (nobody has it yet) on; what was answered or has expired needs no
    one any more."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    EXPIRED = "expired"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What a session asked before `position` needs nobody any more from `at_ms` (Unix) on: all that asks `asks`, or is
    of that kind, or all that asks anything (`ALL_ASKED`) but calls in doubt, which stay open behind a session's end.

    It was answered by `by`, or has expired because of `why`; one of the two is "".
    """

    session: SessionId
    position: int
    at_ms: int
    asks: str = ALL_ASKED
    by: str = ""
    why: str = ""


def is_ended(asks: str, by: str) -> bool:
    """Whether an ending of what is named `by` ends what asks `asks`."""
    if by == ALL_ASKED:
        return not asks.startswith(DOUBT)
    return asks.startswith(by) if by.endswith(":") else asks == by


def turn_of(step: str) -> str:
    """What a notification asks that tells a person that it is their turn."""
    return f"{TURN}{step}"


def doubt_of(step: str, attempt: int) -> str:
    """What one asks that tells of a call of which nobody knows how it ended."""
    return f"{DOUBT}{step}:{attempt}"


def clarification_of(asked: str) -> str:
    """What one asks that tells of a participant's question; `asked` is what tells it from others of its session."""
    return f"{CLARIFICATION}{asked}"
