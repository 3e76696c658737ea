"""What is a format of debate made of?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import Role


class Complexity(StrEnum):
    """How much is played; also a way to choose a template."""

    SIMPLE = "simple"
    STANDARD = "standard"
    COMPLEX = "complex"


class Occurs(StrEnum):
    """In which rounds a step takes place. In a debate of one round that round is the first and the last."""

    FIRST = "first"
    LATER = "later"
    MIDDLE = "middle"
    LAST = "last"
    BEFORE_LAST = "before_last"
    EVERY = "every"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatSpec:
    """A seat that the format has: its role and the participant who takes it unless another is cast."""

    id: SeatId
    role: Role
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """One turn of a round: `seat` is asked to do `task`, told in the words of `instruction`."""

    name: str
    seat: SeatId
    task: str
    instruction: str
    occurs: Occurs = Occurs.EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A format. `verdict` is the judge's step after the last round; `consensus_ppm` the level that counts as reached.

    `minutes_expected` and `cost_microusd_expected` are what a run with paid models of the middle class takes.
    `rule_set` names the set of rules that its sessions follow unless another is asked for, "" the operator's own.
    """

    id: TemplateId
    version: int
    name: str
    description: str
    complexity: Complexity
    rounds: int
    seats: tuple[SeatSpec, ...]
    steps: tuple[StepSpec, ...]
    verdict: StepSpec
    consensus_ppm: int
    minutes_expected: int
    cost_microusd_expected: int
    rule_set: str = ""

    def steps_of_round(self, number: int, *, rounds_limit: int) -> tuple[StepSpec, ...]:
        """The steps of round `number` (from 1) in order, where `rounds_limit` rounds are to be played."""
        return tuple(step for step in self.steps if _occurs(step.occurs, number, rounds_limit))

    def turns_of(self, seats: Collection[SeatId], *, rounds: int) -> int:
        """How often these seats speak in a debate of `rounds` rounds, its verdict included."""
        played = (self.steps_of_round(number, rounds_limit=rounds) for number in range(1, rounds + 1))
        return sum(step.seat in seats for steps in (*played, (self.verdict,)) for step in steps)

    def seat(self, id: SeatId) -> SeatSpec:
        """The seat with that id; KeyError where there is none."""
        for seat in self.seats:
            if seat.id == id:
                return seat
        raise KeyError(id)


def _occurs(when: Occurs, number: int, rounds_limit: int) -> bool:
    match when:
        case Occurs.FIRST:
            return number == 1
        case Occurs.LATER:
            return number > 1
        case Occurs.MIDDLE:
            return 1 < number < rounds_limit
        case Occurs.LAST:
            return number >= rounds_limit
        case Occurs.BEFORE_LAST:
            return number < rounds_limit
        case Occurs.EVERY:
            return True
