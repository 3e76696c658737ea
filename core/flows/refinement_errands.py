"""What does a refinement have done that nobody is asked for: a debate about a draft, programs that check it?"""

from __future__ import annotations

from hashlib import sha256

from core.domain.children import ChildWanted, models_of
from core.domain.commands import RecordCheck, RecordChild, RecordChildEnd
from core.domain.errors import CommandRefused
from core.domain.events import Event
from core.domain.ids import NO_SEAT, Digest, StepId
from core.domain.session import Opening, SessionState
from core.domain.steps import CheckWanted, Document, Step, StepKind
from core.flows.refinement_events import DraftChecked, ReviewDebateEnded, ReviewDebateStarted
from core.flows.refinement_state import WRITER, Draft, RefinementState, step_id, step_name
from core.flows.refinement_terms import Strategy
from core.judging.criteria import Check, CheckKind

DEBATE, CHECK = "debate", "check"
DEBATE_ORIGIN = "review"
SHARE_PPM = 500_000
"""Of what is left a debate about a draft gets so much: its reviewer, and the next draft, are to be paid as well."""

PPM = 1_000_000
QUESTION = "The draft does what the brief asks, and can be used as it is."


def errands_of(refinement: RefinementState, draft: Draft) -> tuple[Step, ...]:
    """The debate about a draft, and the programs that are still to look at it."""
    terms = refinement.terms
    if not terms.criteria.checks and terms.strategy is not Strategy.DEBATE:
        return ()
    looked_at = {each.check for each in draft.checks}
    checks = tuple(
        Step(
            id=step_id(draft.iteration, f"{CHECK}_{check.id}", NO_SEAT),
            kind=StepKind.CHECK,
            seat=NO_SEAT,
            task=check.id,
            round=draft.iteration,
        )
        for check in _commands(refinement)
        if check.id not in looked_at
    )
    if not is_debate_due(refinement, draft):
        return checks
    debate = Step(
        id=step_id(draft.iteration, DEBATE, NO_SEAT),
        kind=StepKind.CHILD,
        seat=NO_SEAT,
        task=DEBATE,
        round=draft.iteration,
    )
    return *checks, debate


def is_debate_due(refinement: RefinementState, draft: Draft) -> bool:
    """True until a debate about the draft is over, where there is to be one."""
    if refinement.terms.strategy is not Strategy.DEBATE or draft.debated is not None:
        return False
    return draft.debate is None or bool(draft.debate.child)


def debate_wanted(state: SessionState, opening: Opening, documents: tuple[Document, ...]) -> ChildWanted:
    """A debate about the draft at hand: its writer's model speaks for it, its reviewers' against it."""
    refinement: RefinementState = state.flow
    draft = refinement.at_hand
    if draft is None:
        raise _refused(state, "there is no draft to be debated.")
    reviewing, left = models_of(refinement.reviewers), state.left_microusd
    writing = models_of([refinement.seats[WRITER]])
    return ChildWanted(
        question=QUESTION,
        template=refinement.terms.debate_template,
        title=f"Draft {draft.number} of {opening.title}",
        origin=DEBATE_ORIGIN,
        arguing=(*writing, *reviewing),
        judging=reviewing,
        documents=(_document("brief.md", refinement.brief), _document("draft.md", draft.text), *documents),
        cap_microusd=None if left is None else max(0, left) * SHARE_PPM // PPM,
        calls=1,
        is_awaited=True,
    )


def check_wanted(state: SessionState, step: Step) -> CheckWanted:
    refinement: RefinementState = state.flow
    check, draft = _check_of(refinement, step.id), refinement.draft_of(step.id)
    if check is None or draft is None:
        raise _refused(state, f"{step.id} wants no program run.")
    return CheckWanted(command=check.value, draft=draft.text)


def debate_started(state: SessionState, command: RecordChild) -> tuple[Event, ...]:
    """A debate about a draft is under way, or can't be held: then its reviewer does without."""
    refinement: RefinementState = state.flow
    draft = refinement.draft_of(command.step)
    if draft is None or step_name(command.step) != DEBATE:
        raise _refused(state, f"{command.step} wants no session of its own.")
    return (
        ReviewDebateStarted(
            step=command.step, iteration=draft.iteration, draft=draft.number, child=command.child, why=command.why
        ),
    )


def debate_ended(state: SessionState, command: RecordChildEnd) -> tuple[Event, ...]:
    refinement: RefinementState = state.flow
    draft = refinement.draft_of(command.step)
    if draft is None:
        raise _refused(state, f"{command.step} is no step of it.")
    return (
        ReviewDebateEnded(
            step=command.step,
            iteration=draft.iteration,
            draft=draft.number,
            child=command.child,
            outcome=command.outcome,
            text=command.text,
            why=command.why,
        ),
    )


def program_checked(state: SessionState, command: RecordCheck) -> tuple[Event, ...]:
    refinement: RefinementState = state.flow
    check, draft = _check_of(refinement, command.step), refinement.draft_of(command.step)
    if check is None or draft is None:
        raise _refused(state, f"{command.step} wants no program run.")
    if any(each.check == check.id for each in draft.checks):
        raise _refused(state, f"it knows what came of {command.step}.")
    return (
        DraftChecked(
            step=command.step,
            iteration=draft.iteration,
            draft=draft.number,
            check=check.id,
            has_passed=command.has_passed,
            detail=command.detail,
        ),
    )


def _commands(refinement: RefinementState) -> tuple[Check, ...]:
    return tuple(check for check in refinement.terms.criteria.checks if check.kind is CheckKind.COMMAND)


def _check_of(refinement: RefinementState, step: StepId) -> Check | None:
    name = step_name(step).removeprefix(f"{CHECK}_")
    return next((check for check in _commands(refinement) if check.id == name), None)


def _document(name: str, text: str) -> Document:
    return Document(name=name, digest=Digest(sha256(text.encode()).hexdigest()), text=text)


def _refused(state: SessionState, what: str) -> CommandRefused:
    return CommandRefused(what, where=f"session {state.session[:8]}")
