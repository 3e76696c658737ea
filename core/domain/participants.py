"""Who takes part, and in which seat?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.ids import ParticipantId, SeatId

TOKENS_OUTPUT_DEFAULT = 600
TEMPERATURE_MILLI_DEFAULT = 700


class Role(StrEnum):
    """What a seat is there for. Proposer and opponent take the two sides; judge and reviewer weigh them."""

    PROPOSER = "proposer"
    OPPONENT = "opponent"
    REVIEWER = "reviewer"
    MODERATOR = "moderator"
    OBSERVER = "observer"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A model with its manner of speaking. `temperature_milli` is in thousandths; `model` is a route's name.

    `system_prompt` is sent as it stands. `fallbacks` are models to turn to, in order, when `model` can't answer.
    """

    id: ParticipantId
    name: str
    model: str
    system_prompt: str = ""
    temperature_milli: int = TEMPERATURE_MILLI_DEFAULT
    tokens_output_max: int = TOKENS_OUTPUT_DEFAULT
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A participant's place in one session."""

    id: SeatId
    role: Role
    participant: Participant
