"""What can have happened to a refinement, beside what can happen to any session?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.ids import SeatId, SessionId, StepId
from core.domain.steered import STEERED_EVENTS
from core.flows.refinement_terms import Strategy
from core.judging.reviews import Suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementStarted:
    """The first draft is about to be written, or was given."""

    brief: str
    strategy: Strategy
    threshold_ppm: int
    iterations_max: int
    patience: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationStarted:
    """Iteration `iteration` (from 1) begins: its draft is written, reviewed and decided about."""

    iteration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPresented:
    """There is another draft. `number` counts them from 1; `by` is a seat, `brief` where it was given, or the
    operator."""

    step: StepId
    seat: SeatId
    by: str
    iteration: int
    number: int
    text: str
    tokens_output: int = 0
    cost_microusd: int = 0
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewGiven:
    """What a reviewer says of draft `draft`. `score_ppm` is None where no score could be read, and `reason` says why;
    `is_repaired` where it could be read only after mending its form. `criteria` are the scores by criterion.
    `calibrated_ppm` is what the score stands for, None where the reviewer is uncalibrated."""

    step: StepId
    seat: SeatId
    iteration: int
    draft: int
    score_ppm: int | None
    feedback: str
    suggestions: tuple[Suggestion, ...]
    criteria: Mapping[str, int]
    reason: str
    is_repaired: bool = False
    confidence_ppm: int | None = None
    calibrated_ppm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftsCompared:
    """Which of two drafts a reviewer prefers, asked with `first` shown before `second`; `preferred` is 0 for neither,
    or where nothing could be read."""

    step: StepId
    seat: SeatId
    iteration: int
    first: int
    second: int
    preferred: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChecked:
    """Whether a draft passes a check. Of a command, `detail` is the end of what it said."""

    step: StepId
    iteration: int
    draft: int
    check: str
    has_passed: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDebateStarted:
    """A debate about draft `draft` is under way, or could not be held, for the reason `why`."""

    step: StepId
    iteration: int
    draft: int
    child: SessionId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDebateEnded:
    """What a debate about draft `draft` came to; `outcome` is empty where it came to nothing, for the reason `why`, and
    its reviewer does without it."""

    step: StepId
    iteration: int
    draft: int
    child: SessionId
    outcome: str
    text: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftScored:
    """What all that was said of a draft comes to. `parts` are the scores that went into it by kind, `spread_ppm` how
    far apart its reviewers were. `score_ppm` is None where nobody gave a score that could be read."""

    iteration: int
    draft: int
    score_ppm: int | None
    parts: Mapping[str, int]
    spread_ppm: int | None
    is_best: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDecided:
    """`decision` is `finalise`, `refine` or `stop`, for the reason `why`; `best` is the best draft so far."""

    iteration: int
    decision: str
    best: int
    score_ppm: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationAsked:
    """Somebody wants a further draft, also where the terms would have it stop."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAccepted:
    """Somebody took a draft as it is."""

    draft: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementCompleted:
    """The refinement is over; `draft` is the one that is kept, 0 where there is none. `is_approved` says that it
    reached the threshold or was accepted."""

    reason: str
    draft: int
    score_ppm: int | None
    is_approved: bool
    iterations: int
    cost_microusd: int
    tokens_input: int
    tokens_output: int


REFINEMENT_EVENTS: tuple[type, ...] = (
    RefinementStarted,
    IterationStarted,
    DraftPresented,
    ReviewGiven,
    DraftsCompared,
    DraftChecked,
    ReviewDebateStarted,
    ReviewDebateEnded,
    DraftScored,
    DraftDecided,
    IterationAsked,
    DraftAccepted,
    RefinementCompleted,
    *STEERED_EVENTS,
)
