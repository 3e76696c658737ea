"""What is true of a refinement at one point of its log, and how does each event change it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.changing import changed, changer, maker
from core.domain.events import AttemptStarted, Event
from core.domain.growing import Growing
from core.domain.ids import NO_SEAT, NO_STEP, SeatId, StepId
from core.domain.participants import Role, Seat
from core.domain.session import Opening
from core.domain.steered import MotionAmended, ParticipantTold, RoundsLimitChanged, SeatsChanged, StatementAdded
from core.domain.transcript import Turn, TurnKind
from core.flows.refinement_events import (
    REFINEMENT_EVENTS,
    DraftAccepted,
    DraftChecked,
    DraftDecided,
    DraftPresented,
    DraftsCompared,
    DraftScored,
    IterationAsked,
    IterationStarted,
    RefinementCompleted,
    RefinementStarted,
    ReviewDebateEnded,
    ReviewDebateStarted,
    ReviewGiven,
)
from core.flows.refinement_terms import RefinementTerms, terms_from_json
from core.flows.told import NOTHING_TOLD, Told, told_after
from core.judging.scoring import REVIEWS

WRITER = SeatId("writer")
REVIEW = "review"

_OF_A_REFINEMENT = frozenset((*REFINEMENT_EVENTS, AttemptStarted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft, and all that was said of it. `scored` and `decided` are None until then."""

    number: int
    iteration: int
    step: StepId
    seat: SeatId
    by: str
    text: str
    model: str = ""
    reviews: tuple[ReviewGiven, ...] = ()
    comparisons: tuple[DraftsCompared, ...] = ()
    checks: tuple[DraftChecked, ...] = ()
    debate: ReviewDebateStarted | None = None
    debated: ReviewDebateEnded | None = None
    scored: DraftScored | None = None
    decided: DraftDecided | None = None

    @property
    def score_ppm(self) -> int | None:
        return self.scored.score_ppm if self.scored is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementState:
    """`drafts` are all that were presented, by number from 1. `best` is the number of the best that was scored, 0 while
    none was; `current` that of the one at hand in the iteration under way, 0 while there is none: one that came after
    the operator had put another in its place is on record, and no more is made of it.

    `stale` counts the newest scored drafts of which none beat the best before it by enough; `gain_ppm` is by how much
    the newest score differs from the one before. `asked` says that a further draft was asked for. `routes` are those by
    which seats were asked last, where a reviewer is calibrated: a seat's second choice is another reviewer.

    `reviewers` are those of the `seats` who review, in their order.
    """

    brief: str
    terms: RefinementTerms
    seats: Mapping[SeatId, Seat]
    reviewers: tuple[Seat, ...]
    iterations_limit: int
    has_started: bool = False
    iteration: int = 0
    is_iteration_open: bool = False
    drafts: tuple[Draft, ...] = ()
    current: int = 0
    best: int = 0
    stale: int = 0
    gain_ppm: int | None = None
    asked: IterationAsked | None = None
    routes: Mapping[SeatId, str] = field(default_factory=dict)
    statements: tuple[str, ...] = ()
    told: Told = NOTHING_TOLD
    turns: Growing[Turn] = field(default_factory=Growing)
    accepted: int = 0
    result: RefinementCompleted | None = None

    @property
    def at_hand(self) -> Draft | None:
        """The draft of the iteration under way; None while it is being written."""
        return self.drafts[self.current - 1] if self.current else None

    @property
    def newest_scored(self) -> Draft | None:
        for draft in reversed(self.drafts):
            if draft.scored is not None:
                return draft
        return None

    @property
    def kept(self) -> Draft | None:
        """The draft that is kept where it ends now: an accepted one, else the best. Of drafts of which nothing is known
        the first, because a change that nobody has judged is no improvement."""
        number = self.accepted or self.best
        return self.draft(number) if number else (self.drafts[0] if self.drafts else None)

    def draft(self, number: int) -> Draft:
        """The draft with that number; IndexError where there is none."""
        if not 1 <= number <= len(self.drafts):
            raise IndexError(number)
        return self.drafts[number - 1]

    def draft_of(self, step: StepId) -> Draft | None:
        """The draft that a step is about, or that it brought: of an iteration's drafts the first."""
        number, at_hand = iteration_of(step), self.at_hand
        if at_hand is not None and at_hand.iteration == number:  # nearly always it is asked about this one
            return at_hand
        return next((draft for draft in self.drafts if draft.iteration == number), None)


