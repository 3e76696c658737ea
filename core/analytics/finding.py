"""What is told of something odd among sessions?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.ids import SeatId, SessionId

EVIDENCE_MAX = 20
"""So many sessions are named with a finding, the newest; how many there are is told besides."""


class Severity(StrEnum):
    """How much it matters, the least first. What is `worth_knowing` may be in order; what is a `warning` should be
    looked at; what is `serious` is beyond what chance explains."""

    WORTH_KNOWING = "worth_knowing"
    WARNING = "warning"
    SERIOUS = "serious"

    @property
    def rank(self) -> int:
        """0 for what matters least."""
        return list(Severity).index(self)


class FindingKind(StrEnum):
    """What can be found. The first four are shares of sessions, the others are seen in single ones."""

    ERROR_RATE = "error_rate"
    CONSENSUS_RATE = "consensus_rate"
    ESCALATION_RATE = "escalation_rate"
    OVER_TIME = "over_time"
    FEW_ARGUMENTS = "few_arguments"
    MANY_ARGUMENTS = "many_arguments"
    REPEATED_STEPS = "repeated_steps"
    NO_END = "no_end"
    CUT_OFF = "cut_off"
    OFF_TASK = "off_task"
    UNREADABLE_ANSWERS = "unreadable_answers"
    SELF_CONTRADICTION = "self_contradiction"
    FLATTERY = "flattery"
    DOMINANCE = "dominance"
    NEAR_IDENTICAL = "near_identical"
    UNREADABLE_LOG = "unreadable_log"
    CLOCK_WENT_BACK = "clock_went_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something odd. `text` says what was seen, with its figures, `measured` what exactly is measured, `suggestion`
    what an operator may do. What is a heuristic says so: it may be wrong about any one session.

    `count` of `of` sessions are concerned, `sessions` are the newest of them, and `seats` those that it is about in
    each, where it is about seats. `since_ms` (Unix) is when the oldest that is concerned was opened. `value_ppm` and
    `threshold_ppm` are the share and its bound; 0 where it is none.
    """

    kind: FindingKind
    severity: Severity
    title: str
    text: str
    measured: str
    suggestion: str
    is_heuristic: bool = False
    sessions: tuple[SessionId, ...] = ()
    seats: Mapping[SessionId, tuple[SeatId, ...]] = field(default_factory=dict)
    count: int = 0
    of: int = 0
    since_ms: int = 0
    value_ppm: int = 0
    threshold_ppm: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """A share of so few sessions that nothing is said of it: `count` of `of`; it takes `needed` sessions."""

    kind: FindingKind
    title: str
    count: int
    of: int
    needed: int
