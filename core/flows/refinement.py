"""What happens while a draft is refined, and when?

start → draft → reviews and checks → score → decision → the next draft, or the end with the best one. A refinement is
pure: it answers from its record, the terms that its opening pins, and the evidence that it was opened with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain.changing import changed, changer
from core.domain.children import ChildWanted, Result
from core.domain.commands import (
    AddStatement,
    Admit,
    AmendMotion,
    ApplyTemplate,
    ChangeRounds,
    ChangeSeats,
    Command,
    Complete,
    ContinueOn,
    Open,
    RecordAnswer,
    RecordCheck,
    RecordChild,
    RecordChildEnd,
    StartNewRound,
    TellParticipant,
)
from core.domain.errors import CommandRefused, NotVerifiableHere
from core.domain.events import CompletionDecided, Event, SessionResumed
from core.domain.facts import FactSpec, FactValue
from core.domain.ids import Digest, SeatId, StepId
from core.domain.participants import Participant, Seat
from core.domain.people import is_person
from core.domain.session import DocumentRef, Opening, SessionState, Status
from core.domain.steered import MotionAmended, ParticipantTold, RoundsLimitChanged, SeatsChanged, StatementAdded
from core.domain.steps import CheckWanted, Document, ModelRequest, Step
from core.domain.summary import TREND_VALUES_MAX, SessionSummary
from core.domain.text import clean_text
from core.domain.transcript import Turn
from core.domain.unanswered import AnswerTerms
from core.flows.refinement_asking import fault_of, opening_of, read_from, request_of
from core.flows.refinement_commands import REFINEMENT_COMMANDS, AcceptDraft, ReviseDraft
from core.flows.refinement_deciding import (
    ACCEPTED,
    ending,
    following,
    presented,
    put_forward,
    steps_wanted,
    would_stop,
)
from core.flows.refinement_errands import (
    check_wanted,
    debate_ended,
    debate_started,
    debate_wanted,
    program_checked,
)
from core.flows.refinement_events import (
    REFINEMENT_EVENTS,
    DraftAccepted,
    DraftDecided,
    DraftPresented,
    DraftScored,
    IterationAsked,
    IterationStarted,
    RefinementCompleted,
    RefinementStarted,
)
from core.flows.refinement_facts import REFINEMENT_FACTS, facts_of
from core.flows.refinement_state import WRITER, RefinementState, began, evolve_refinement
from core.flows.refinement_terms import ITERATIONS_MAX, RefinementTerms
from core.flows.told import TOLD_BYTES_MAX
from core.prompts.refining import DRAFT_CHARACTERS_MAX

NAME = "refinement"
VERSION = 1
BRIEF_BYTES_MAX = 20_000
STATEMENT_BYTES_MAX = 20_000
"""What is longer is evidence, and belongs into a file."""

_SUMMARISED = frozenset(
    (
        DraftDecided,
        DraftScored,
        IterationStarted,
        MotionAmended,
        RefinementCompleted,
        RefinementStarted,
        RoundsLimitChanged,
    )
)
_scored = changer(SessionSummary, "trend")
_begun = changer(SessionSummary, "round")
_decided = changer(SessionSummary, "verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementFlow:
    """The refinement. `documents` are looked up by the digests that an opening pins."""

    documents: Mapping[Digest, Document]
    name: str = NAME
    version: int = VERSION
    event_kinds: tuple[type, ...] = REFINEMENT_EVENTS
    command_kinds: tuple[type, ...] = REFINEMENT_COMMANDS
    fact_specs: tuple[FactSpec, ...] = REFINEMENT_FACTS

    def begin(self, opening: Opening) -> RefinementState:
        return began(opening)

    def decide(self, state: SessionState, command: Command) -> tuple[Event, ...]:
        refinement: RefinementState = state.flow
        match command:
            case RecordAnswer():
                said = read_from(state, command)
                return presented(refinement, said) if isinstance(said, DraftPresented) else (said,)
            case Open():
                _require_playable(state, command.opening)
                return ()
            case Admit():
                return () if refinement.has_started else (_started(refinement),)
            case ContinueOn():
                return _one_more(state, by=command.by, reason=command.reason) if would_stop(refinement) else ()
            case StartNewRound():
                return _one_more(state, by=command.by, reason=command.reason)
            case ChangeRounds():
                return _limit_changed(state, command)
            case ApplyTemplate():
                raise refused(state, "a refinement follows no format.", "Fork it, or change its reviewers.")
            case ChangeSeats():
                return _seats_changed(state, command)
            case AddStatement():
                text = _said(state, command.text, "a statement", bytes_max=STATEMENT_BYTES_MAX)
                return (StatementAdded(text=text, by=command.by, round=max(1, refinement.iteration)),)
            case TellParticipant():
                return _told(state, command)
            case AmendMotion():
                brief = _said(state, command.motion, "a brief", bytes_max=BRIEF_BYTES_MAX)
                return (MotionAmended(motion=brief, by=command.by),)
            case AcceptDraft():
                return _accepted(state, command)
            case ReviseDraft():
                return _revised(state, command)
            case RecordChild():
                return debate_started(state, command)
            case RecordChildEnd():
                return debate_ended(state, command)
            case RecordCheck():
                return program_checked(state, command)
            case Complete():
                raise refused(state, "a refinement ends with a draft, not with a verdict.", "Accept a draft instead.")
            case _:
                return ()

    def proceed(self, state: SessionState) -> tuple[Event, ...]:
        refinement: RefinementState = state.flow
        if refinement.result is not None:
            return ()
        if state.life.completing is not None:
            return () if state.work.open or state.work.children else ending(state)
        return following(state)

    def evolve(self, flow_state: RefinementState, event: Event) -> RefinementState:
        return evolve_refinement(flow_state, event)

    def plan(self, state: SessionState) -> tuple[Step, ...]:
        refinement: RefinementState = state.flow
        if refinement.result is not None or state.life.completing is not None:
            return ()
        return steps_wanted(state)

    def seated(self, state: SessionState, seat: SeatId) -> Participant:
        refinement: RefinementState = state.flow
        return refinement.seats[seat].participant

    def seats(self, state: SessionState) -> tuple[Seat, ...]:
        refinement: RefinementState = state.flow
        return tuple(refinement.seats.values())

    def request(self, state: SessionState, step: Step) -> ModelRequest:
        documents = tuple(self._document(pinned) for pinned in opening_of(state).documents)
        return request_of(state, step, documents)

    def facts(self, state: SessionState) -> dict[str, FactValue]:
        refinement: RefinementState = state.flow
        return facts_of(refinement)

    def fault_in(self, state: SessionState, step: StepId, text: str) -> str:
        return fault_of(state, step, text)

    def question(self, state: SessionState) -> str:
        refinement: RefinementState = state.flow
        return refinement.brief

    def child(self, state: SessionState, step: Step) -> ChildWanted:
        opening = opening_of(state)
        return debate_wanted(state, opening, tuple(self._document(pinned) for pinned in opening.documents))

    def check(self, state: SessionState, step: Step) -> CheckWanted:
        return check_wanted(state, step)

    def result(self, state: SessionState) -> Result:
        refinement: RefinementState = state.flow
        ended = refinement.result
        if ended is None:
            return Result()
        kept = refinement.kept
        return Result(outcome=outcome_of(ended), text=kept.text if kept is not None else "")

    def turns(self, state: SessionState) -> Sequence[Turn]:
        refinement: RefinementState = state.flow
        return refinement.turns

    def round_began(self, event: Event) -> bool:
        return isinstance(event, IterationStarted)

    def round_ended(self, event: Event) -> bool:
        return isinstance(event, DraftDecided)

    def concludes_without_money(self, state: SessionState) -> bool:
        refinement: RefinementState = state.flow
        draft = refinement.at_hand
        if draft is not None and draft.scored is None and draft.reviews:
            return False  # it goes without the rest of its reviews first
        return bool(refinement.drafts) and refinement.result is None

    def keeps_from_ending(self, state: SessionState, relied_on: frozenset[str]) -> str:
        return ""

    def goes_without(self, state: SessionState, step: StepId) -> bool:
        refinement: RefinementState = state.flow
        draft = refinement.at_hand
        return draft is not None and draft.scored is None and bool(draft.reviews)

    def answer_terms(self, state: SessionState) -> AnswerTerms | None:
        return opening_of(state).answer_terms

    def is_decided(self, state: SessionState) -> bool:
        refinement: RefinementState = state.flow
        return refinement.result is not None

    def summarise(self, summary: SessionSummary, event: Event) -> SessionSummary:
        if type(event) not in _SUMMARISED:
            return summary
        match event:
            case DraftScored(score_ppm=score) if score is not None:
                trend = (*summary.trend, score)[-TREND_VALUES_MAX:]
                if not event.is_best:
                    return _scored(summary, trend=trend)
                return changed(summary, trend=trend, score_ppm=score, best_draft=event.draft)
            case IterationStarted():
                return _begun(summary, round=event.iteration)
            case RefinementStarted():
                return changed(summary, rounds_limit=event.iterations_max, threshold_ppm=event.threshold_ppm)
            case RoundsLimitChanged():
                return changed(summary, rounds_limit=event.rounds_limit)
            case MotionAmended():
                return changed(summary, motion=event.motion)
            case RefinementCompleted():
                return changed(summary, outcome=outcome_of(event), best_draft=event.draft, score_ppm=event.score_ppm)
            case DraftDecided():
                return _decided(summary, verdict=event.why)
            case _:
                return summary

    def _document(self, pinned: DocumentRef) -> Document:
        document = self.documents.get(pinned.digest)
        if document is None:
            raise NotVerifiableHere(
                f"the evidence {pinned.name} is not at hand.", now="Import the file that it was opened with."
            )
        return document if document.name == pinned.name else replace(document, name=pinned.name)


def outcome_of(ended: RefinementCompleted) -> str:
    """What it came to, in one word."""
    return "approved" if ended.is_approved else "not_approved"


def refused(state: SessionState, what: str, now: str = "") -> CommandRefused:
    return CommandRefused(what, where=f"session {state.session[:8]}", now=now)


def _started(refinement: RefinementState) -> RefinementStarted:
    terms = refinement.terms
    return RefinementStarted(
        brief=refinement.brief,
        strategy=terms.strategy,
        threshold_ppm=terms.threshold_ppm,
        iterations_max=refinement.iterations_limit,
        patience=terms.patience,
    )


def _one_more(state: SessionState, *, by: str, reason: str) -> tuple[Event, ...]:
    """A further draft, for which the limit is raised by one where it is reached."""
    refinement: RefinementState = state.flow
    asked = IterationAsked(by=by, reason=reason)
    if refinement.iteration < refinement.iterations_limit:
        return (asked,)
    return RoundsLimitChanged(rounds_limit=_one_above(state), by=by), asked


def _one_above(state: SessionState) -> int:
    refinement: RefinementState = state.flow
    if refinement.iterations_limit >= ITERATIONS_MAX:
        raise refused(state, f"it has gone through {ITERATIONS_MAX} iterations, the most there are.", "Accept a draft.")
    return refinement.iterations_limit + 1


def _told(state: SessionState, command: TellParticipant) -> tuple[Event, ...]:
    refinement: RefinementState = state.flow
    if command.seat not in refinement.seats:
        raise refused(state, f"nobody sits as {command.seat[:80]!r}.", f"It seats {', '.join(refinement.seats)}.")
    text = _said(state, command.text, "something told", bytes_max=TOLD_BYTES_MAX)
    if command.delivery and command.delivery in refinement.told.deliveries:
        return ()
    told = ParticipantTold(
        seat=command.seat, text=text, by=command.by, round=max(1, refinement.iteration), delivery=command.delivery
    )
    return (told,)


def _limit_changed(state: SessionState, command: ChangeRounds) -> tuple[Event, ...]:
    refinement: RefinementState = state.flow
    least = max(1, refinement.iteration)
    if not least <= command.rounds_limit <= ITERATIONS_MAX:
        raise refused(
            state,
            f"{command.rounds_limit} can't be its number of iterations.",
            f"Name one from {least} to {ITERATIONS_MAX}.",
        )
    return (RoundsLimitChanged(rounds_limit=command.rounds_limit, by=command.by),)


def _accepted(state: SessionState, command: AcceptDraft) -> tuple[Event, ...]:
    """It ends with that draft, whatever it stands at; a call under way is still heard, because it was paid for."""
    refinement: RefinementState = state.flow
    if not state.life.has_begun or not refinement.drafts:
        raise refused(state, "there is no draft to accept yet.", "Wait for the first one.")
    if state.life.completing is not None:
        raise refused(state, "its end is decided.", "It ends with the best draft.")
    if state.life.status in (Status.CREATED, Status.WAITING):
        raise refused(state, "it waits for a place.", "Pause it, or wait until it runs.")
    number = command.draft or len(refinement.drafts)
    if not 1 <= number <= len(refinement.drafts):
        raise refused(state, f"it has no draft {number}.", f"Name one from 1 to {len(refinement.drafts)}.")
    accepted = DraftAccepted(draft=number, by=command.by)
    ending = CompletionDecided(reason=ACCEPTED, by=command.by)
    resumed = () if state.life.status is Status.RUNNING else (SessionResumed(by=command.by),)
    return accepted, ending, *resumed


def _revised(state: SessionState, command: ReviseDraft) -> tuple[Event, ...]:
    refinement: RefinementState = state.flow
    if not refinement.has_started:
        raise refused(state, "it has not begun.", "Resume it, or give the draft with the brief.")
    if state.life.completing is not None:
        raise refused(state, "its end is decided.", "Fork it to go on from one of its drafts.")
    text = clean_text(command.text).strip()
    if not text:
        raise refused(state, "a draft without words.", "Write one, or leave it.")
    if len(text) > DRAFT_CHARACTERS_MAX:
        raise refused(state, f"a draft of {len(text):,} characters.", f"At most {DRAFT_CHARACTERS_MAX:,} are taken.")
    is_awaited = refinement.is_iteration_open and refinement.at_hand is None
    needs_room = not is_awaited and refinement.iteration >= refinement.iterations_limit
    room = (RoundsLimitChanged(rounds_limit=_one_above(state), by=command.by),) if needs_room else ()
    return *room, *put_forward(refinement, text, by=command.by)


def _seats_changed(state: SessionState, command: ChangeSeats) -> tuple[Event, ...]:
    refinement: RefinementState = state.flow
    priced = opening_of(state).prices
    for seat in command.seats:
        sitting = refinement.seats.get(seat.id)
        if sitting is None or sitting.role is not seat.role:
            raise refused(state, f"nobody sits as {seat.id} ({seat.role}).", f"It seats {', '.join(refinement.seats)}.")
        for route in seat.participant.routes:
            if route not in priced and not is_person(route):
                raise refused(state, f"what {route} costs was not pinned with it.", "Fork it, and seat it there.")
    changes = tuple(seat for seat in command.seats if seat != refinement.seats[seat.id])
    return (SeatsChanged(seats=changes, by=command.by),) if changes else ()


def _said(state: SessionState, text: str, what: str, *, bytes_max: int) -> str:
    said = clean_text(text).strip()
    if not said:
        raise refused(state, f"{what} without words.", "Say something or leave it.")
    if len(said.encode()) > bytes_max:
        raise refused(state, f"{what} of more than {bytes_max} bytes.", "Shorten it, or open a session with a file.")
    return said


def _require_playable(state: SessionState, opening: Opening) -> None:
    """What could not be played to its end is refused before anything is spent on it."""
    refinement: RefinementState = state.flow
    _said(state, opening.motion, "a brief", bytes_max=BRIEF_BYTES_MAX)
    if not 1 <= opening.rounds_limit <= ITERATIONS_MAX:
        raise refused(
            state, f"{opening.rounds_limit} can't be its number of iterations.", f"Name one from 1 to {ITERATIONS_MAX}."
        )
    if opening.cap_microusd is not None and opening.cap_microusd < 0:
        raise refused(state, "a budget below nothing.", "Name none, or one of at least 0.")
    if WRITER not in refinement.seats:
        raise refused(state, "nobody sits as writer.", "Cast a writer.")
    if not refinement.reviewers:
        raise refused(state, "nobody reviews.", "Cast a reviewer.")
    _require_terms(state, refinement.terms)


def _require_terms(state: SessionState, terms: RefinementTerms) -> None:
    for what, value, least, most in (
        ("threshold", terms.threshold_ppm, 0, 1_000_000),
        ("patience", terms.patience, 1, ITERATIONS_MAX),
        ("least gain", terms.gain_ppm_min, 0, 1_000_000),
    ):
        if not least <= value <= most:
            raise refused(state, f"{value} can't be its {what}.", f"Name one from {least} to {most}.")
    weights = (terms.weight_reviews_ppm, terms.weight_checks_ppm, terms.weight_pairwise_ppm)
    if min(weights) < 0 or not any(weights):
        raise refused(state, "no kind of score has a weight.", "Give one of them a weight above 0.")
    if len(terms.draft) > DRAFT_CHARACTERS_MAX:
        raise refused(
            state, f"a draft of {len(terms.draft):,} characters.", f"At most {DRAFT_CHARACTERS_MAX:,} are taken."
        )
