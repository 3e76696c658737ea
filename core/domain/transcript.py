"""What has been said?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.ids import SeatId, StepId
from core.domain.participants import Role


class TurnKind(StrEnum):
    """Who speaks, and to what end: a seat argues, the operator states, the judge concludes."""

    ARGUMENT = "argument"
    STATEMENT = "statement"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One contribution. `seat` is empty for the operator; `round` counts from 1."""

    kind: TurnKind
    step: StepId
    seat: SeatId
    role: Role | None
    round: int
    text: str
