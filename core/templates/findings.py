"""What was found about a format, how grave is it, where, and what can be done?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.rules.checking.finding import Severity
from core.rules.checking.places import Place

__all__ = ["Finding", "Kind", "Part", "Place", "Places", "Severity"]

Part = tuple[str, ...]
"""Of what a finding speaks, from the outside in: `("steps", "vote_ann", "when")`; () for the whole format."""


class Kind(StrEnum):
    """What was found, for scripts. Each value is stable."""

    UNREADABLE = "unreadable"
    BAD_NAME = "bad_name"
    DOUBLE = "double"
    OUT_OF_BOUNDS = "out_of_bounds"
    UNKNOWN_SEAT = "unknown_seat"
    UNKNOWN_BLOCK = "unknown_block"
    UNKNOWN_PARTICIPANT = "unknown_participant"
    UNKNOWN_RULE_SET = "unknown_rule_set"
    UNKNOWN_MEASURE = "unknown_measure"
    UNKNOWN_FACT = "unknown_fact"
    NO_JUDGE = "no_judge"
    NO_ANSWERS = "no_answers"
    NEVER_TAKEN = "never_taken"
    ALWAYS_TAKEN = "always_taken"
    EMPTY_ROUNDS = "empty_rounds"
    ENDLESS = "endless"
    SPLIT_BLOCK = "split_block"
    SILENT_SEAT = "silent_seat"
    TOO_FEW_OTHERS = "too_few_others"
    UNUSED = "unused"
    OPEN_PLACE = "open_place"
    MISUSED = "misused"


_NOWHERE = Place(origin="template")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`part` is what it is about; `what` says what is so and why, `now` what to do.

    An error keeps the format from being kept or played, a warning is about one that plays otherwise than it reads.
    """

    kind: Kind
    severity: Severity
    part: Part
    what: str
    now: str = ""
    place: Place = _NOWHERE

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.what} {self.now}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the parts of a format stand in the file `origin`; those that stand nowhere are where their whole does."""

    origin: str
    written: Mapping[Part, tuple[int, int]] = field(default_factory=dict)

    def of(self, part: Part) -> Place:
        """The place of a part, or of the nearest one that it lies in."""
        for length in range(len(part), -1, -1):
            place = self.written.get(part[:length])
            if place is not None:
                return Place(origin=self.origin, line=place[0], column=place[1])
        return Place(origin=self.origin)
