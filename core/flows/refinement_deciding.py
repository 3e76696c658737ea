"""When has all been said of a draft, what does it come to, and what happens then?

The best draft is kept, never merely the last: a later one takes its place only by a better score.
"""

from __future__ import annotations

from core.domain.changing import changer, maker
from core.domain.events import CompletionDecided, Event, SessionCompleted
from core.domain.ids import NO_SEAT, StepId
from core.domain.score import told
from core.domain.session import SessionState
from core.domain.steps import Step
from core.flows.refinement_asking import COMPARING, DRAFT, REVIEW, compared_with, turn
from core.flows.refinement_errands import errands_of, is_debate_due
from core.flows.refinement_events import (
    DraftChecked,
    DraftDecided,
    DraftPresented,
    DraftScored,
    IterationStarted,
    RefinementCompleted,
)
from core.flows.refinement_state import WRITER, Draft, RefinementState, is_blocked, standing, step_id
from core.judging.checks import check_draft
from core.judging.criteria import CheckKind
from core.judging.scoring import REVIEWS, CheckOutcome, Comparison, Said, Scored, Weights, score_draft

FINALISE, REFINE, STOP = "finalise", "refine", "stop"
APPROVED, ACCEPTED, NO_GAIN, ITERATIONS_USED = "approved", "accepted", "no_gain", "iterations_used"
GIVEN, BRIEF = "given", "brief"
TERMS = "terms"
"""Who decides where the terms that it was opened on do."""

_made_score, _made_decision, _made_beginning = maker(DraftScored), maker(DraftDecided), maker(IterationStarted)
_made_comparison, _made_outcome = maker(Comparison), maker(CheckOutcome)
_made_said, _made_weights = maker(Said), maker(Weights)
_with_score, _with_place = changer(Draft, "scored"), changer(DraftScored, "is_best")


def steps_wanted(state: SessionState) -> tuple[Step, ...]:
    """What is to be done in the iteration under way: a draft to be written, or all that is to be said of it, at once.
    Reviewers don't see one another's words."""
    refinement: RefinementState = state.flow
    if not refinement.is_iteration_open:
        return ()
    draft = refinement.at_hand
    if draft is None:
        return (turn(refinement, DRAFT, refinement.seats[WRITER]),)
    if draft.scored is not None:
        return ()
    errands = errands_of(refinement, draft)
    if is_debate_due(refinement, draft):
        return errands  # who reviews reads what the debate came to
    given, exhausted = _given(draft), state.work.exhausted
    names = (REVIEW, *COMPARING) if compared_with(refinement) is not None else (REVIEW,)
    missing = [
        turn(refinement, name, seat)
        for name in names
        for seat in refinement.reviewers
        if step_id(refinement.iteration, name, seat.id) not in given
    ]
    if exhausted and is_spared(state):
        missing = [step for step in missing if step.id not in exhausted]
    return *errands, *missing


def _given(draft: Draft) -> set[StepId]:
    """The steps in which reviewers have said something of a draft."""
    given = {review.step for review in draft.reviews}
    return given.union([each.step for each in draft.comparisons]) if draft.comparisons else given


def is_spared(state: SessionState) -> bool:
    """True where a reviewer who can't be asked any more is done without: another has reviewed the draft, or still
    may."""
    refinement: RefinementState = state.flow
    draft = refinement.at_hand
    if draft is None or draft.scored is not None:
        return False
    steps = (turn(refinement, REVIEW, seat).id for seat in refinement.reviewers)
    return bool(draft.reviews) or any(step not in state.work.exhausted for step in steps)


def following(state: SessionState) -> tuple[Event, ...]:
    """What follows by itself: the score once all is said, then the decision, then the next iteration or the end."""
    refinement: RefinementState = state.flow
    if not refinement.has_started:
        return ()
    draft = refinement.at_hand
    if not refinement.is_iteration_open:
        return _after_the_decision(refinement)
    if draft is None or steps_wanted(state):
        return ()
    return (scored(refinement, draft),) if draft.scored is None else (decided(refinement, draft),)


