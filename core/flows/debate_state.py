"""What is true of a debate at one point of its log, and how does each event change it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.calibration import Calibration
from core.domain.changing import changed, changer, maker
from core.domain.errors import NotVerifiableHere
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptStarted,
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    Event,
    SessionForked,
)
from core.domain.growing import Growing
from core.domain.ids import NO_SEAT, NO_STEP, Digest, SeatId, StepId
from core.domain.participants import Role, Seat
from core.domain.session import Opening
from core.domain.transcript import Turn, TurnKind
from core.domain.unanswered import AnswerTerms
from core.flows.debate_answers import Answers, counted_again, with_answer, with_vote
from core.flows.debate_events import (
    DEBATE_EVENTS,
    AnswerGiven,
    ArgumentPresented,
    BallotGiven,
    BreakConsidered,
    ConsensusReached,
    ConsensusUpdated,
    DebateCompleted,
    DebateStarted,
    EarlyStopWithheld,
    JudgeKept,
    JudgeRecused,
    MotionAmended,
    ParticipantTold,
    RankingGiven,
    RoundCompleted,
    RoundsLimitChanged,
    RoundStarted,
    SeatsChanged,
    StanceDeclared,
    StatementAdded,
    StepSkipped,
    TemplateApplied,
    VerdictReached,
    VoteCast,
)
from core.flows.told import NOTHING_TOLD, Told, told_after
from core.judging.calibration import floor_of
from core.judging.measure import Measure, SeatCues, made_seat_cues
from core.prompts.debating import side_of
from core.templates.template import StepSpec, Template

STALLED_PPM_MAX = 20_000
"""A completed round that moved consensus by less than two points has stalled."""

DEBATING_ROLES = (Role.PROPOSER, Role.OPPONENT)
ARGUING_ROLES = (*DEBATING_ROLES, Role.PANELIST)

_OF_A_DEBATE = frozenset(
    (
        *DEBATE_EVENTS,
        SessionForked,
        AttemptStarted,
        AttemptFailed,
        AttemptInDoubt,
        ClarificationAsked,
        ClarificationAnswered,
        ClarificationForgone,
    )
)
_NO_CALLS: Mapping[StepId, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How consensus stands: now, at the end of the last round, and its way there. None until it is measured, and where
    what is measured is advice. `withheld` are the round and the floor of the reading at which it was last said that
    nothing may be ended by it."""

    ppm: int | None = None
    at_round_end_ppm: int | None = None
    gain_ppm: int | None = None
    stalled_rounds: int = 0
    is_reached: bool = False
    withheld: tuple[int, int] | None = None
    cues: Mapping[SeatId, SeatCues] = field(default_factory=dict)


