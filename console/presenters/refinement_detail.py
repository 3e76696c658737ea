"""Where does a refinement stand: how good is what it has, how it ended, and what comes next?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.drafts import score_text
from console.presenters.drafts_in_words import decided_in_words
from console.presenters.figures import score, spark, trend
from console.presenters.reasons import in_words
from console.presenters.refined import strategy_in_words
from console.presenters.shown import Line
from core.flows.refinement_deciding import ACCEPTED

if TYPE_CHECKING:
    from console.presenters.drafts import DraftsFold
    from console.presenters.shown import Part
    from core.domain.summary import SessionSummary

BEST = "★"
SPARK_CELLS = 8


def facts_of(summary: SessionSummary) -> list[str]:
    """What places a refinement, beside how long it took and its id."""
    limit = summary.rounds_limit
    lap = f"iteration {summary.round} of {limit}" if summary.round else f"{limit} iterations at most"
    return ["refinement", lap, *([f"approved at {score(summary.threshold_ppm)}"] if summary.threshold_ppm else [])]


def ended_line(summary: SessionSummary) -> Line:
    """`✓ approved  draft 3 of 3, score 0.86`, that it was accepted whatever its score, or that the best there was is
    kept."""
    is_approved = summary.outcome == "approved"
    approved = "✓ accepted" if summary.reason == ACCEPTED else "✓ approved"
    head = (approved, "ok strong") if is_approved else ("✓ kept, not approved", "attention strong")
    kept = f"draft {summary.best_draft}" if summary.best_draft else "no draft"
    at = "" if summary.score_ppm is None else f", score {score(summary.score_ppm)}"
    asked = f" of {score(summary.threshold_ppm)}" if at and summary.threshold_ppm and not is_approved else ""
    return Line((head, (f"  {kept}{at}{asked}: {in_words(summary.reason)}", "muted")), lines_max=2)


def score_parts(summary: SessionSummary, drafts: DraftsFold) -> list[Part]:
    """`score ▃▅▇ 0.86 ↑  ★ draft 3`: the heading has the threshold."""
    parts: list[Part] = [("score ", "muted")]
    scores = drafts.scores or summary.trend
    if scores:
        parts.append((f"{spark(scores, width=SPARK_CELLS)} {score(scores[-1])} {trend(scores)}", "text"))
    else:
        parts.append(("–", "muted"))
    kept = drafts.kept
    if kept is not None:
        parts.append((f"   {BEST} draft {kept.number}", "accent"))
        is_newest = bool(drafts.scores) and kept.score_ppm == drafts.scores[-1] and not kept.spread_ppm
        parts.append(("" if is_newest else f" {score_text(kept)}", "text"))
    return parts


def reason_line(drafts: DraftsFold, *, lines_max: int) -> Line | None:
    """How it is reviewed, and why the newest decision was taken."""
    newest = next((view for _, view in sorted(drafts.views.items(), reverse=True) if view.decided or view.scored), None)
    told = strategy_in_words(drafts.strategy) if drafts.strategy else ""
    if newest is not None and newest.decided is not None:
        told = f"draft {newest.number}: {decided_in_words(newest.decided)}"
    elif newest is not None and newest.scored is not None and newest.scored.reason:
        told = f"draft {newest.number}: {newest.scored.reason}"
    return Line(((told, "muted"),), lines_max=lines_max) if told else None