def presented(refinement: RefinementState, draft: DraftPresented) -> tuple[Event, ...]:
    """A further draft, and what those checks say of it that look at the text alone."""
    checks = tuple(
        DraftChecked(
            step=draft.step,
            iteration=draft.iteration,
            draft=draft.number,
            check=check.id,
            has_passed=(found := check_draft(check, draft.text)).has_passed,
            detail=found.detail,
        )
        for check in refinement.terms.criteria.checks
        if check.kind is not CheckKind.COMMAND
    )
    return draft, *checks


def put_forward(refinement: RefinementState, text: str, *, by: str) -> tuple[Event, ...]:
    """A text that nobody was asked for: it is the draft of the iteration under way where that has none, and of the next
    one otherwise."""
    is_awaited = refinement.is_iteration_open and refinement.at_hand is None
    iteration = refinement.iteration if is_awaited else refinement.iteration + 1
    draft = DraftPresented(
        step=step_id(iteration, GIVEN, NO_SEAT),
        seat=NO_SEAT,
        by=by,
        iteration=iteration,
        number=len(refinement.drafts) + 1,
        text=text,
    )
    begins = () if is_awaited else (IterationStarted(iteration=iteration),)
    return *begins, *presented(refinement, draft)


def scored(refinement: RefinementState, draft: Draft) -> DraftScored:
    """What all that was said of a draft comes to."""
    found = _score(refinement, draft)
    heard = {review.seat for review in draft.reviews}
    absent = [seat.id for seat in refinement.reviewers if seat.id not in heard]
    event = _made_score(
        iteration=draft.iteration,
        draft=draft.number,
        score_ppm=found.score_ppm,
        parts=found.parts,
        spread_ppm=found.spread_ppm,
        is_best=False,
        reason=f"{found.reason}; {', '.join(absent)} gave no review" if absent else found.reason,
    )
    return _with_place(event, is_best=True) if _is_best(refinement, _with_score(draft, scored=event)) else event


def decided(refinement: RefinementState, draft: Draft) -> DraftDecided:
    """Whether a draft is good enough, is to be refined, or nothing more is to be gained."""
    decision, why = _decision(refinement, draft)
    kept = refinement.kept
    return _made_decision(
        iteration=draft.iteration,
        decision=decision,
        best=kept.number if kept is not None else 0,
        score_ppm=draft.score_ppm,
        why=why,
    )


def would_stop(refinement: RefinementState) -> bool:
    """True where the draft at hand is scored and its refinement would end with less than is wanted."""
    draft = refinement.at_hand
    if draft is None or draft.scored is None or not refinement.is_iteration_open:
        return False
    return _decision(refinement, draft)[0] == STOP


def ending(state: SessionState) -> tuple[Event, ...]:
    """What is left once its end is decided: the score of the draft at hand, where all that was to be said of it is
    said, then the end."""
    refinement: RefinementState = state.flow
    draft = refinement.at_hand
    if draft is not None and draft.scored is None and refinement.is_iteration_open and not steps_wanted(state):
        return (scored(refinement, draft),)
    return completed(state)


def completed(state: SessionState) -> tuple[Event, ...]:
    """The end, with the draft that is kept and the sums of its life."""
    refinement: RefinementState = state.flow
    kept, reason = refinement.kept, state.life.completing or "completed"
    is_accepted = bool(refinement.accepted)
    ended = RefinementCompleted(
        reason=reason,
        draft=kept.number if kept is not None else 0,
        score_ppm=kept.score_ppm if kept is not None else None,
        is_approved=is_accepted or (kept is not None and _is_good_enough(refinement, kept)),
        iterations=refinement.iteration,
        cost_microusd=state.money.spent_microusd,
        tokens_input=state.money.tokens_input,
        tokens_output=state.money.tokens_output,
    )
    return ended, SessionCompleted(reason=reason)


def _after_the_decision(refinement: RefinementState) -> tuple[Event, ...]:
    last = refinement.at_hand.decided if refinement.at_hand is not None else None
    if refinement.asked is not None:
        return _next(refinement)
    if last is not None and last.decision == FINALISE:
        return (CompletionDecided(reason=APPROVED, by=TERMS),)
    if last is not None and last.decision == STOP:
        is_used_up = refinement.iteration >= refinement.iterations_limit
        return (CompletionDecided(reason=ITERATIONS_USED if is_used_up else NO_GAIN, by=TERMS),)
    return _next(refinement)


