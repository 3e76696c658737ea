"""What is asked for when a draft is to be refined, and what would it be?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.domain.errors import WrongUse, nearest
from core.domain.estimates import Estimate
from core.domain.ids import DEFAULT_RULE_SET, SessionId, TemplateId
from core.domain.participants import Seat
from core.domain.steps import Document
from core.flows.refinement_terms import (
    GAIN_PPM_MIN_DEFAULT,
    ITERATIONS_DEFAULT,
    PATIENCE_DEFAULT,
    THRESHOLD_PPM_DEFAULT,
    RefinementTerms,
    Strategy,
    terms_as_json,
    terms_from_json,
)
from core.judging.criteria import NO_CRITERIA, PPM, Criteria
from core.runtime.request_forms import require_forms


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementRequest:
    """`draft` is the first one where there is one already. `reviewers` name a participant or a model for each seat that
    reviews, in order; `casting` names one for a role or a seat, `""` for all others. `rules` is the set of rules to
    follow, `nothing` for none at all. `debate_template` is the format by which a draft is debated, where that is the
    strategy. None or "" leaves a choice to the defaults; the rest is as in `RefinementTerms`."""

    brief: str
    draft: str = ""
    strategy: str = Strategy.SINGLE
    threshold_ppm: int = THRESHOLD_PPM_DEFAULT
    iterations: int = ITERATIONS_DEFAULT
    patience: int = PATIENCE_DEFAULT
    gain_ppm_min: int = GAIN_PPM_MIN_DEFAULT
    criteria: Criteria = NO_CRITERIA
    is_pairwise: bool = False
    weight_reviews_ppm: int = PPM
    weight_checks_ppm: int = PPM
    weight_pairwise_ppm: int = PPM // 2
    reviewers: tuple[str, ...] = ()
    casting: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    cap_microusd: int | None = None
    seed: int | None = None
    title: str = ""
    origin: str = "operator"
    rules: str = ""
    debate_template: str = ""

    def __post_init__(self) -> None:
        require_forms(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementPlan:
    """What a request would start, and what it may take with those who are cast."""

    terms: RefinementTerms
    seats: tuple[Seat, ...]
    estimate: Estimate
    cap_microusd: int | None
    is_rehearsal: bool
    notes: tuple[str, ...]
    rule_set: str = DEFAULT_RULE_SET


def terms_of(request: RefinementRequest) -> RefinementTerms:
    """The terms that a request asks for. Raises WrongUse for a strategy that nobody knows."""
    if request.strategy not in tuple(Strategy):
        raise WrongUse(
            f"no strategy is called {request.strategy!r}.",
            where="strategy",
            now=nearest(request.strategy, Strategy) or f"It is one of {', '.join(Strategy)}.",
        )
    return RefinementTerms(
        strategy=Strategy(request.strategy),
        threshold_ppm=request.threshold_ppm,
        iterations_max=request.iterations,
        patience=request.patience,
        gain_ppm_min=request.gain_ppm_min,
        draft=request.draft,
        criteria=request.criteria,
        is_pairwise=request.is_pairwise,
        weight_reviews_ppm=request.weight_reviews_ppm,
        weight_checks_ppm=request.weight_checks_ppm,
        weight_pairwise_ppm=request.weight_pairwise_ppm,
        debate_template=TemplateId(request.debate_template),
    )


def refinement_as_body(request: RefinementRequest, *, session: SessionId) -> Mapping[str, object]:
    """The request in plain JSON values, as it travels to the driver; `refinement_from_body` reads it back."""
    return {
        "session": session,
        "brief": request.brief,
        "terms": terms_as_json(terms_of(request)),
        "reviewers": list(request.reviewers),
        "casting": dict(request.casting),
        "documents": [{"name": each.name, "digest": each.digest} for each in request.documents],
        "cap_microusd": request.cap_microusd,
        "seed": request.seed,
        "title": request.title,
        "rules": request.rules,
    }


def refinement_from_body(body: Mapping[str, Any], *, documents: Sequence[Document], origin: str) -> RefinementRequest:
    """What a body asks for, with the documents that it names."""
    terms = terms_from_json(str(body["terms"]))
    return RefinementRequest(
        brief=str(body["brief"]),
        draft=terms.draft,
        strategy=terms.strategy.value,
        threshold_ppm=terms.threshold_ppm,
        iterations=terms.iterations_max,
        patience=terms.patience,
        gain_ppm_min=terms.gain_ppm_min,
        criteria=terms.criteria,
        is_pairwise=terms.is_pairwise,
        weight_reviews_ppm=terms.weight_reviews_ppm,
        weight_checks_ppm=terms.weight_checks_ppm,
        weight_pairwise_ppm=terms.weight_pairwise_ppm,
        reviewers=tuple(str(each) for each in body.get("reviewers", ())),
        casting=dict(body.get("casting", {})),
        documents=tuple(documents),
        cap_microusd=body.get("cap_microusd"),
        seed=body.get("seed"),
        title=str(body.get("title", "")),
        origin=origin,
        rules=str(body.get("rules", "")),
        debate_template=terms.debate_template,
    )
