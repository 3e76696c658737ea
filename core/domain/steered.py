"""What can somebody who steers a session have changed, whatever its kind?

These are events of the flows that record them: what a session is about, how long it goes on, who sits where, and what
the operator said. Flows share them, so that whoever reads a log knows them in each.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.ids import SeatId
from core.domain.participants import Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAdded:
    """The operator spoke; every prompt from now on holds it."""

    text: str
    by: str
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantTold:
    """One seat was told something; its prompts hold it from its next turn on, and no other's. A `delivery` that is
    named here is not told again."""

    seat: SeatId
    text: str
    by: str
    round: int
    delivery: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionAmended:
    """What the session is about is put otherwise from now on: a motion, a brief."""

    motion: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsLimitChanged:
    """So many rounds are played at most: those of a refinement are its iterations."""

    rounds_limit: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsChanged:
    """Somebody else sits in these seats from the next turn on."""

    seats: tuple[Seat, ...]
    by: str


STEERED_EVENTS: tuple[type, ...] = (
    StatementAdded,
    ParticipantTold,
    MotionAmended,
    RoundsLimitChanged,
    SeatsChanged,
)
