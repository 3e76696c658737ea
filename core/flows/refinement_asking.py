"""What exactly is a seat of a refinement asked, and what is read from its answer?"""

from __future__ import annotations

from core.domain.changing import maker
from core.domain.commands import RecordAnswer
from core.domain.errors import CommandRefused
from core.domain.events import Event
from core.domain.ids import StepId
from core.domain.participants import Seat
from core.domain.session import Opening, SessionState
from core.domain.steps import Brief, Document, Message, ModelRequest, Step, StepKind
from core.flows.refinement_events import DraftPresented, DraftsCompared, ReviewGiven
from core.flows.refinement_state import REVIEW as REVIEW
from core.flows.refinement_state import (
    Draft,
    RefinementState,
    iteration_of,
    seat_of,
    step_id,
    step_name,
)
from core.flows.refinement_terms import Strategy
from core.judging.preferences import read_preference
from core.judging.reviews import fault_in_review, read_review
from core.prompts.refining import (
    Commission,
    Shown,
    comparing_messages,
    draft_messages,
    refining_messages,
    review_messages,
)
from core.prompts.reviewing import comparison_instruction, review_instruction
from core.prompts.told import with_told

DRAFT, PREFER_NEW, PREFER_BEST = "draft", "prefer_new", "prefer_best"
COMPARING = (PREFER_NEW, PREFER_BEST)
"""Two comparisons with the best so far: the one shows the new draft first, the other the best."""

WRITE, REFINE, FIND_REVIEW, FIND_FLAW, COMPARE = "draft", "refine", "review", "flaw", "compare"
"""What a step is about, in one word."""

PPM_PER_MILLI = 1_000

_made_step, _made_request, _made_brief = maker(Step), maker(ModelRequest), maker(Brief)
_made_draft, _made_review = maker(DraftPresented), maker(ReviewGiven)
_made_commission, _made_shown = maker(Commission), maker(Shown)


def opening_of(state: SessionState) -> Opening:
    """What was pinned. Raises CommandRefused where nothing is recorded yet."""
    if state.opening is None:
        raise CommandRefused("nothing is recorded of it yet.", where=f"session {state.session[:8]}")
    return state.opening


def turn(refinement: RefinementState, name: str, seat: Seat) -> Step:
    """A step of the iteration under way."""
    iteration = max(1, refinement.iteration)
    return _made_step(
        id=step_id(iteration, name, seat.id),
        kind=StepKind.TURN,
        seat=seat.id,
        task=_task(refinement, name),
        round=iteration,
    )


def request_of(state: SessionState, step: Step, documents: tuple[Document, ...]) -> ModelRequest:
    """Everything that the seat's model is sent for `step`."""
    refinement: RefinementState = state.flow
    opening, seat = opening_of(state), refinement.seats[step.seat]
    messages, brief = _told(refinement, step, seat, documents)
    messages = with_told(messages, refinement.told.to(step.seat))
    return _made_request(
        session=state.session,
        step=step.id,
        seat=step.seat,
        kind=step.kind,
        model=seat.participant.model,
        messages=messages,
        tokens_output_max=seat.participant.tokens_output_max,
        temperature_milli=seat.participant.temperature_milli,
        seed=opening.seed,
        brief=brief,
    )


def read_from(state: SessionState, command: RecordAnswer) -> Event:
    """What an answer comes to: another draft, a review, or a preference."""
    refinement: RefinementState = state.flow
    step, seat = command.step, seat_of(command.step)
    iteration, name = iteration_of(step), step_name(step)
    about = refinement.draft_of(step) if name != DRAFT else None
    if about is None:
        return _made_draft(
            step=step,
            seat=seat,
            by=seat,
            iteration=iteration,
            number=len(refinement.drafts) + 1,
            text=command.text,
            tokens_output=command.tokens_output,
            cost_microusd=command.cost_microusd,
            model=command.model,
        )
    if name in COMPARING:
        first, second = _compared(refinement, name, about)
        said = read_preference(command.text)
        return DraftsCompared(
            step=step,
            seat=seat,
            iteration=iteration,
            first=first.number,
            second=second.number,
            preferred=(0, first.number, second.number)[said.preferred],
            reason=said.reason,
        )
    terms = refinement.terms
    review = read_review(
        command.text, criteria=terms.criteria, draft=about.text, is_adversarial=terms.strategy is Strategy.ADVERSARIAL
    )
    return _made_review(
        step=step,
        seat=seat,
        iteration=iteration,
        draft=about.number,
        score_ppm=review.score_ppm,
        feedback=review.feedback,
        suggestions=review.suggestions,
        criteria=review.criteria,
        reason=review.reason,
        is_repaired=review.is_repaired,
        confidence_ppm=review.confidence_ppm,
        calibrated_ppm=terms.stands_for(refinement.routes.get(seat, ""), review.score_ppm),
    )


def fault_of(state: SessionState, step: StepId, text: str) -> str:
    """How `text` would have to be written to count for something, "" where it does."""
    refinement: RefinementState = state.flow
    name, terms = step_name(step), refinement.terms
    if name == REVIEW:
        return fault_in_review(text, criteria=terms.criteria, is_adversarial=terms.strategy is Strategy.ADVERSARIAL)
    if name in COMPARING:
        said = read_preference(text)
        return "" if said.preferred or said.reason == "it prefers neither" else comparison_instruction()
    return ""


