"""What can have happened to a debate, beside what can happen to any session?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.ids import Digest, SeatId, SessionId, StepId, TemplateId
from core.domain.participants import Role, Seat
from core.domain.steered import MotionAmended as MotionAmended
from core.domain.steered import ParticipantTold as ParticipantTold
from core.domain.steered import RoundsLimitChanged as RoundsLimitChanged
from core.domain.steered import SeatsChanged as SeatsChanged
from core.domain.steered import StatementAdded as StatementAdded
from core.domain.unanswered import AnswerTerms


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
class StanceDeclared:
    """Where a seat says that it stands, in the common form of answers, and how sure it is; None where it doesn't say.

    `stance` is "" where nothing could be read, and `reason` says why. It `is_repaired` where it stood in another form
    than the one that was asked for, of those that are known.
    """

    step: StepId
    seat: SeatId
    round: int
    stance: str
    confidence_ppm: int | None
    is_repaired: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast:
    """How a seat orders what can be chosen, best first; cut short where it names only some of the `options`, empty
    where its ballot could not be read."""

    step: StepId
    seat: SeatId
    round: int
    options: tuple[str, ...]
    ranking: tuple[str, ...]
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
class ConsensusUpdated:
    """How far the seats agree after an argument, in parts per million; from which inputs, and why. What `is_advice` is
    shown and decides nothing."""

    round: int
    ppm: int
    measure: str
    inputs: Mapping[str, int | str]
    reason: str
    is_advice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsensusReached:
    """Agreement has risen to the level that the template asks for."""

    round: int
    ppm: int
    level_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyStopWithheld:
    """Agreement has reached the level, and the debate goes on: its early stop is calibrated, and no recorded session
    has shown that such a reading tells anything."""

    round: int
    ppm: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCompleted:
    """Every seat of the round has spoken, or the round was cut short. Where the right answer is known and a vote
    decides, `leading` is the answer that would have won by then."""

    round: int
    arguments: int
    consensus_ppm: int | None
    is_cut_short: bool = False
    leading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateApplied:
    """From the next round on the debate follows another template; `seats` are all that take part then. What was asked
    of the operator up to event `asked_until_seq` and still waits keeps `asked_terms`; 0 where nothing does."""

    template: TemplateId
    digest: Digest
    seats: tuple[Seat, ...]
    rounds_limit: int
    by: str
    asked_until_seq: int = 0
    asked_terms: AnswerTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRecused:
    """A judge that would weigh its own words, or those of its own model, is not asked: others can judge. Where a
    fallback that has spoken as well answered in its stead, its ballots are on record and are not counted."""

    seat: SeatId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeKept:
    """A judge weighs its own words, or those of its own model, because nobody else is left to judge."""

    seat: SeatId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotGiven:
    """What a judge says in one pass; `outcome` is "" where none could be read, and `reason` says why.

    In pass 2 every position is that of pass 1 reversed. `order` are the seats as their words were shown, those that go
    by the letter A first. `fallback` is the route that answered where that is not the judge's own model.
    """

    step: StepId
    seat: SeatId
    pass_number: int
    order: tuple[SeatId, ...]
    outcome: str
    text: str
    reason: str
    tokens_output: int = 0
    cost_microusd: int = 0
    model: str = ""
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotsCounted:
    """What the ballots come to: one vote a judge, and the rule that turned the votes into `outcome`.

    A judge that has `flipped` said one thing in one order and another in the other: its vote is `undecided`. Of those
    that are `lost` no ballot could be read. `alpha_ppm` tells how far the judges agree, None where that is not defined,
    and `agreement` says it in a sentence.
    """

    step: StepId
    rule: str
    votes: Mapping[SeatId, str]
    flipped: tuple[SeatId, ...]
    lost: tuple[SeatId, ...]
    outcome: str
    reason: str
    ballots: int
    alpha_ppm: int | None
    agreement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictReached:
    """`outcome` is `for`, `against` or `undecided`, or the answer to a question; `text` gives the reasons. `by` is a
    seat, `panel`, `vote` or the operator."""

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
    StanceDeclared,
    VoteCast,
    RankingGiven,
    BreakConsidered,
    StepSkipped,
    StatementAdded,
    ParticipantTold,
    MotionAmended,
    ConsensusUpdated,
    ConsensusReached,
    EarlyStopWithheld,
    RoundCompleted,
    RoundsLimitChanged,
    TemplateApplied,
    SeatsChanged,
    JudgeRecused,
    JudgeKept,
    BallotGiven,
    BallotsCounted,
    VerdictReached,
    ControlStarted,
    DebateCompleted,
)
