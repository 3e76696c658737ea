"""Who takes part, and in which seat?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.ids import ParticipantId, SeatId

TOKENS_OUTPUT_DEFAULT = 600
TEMPERATURE_MILLI_DEFAULT = 700


class Role(StrEnum):
    """What a seat is there for. Proposer and opponent take the two sides, a panelist answers for itself; judge and
    reviewer weigh what they said. A writer drafts what is refined, and reviewers judge that."""

    PROPOSER = "proposer"
    OPPONENT = "opponent"
    PANELIST = "panelist"
    REVIEWER = "reviewer"
    MODERATOR = "moderator"
    OBSERVER = "observer"
    JUDGE = "judge"
    WRITER = "writer"


DEBATING = tuple(role for role in Role if role is not Role.WRITER)
"""The roles that a debate can have a seat for."""


class OnContentPolicy(StrEnum):
    """What a provider's refusal of the content leads to: the operator hears of it, or the next route is asked."""

    SURFACE = "surface"
    FALL_BACK = "fall_back"


class Checks(StrEnum):
    """What becomes of an answer in which something was seen. An empty one never stands.

    `whole` asks again for what isn't whole (truncated) and lets stand, with a note, what is (repeated, off-language);
    `retry` asks again for each of them, `accept` for none.
    """

    WHOLE = "whole"
    RETRY = "retry"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A model with its manner of speaking. `temperature_milli` is in thousandths; `model` is a route's name.

    `system_prompt` is sent as it stands. `fallbacks` are the routes to turn to, in order, when `model` can't answer: a
    second choice, one for emergencies, one on this machine. `role` is the one that it is written for, None for any.
    """

    id: ParticipantId
    name: str
    model: str
    system_prompt: str = ""
    temperature_milli: int = TEMPERATURE_MILLI_DEFAULT
    tokens_output_max: int = TOKENS_OUTPUT_DEFAULT
    fallbacks: tuple[str, ...] = ()
    content_policy: OnContentPolicy = OnContentPolicy.SURFACE
    checks: Checks = Checks.WHOLE
    role: Role | None = None

    @property
    def routes(self) -> tuple[str, ...]:
        """The models that may answer for it, in the order in which they are asked, each once."""
        return tuple(dict.fromkeys((self.model, *self.fallbacks)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A participant's place in one session."""

    id: SeatId
    role: Role
    participant: Participant