_made_draft, _made_turn = maker(Draft), maker(Turn)
_with_review, _with_score = changer(Draft, "reviews"), changer(Draft, "scored")
_with_decision = changer(Draft, "decided")
_with_drafts = changer(RefinementState, "drafts")
_after_draft = changer(RefinementState, "drafts", "current", "turns")
_after_review = changer(RefinementState, "drafts", "turns")
_after_score = changer(RefinementState, "drafts", "best", "stale", "gain_ppm")
_after_decision = changer(RefinementState, "drafts", "is_iteration_open")
_with_iteration = changer(RefinementState, "iteration", "is_iteration_open", "current", "asked")


def began(opening: Opening) -> RefinementState:
    """The state of a refinement that has been opened and of which nothing is written."""
    terms, seats = terms_from_json(opening.terms), {seat.id: seat for seat in opening.seats}
    return RefinementState(
        brief=opening.motion,
        terms=terms,
        seats=seats,
        reviewers=_reviewing(seats),
        iterations_limit=opening.rounds_limit,
    )


def evolve_refinement(state: RefinementState, event: Event) -> RefinementState:
    """The state after `event`; events of others change nothing here."""
    if type(event) not in _OF_A_REFINEMENT:
        return state
    match event:
        case AttemptStarted():
            if not state.terms.calibrations or step_name(event.step) != REVIEW:
                return state
            return changed(state, routes={**state.routes, event.seat: event.route})
        case DraftPresented():
            return _presented(state, event)
        case ReviewGiven():
            return _reviewed(state, event)
        case DraftScored():
            return _scored(state, event)
        case DraftDecided():
            if not state.current:
                return changed(state, is_iteration_open=False)
            decided = _with_decision(state.draft(state.current), decided=event)
            return _after_decision(state, drafts=_drafts_with(state, decided), is_iteration_open=False)
        case IterationStarted():
            return _with_iteration(state, iteration=event.iteration, is_iteration_open=True, current=0, asked=None)
        case DraftsCompared():
            draft = state.draft(max(event.first, event.second))  # what a draft is compared with came before it
            return _with(state, changed(draft, comparisons=(*draft.comparisons, event)))
        case DraftChecked():
            draft = state.draft(event.draft)
            return _with(state, changed(draft, checks=(*draft.checks, event)))
        case ReviewDebateStarted():
            return _with(state, changed(state.draft(event.draft), debate=event))
        case ReviewDebateEnded():
            return _with(state, changed(state.draft(event.draft), debated=event))
        case IterationAsked():
            return changed(state, asked=event)
        case RefinementStarted():
            return changed(state, has_started=True)
        case DraftAccepted():
            return changed(state, accepted=event.draft)
        case RefinementCompleted():
            return changed(state, result=event, is_iteration_open=False)
        case StatementAdded():
            said = Turn(
                kind=TurnKind.STATEMENT, step=NO_STEP, seat=NO_SEAT, role=None, round=event.round, text=event.text
            )
            return changed(state, statements=(*state.statements, event.text), turns=state.turns.plus(said))
        case ParticipantTold():
            return changed(state, told=told_after(state.told, event))
        case MotionAmended():
            return changed(state, brief=event.motion)
        case RoundsLimitChanged():
            return changed(state, iterations_limit=event.rounds_limit)
        case SeatsChanged():
            seats = {**state.seats, **{seat.id: seat for seat in event.seats}}
            return changed(state, seats=seats, reviewers=_reviewing(seats))
        case _:
            return state


def is_blocked(draft: Draft, terms: RefinementTerms) -> bool:
    """True where the draft fails a check without which none is approved."""
    if not draft.checks:
        return False
    required = {check.id for check in terms.criteria.checks if check.is_required}
    return any(check.check in required and not check.has_passed for check in draft.checks)


