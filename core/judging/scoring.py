"""How good is a draft, after all that was said of it?

Each way of scoring makes one part of what it alone looks at; the score is the weighted mean of the parts that there
are. So the score of a draft lies between its worst part and its best, no better part makes it worse, and neither the
order of the reviewers nor a part without weight changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.changing import maker

PPM = 1_000_000

REVIEWS, CHECKS, PAIRWISE = "reviews", "checks", "pairwise"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """Whether the draft passed a check."""

    id: str
    has_passed: bool
    weight_ppm: int = PPM
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What `reviewer` preferred who was shown draft `first` before draft `second`: one of their numbers, 0 for
    neither."""

    reviewer: str
    first: int
    second: int
    preferred: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All that was said of draft `draft`. `reviews` has a score for each reviewer, None where none could be read, of
    which so many are `calibrated`; `best_ppm` is the score of the best draft before it, with which it was compared."""

    draft: int
    reviews: tuple[int | None, ...] = ()
    checks: tuple[CheckOutcome, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    best_ppm: int | None = None
    calibrated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each part counts among those that there are."""

    reviews_ppm: int = PPM
    checks_ppm: int = PPM
    pairwise_ppm: int = PPM // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one way of scoring makes of a draft, and why; `ppm` is None where it has nothing to say. `spread_ppm` is how
    far apart those were whom it counts."""

    ppm: int | None
    reason: str
    spread_ppm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """`score_ppm` is None where nobody gave a score that could be read. `blocked_by` names the required checks that the
    draft fails: none that fails one is approved, whatever its score."""

    score_ppm: int | None
    parts: Mapping[str, int]
    spread_ppm: int | None
    reason: str
    blocked_by: tuple[str, ...] = ()


_made_part, _made_scored = maker(Part), maker(Scored)
_NO_CHECKS = Part(ppm=None, reason="no checks")
_COMPARED_WITH_NONE = Part(ppm=None, reason="compared with none")


class Scoring(Protocol):
    """One way to score a draft. Pure, and blind to what others look at."""

    @property
    def name(self) -> str: ...
    def part(self, said: Said) -> Part:
        """Its part of the score. A better word on what it looks at never makes it smaller."""
        ...


@dataclass(frozen=True, slots=True)
class ByReviews:
    """The median of the reviewers: one that always says 1.0, or 0.0, moves a panel by one place at most."""

    name: str = REVIEWS

    def part(self, said: Said) -> Part:
        scores = sorted([score for score in said.reviews if score is not None])
        unread = len(said.reviews) - len(scores)
        missing = f", {unread} could not be read" if unread else ""
        if said.calibrated:
            missing = f", {said.calibrated} of {len(scores)} calibrated{missing}"
        if not scores:
            return Part(ppm=None, reason=f"no review with a score{missing}")
        middle = median(scores)
        if len(scores) == 1:
            return _made_part(ppm=middle, reason=f"the reviewer says {told(middle)}{missing}", spread_ppm=0)
        spread = scores[-1] - scores[0]
        reason = f"{len(scores)} reviewers say {told(middle)} in the middle, {told(spread)} apart{missing}"
        return Part(ppm=middle, reason=reason, spread_ppm=spread)


@dataclass(frozen=True, slots=True)
class ByChecks:
    """The share of the checks that are passed, by their weights."""

    name: str = CHECKS

    def part(self, said: Said) -> Part:
        total = sum([check.weight_ppm for check in said.checks]) if said.checks else 0
        if not total:
            return _NO_CHECKS
        passed = sum(check.weight_ppm for check in said.checks if check.has_passed)
        count = sum(check.has_passed for check in said.checks)
        return Part(ppm=passed * PPM // total, reason=f"{count} of {len(said.checks)} checks passed")


@dataclass(frozen=True, slots=True)
class ByPreference:
    """What the comparisons with the best draft so far say, told on the scale of the score.

    Who prefers neither, or each draft once, puts it where the best one is. Preferred in both orders it lies above, and
    how far nobody was asked: it is put halfway to the top, and one that lost twice halfway to the bottom.
    """

    name: str = PAIRWISE

    def part(self, said: Said) -> Part:
        if said.best_ppm is None or not said.comparisons:
            return _COMPARED_WITH_NONE
        reviewers = sorted({comparison.reviewer for comparison in said.comparisons})
        leanings = [
            leaning([comparison for comparison in said.comparisons if comparison.reviewer == reviewer], said.draft)
            for reviewer in reviewers
        ]
        places = {1: (said.best_ppm + PPM) // 2, 0: said.best_ppm, -1: said.best_ppm // 2}
        won, lost = leanings.count(1), leanings.count(-1)
        reason = f"against the best so far {won} for it, {lost} against it, {len(leanings) - won - lost} for neither"
        return Part(ppm=sum(places[each] for each in leanings) // len(leanings), reason=reason)


def leaning(comparisons: Sequence[Comparison], draft: int) -> int:
    """+1 where one reviewer prefers `draft` whichever was shown first, -1 where the other, 0 where the order decided,
    where neither was preferred, or where it was shown in one order only."""
    first = {_side(comparison, draft) for comparison in comparisons if comparison.first == draft}
    second = {_side(comparison, draft) for comparison in comparisons if comparison.second == draft}
    return first.pop() if len(first) == 1 and first == second else 0


def _side(comparison: Comparison, draft: int) -> int:
    if comparison.preferred == draft:
        return 1
    return -1 if comparison.preferred in (comparison.first, comparison.second) else 0


WAYS: tuple[Scoring, ...] = (ByReviews(), ByChecks(), ByPreference())


def score_draft(said: Said, weights: Weights) -> Scored:
    """What all that was said of a draft comes to."""
    by_name = {REVIEWS: weights.reviews_ppm, CHECKS: weights.checks_ppm, PAIRWISE: weights.pairwise_ppm}
    blocked_by = blocking(said.checks) if said.checks else ()
    return combine({way.name: way.part(said) for way in WAYS}, by_name, blocked_by=blocked_by)


def combine(parts: Mapping[str, Part], weights: Mapping[str, int], *, blocked_by: tuple[str, ...] = ()) -> Scored:
    """The weighted mean of those parts that say something and have a weight."""
    counted = {name: part.ppm for name, part in parts.items() if part.ppm is not None and weights[name] > 0}
    total = sum([weights[name] for name in counted])
    spread = next((part.spread_ppm for part in parts.values() if part.spread_ppm is not None), None)
    score = sum([ppm * weights[name] for name, ppm in counted.items()]) // total if total else None
    spoken = [parts[name].reason for name in counted]
    if REVIEWS in parts and REVIEWS not in counted and weights[REVIEWS] > 0:
        spoken.append(parts[REVIEWS].reason)
    failed = f"it fails {', '.join(blocked_by)}, which is required" if blocked_by else ""
    return _made_scored(
        score_ppm=score,
        parts=counted,
        spread_ppm=spread,
        reason="; ".join(filter(None, (*spoken, failed))),
        blocked_by=blocked_by,
    )


def blocking(checks: Iterable[CheckOutcome]) -> tuple[str, ...]:
    """The required checks that are failed."""
    return tuple([check.id for check in checks if check.is_required and not check.has_passed])


def median(scores: Sequence[int]) -> int:
    """The middle of at least one sorted score; of two in the middle, what lies halfway, rounded down."""
    middle = len(scores) // 2
    return scores[middle] if len(scores) % 2 else (scores[middle - 1] + scores[middle]) // 2


def told(ppm: int) -> str:
    """A score as operators read and write it, such as 0.62, with a third decimal where it has one."""
    thousandths = ppm * 1_000 // PPM
    return f"{thousandths // 1_000}.{thousandths % 1_000:03}".removesuffix("0")