_NO_ANSWERS = Answers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How those stand who judge: who was `recused` or `kept`, each with the reason, and the ballots so far."""

    recused: Mapping[SeatId, str] = field(default_factory=dict)
    kept: Mapping[SeatId, str] = field(default_factory=dict)
    ballots: tuple[BallotGiven, ...] = ()


_NO_BENCH = Bench()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """What is said beside the debate: how often each seat has asked, which questions wait for another seat's answer,
    and what each seat alone was told."""

    asked: Mapping[SeatId, int] = field(default_factory=dict)
    pending: tuple[ClarificationAsked, ...] = ()
    told: Told = NOTHING_TOLD


_NO_ASIDES = Asides()


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateState:
    """`steps` are the turns of the round under way in order, fixed when it began, and `spoken` the names of those done:
    whoever changes the number of rounds in its midst doesn't change what it is made of. Of `spoken` those `skipped`
    were passed over; where the round `is_conditional`, some may be.

    `seats` are all that were ever seated, by id, and `speakers` the models that have argued, each with the first seat
    that it spoke as: who sits there may have changed. `calls` are the routes by which steps are asked for whose answers
    are not here yet, and `heard_by` the routes by which turns were answered, as `speakers` are the models of those who
    sat there when they were. `next_template` takes effect with the next round. `terms_kept` hold for
    what was asked up to the event that they name. `calibration` is what the measure had shown when the session was
    opened.
    """

    motion: str
    template: Template
    measure: Measure
    seats: Mapping[SeatId, Seat]
    rounds_limit: int
    next_template: Template | None = None
    calibration: Calibration | None = None
    is_answer_known: bool = False
    has_started: bool = False
    round: int = 0
    is_round_open: bool = False
    steps: tuple[StepSpec, ...] = ()
    spoken: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    is_conditional: bool = False
    answers: Answers = _NO_ANSWERS
    bench: Bench = _NO_BENCH
    asides: Asides = _NO_ASIDES
    rounds_completed: int = 0
    speakers: Mapping[str, SeatId] = field(default_factory=dict)
    heard_by: Mapping[str, SeatId] = field(default_factory=dict)
    calls: Mapping[StepId, str] = field(default_factory=dict)
    terms_kept: tuple[int, AnswerTerms | None] = (0, None)
    arguments: int = 0
    concessions: int = 0
    statements: int = 0
    agreement: Agreement = Agreement()
    turns: Growing[Turn] = field(default_factory=Growing)
    outcome: str = ""

    @property
    def next_step(self) -> StepSpec | None:
        """The first turn of the open round that nobody has taken."""
        if not self.is_round_open or len(self.spoken) >= len(self.steps):
            return None
        if self.template.blocks:  # what is asked at once may be answered in any order
            spoken = frozenset(self.spoken)
            return next((spec for spec in self.steps if spec.name not in spoken), None)
        return self.steps[len(self.spoken)]

    @property
    def judge(self) -> SeatId:
        """The seat that gives the verdict, or breaks a tie; NO_SEAT where answers alone decide."""
        return self.template.verdict.seat if self.template.verdict is not None else NO_SEAT

    @property
    def coming_template(self) -> Template:
        """The template that the next round will follow."""
        return self.next_template or self.template

    @property
    def last_turn(self) -> Turn | None:
        return self.turns[-1] if self.turns else None


_made_turn = maker(Turn)
_with_cues = changer(Agreement, "cues")
_with_reading = changer(Agreement, "ppm", "is_reached")
_with_agreement = changer(DebateState, "agreement")
_with_calls = changer(DebateState, "calls")
_with_argument = changer(
    DebateState, "spoken", "speakers", "heard_by", "calls", "arguments", "concessions", "agreement", "turns"
)


def began(opening: Opening, template: Template, measure: Measure) -> DebateState:
    """The state of a debate that has been opened and in which nobody has spoken."""
    return DebateState(
        motion=opening.motion,
        template=template,
        measure=measure,
        seats={seat.id: seat for seat in opening.seats},
        rounds_limit=opening.rounds_limit,
        calibration=opening.calibration,
        is_answer_known=bool(opening.known_answer),
    )


def evolve_debate(state: DebateState, event: Event, *, templates: Mapping[Digest, Template]) -> DebateState:
    """The state after `event`; events of others change nothing here."""
    if type(event) not in _OF_A_DEBATE:
        return state
    match event:
        case AttemptStarted():
            return _called(state, event)
        case AttemptFailed() | AttemptInDoubt():
            return _with_calls(state, calls=_without_call(state.calls, event.step))
        case ArgumentPresented():
            return _argued(state, event)
        case ConsensusUpdated():
            return state if event.is_advice else _with_agreement(state, agreement=_measured(state, event))
        case ConsensusReached():
            return changed(state, agreement=changed(state.agreement, is_reached=True))
        case EarlyStopWithheld():
            return changed(state, agreement=changed(state.agreement, withheld=(event.round, floor_of(event.ppm))))
        case RoundStarted():
            return _round_started(state, event)
        case RoundCompleted():
            return _round_completed(state, event)
        case StatementAdded():
            said = _spoken(TurnKind.STATEMENT, event.text, round_number=event.round)
            return changed(state, statements=state.statements + 1, turns=state.turns.plus(said))
        case ClarificationAsked() | ClarificationAnswered() | ClarificationForgone():
            return _asked_and_told(state, event)
        case ParticipantTold():
            return changed(state, asides=changed(state.asides, told=told_after(state.asides.told, event)))
        case MotionAmended():
            return changed(state, motion=event.motion)
        case RoundsLimitChanged():
            return changed(state, rounds_limit=event.rounds_limit)
        case SeatsChanged():
            return changed(state, seats={**state.seats, **{seat.id: seat for seat in event.seats}})
        case TemplateApplied():
            return _template_applied(state, event, template_pinned(templates, event.digest))
        case VerdictReached():
            said = _spoken(
                TurnKind.VERDICT,
                event.text,
                round_number=state.round,
                step=event.step,
                seat=event.seat,
                role=Role.JUDGE,
            )
            return changed(state, outcome=event.outcome, turns=state.turns.plus(said))
        case AnswerGiven() | StanceDeclared():
            return changed(state, answers=with_answer(state.template, state.answers, event))
        case VoteCast():
            return changed(state, answers=with_vote(state.template, state.answers, event))
        case RankingGiven():
            rankings = {**state.answers.rankings, event.step: event.ranking}
            return changed(state, answers=changed(state.answers, rankings=rankings))
        case BreakConsidered():
            return changed(state, answers=changed(state.answers, judge_outcome=event.outcome))
        case BallotGiven():
            bench = changed(state.bench, ballots=(*state.bench.ballots, event))
            return changed(state, bench=bench, calls=_without_call(state.calls, event.step))
        case JudgeRecused():
            return changed(state, bench=changed(state.bench, recused={**state.bench.recused, event.seat: event.reason}))
        case JudgeKept():
            return changed(state, bench=changed(state.bench, kept={**state.bench.kept, event.seat: event.reason}))
        case StepSkipped():
            name = step_name(event.step)
            return changed(state, spoken=(*state.spoken, name), skipped=(*state.skipped, name))
        case DebateStarted():
            return changed(state, has_started=True)
        case DebateCompleted():
            return changed(state, is_round_open=False)
        case SessionForked():  # it is asked anew, and counts its events from one
            return changed(state, calls=_NO_CALLS, terms_kept=(0, None))
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
    return _made_turn(kind=kind, step=step, seat=seat, role=role, round=round_number, text=text)


def _called(state: DebateState, event: AttemptStarted) -> DebateState:
    return _with_calls(state, calls={**state.calls, event.step: event.route}) if event.seat in state.seats else state


def _without_call(calls: Mapping[StepId, str], step: StepId) -> Mapping[StepId, str]:
    """`calls` without that of `step`, which has ended: how long a debate lasts must not tell how many there are."""
    if step not in calls:
        return calls
    return {each: route for each, route in calls.items() if each != step} if len(calls) > 1 else _NO_CALLS


def _argued(state: DebateState, event: ArgumentPresented) -> DebateState:
    said = _spoken(
        TurnKind.ARGUMENT, event.text, round_number=event.round, step=event.step, seat=event.seat, role=event.role
    )
    agreement, conceded = state.agreement, 0
    if event.role in heard_roles(state.measure):
        told = told_by(event.seat, event.role, event.text, state.measure)
        conceded = 1 if told.cues.concedes else 0
        agreement = _with_cues(agreement, cues={**agreement.cues, event.seat: told})
    speakers, heard_by, seat = state.speakers, state.heard_by, state.seats.get(event.seat)
    if seat is not None and event.role in ARGUING_ROLES:
        model = seat.participant.model
        route = state.calls.get(event.step, model)  # whoever was asked has answered, though others may sit there now
        if model not in speakers:
            speakers = {**speakers, model: event.seat}
        if route not in heard_by:
            heard_by = {**heard_by, route: event.seat}
    is_of_this_round = state.is_round_open and event.round == state.round
    return _with_argument(
        state,
        spoken=(*state.spoken, step_name(event.step)) if is_of_this_round else state.spoken,
        speakers=speakers,
        heard_by=heard_by,
        calls=_without_call(state.calls, event.step),
        arguments=state.arguments + 1,
        concessions=state.concessions + conceded,
        agreement=agreement,
        turns=state.turns.plus(said),
    )


def heard_roles(measure: Measure) -> tuple[Role, ...]:
    """Whose words a measure goes by: the sides', and for advice also those of seats that speak for themselves."""
    return (*DEBATING_ROLES, Role.PANELIST) if measure.is_advice else DEBATING_ROLES


