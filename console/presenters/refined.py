"""How does what happens to a draft read in a transcript: written, reviewed, compared, scored, decided about?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.drafts_in_words import (
    compared_in_words,
    debated_in_words,
    decided_in_words,
    suggestion_in_words,
)
from console.presenters.figures import count, money, score
from console.presenters.reasons import called, in_words
from core.flows.refinement_events import (
    DraftAccepted,
    DraftChecked,
    DraftDecided,
    DraftPresented,
    DraftsCompared,
    DraftScored,
    IterationAsked,
    RefinementCompleted,
    RefinementStarted,
    ReviewDebateEnded,
    ReviewDebateStarted,
    ReviewGiven,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.presenters.shown import TurnState
    from core.domain.events import Event

BRIEF = "brief"
"""By whom a draft is that was given with the brief."""

STRATEGIES = {
    "single": "one reviewer",
    "panel": "a panel of reviewers",
    "self": "reviewed by its writer",
    "adversarial": "somebody looks for the worst flaw",
    "debate": "a debate about each draft",
    "human": "you review",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A turn of a refinement: whose, what stands at the right, and the words."""

    step: str
    seat: str
    title: str
    right: tuple[str, ...]
    text: str
    model: str = ""
    state: TurnState = "done"
    marks: tuple[str, ...] = ()


def spoken(event: Event) -> Spoken | None:
    """The turn that an event of a refinement is; None for others."""
    match event:
        case DraftPresented(number=number, iteration=iteration):
            figures = (f"{count(event.tokens_output)} tok",) if event.tokens_output else ()
            cost = (money(event.cost_microusd),) if event.cost_microusd else ()
            return Spoken(
                step=event.step,
                seat=event.seat,
                title=f"Draft {number}",
                right=(f"iteration {iteration}", *figures, *cost),
                text=event.text,
                model=event.model or _by(event.by),
            )
        case ReviewGiven(draft=draft, score_ppm=ppm):
            shown = "no score" if ppm is None else score(ppm)
            return Spoken(
                step=event.step,
                seat=event.seat,
                title=words(event.seat).capitalize(),
                right=(f"draft {draft}: {shown}{calibrated(event)}",),
                text=review_text(event),
                marks=("mended",) if event.is_repaired else (),
            )
        case ReviewDebateEnded(draft=draft, outcome=outcome) if outcome:
            return Spoken(
                step=event.step, seat="", title="└ Debate", right=(f"draft {draft}: {words(outcome)}",), text=event.text
            )
        case RefinementCompleted():
            return Spoken(
                step="",
                seat="",
                title=f"Kept: draft {event.draft}" if event.draft else "Kept: no draft",
                right=(() if event.score_ppm is None else (score(event.score_ppm),)),
                text=ended_in_words(event),
                state="verdict",
            )
        case _:
            return None


def calibrated(review: ReviewGiven) -> str:
    """What a score of this reviewer stands for, behind the score; "" where nobody knows."""
    return "" if review.calibrated_ppm is None else f", stands for {score(review.calibrated_ppm)}"


def review_text(review: ReviewGiven) -> str:
    """A review as it is read: what it says, its suggestions with the passages they speak of, and its scores."""
    parts = [review.feedback.strip()]
    parts += [f"▸ {suggestion_in_words(each)}" for each in review.suggestions]
    parts += [scores_text(review.criteria)] if review.criteria else []
    parts += [f"calibrated: {score(review.calibrated_ppm)}"] if review.calibrated_ppm is not None else []
    parts += [f"sure of it: {score(review.confidence_ppm)}"] if review.confidence_ppm is not None else []
    parts += [f"({review.reason})"] if review.reason else []
    return "\n".join(part for part in parts if part) or "It says nothing."


def scores_text(criteria: Mapping[str, int]) -> str:
    """`clarity 0.80 · evidence 0.60`"""
    return " · ".join(f"{words(name)} {score(ppm)}" for name, ppm in criteria.items())


def ended_in_words(event: RefinementCompleted) -> str:
    """Why it is over, and what that makes of the draft that is kept."""
    why = in_words(event.reason)
    if not event.draft:
        return f"{why[:1].upper()}{why[1:]}. There is no draft to keep."
    standing = "" if event.is_approved else " It is the best there was, and not approved."
    return f"{why[:1].upper()}{why[1:]}.{standing}"


def noted(event: Event) -> tuple[str, str] | None:
    """What an event of a refinement that is no turn is called, and says; None for others."""
    match event:
        case RefinementStarted(strategy=strategy):
            said = f"{strategy_in_words(strategy)}; approved at {score(event.threshold_ppm)}"
            return "✎ refine", f"{said}; at most {event.iterations_max} drafts, {event.patience} without a gain"
        case IterationAsked(by=by, reason=reason):
            why = f": {in_words(reason)}" if reason else ""
            return "◇ again", f"one more iteration, said {called(by)}{why}"
        case DraftsCompared():
            return "◇ compared", compared_in_words(event)
        case DraftChecked(check=check, has_passed=True, detail=detail):
            return "✓ check", f"{check}: {detail}" if detail else check
        case DraftChecked(check=check, detail=detail):
            return "✗ check", f"{check} failed: {detail}" if detail else f"{check} failed"
        case ReviewDebateStarted():
            return "└ debate", debated_in_words(event)
        case ReviewDebateEnded(draft=draft, why=why):
            return "└ debate", f"about draft {draft} came to nothing: {why}"
        case DraftScored():
            return "◆ score", scored_text(event)
        case DraftDecided():
            return "◇ decided", decided_in_words(event)
        case DraftAccepted(draft=draft, by=by):
            return "✓ accepted", f"draft {draft} as it is, said {called(by)}"
        case _:
            return None


def scored_text(event: DraftScored) -> str:
    """`draft 2: 0.82 ±0.05, the best so far (reviews 0.80, checks 1.00)`"""
    if event.score_ppm is None:
        return f"draft {event.draft}: none, {event.reason or 'no score could be read'}"
    spread = f" ±{score(event.spread_ppm)}" if event.spread_ppm else ""
    best = ", the best so far" if event.is_best else ""
    parts = ", ".join(f"{words(name)} {score(ppm)}" for name, ppm in event.parts.items())
    shown = f" ({parts})" if len(event.parts) > 1 else ""
    reason = f"; {event.reason}" if event.reason else ""
    return f"draft {event.draft}: {score(event.score_ppm)}{spread}{best}{shown}{reason}"


def strategy_in_words(strategy: str) -> str:
    return STRATEGIES.get(strategy, strategy)


def _by(by: str) -> str:
    """By whom a draft is that no model wrote."""
    if by == BRIEF:
        return "given with the brief"
    return "" if by.startswith("seat") else f"by {called(by)}"


def words(name: str) -> str:
    return name.replace("_", " ")