def standing(draft: Draft, terms: RefinementTerms) -> tuple[int, int, int]:
    """By what drafts are compared: whether it passes what is required, whether a review of it could be read where
    reviews count, then its score."""
    score = draft.score_ppm
    return int(not is_blocked(draft, terms)), int(is_reviewed(draft, terms)), -1 if score is None else score


def is_reviewed(draft: Draft, terms: RefinementTerms) -> bool:
    """True where a review went into its score, or none is to: checks alone say too little."""
    return not terms.weight_reviews_ppm or (draft.scored is not None and REVIEWS in draft.scored.parts)


def step_id(iteration: int, name: str, seat: SeatId) -> StepId:
    """The id of a step: derived from where it stands, so that the same state wants the same step."""
    return StepId(f"r{iteration}.{name}.{seat}" if seat else f"r{iteration}.{name}")


def step_name(step: StepId) -> str:
    """What is done in a step, from its id."""
    return step.split(".")[1] if "." in step else step


def iteration_of(step: StepId) -> int:
    """The iteration of a step, from its id."""
    return int(step.partition(".")[0].removeprefix("r"))


def seat_of(step: StepId) -> SeatId:
    """The seat of a step, from its id."""
    return SeatId(step.rpartition(".")[2])


def _reviewing(seats: Mapping[SeatId, Seat]) -> tuple[Seat, ...]:
    return tuple(seat for seat in seats.values() if seat.role is Role.REVIEWER)


def _presented(state: RefinementState, event: DraftPresented) -> RefinementState:
    draft = _made_draft(
        number=event.number,
        iteration=event.iteration,
        step=event.step,
        seat=event.seat,
        by=event.by,
        text=event.text,
        model=event.model,
    )
    is_awaited = state.is_iteration_open and event.iteration == state.iteration and not state.current
    return _after_draft(
        state,
        drafts=(*state.drafts, draft),
        current=event.number if is_awaited else state.current,
        turns=state.turns.plus(_turn(state, event.step, event.seat, event.text, event.iteration)),
    )


def _reviewed(state: RefinementState, event: ReviewGiven) -> RefinementState:
    draft = state.draft(event.draft)
    return _after_review(
        state,
        drafts=_drafts_with(state, _with_review(draft, reviews=(*draft.reviews, event))),
        turns=state.turns.plus(_turn(state, event.step, event.seat, event.feedback, event.iteration)),
    )


def _turn(state: RefinementState, step: StepId, seat: SeatId, text: str, iteration: int) -> Turn:
    role = state.seats[seat].role if seat in state.seats else None
    kind = TurnKind.ARGUMENT if role is not None else TurnKind.STATEMENT
    return _made_turn(kind=kind, step=step, seat=seat, role=role, round=iteration, text=text)


def _scored(state: RefinementState, event: DraftScored) -> RefinementState:
    draft = _with_score(state.draft(event.draft), scored=event)
    before = state.newest_scored
    gain = None
    if before is not None and before.score_ppm is not None and event.score_ppm is not None:
        gain = event.score_ppm - before.score_ppm
    return _after_score(
        state,
        drafts=_drafts_with(state, draft),
        best=event.draft if event.is_best else state.best,
        stale=0 if _is_progress(state, draft) else state.stale + 1,
        gain_ppm=gain,
    )


def _is_progress(state: RefinementState, draft: Draft) -> bool:
    """True for the first score that there is, and for one that beats the best so far by enough."""
    *stands, score = standing(draft, state.terms)
    if score < 0:
        return False
    if not state.best:
        return True
    *best_stands, best = standing(state.draft(state.best), state.terms)
    return stands > best_stands or (stands == best_stands and score - best >= state.terms.gain_ppm_min)


def _with(state: RefinementState, draft: Draft) -> RefinementState:
    return _with_drafts(state, drafts=_drafts_with(state, draft))


def _drafts_with(state: RefinementState, draft: Draft) -> tuple[Draft, ...]:
    return *state.drafts[: draft.number - 1], draft, *state.drafts[draft.number :]
