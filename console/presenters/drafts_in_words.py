"""How is told, in a line each, what happened to a draft?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import counted, money, score
from console.presenters.reasons import called, in_words
from core.flows.refinement_deciding import ACCEPTED
from core.flows.refinement_errands import QUESTION

if TYPE_CHECKING:
    from core.flows.refinement_events import (
        DraftAccepted,
        DraftChecked,
        DraftDecided,
        DraftPresented,
        DraftsCompared,
        DraftScored,
        RefinementCompleted,
        RefinementStarted,
        ReviewDebateEnded,
        ReviewDebateStarted,
        ReviewGiven,
    )
    from core.judging.reviews import Suggestion

ID_SHOWN_CHARACTERS = 8
DECISIONS = {"finalise": "approved", "refine": "refine", "stop": "stop"}


def terms_in_words(event: RefinementStarted) -> str:
    """`approved from 0.85 on, 5 drafts at most, 2 in a row without a gain end it`."""
    return (
        f"{event.strategy} · approved from {score(event.threshold_ppm)} on · "
        f"{counted(event.iterations_max, 'draft')} at most · ends after {event.patience} in a row without a gain"
    )


def written_by(event: DraftPresented) -> str:
    """Which model wrote it, or who else."""
    if event.model:
        return event.model
    return "as given" if event.by == "brief" else called(event.by)


def review_in_words(event: ReviewGiven) -> str:
    """`0.82 (clarity 0.90, depth 0.74)`, what that stands for where it is known, or why there is no score."""
    if event.score_ppm is None:
        return f"no score that could be read: {event.reason}"
    parts = ", ".join(f"{name} {score(ppm)}" for name, ppm in event.criteria.items())
    mended = ", its form was mended" if event.is_repaired else ""
    sure = "" if event.confidence_ppm is None else f", {score(event.confidence_ppm)} sure"
    stands = "" if event.calibrated_ppm is None else f", calibrated {score(event.calibrated_ppm)}"
    return score(event.score_ppm) + (f" ({parts})" if parts else "") + stands + sure + mended


def suggestion_in_words(suggestion: Suggestion) -> str:
    """What to change, behind the passage that it speaks of."""
    return f"“{suggestion.passage}”: {suggestion.text}" if suggestion.passage else suggestion.text


def compared_in_words(event: DraftsCompared) -> str:
    """Which of two a reviewer prefers; the order matters, as models favour what they read first."""
    told = f"draft {event.preferred} is preferred" if event.preferred else "neither is preferred"
    seat = event.seat.replace("_", " ")
    return f"{seat}, draft {event.first} shown before {event.second}: {told}" + (
        f" ({event.reason})" if event.reason else ""
    )


def checked_in_words(event: DraftChecked) -> str:
    """Which check, and what it found."""
    found = "passed" if event.has_passed else "failed"
    return f"check {event.check} {found}" + (f": {event.detail}" if event.detail else "")


def debated_in_words(event: ReviewDebateStarted) -> str:
    """Where the draft is debated, and about what, or why it could not be."""
    if not event.child:
        return f"draft {event.draft} could not be debated: {event.why}"
    return f"draft {event.draft} is debated in session {event.child[:ID_SHOWN_CHARACTERS]}: “{QUESTION}”"


def debate_came_to(event: ReviewDebateEnded) -> str:
    """What the debate about a draft came to; its reasons stand below."""
    child = event.child[:ID_SHOWN_CHARACTERS]
    if not event.outcome:
        return f"the debate about draft {event.draft} (session {child}) came to nothing: {event.why}"
    return f"the debate about draft {event.draft} (session {child}) came to: {event.outcome}"


def scored_in_words(event: DraftScored) -> str:
    """What all that was said of a draft comes to."""
    if event.score_ppm is None:
        return f"draft {event.draft} has no score: {event.reason}"
    spread = f" ±{score(event.spread_ppm)}" if event.spread_ppm else ""
    best = ", the best so far" if event.is_best else ""
    return f"draft {event.draft}: {score(event.score_ppm)}{spread}{best}" + (
        f": {event.reason}" if event.reason else ""
    )


def decided_in_words(event: DraftDecided) -> str:
    """Whether it goes on, and why."""
    told = DECISIONS.get(event.decision, event.decision)
    return f"{told}: {in_words(event.why)}" if event.why else told


def accepted_in_words(event: DraftAccepted) -> str:
    return f"{called(event.by)} accepted draft {event.draft}"


def kept_in_words(event: RefinementCompleted, *, debates_microusd: int = 0) -> str:
    """Which draft is kept, whether it is good enough, and what all of it took, debates about drafts too."""
    if not event.draft:
        kept = "no draft is kept"
    else:
        reached = "no score" if event.score_ppm is None else score(event.score_ppm)
        approved = "accepted" if event.reason == ACCEPTED else "approved"
        kept = f"draft {event.draft} is kept, {approved if event.is_approved else 'not approved'} ({reached})"
    return (
        f"completed ({in_words(event.reason)}): {kept} after {counted(event.iterations, 'iteration')}, "
        f"{money(event.cost_microusd + debates_microusd)}{', debates included' if debates_microusd else ''}"
    )
