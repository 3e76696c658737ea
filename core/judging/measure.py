"""What must a way of measuring agreement answer?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.changing import maker
from core.domain.ids import SeatId

PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What a measure needs to remember of one turn: small, so that a state may hold it instead of the text.

    `concessions` are those of the agreements that give a point up. `words` are content words, sorted and joined by a
    space: one string takes a tenth of the room of a set. `answer` is what the turn answers, "" where it isn't asked to,
    and `confidence_ppm` how sure it says to be of that, None where it doesn't say.
    """

    agreements: int
    disagreements: int
    concessions: int
    words: str
    answer: str = ""
    confidence_ppm: int | None = None

    @property
    def concedes(self) -> bool:
        return self.concessions > 0


made_cues = maker(Cues)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCues:
    """The cues of a debating seat's latest turn. `side` is +1 for the motion, -1 against it."""

    seat: SeatId
    side: int
    cues: Cues


made_seat_cues = maker(SeatCues)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTurn:
    """The text of a debating seat's latest turn, for whoever kept no cues."""

    seat: SeatId
    side: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How much agreement there is, in parts per million, and from what that follows.

    `measure` is the `name@version` that had something to say, `inputs` are all that it counted, `reason` is one
    sentence for the operator.
    """

    ppm: int
    measure: str
    inputs: Mapping[str, int | str]
    reason: str


made_reading = maker(Reading)


class Measure(Protocol):
    """Pure. What a measure makes of a text never changes under one version: sessions pin `name@version`."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def is_advice(self) -> bool:
        """True where a reading is shown and decides nothing: no level is reached by it, and no rule knows of it."""
        ...

    @property
    def is_declared(self) -> bool:
        """True where what counts is what seats declare in their last lines, and not how they put it."""
        ...

    def analyse(self, text: str) -> Cues:
        """What to remember of a turn; quick, because it is done for each one."""
        ...

    def combine(self, latest: Sequence[SeatCues]) -> Reading | None:
        """A reading from each seat's latest turn; None until both sides have spoken."""
        ...

    def read(self, latest: Sequence[SpokenTurn]) -> Reading | None:
        """`combine` over what `analyse` finds."""
        ...