def told_by(seat: SeatId, role: Role, text: str, measure: Measure) -> SeatCues:
    """What a measure remembers of a seat's turn. Asked where a turn is decided about, and where it is folded."""
    return made_seat_cues(seat=seat, side=side_of(role), cues=measure.analyse(text))


def template_pinned(templates: Mapping[Digest, Template], digest: Digest) -> Template:
    """The template that a log names. Raises NotVerifiableHere where it isn't at hand."""
    template = templates.get(digest)
    if template is None:
        raise NotVerifiableHere(
            f"the template {digest[:12]} that it names is not at hand.", now="Import the template that it was run with."
        )
    return template


def _measured(state: DebateState, event: ConsensusUpdated) -> Agreement:
    agreement = state.agreement
    is_reached = agreement.is_reached and event.ppm >= state.template.consensus_ppm
    return _with_reading(agreement, ppm=event.ppm, is_reached=is_reached)


def _template_applied(state: DebateState, event: TemplateApplied, template: Template) -> DebateState:
    seats = {**state.seats, **{seat.id: seat for seat in event.seats}}
    parts = {"template" if state.round == 0 else "next_template": template}
    kept = (event.asked_until_seq, event.asked_terms)
    return changed(state, seats=seats, rounds_limit=event.rounds_limit, terms_kept=kept, **parts)


