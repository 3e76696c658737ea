"""What can have happened to a debate, beside what can happen to any session?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.ids import Digest, SeatId, SessionId, StepId, TemplateId
from core.domain.participants import Role, Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateStarted:
    """The first round is about to begin."""

    motion: str
    template: TemplateId
    seats: tuple[SeatId, ...]
    rounds_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStarted:
    """Round `round` (from 1) begins; `steps` are the names of its turns, in order."""

    round: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentPresented:
    """A seat has spoken. `number` counts the arguments of the debate from 1."""

    step: StepId
    seat: SeatId
    role: Role
    round: int
    number: int
    text: str
    tokens_output: int
    cost_microusd: int
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """What a seat that was asked to answer has answered, in its common form; "" where none could be read, and why."""

    step: StepId
    seat: SeatId
    round: int
    answer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingGiven:
    """How a seat ranks the others, best first, not knowing who they are; empty where it could not be read."""

    step: StepId
    seat: SeatId
    round: int
    ranking: tuple[SeatId, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakConsidered:
    """What a judge says who is asked in between whether to end: an outcome, `enough` or `go_on`. Only rules end it."""

    step: StepId
    seat: SeatId
    round: int
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped:
    """A turn that is not taken because of its condition; `reason` is one sentence for the operator."""

    step: StepId
    seat: SeatId
    round: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAdded:
    """The operator spoke; every prompt from now on holds it."""

    text: str
    by: str
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionAmended:
    motion: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsensusUpdated:
    """How far the seats agree after an argument, in parts per million; from which inputs, and why."""

    round: int
    ppm: int
    measure: str
    inputs: Mapping[str, int | str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsensusReached:
    """Agreement has risen to the level that the template asks for."""

    round: int
    ppm: int
    level_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCompleted:
    """Every seat of the round has spoken, or the round was cut short."""

    round: int
    arguments: int
    consensus_ppm: int | None
    is_cut_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsLimitChanged:
    rounds_limit: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateApplied:
    """From the next round on the debate follows another template; `seats` are all that take part then."""

    template: TemplateId
    digest: Digest
    seats: tuple[Seat, ...]
    rounds_limit: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsChanged:
    """Somebody else sits in these seats from the next turn on."""

    seats: tuple[Seat, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictReached:
    """`outcome` is `for`, `against` or `undecided`, or the answer to a question; `text` gives the reasons. `by` is a
    seat, `vote` or the operator."""

    step: StepId
    seat: SeatId
    by: str
    outcome: str
    text: str
    reason: str
    tokens_output: int = 0
    cost_microusd: int = 0
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlStarted:
    """Another session answers the same by the control's format, for at most `cap_microusd`, what this one has spent
    (None where it was free). `child` is empty where it could not be held, and `why` says the reason."""

    step: StepId
    child: SessionId
    template: TemplateId
    cap_microusd: int | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateCompleted:
    """The debate is over, with a verdict; the sums of its life."""

    reason: str
    outcome: str
    rounds: int
    arguments: int
    consensus_ppm: int | None
    cost_microusd: int
    tokens_input: int
    tokens_output: int


DEBATE_EVENTS: tuple[type, ...] = (
    DebateStarted,
    RoundStarted,
    ArgumentPresented,
    AnswerGiven,
    RankingGiven,
    BreakConsidered,
    StepSkipped,
    StatementAdded,
    MotionAmended,
    ConsensusUpdated,
    ConsensusReached,
    RoundCompleted,
    RoundsLimitChanged,
    TemplateApplied,
    SeatsChanged,
    VerdictReached,
    ControlStarted,
    DebateCompleted,
)
