"""What is true of a debate at one point of its log, and how does each event change it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.domain.events import Event
from core.domain.growing import Growing
from core.domain.ids import NO_SEAT, NO_STEP, Digest, SeatId, StepId
from core.domain.participants import Role, Seat
from core.domain.session import Opening
from core.domain.transcript import Turn, TurnKind
from core.flows.debate_events import (
    ArgumentPresented,
    ConsensusReached,
    ConsensusUpdated,
    DebateCompleted,
    MotionAmended,
    RoundCompleted,
    RoundsLimitChanged,
    RoundStarted,
    StatementAdded,
    TemplateApplied,
    VerdictReached,
)
from core.judging.measure import Measure, SeatCues
from core.prompts.debating import side_of
from core.templates.template import StepSpec, Template

STALLED_PPM_MAX = 20_000
"""A completed round that moved consensus by less than two points has stalled."""

DEBATING_ROLES = (Role.PROPOSER, Role.OPPONENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What takes effect with the next round: another template, its seats and its number of rounds."""

    template: Template
    rounds_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How consensus stands: now, at the end of the last round, and its way there. None until it is measured."""

    ppm: int | None = None
    at_round_end_ppm: int | None = None
    gain_ppm: int | None = None
    stalled_rounds: int = 0
    is_reached: bool = False
    cues: Mapping[SeatId, SeatCues] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateState:
    """`spoken` are the names of the round's steps that are done; `seats` all that were ever seated, by id."""

    motion: str
    template: Template
    seats: Mapping[SeatId, Seat]
    rounds_limit: int
    change: Change | None = None
    round: int = 0
    is_round_open: bool = False
    spoken: tuple[str, ...] = ()
    rounds_completed: int = 0
    arguments: int = 0
    concessions: int = 0
    statements: int = 0
    agreement: Agreement = Agreement()
    turns: Growing[Turn] = field(default_factory=Growing)
    outcome: str = ""

    @property
    def steps(self) -> tuple[StepSpec, ...]:
        """The turns of the round under way, in order."""
        return self.template.steps_of_round(self.round, rounds_limit=self.rounds_limit)

    @property
    def last_turn(self) -> Turn | None:
        return self.turns[-1] if self.turns else None


def began(opening: Opening, template: Template) -> DebateState:
    """The state of a debate that has been opened and in which nobody has spoken."""
    return DebateState(
        motion=opening.motion,
        template=template,
        seats={seat.id: seat for seat in opening.seats},
        rounds_limit=opening.rounds_limit,
    )


def evolve_debate(
    state: DebateState, event: Event, *, templates: Mapping[Digest, Template], measure: Measure
) -> DebateState:
    """The state after `event`; events of others change nothing here."""
    match event:
        case ArgumentPresented():
            return _argued(state, event, measure)
        case ConsensusUpdated():
            return replace(state, agreement=replace(state.agreement, ppm=event.ppm))
        case ConsensusReached():
            return replace(state, agreement=replace(state.agreement, is_reached=True))
        case RoundStarted():
            return _round_started(state, event)
        case RoundCompleted():
            return _round_completed(state, event)
        case StatementAdded():
            said = _spoken(TurnKind.STATEMENT, event.text, round_number=event.round)
            return replace(state, statements=state.statements + 1, turns=state.turns.plus(said))
        case MotionAmended():
            return replace(state, motion=event.motion)
        case RoundsLimitChanged():
            return replace(state, rounds_limit=event.rounds_limit)
        case TemplateApplied():
            seats = {**state.seats, **{seat.id: seat for seat in event.seats}}
            change = Change(template=templates[event.digest], rounds_limit=event.rounds_limit)
            return replace(state, seats=seats, change=change)
        case VerdictReached():
            said = _spoken(
                TurnKind.VERDICT,
                event.text,
                round_number=state.round,
                step=event.step,
                seat=event.seat,
                role=Role.JUDGE,
            )
            return replace(state, outcome=event.outcome, turns=state.turns.plus(said))
        case DebateCompleted():
            return replace(state, is_round_open=False)
        case _:
            return state


def _spoken(
    kind: TurnKind,
    text: str,
    *,
    round_number: int,
    step: StepId = NO_STEP,
    seat: SeatId = NO_SEAT,
    role: Role | None = None,
) -> Turn:
    return Turn(kind=kind, step=step, seat=seat, role=role, round=round_number, text=text)


def _argued(state: DebateState, event: ArgumentPresented, measure: Measure) -> DebateState:
    said = _spoken(
        TurnKind.ARGUMENT, event.text, round_number=event.round, step=event.step, seat=event.seat, role=event.role
    )
    agreement, conceded = state.agreement, 0
    if event.role in DEBATING_ROLES:
        told = SeatCues(seat=event.seat, side=side_of(event.role), cues=measure.analyse(event.text))
        conceded = 1 if told.cues.agreements > told.cues.disagreements else 0
        agreement = replace(agreement, cues={**agreement.cues, event.seat: told})
    is_of_this_round = state.is_round_open and event.round == state.round
    return replace(
        state,
        spoken=(*state.spoken, step_name(event.step)) if is_of_this_round else state.spoken,
        arguments=state.arguments + 1,
        concessions=state.concessions + conceded,
        agreement=agreement,
        turns=state.turns.plus(said),
    )


def _round_started(state: DebateState, event: RoundStarted) -> DebateState:
    change = state.change
    return replace(
        state,
        template=change.template if change else state.template,
        rounds_limit=change.rounds_limit if change else state.rounds_limit,
        change=None,
        round=event.round,
        is_round_open=True,
        spoken=(),
    )


def _round_completed(state: DebateState, event: RoundCompleted) -> DebateState:
    before, ppm = state.agreement.at_round_end_ppm, event.consensus_ppm
    gain = None if before is None or ppm is None else ppm - before
    has_stalled = gain is not None and abs(gain) < STALLED_PPM_MAX
    agreement = replace(
        state.agreement,
        at_round_end_ppm=ppm,
        gain_ppm=gain,
        stalled_rounds=state.agreement.stalled_rounds + 1 if has_stalled else 0,
    )
    return replace(state, is_round_open=False, rounds_completed=state.rounds_completed + 1, agreement=agreement)


def step_id(round_number: int, name: str, seat: SeatId) -> StepId:
    """The id of a turn: derived from where it stands, so that the same state wants the same step."""
    return StepId(f"r{round_number}.{name}.{seat}")


def step_name(step: StepId) -> str:
    """The name of a step in its template, from its id."""
    return step.split(".")[1] if step.count(".") > 1 else step


def round_of(step: StepId) -> int:
    """The round of a turn, from its id."""
    return int(step.partition(".")[0].removeprefix("r"))


def seat_of(step: StepId) -> SeatId:
    """The seat of a turn, from its id."""
    return SeatId(step.rpartition(".")[2])
