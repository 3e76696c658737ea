"""What happens in a debate, and when?

start → seats → turns by round → consensus after every turn → rules → next round or verdict → completion. A debate is
pure: it answers from its record, its template and the evidence it was opened with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    RecordChild,
    StartNewRound,
    TellParticipant,
)
from core.domain.errors import NotVerifiableHere
from core.domain.events import CompletionDecided, Event
from core.domain.facts import FactSpec, FactValue
from core.domain.ids import NO_SEAT, Digest, SeatId, StepId
from core.domain.participants import Participant, Role, Seat
from core.domain.people import is_person
from core.domain.session import ROUNDS_MAX, DocumentRef, Opening, SessionState
from core.domain.steps import CheckWanted, Document, ModelRequest, Step, StepKind
from core.domain.summary import TREND_VALUES_MAX, SessionSummary
from core.domain.text import clean_text
from core.domain.transcript import Turn
from core.domain.unanswered import AnswerTerms
from core.flows.debate_asking import fault_of_ending, opening_of, request_of
from core.flows.debate_clarifying import asked_instead, clarified, is_clarifying
from core.flows.debate_control import control_wanted, ends_with_its_budget, left_unjudged
from core.flows.debate_course import coming_round, is_used_up, skipped_now, wanted_now
from core.flows.debate_early_stop import why_kept_going
from core.flows.debate_events import (
    DEBATE_EVENTS,
    ConsensusUpdated,
    ControlStarted,
    DebateStarted,
    MotionAmended,
    ParticipantTold,
    RoundCompleted,
    RoundsLimitChanged,
    RoundStarted,
    SeatsChanged,
    StatementAdded,
    TemplateApplied,
    VerdictReached,
)
from core.flows.debate_facts import DEBATE_FACTS, facts_of
from core.flows.debate_judging import (
    ballot_steps,
    balloted,
    ballots_counted,
    challenged,
    has_another_ballot,
    is_ballot,
)
from core.flows.debate_state import DebateState, began, evolve_debate, template_pinned
from core.flows.debate_turns import argued
from core.flows.debate_verdict import (
    CONTROL_STEP,
    VERDICT_STEP,
    control_started,
    counted,
    is_control_due,
    is_left_to_the_judge,
    is_of_the_debate,
    judged,
    nothing_argued,
    refused,
    round_over,
    ruled,
)
from core.flows.debate_versions import NEWEST
from core.flows.debate_waiting import kept_by, terms_for
from core.flows.told import TOLD_BYTES_MAX
from core.judging.consensus import MEASURES
from core.judging.measure import Measure
from core.templates.template import Template

__all__ = ["DEBATE_FACTS", "MOTION_BYTES_MAX", "STATEMENT_BYTES_MAX", "DebateFlow"]

NAME = "debate"
VERSION = NEWEST
CONTROL = Step(id=CONTROL_STEP, kind=StepKind.CHILD, seat=NO_SEAT, task="control", round=0)
MOTION_BYTES_MAX = 20_000
STATEMENT_BYTES_MAX = 20_000
"""What is longer is evidence, and belongs into a file."""

_SUMMARISED = frozenset(
    (
        ConsensusUpdated,
        ControlStarted,
        DebateStarted,
        MotionAmended,
        RoundCompleted,
        RoundStarted,
        RoundsLimitChanged,
        TemplateApplied,
        VerdictReached,
    )
)
_read = changer(SessionSummary, "consensus_ppm", "trend")


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateFlow:
    """The debate. `templates` and `documents` are looked up by the digests that an opening pins, `measures` by their
    `name@version`."""

    templates: Mapping[Digest, Template]
    documents: Mapping[Digest, Document]
    measures: Mapping[str, Measure] = field(default_factory=lambda: MEASURES)
    name: str = NAME
    version: int = VERSION
    event_kinds: tuple[type, ...] = DEBATE_EVENTS
    command_kinds: tuple[type, ...] = ()
    fact_specs: tuple[FactSpec, ...] = DEBATE_FACTS

    def begin(self, opening: Opening) -> DebateState:
        measure = self.measures.get(opening.measure)
        if measure is None:
            raise NotVerifiableHere(
                f"no measure {opening.measure!r} is installed here.",
                now=f"Known are {', '.join(self.measures)}; open it with the release that made it.",
            )
        return began(opening, template_pinned(self.templates, opening.template_digest), measure)

    def decide(self, state: SessionState, command: Command) -> tuple[Event, ...]:
        debate: DebateState = state.flow
        match command:
            case RecordAnswer() if command.step == VERDICT_STEP:
                return judged(state, command)
            case RecordAnswer() if is_ballot(command.step):
                return balloted(state, command)
            case RecordAnswer() if is_clarifying(command.step):
                return clarified(state, command)
            case RecordAnswer():
                return asked_instead(state, command) or argued(state, command)
            case Open():
                _require_playable(state, command.opening)
                return ()
            case Admit():
                if debate.has_started:  # it was paused, and waited for a place to go on
                    return ()
                return (
                    DebateStarted(
                        motion=debate.motion,
                        template=debate.template.id,
                        seats=tuple(debate.seats),
                        rounds_limit=debate.rounds_limit,
                    ),
                )
            case StartNewRound():
                return _new_round(state, by=command.by)
            case ContinueOn():
                return () if debate.is_round_open else _one_more_round(state, by=command.by)
            case ChangeRounds():
                return _rounds_changed(state, command)
            case ApplyTemplate():
                return self._template_applied(state, command)
            case ChangeSeats():
                return _seats_changed(state, command)
            case AddStatement():
                text = _said(state, command.text, "a statement", bytes_max=STATEMENT_BYTES_MAX)
                return (StatementAdded(text=text, by=command.by, round=max(1, debate.round)),)
            case TellParticipant():
                return _told(state, command)
            case AmendMotion():
                motion = _said(state, command.motion, "a motion", bytes_max=MOTION_BYTES_MAX)
                return (MotionAmended(motion=motion, by=command.by),)
            case RecordChild():
                return control_started(state, command)
            case Complete():
                return ruled(state, command)
            case _:
                return ()

    def proceed(self, state: SessionState) -> tuple[Event, ...]:
        debate: DebateState = state.flow
        if debate.outcome:
            return ()
        if state.life.completing is not None:
            return _before_the_verdict(state)
        if debate.is_round_open:
            return skipped_now(state) if debate.next_step else (round_over(debate),)
        coming = coming_round(debate)
        if coming is not None:
            return (RoundStarted(round=coming[0], steps=tuple(step.name for step in coming[1])),)
        if is_used_up(debate):
            return (CompletionDecided(reason="nothing_left_to_say", by=f"template:{debate.template.id}"),)
        return (CompletionDecided(reason="rounds_played", by=f"template:{debate.template.id}"),)

    def evolve(self, flow_state: DebateState, event: Event) -> DebateState:
        return evolve_debate(flow_state, event, templates=self.templates)

    def plan(self, state: SessionState) -> tuple[Step, ...]:
        debate: DebateState = state.flow
        if debate.outcome:
            return (CONTROL,) if is_control_due(state) else ()
        if state.life.completing is None:
            return wanted_now(state)
        if not debate.arguments or any(not is_ballot(step) for step in state.work.open):
            return ()
        return _verdict_steps(state)

    def seated(self, state: SessionState, seat: SeatId) -> Participant:
        debate: DebateState = state.flow
        return debate.seats[seat].participant

    def seats(self, state: SessionState) -> tuple[Seat, ...]:
        debate: DebateState = state.flow
        return tuple(debate.seats.values())

    def request(self, state: SessionState, step: Step) -> ModelRequest:
        documents = tuple(self._document(pinned) for pinned in opening_of(state).documents)
        return request_of(state, step, documents)

    def facts(self, state: SessionState) -> dict[str, FactValue]:
        debate: DebateState = state.flow
        return facts_of(debate)

    def fault_in(self, state: SessionState, step: StepId, text: str) -> str:
        return fault_of_ending(state, step, text)

    def question(self, state: SessionState) -> str:
        debate: DebateState = state.flow
        return debate.motion

    def turns(self, state: SessionState) -> Sequence[Turn]:
        debate: DebateState = state.flow
        return debate.turns

    def round_began(self, event: Event) -> bool:
        return isinstance(event, RoundStarted)

    def round_ended(self, event: Event) -> bool:
        return isinstance(event, RoundCompleted)

    def concludes_without_money(self, state: SessionState) -> bool:
        debate: DebateState = state.flow
        is_heard = debate.answers.tally.answers > 0 or bool(state.work.open)
        return (debate.template.is_vote and is_heard and not debate.outcome) or ends_with_its_budget(state)

    def child(self, state: SessionState, step: Step) -> ChildWanted:
        opening = opening_of(state)
        return control_wanted(state, opening, tuple(self._document(pinned) for pinned in opening.documents))

    def check(self, state: SessionState, step: Step) -> CheckWanted:
        raise refused(state, f"{step.id} wants no program run.")

    def result(self, state: SessionState) -> Result:
        debate: DebateState = state.flow
        said = debate.last_turn.text if debate.outcome and debate.last_turn is not None else ""
        return Result(outcome=debate.outcome, text=said)

    def keeps_from_ending(self, state: SessionState, relied_on: frozenset[str]) -> str:
        debate: DebateState = state.flow
        return why_kept_going(debate, relied_on)

    def goes_without(self, state: SessionState, step: StepId) -> bool:
        return is_ballot(step) and has_another_ballot(state, step)

    def answer_terms(self, state: SessionState) -> AnswerTerms | None:
        return terms_for(state)

    def is_decided(self, state: SessionState) -> bool:
        debate: DebateState = state.flow
        return bool(debate.outcome)

    def summarise(self, summary: SessionSummary, event: Event) -> SessionSummary:
        if type(event) not in _SUMMARISED:
            return summary
        match event:
            case ConsensusUpdated() if not event.is_advice:
                trend = (*summary.trend, event.ppm)[-TREND_VALUES_MAX:]
                return _read(summary, consensus_ppm=event.ppm, trend=trend)
            case RoundStarted():
                return changed(summary, round=event.round)
            case RoundCompleted(consensus_ppm=ppm) if summary.known_answer and ppm is not None:
                readings = (*summary.readings, (ppm, event.leading))[-ROUNDS_MAX:]
                return changed(summary, readings=readings)
            case DebateStarted() | RoundsLimitChanged():
                return changed(summary, rounds_limit=event.rounds_limit)
            case TemplateApplied():
                return changed(summary, rounds_limit=event.rounds_limit, template=event.template)
            case MotionAmended():
                return changed(summary, motion=event.motion, known_answer="")  # it was the answer to another question
            case ControlStarted():
                return changed(summary, control=event.child)
            case VerdictReached():
                told = changed(summary, outcome=event.outcome, verdict=event.reason)
                # What somebody ruled tells nothing of the debate.
                return told if is_of_the_debate(event) else changed(told, known_answer="")
            case _:
                return summary

    def _document(self, pinned: DocumentRef) -> Document:
        document = self.documents.get(pinned.digest)
        if document is None:
            raise NotVerifiableHere(
                f"the evidence {pinned.name} is not at hand.", now="Import the file that it was opened with."
            )
        return document if document.name == pinned.name else replace(document, name=pinned.name)

    def _template_applied(self, state: SessionState, command: ApplyTemplate) -> tuple[Event, ...]:
        debate: DebateState = state.flow
        digest = command.digest or state.ruling.templates.get(command.template, Digest(""))
        template = self.templates.get(digest)
        if template is None:
            raise refused(
                state, f"no template {command.template!r} is pinned for it.", "Apply one that is in the list."
            )
        if template == debate.coming_template:
            raise refused(state, f"it follows {template.id} already.")
        until_seq, terms = kept_by(state)
        return (
            TemplateApplied(
                template=template.id,
                digest=digest,
                seats=_seated(state, template),
                rounds_limit=min(max(template.rounds, debate.round), ROUNDS_MAX),
                by=command.by,
                asked_until_seq=until_seq,
                asked_terms=terms,
            ),
        )


def _before_the_verdict(state: SessionState) -> tuple[Event, ...]:
    """The round under way ends before the judge is asked, once its last call has."""
    debate: DebateState = state.flow
    if state.work.open:
        return ()
    if not debate.arguments:
        return nothing_argued(state)
    if state.life.is_unpaid and ends_with_its_budget(state):
        return left_unjudged(state)
    if debate.is_round_open:
        return (round_over(debate),)
    if not is_left_to_the_judge(debate):
        return counted(state)
    return challenged(state) or ballots_counted(state) if debate.template.is_balloted else ()


def _new_round(state: SessionState, *, by: str) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    closing = (round_over(debate),) if debate.is_round_open else ()
    return (*closing, *_one_more_round(state, by=by))


def _one_more_round(state: SessionState, *, by: str) -> tuple[Event, ...]:
    """Nothing where a round is left to play; otherwise the limit is raised by one."""
    debate: DebateState = state.flow
    if debate.round < debate.rounds_limit:
        return ()
    if debate.rounds_limit >= ROUNDS_MAX:
        raise refused(state, f"it has played {ROUNDS_MAX} rounds, the most there are.", "Complete it.")
    return (RoundsLimitChanged(rounds_limit=debate.rounds_limit + 1, by=by),)


def _rounds_changed(state: SessionState, command: ChangeRounds) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    least = max(1, debate.round)
    if not least <= command.rounds_limit <= ROUNDS_MAX:
        raise refused(
            state, f"{command.rounds_limit} can't be its number of rounds.", f"Name one from {least} to {ROUNDS_MAX}."
        )
    return (RoundsLimitChanged(rounds_limit=command.rounds_limit, by=command.by),)


def _seats_changed(state: SessionState, command: ChangeSeats) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    priced = opening_of(state).prices
    for seat in command.seats:
        sitting = debate.seats.get(seat.id)
        if sitting is None or sitting.role is not seat.role:
            raise refused(state, f"nobody sits as {seat.id} ({seat.role}).", f"It seats {', '.join(debate.seats)}.")
        for route in seat.participant.routes:
            if route not in priced and not is_person(route):
                raise refused(state, f"what {route} costs was not pinned with it.", "Fork it, and seat it there.")
    changes = tuple(seat for seat in command.seats if seat != debate.seats[seat.id])
    return (SeatsChanged(seats=changes, by=command.by),) if changes else ()


def _said(state: SessionState, text: str, what: str, *, bytes_max: int) -> str:
    said = clean_text(text).strip()
    if not said:
        raise refused(state, f"{what} without words.", "Say something or leave it.")
    if len(said.encode()) > bytes_max:
        raise refused(state, f"{what} of more than {bytes_max} bytes.", "Shorten it, or open a session with a file.")
    return said


def _told(state: SessionState, command: TellParticipant) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    if command.seat not in debate.seats:
        raise refused(state, f"nobody sits as {command.seat[:80]!r}.", f"It seats {', '.join(debate.seats)}.")
    text = _said(state, command.text, "something told", bytes_max=TOLD_BYTES_MAX)
    if command.delivery and command.delivery in debate.asides.told.deliveries:
        return ()
    told = ParticipantTold(
        seat=command.seat, text=text, by=command.by, round=max(1, debate.round), delivery=command.delivery
    )
    return (told,)


def _require_playable(state: SessionState, opening: Opening) -> None:
    """A session that could not be played to its end is refused before anything is spent on it."""
    debate: DebateState = state.flow
    _said(state, opening.motion, "a motion", bytes_max=MOTION_BYTES_MAX)
    if not 1 <= opening.rounds_limit <= ROUNDS_MAX:
        raise refused(
            state, f"{opening.rounds_limit} can't be its number of rounds.", f"Name one from 1 to {ROUNDS_MAX}."
        )
    if opening.cap_microusd is not None and opening.cap_microusd < 0:
        raise refused(state, "a budget below nothing.", "Name none, or one of at least 0.")
    for spec in debate.template.seats:
        sitting = debate.seats.get(spec.id)
        if sitting is None or sitting.role is not spec.role:
            raise refused(state, f"nobody sits as {spec.id} ({spec.role}).", f"Cast a {spec.role}.")


def _seated(state: SessionState, template: Template) -> tuple[Seat, ...]:
    debate: DebateState = state.flow
    casting = opening_of(state).casting
    seats: list[Seat] = []
    for spec in template.seats:
        sitting = debate.seats.get(spec.id)
        if sitting is not None and sitting.role is not spec.role:
            raise refused(
                state,
                f"the template {template.id} gives the seat {spec.id} the role {spec.role}; here it is {sitting.role}.",
                "A seat keeps its role: give the template's another id.",
            )
        if sitting is not None:
            seats.append(sitting)
            continue
        participant = casting.get(spec.role.value) or _bearing(debate, spec.role)
        if participant is None:
            raise refused(
                state,
                f"nobody is cast as {spec.role} for the template {template.id}.",
                f"Fork it, and cast one there: --template {template.id} --seat {spec.role}=NAME.",
            )
        seats.append(Seat(id=spec.id, role=spec.role, participant=participant))
    return tuple(seats)


def _bearing(debate: DebateState, role: Role) -> Participant | None:
    """Whoever bears the role already: a chair judges as the judge did."""
    return next((seat.participant for seat in debate.seats.values() if seat.role is role), None)


def _verdict_steps(state: SessionState) -> tuple[Step, ...]:
    debate: DebateState = state.flow
    spec = debate.template.verdict
    if spec is None or not is_left_to_the_judge(debate):
        return ()
    if debate.template.is_balloted:
        return ballot_steps(state)
    round_number = max(1, debate.round)
    return (Step(id=VERDICT_STEP, kind=StepKind.VERDICT, seat=spec.seat, task=spec.task, round=round_number),)
