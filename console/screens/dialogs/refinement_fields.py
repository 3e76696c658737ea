"""What does that which stands in the fields of a new refinement ask for, and in which field is it wrong?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from console.criteria_files import read_criteria_file
from console.screens.dialogs.number import read_dollars, read_whole
from console.text_files import read_text
from core.domain.errors import MootError
from core.flows.refinement_terms import ITERATIONS_DEFAULT, PATIENCE_DEFAULT, THRESHOLD_PPM_DEFAULT, Strategy
from core.judging.criteria import NO_CRITERIA
from core.runtime.refining_requests import RefinementPlan, RefinementRequest

if TYPE_CHECKING:
    from core.domain.steps import Document
    from core.judging.criteria import Criteria

STAND_IN_BRIEF = "?"
"""What is planned while there is no brief yet, so that minutes and dollars show from the beginning."""

DRAFT_BYTES_MAX = 1_000_000
PPM_ONE = 1_000_000

PLACES = (
    "brief",
    "strategy",
    "writer",
    "reviewers",
    "evidence",
    "draft",
    "criteria",
    "threshold",
    "iterations",
    "patience",
    "budget",
    "format",
    "rules",
    "seed",
)
"""Where a fault can be said, in the order of the fields."""

Plan = Callable[[RefinementRequest], Awaitable[RefinementPlan]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in the fields, as it was written. `reviewers` are names with blanks or commas between them."""

    brief: str
    strategy: str = Strategy.SINGLE
    writer: str = ""
    reviewers: str = ""
    evidence: str = ""
    draft: str = ""
    criteria: str = ""
    threshold: str = ""
    iterations: str = ""
    patience: str = ""
    budget: str = ""
    format: str = ""
    rules: str = ""
    seed: str = ""
    is_pairwise: bool = False


def request_of(
    written: Written, documents: tuple[Document, ...], faults: dict[str, str], *, default_model: str
) -> RefinementRequest:
    """The request, with what can't be read left out; `faults` says of each such field why."""
    threshold = _score(written.threshold)
    iterations, patience, seed = (read_whole(each) for each in (written.iterations, written.patience, written.seed))
    cap = read_dollars(written.budget)
    if written.threshold and threshold is None:
        faults["threshold"] = f"{written.threshold!r:.40} is no score from 0 to 1, such as 0.85."
    if written.iterations and iterations is None:
        faults["iterations"] = f"{written.iterations!r:.40} is no number of drafts, such as 5."
    if written.patience and patience is None:
        faults["patience"] = f"{written.patience!r:.40} is no number of drafts, such as 2."
    if written.budget and cap is None:
        faults["budget"] = f"{written.budget!r:.40} is no amount in dollars, such as 0.25."
    if written.seed and seed is None:
        faults["seed"] = f"{written.seed!r:.40} is no seed: a whole number."
    return RefinementRequest(
        brief=written.brief or STAND_IN_BRIEF,
        draft=_draft(written.draft, faults),
        strategy=written.strategy,
        threshold_ppm=THRESHOLD_PPM_DEFAULT if threshold is None else threshold,
        iterations=ITERATIONS_DEFAULT if iterations is None else iterations,
        patience=PATIENCE_DEFAULT if patience is None else patience,
        criteria=_criteria(written.criteria, faults),
        is_pairwise=written.is_pairwise,
        reviewers=tuple(written.reviewers.replace(",", " ").split()),
        casting={"": written.writer or default_model},
        documents=documents,
        cap_microusd=cap,
        seed=seed,
        rules=written.rules,
        debate_template=written.format if written.strategy == Strategy.DEBATE else "",
    )


async def place_of_fault(plan: Plan, request: RefinementRequest, refusal: str) -> str:
    """Which part of a refused request it is: the one without which it can be held; where several are wrong, the one
    without which something else is said than `refusal`."""
    usual = RefinementRequest(brief=STAND_IN_BRIEF)
    without: tuple[tuple[str, RefinementRequest], ...] = (
        ("reviewers", replace(request, reviewers=())),
        ("writer", replace(request, casting={})),
        ("draft", replace(request, draft="")),
        ("criteria", replace(request, criteria=NO_CRITERIA)),
        ("threshold", replace(request, threshold_ppm=usual.threshold_ppm)),
        ("iterations", replace(request, iterations=usual.iterations)),
        ("patience", replace(request, patience=usual.patience)),
        ("budget", replace(request, cap_microusd=None)),
        ("format", replace(request, debate_template="")),
        ("rules", replace(request, rules="")),
        ("seed", replace(request, seed=None)),
        ("strategy", replace(request, strategy=usual.strategy, debate_template="")),
        ("brief", replace(request, brief=STAND_IN_BRIEF)),
    )
    said_otherwise = ""
    for place, other in without:
        if other == request:
            continue
        try:
            await plan(other)
        except MootError as error:
            if not said_otherwise and str(error) != refusal:
                said_otherwise = place
            continue
        return place
    return said_otherwise or ("evidence" if request.documents else "writer")


def _score(text: str) -> int | None:
    """Parts per million from `0.85`, exactly; None where it is no score."""
    share = read_dollars(text) if "$" not in text else None
    return share if share is not None and share <= PPM_ONE else None


def _draft(written: str, faults: dict[str, str]) -> str:
    if not written:
        return ""
    try:
        return read_text(Path(written).expanduser(), bytes_max=DRAFT_BYTES_MAX, large="Refine it part by part.")
    except (MootError, RuntimeError) as error:
        faults["draft"] = str(error)
        return ""


def _criteria(written: str, faults: dict[str, str]) -> Criteria:
    """Which programs may check is for the core to say: its plan refuses one that isn't allowed."""
    if not written:
        return NO_CRITERIA
    try:
        return read_criteria_file(Path(written).expanduser(), None)
    except (MootError, RuntimeError) as error:
        faults["criteria"] = str(error)
        return NO_CRITERIA
