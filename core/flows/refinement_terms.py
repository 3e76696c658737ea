"""On what terms is a draft refined: who reviews it how, when is it good enough, and when does it stop?

The terms are pinned in the opening as canonical JSON, which the engine carries and only this flow reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from core.domain.errors import NotVerifiableHere
from core.domain.ids import NO_TEMPLATE, TemplateId
from core.judging.criteria import NO_CRITERIA, Check, CheckKind, Criteria, Criterion
from core.judging.reviewer_calibration import ReviewerCurve

THRESHOLD_PPM_DEFAULT = 850_000
ITERATIONS_DEFAULT, ITERATIONS_MAX = 5, 50
PATIENCE_DEFAULT = 2
GAIN_PPM_MIN_DEFAULT = 10_000


class Strategy(StrEnum):
    """Who says how good a draft is: one reviewer, several, its own writer, somebody who looks for the worst flaw, a
    debate about it, or a person."""

    SINGLE = "single"
    PANEL = "panel"
    SELF = "self"
    ADVERSARIAL = "adversarial"
    DEBATE = "debate"
    HUMAN = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementTerms:
    """`threshold_ppm` is the score at which a draft is approved. `iterations_max` counts drafts, the first among them.
    After `patience` reviewed drafts in a row of which none beats the best by `gain_ppm_min` it stops.

    `draft` is the first one where it is given, "" where it is to be written. With `is_pairwise` each draft is also
    compared with the best so far, twice, in both orders. `weight_*_ppm` say how much each kind of score counts among
    those that there are. `debate_template` is the format by which a draft is debated, where that is the strategy.
    `calibrations` say what the scores of reviewers stand for whose models are calibrated.
    """

    strategy: Strategy = Strategy.SINGLE
    threshold_ppm: int = THRESHOLD_PPM_DEFAULT
    iterations_max: int = ITERATIONS_DEFAULT
    patience: int = PATIENCE_DEFAULT
    gain_ppm_min: int = GAIN_PPM_MIN_DEFAULT
    draft: str = ""
    criteria: Criteria = NO_CRITERIA
    is_pairwise: bool = False
    weight_reviews_ppm: int = 1_000_000
    weight_checks_ppm: int = 1_000_000
    weight_pairwise_ppm: int = 500_000
    debate_template: TemplateId = NO_TEMPLATE
    calibrations: tuple[ReviewerCurve, ...] = ()

    def stands_for(self, model: str, score_ppm: int | None) -> int | None:
        """What a score of this model stands for; None where it is uncalibrated, or gave none."""
        curve = next((each for each in self.calibrations if each.reviewer == model), None)
        return None if curve is None or score_ppm is None else curve.stands_for(score_ppm)


def terms_as_json(terms: RefinementTerms) -> str:
    """The one JSON text of `terms`: keys sorted, no spaces. `terms_from_json` reads it back."""
    return json.dumps(asdict(terms), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def terms_from_json(text: str) -> RefinementTerms:
    """What `terms_as_json` wrote, here or in an older release. Raises NotVerifiableHere for what a newer one wrote."""
    try:
        plain: dict[str, Any] = json.loads(text)
        return RefinementTerms(
            **{
                **plain,
                "strategy": Strategy(plain["strategy"]),
                "criteria": _criteria(plain["criteria"]),
                "debate_template": TemplateId(plain.get("debate_template", NO_TEMPLATE)),
                "calibrations": tuple(map(_curve, plain.get("calibrations", ()))),
            }
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotVerifiableHere(
            f"its terms can't be read: {str(error)[:200]}.",
            where="refinement",
            now="Open it with the moot that made it.",
        ) from error


def _criteria(plain: Mapping[str, Any]) -> Criteria:
    return Criteria(
        criteria=tuple(Criterion(**each) for each in plain["criteria"]),
        checks=tuple(Check(**{**each, "kind": CheckKind(each["kind"])}) for each in plain["checks"]),
    )


def _curve(plain: Mapping[str, Any]) -> ReviewerCurve:
    return ReviewerCurve(**{**plain, "points": tuple((stated, true) for stated, true in plain["points"])})