def compared_with(refinement: RefinementState) -> Draft | None:
    """The draft that the one at hand is compared with; None where there is no such."""
    if not refinement.terms.is_pairwise or not refinement.best or refinement.best == refinement.current:
        return None
    return refinement.draft(refinement.best)


def _task(refinement: RefinementState, name: str) -> str:
    match name:
        case "draft":
            return WRITE if not refinement.drafts else REFINE
        case "review":
            return FIND_FLAW if refinement.terms.strategy is Strategy.ADVERSARIAL else FIND_REVIEW
        case _:
            return COMPARE


def _told(
    refinement: RefinementState, step: Step, seat: Seat, documents: tuple[Document, ...]
) -> tuple[tuple[Message, ...], Brief]:
    name, terms = step_name(step.id), refinement.terms
    commission = _made_commission(
        brief=refinement.brief, seat=seat, statements=refinement.statements, documents=documents
    )
    about = refinement.draft_of(step.id) if name != DRAFT else None
    if about is None:
        best = refinement.kept
        if best is None:
            return draft_messages(commission), _brief(refinement, step, seat, documents, expects="draft")
        newest, shown = refinement.drafts[-1], _shown(best)
        attempt = _shown(newest) if newest.number != best.number else None
        messages = refining_messages(commission, best=shown, attempt=attempt)
        said = shown.said if attempt is None else (*shown.said, *attempt.said)
        return messages, _brief(refinement, step, seat, documents, expects="draft", draft=best.text, feedback=said)
    if name in COMPARING:
        first, second = _compared(refinement, name, about)
        messages = comparing_messages(
            commission, first=first.text, second=second.text, instruction=comparison_instruction()
        )
        brief = _brief(refinement, step, seat, documents, expects="preference", draft=first.text, other=second.text)
        return messages, brief
    instruction = review_instruction(_named(refinement), is_adversarial=terms.strategy is Strategy.ADVERSARIAL)
    debated = _debate_told(about)
    messages = review_messages(commission, draft=about.text, instruction=instruction, debated=debated)
    feedback = (debated,) if debated else ()
    return messages, _brief(refinement, step, seat, documents, expects="review", draft=about.text, feedback=feedback)


def _debate_told(draft: Draft) -> str:
    """What a debate about the draft came to, "" where there was none."""
    if draft.debated is None or not draft.debated.outcome:
        return ""
    ended = draft.debated
    return f"A debate was held about whether it can be used as it is; it ended {ended.outcome}. {ended.text}"


def _compared(refinement: RefinementState, name: str, about: Draft) -> tuple[Draft, Draft]:
    """Both drafts of a comparison, in the order in which they are shown. `about` was not yet scored when it was asked
    for, so that the best of those before it is what it was compared with."""
    before = [draft for draft in refinement.drafts if draft.scored is not None and draft.scored.is_best]
    best = next((draft for draft in reversed(before) if draft.number < about.number), about)
    return (about, best) if name == PREFER_NEW else (best, about)


def _brief(
    refinement: RefinementState,
    step: Step,
    seat: Seat,
    documents: tuple[Document, ...],
    *,
    expects: str,
    draft: str = "",
    other: str = "",
    feedback: tuple[str, ...] = (),
) -> Brief:
    return _made_brief(
        motion=refinement.brief,
        role=seat.role,
        side=0,
        task=step.task,
        round=step.round,
        rounds_limit=refinement.iterations_limit,
        turns=tuple([said for said in refinement.turns if said.seat == step.seat]),
        documents=documents,
        expects=expects,
        draft=draft,
        other=other,
        feedback=feedback,
        criteria=_named(refinement),
        may_repeat=True,
    )


def _named(refinement: RefinementState) -> tuple[tuple[str, str], ...]:
    """By what drafts are reviewed: the id of each criterion and what it is about."""
    return tuple([(each.id, each.about) for each in refinement.terms.criteria.criteria])


def _shown(draft: Draft) -> Shown:
    score = draft.score_ppm
    milli = None if score is None else score // PPM_PER_MILLI
    return _made_shown(text=draft.text, score_milli=milli, said=_said_of(draft))


def _said_of(draft: Draft) -> tuple[str, ...]:
    """What was said of a draft, as its writer is told: the reviews with their suggestions, and the checks it fails."""
    said = [_review_told(review, number) for number, review in enumerate(draft.reviews, start=1)]
    if failed := [f"- {check.check}: {check.detail}" for check in draft.checks if not check.has_passed]:
        said.append("Checks that it fails:\n" + "\n".join(failed))
    return tuple(said)


def _review_told(review: ReviewGiven, number: int) -> str:
    lines = [f"Review {number}:", review.feedback]
    for suggestion in review.suggestions:
        about = f'where it says "{suggestion.passage}": ' if suggestion.passage else ""
        lines.append(f"- {about}{suggestion.text}")
    return "\n".join(filter(None, lines))
