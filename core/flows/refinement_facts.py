"""What can a rule know of a refinement?"""

from __future__ import annotations

from core.domain.facts import FactSpec, FactUnit, FactValue
from core.flows.refinement_state import RefinementState
from core.flows.refinement_terms import ITERATIONS_MAX, Strategy
from core.flows.spoken_facts import SPOKEN_FACTS, spoken_facts
from core.judging.criteria import PPM

FLOW = "refinement"


def _count(name: str, meaning: str, *, example: int, least: int = 0, most: int | None = None) -> FactSpec:
    return FactSpec(
        name=name,
        unit=FactUnit.COUNT,
        meaning=meaning,
        example=example,
        least=least,
        most=most,
        is_always_known=True,
        flow=FLOW,
    )


def _score(name: str, meaning: str, *, example: int, least: int = 0) -> FactSpec:
    return FactSpec(name=name, unit=FactUnit.PPM, meaning=meaning, example=example, least=least, most=PPM, flow=FLOW)


REFINEMENT_FACTS: tuple[FactSpec, ...] = (
    _score("score_ppm", "the score of the newest draft that has one", example=720_000),
    _score("best_score_ppm", "the score of the best draft so far", example=810_000),
    _score("score_gain_ppm", "by how much the newest score differs from the one before", example=-30_000, least=-PPM),
    _score("score_spread_ppm", "how far apart the reviewers of the newest scored draft are", example=150_000),
    _count("iteration", "the iteration under way, from 1", example=3, most=ITERATIONS_MAX),
    _count("iterations_limit", "iterations there may be", example=5, least=1, most=ITERATIONS_MAX),
    _count("draft_count", "drafts presented so far", example=3),
    _count("stale_draft_count", "the newest drafts of which none beat the best before it by enough", example=1),
    FactSpec(
        name="strategy",
        unit=FactUnit.WORD,
        meaning="who says how good a draft is",
        example=Strategy.SINGLE.value,
        words=tuple(strategy.value for strategy in Strategy),
        is_always_known=True,
        flow=FLOW,
    ),
    *SPOKEN_FACTS,
)


def facts_of(refinement: RefinementState) -> dict[str, FactValue]:
    """A value for each of REFINEMENT_FACTS."""
    newest, drafts, turns = refinement.newest_scored, refinement.drafts, refinement.turns
    scored = newest.scored if newest is not None else None
    best = refinement.draft(refinement.best).score_ppm if refinement.best else None
    last = turns[-1] if turns else None
    roles = [seat.role for seat in refinement.seats.values()]
    return {
        **spoken_facts(last, statements=len(refinement.statements), roles=roles),
        "score_ppm": scored.score_ppm if scored is not None else None,
        "best_score_ppm": best,
        "score_gain_ppm": refinement.gain_ppm,
        "score_spread_ppm": scored.spread_ppm if scored is not None else None,
        "iteration": refinement.iteration,
        "iterations_limit": refinement.iterations_limit,
        "draft_count": len(drafts),
        "stale_draft_count": refinement.stale,
        "strategy": str(refinement.terms.strategy),
    }