def _round_started(state: DebateState, event: RoundStarted) -> DebateState:
    template = state.coming_template
    steps = tuple(spec for name in event.steps if (spec := template.step(name)) is not None)
    answers = state.answers
    if state.next_template is not None and answers.samples:
        answers = counted_again(template, answers)
    return changed(
        state,
        answers=answers,
        template=template,
        next_template=None,
        round=event.round,
        is_round_open=True,
        steps=steps,
        spoken=(),
        skipped=(),
        is_conditional=bool(template.blocks) or any(spec.when is not None for spec in steps),
    )


def _round_completed(state: DebateState, event: RoundCompleted) -> DebateState:
    before, ppm = state.agreement.at_round_end_ppm, event.consensus_ppm
    gain = None if before is None or ppm is None else ppm - before
    has_stalled = gain is not None and abs(gain) < STALLED_PPM_MAX
    agreement = changed(
        state.agreement,
        at_round_end_ppm=ppm,
        gain_ppm=gain,
        stalled_rounds=state.agreement.stalled_rounds + 1 if has_stalled else 0,
    )
    return changed(state, is_round_open=False, rounds_completed=state.rounds_completed + 1, agreement=agreement)


def _asked_and_told(
    state: DebateState, event: ClarificationAsked | ClarificationAnswered | ClarificationForgone
) -> DebateState:
    asides = state.asides
    if isinstance(event, ClarificationAsked):
        pending = (*asides.pending, event) if event.asked_of else asides.pending
        asked = {**asides.asked, event.seat: event.number}
        asides = changed(asides, asked=asked, pending=pending)
        return changed(state, asides=asides, calls=_without_call(state.calls, event.step))
    pending = tuple(each for each in asides.pending if each.step != event.step)
    said = _settled_question(state, event)
    calls = state.calls if isinstance(event, ClarificationForgone) else _without_call(state.calls, event.answer_step)
    return changed(state, asides=changed(asides, pending=pending), calls=calls, turns=state.turns.plus(said))


def _settled_question(state: DebateState, event: ClarificationAnswered | ClarificationForgone) -> Turn:
    """What everybody hears of it: a statement, which no format hides from anybody."""
    by = SeatId(event.by.removeprefix("seat:")) if event.by.startswith("seat:") else NO_SEAT
    sitting = state.seats.get(by)
    role = sitting.role if sitting is not None else None
    return _spoken(
        TurnKind.STATEMENT, settled_in_words(event), round_number=event.round, step=NO_STEP, seat=by, role=role
    )


def settled_in_words(event: ClarificationAnswered | ClarificationForgone) -> str:
    """What everybody hears of a question that is settled."""
    asked = f'{event.seat} asked: "{event.question}"'
    if isinstance(event, ClarificationForgone):
        return f"{asked}\nNobody answers that now; {event.seat} goes on without."
    return f"{asked}\n{event.text}"


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
