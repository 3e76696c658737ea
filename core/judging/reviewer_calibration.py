"""What does a reviewer's score stand for, going by drafts of which it is known how good they are?

Some of the drafts make the curve, the others tell what it is worth: a curve is judged only by drafts that it never saw.
Which are which follows from their texts, so that the same file always gives the same curve.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from core.judging.calibration import (
    Curve,
    Reliability,
    Stated,
    brier_ppm,
    calibration_error_ppm,
    fitted,
    fitted_by_tenths,
    recalibrated,
    reliability,
)

EXAMPLES_MIN = 20
"""Of fewer drafts nobody can tell what a score stands for."""

HELD_OUT_ONE_IN = 3
BY_SCORE_MIN = 150
"""From so many drafts on a curve follows single scores; below it tenths, which one odd draft bends less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A draft for a brief, what a reviewer scored it, and how good it is: 0 to 1 000 000."""

    brief: str
    draft: str
    score_ppm: int
    true_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How well scores tell how good drafts are: the curve, the expected calibration error, and Brier's score."""

    bars: tuple[Reliability, ...]
    error_ppm: int
    brier_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A curve made from `fitted_on` drafts, and what scores show on `held_out` others `before` and `after` it."""

    curve: Curve
    fitted_on: int
    held_out: int
    before: Shown
    after: Shown

    @property
    def is_better(self) -> bool:
        """Whether scores are nearer to the truth with the curve than without, by Brier's score: the calibration error
        alone would praise a curve that says the same of every draft."""
        return self.after.brier_ppm < self.before.brier_ppm


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerCurve:
    """A curve as a session pins it: whose scores it is about, which version it is, and its points."""

    reviewer: str
    version: int
    points: tuple[tuple[int, int], ...]

    def stands_for(self, score_ppm: int) -> int:
        """What a score of this reviewer stands for."""
        return recalibrated(Curve(points=self.points), score_ppm)


def fit_reviewer(examples: Sequence[Example]) -> Fit:
    """The curve of at least EXAMPLES_MIN examples, whose texts differ."""
    ordered = sorted(examples, key=_place)
    held_out = ordered[::HELD_OUT_ONE_IN]
    seen = [each for number, each in enumerate(ordered) if number % HELD_OUT_ONE_IN]
    made = [Stated(stated_ppm=each.score_ppm, true_ppm=each.true_ppm) for each in seen]
    curve = fitted(made) if len(made) >= BY_SCORE_MIN else fitted_by_tenths(made)
    before = [Stated(stated_ppm=each.score_ppm, true_ppm=each.true_ppm) for each in held_out]
    after = [Stated(stated_ppm=recalibrated(curve, each.stated_ppm), true_ppm=each.true_ppm) for each in before]
    return Fit(curve=curve, fitted_on=len(seen), held_out=len(held_out), before=shown(before), after=shown(after))


def shown(observed: Iterable[Stated]) -> Shown:
    """How well what was stated tells what is true."""
    all_of_them = tuple(observed)
    return Shown(
        bars=reliability(all_of_them),
        error_ppm=calibration_error_ppm(all_of_them),
        brier_ppm=brier_ppm(all_of_them),
    )


def _place(example: Example) -> str:
    """Where an example stands among the others, whatever the order of the file."""
    return sha256(f"{example.brief}\0{example.draft}".encode("utf-8", "surrogatepass")).hexdigest()