def _next(refinement: RefinementState) -> tuple[Event, ...]:
    """The next iteration begins; the first one's draft may have been given with the brief."""
    if refinement.iteration == 0 and refinement.terms.draft:
        return put_forward(refinement, refinement.terms.draft, by=BRIEF)
    return (_made_beginning(iteration=refinement.iteration + 1),)


def _score(refinement: RefinementState, draft: Draft) -> Scored:
    terms, best, reviews = refinement.terms, refinement.best, draft.reviews
    weights = {check.id: check for check in terms.criteria.checks}
    return score_draft(
        _made_said(
            draft=draft.number,
            reviews=tuple([each.score_ppm if each.calibrated_ppm is None else each.calibrated_ppm for each in reviews]),
            calibrated=sum([each.calibrated_ppm is not None for each in reviews]),
            checks=tuple(
                [
                    _made_outcome(
                        id=each.check,
                        has_passed=each.has_passed,
                        weight_ppm=weights[each.check].weight_ppm,
                        is_required=weights[each.check].is_required,
                    )
                    for each in draft.checks
                ]
            ),
            comparisons=tuple(
                [
                    _made_comparison(reviewer=each.seat, first=each.first, second=each.second, preferred=each.preferred)
                    for each in draft.comparisons
                ]
            ),
            best_ppm=refinement.draft(best).score_ppm if best else None,
        ),
        _made_weights(
            reviews_ppm=terms.weight_reviews_ppm,
            checks_ppm=terms.weight_checks_ppm,
            pairwise_ppm=terms.weight_pairwise_ppm,
        ),
    )


def _decision(refinement: RefinementState, draft: Draft) -> tuple[str, str]:
    terms, score = refinement.terms, draft.score_ppm
    if refinement.asked is not None:
        return REFINE, f"a further draft was asked for by {refinement.asked.by}"
    if _is_good_enough(refinement, draft):
        assert score is not None  # nothing without a score is good enough
        return FINALISE, f"it scores {told(score)}, and {told(terms.threshold_ppm)} is enough"
    if refinement.iteration >= refinement.iterations_limit:
        return STOP, f"{refinement.iteration} of {refinement.iterations_limit} iterations are used"
    if refinement.stale >= terms.patience:
        return STOP, _no_gain(refinement)
    if score is None:
        return REFINE, "no score of it could be read"
    if is_blocked(draft, terms):
        return REFINE, "it fails a check that is required"
    return REFINE, f"it scores {told(score)}, and {told(terms.threshold_ppm)} is wanted"


def _no_gain(refinement: RefinementState) -> str:
    kept, count = refinement.kept, refinement.stale
    terms = refinement.terms
    drafts, fail = ("the last draft has", "fails") if count == 1 else (f"the last {count} drafts have", "fail")
    if kept is None or kept.score_ppm is None:
        return f"{drafts} no score that could be read"
    gain, best = told(terms.gain_ppm_min), f"draft {kept.number}, which scores {told(kept.score_ppm)}"
    tried = [draft for draft in refinement.drafts if draft.scored is not None][-count:]
    if kept in tried:
        return f"{drafts} not beaten the best before by {gain}"
    failing = [] if is_blocked(kept, terms) else [draft for draft in tried if is_blocked(draft, terms)]
    if len(failing) == count:
        return f"{drafts.rpartition(' ')[0]} {fail} a check that is required, and {best}, fails none"
    besides = "".join(f"; draft {draft.number} fails a check that is required" for draft in failing)
    return f"{drafts} not beaten {best}, by {gain}{besides}"


def _is_good_enough(refinement: RefinementState, draft: Draft) -> bool:
    """Checks alone approve nothing: where reviews count, one has to have been read."""
    scored, terms = draft.scored, refinement.terms
    if scored is None or scored.score_ppm is None or scored.score_ppm < terms.threshold_ppm:
        return False
    return not is_blocked(draft, terms) and (REVIEWS in scored.parts or not terms.weight_reviews_ppm)


def _is_best(refinement: RefinementState, draft: Draft) -> bool:
    if draft.score_ppm is None:
        return False
    terms = refinement.terms
    return not refinement.best or standing(draft, terms) > standing(refinement.draft(refinement.best), terms)
