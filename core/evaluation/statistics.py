"""How sure can one be of a difference that was seen on these tasks?

Sources: the exact test of McNemar's table, Q. McNemar 1947, Psychometrika 12:153–157, two-sided by the binomial; the
interval of a difference between paired shares, R. G. Newcombe 1998, Statistics in Medicine 17:2635–2650, method 10; how
many pairs it takes, R. J. Connor 1987, Biometrics 43:207–211, and what an exact test takes beyond that; several tests
at once, S. Holm 1979, Scandinavian Journal of Statistics 6:65–70; several intervals at once, by Bonferroni's
inequality, O. J. Dunn 1961, Journal of the American Statistical Association 56:52–64. Shares are parts per million.
Nothing is decided by any of these: they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from core.domain.intervals import wilson_ppm

PPM = 1_000_000
LEVEL_PPM = 50_000
"""A difference tells where chance alone would bring one as large in less than one of twenty evaluations."""
POWER_PPM = 800_000
"""How often a difference that is there should be found by as many tasks as we say it takes."""
Z_LEVEL = 1.959964
Z_POWER = 0.841621
"""The normal quantiles of the two above: of 97.5 %, and of 80 %."""
APART_MIN = 6
"""On so many tasks at least the two have to part for the exact test to tell anything: five to none may be chance."""
TASKS_TOLD_MAX = 10_000_000
"""More tasks than this nobody has: it is then said that more would be needed."""
STEPS_MAX = 21
"""Halving parts per million this often leaves less than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Tasks that two arms have both answered: how many both had right, only the first, only the second, neither."""

    both: int = 0
    first: int = 0
    second: int = 0
    neither: int = 0

    @property
    def counted(self) -> int:
        return self.both + self.first + self.second + self.neither

    @property
    def disagreeing_ppm(self) -> int:
        """The share of tasks that exactly one of the two had right."""
        return (self.first + self.second) * PPM // self.counted if self.counted else 0

    @property
    def difference_ppm(self) -> int:
        """By how much the first was right more often than the second; negative where it was less."""
        if not self.counted:
            return 0
        size = abs(self.first - self.second) * PPM // self.counted
        return size if self.first >= self.second else -size


def exact_mcnemar_ppm(pairs: Pairs) -> int:
    """How often chance alone would part two equally good arms at least as far: the p of the exact test, two-sided.

    Rounded up, so that nothing looks surer than it is.
    """
    apart, least = pairs.first + pairs.second, min(pairs.first, pairs.second)
    term = summed = 1  # of apart over i, for i = 0
    for i in range(least):
        term = term * (apart - i) // (i + 1)
        summed += term
    return min(PPM, -(-2 * summed * PPM // (1 << apart)))


def difference_interval_ppm(pairs: Pairs, *, among: int = 1) -> tuple[int, int]:
    """Between which two values the difference lies with 95 % confidence; all there is where nothing was counted.

    Of intervals that stand `among` so many, all hold what they are about with that confidence together.
    """
    counted, z_milli = pairs.counted, _z_milli(among)
    if not counted:
        return -PPM, PPM
    first, second = (pairs.both + pairs.first) / counted, (pairs.both + pairs.second) / counted
    low_first, high_first = (each / PPM for each in wilson_ppm(pairs.both + pairs.first, counted, z_milli=z_milli))
    low_second, high_second = (each / PPM for each in wilson_ppm(pairs.both + pairs.second, counted, z_milli=z_milli))
    phi = _together(pairs)
    below = _root(
        (first - low_first) ** 2, phi * (first - low_first) * (high_second - second), (high_second - second) ** 2
    )
    above = _root(
        (second - low_second) ** 2, phi * (second - low_second) * (high_first - first), (high_first - first) ** 2
    )
    difference = first - second
    low, high = difference - below, difference + above
    return max(-PPM, round(low * PPM)), min(PPM, round(high * PPM))


def _z_milli(among: int) -> int:
    """How many thousandths of a standard deviation an interval reaches to each side; rounded up, as is all here."""
    return ceil(NormalDist().inv_cdf(1 - LEVEL_PPM / PPM / 2 / max(1, among)) * 1_000)


def _root(left: float, mixed: float, right: float) -> float:
    return sqrt(max(0.0, left - 2 * mixed + right))


def _together(pairs: Pairs) -> float:
    """How far the two are right on the same tasks, Newcombe's phi with its correction for continuity."""
    margins = (
        (pairs.both + pairs.first)
        * (pairs.second + pairs.neither)
        * (pairs.both + pairs.second)
        * (pairs.first + pairs.neither)
    )
    if not margins:
        return 0.0
    apart = pairs.both * pairs.neither - pairs.first * pairs.second
    mended = max(0, 2 * apart - pairs.counted) if apart > 0 else 2 * apart  # twice, so that a half of it stays whole
    return mended / (2 * sqrt(margins))


def tasks_to_tell(*, difference_ppm: int, disagreeing_ppm: int) -> int | None:
    """How many tasks would tell a difference of this size, where the two disagree about this share of them: four times
    of five, at a level of one in twenty. None where no number that anybody has would, or there is no difference.

    Connor's number is that of a test which counts in fractions. The exact one counts whole tasks, which takes about one
    over the difference more: the usual correction for continuity.
    """
    difference, disagreeing = abs(difference_ppm) / PPM, disagreeing_ppm / PPM
    if not difference or difference > disagreeing:
        return None
    wanted = (Z_LEVEL * sqrt(disagreeing) + Z_POWER * sqrt(disagreeing - difference**2)) / difference
    tasks = max(ceil(wanted**2 + 1 / difference), ceil(APART_MIN / disagreeing))
    return tasks if tasks <= TASKS_TOLD_MAX else None


def least_difference_ppm(*, tasks: int, disagreeing_ppm: int) -> int | None:
    """The smallest difference that so many tasks would have told as above; None where they would tell none at all."""
    low, high = 0, disagreeing_ppm
    needed = tasks_to_tell(difference_ppm=high, disagreeing_ppm=disagreeing_ppm)
    if needed is None or needed > tasks:
        return None
    for _ in range(STEPS_MAX):
        middle = (low + high) // 2
        needed = tasks_to_tell(difference_ppm=middle, disagreeing_ppm=disagreeing_ppm)
        low, high = (low, middle) if needed is not None and needed <= tasks else (middle, high)
    return high


def holm_ppm(ps: Sequence[int]) -> tuple[int, ...]:
    """Each p as it counts among so many: taken for itself, one of twenty would look telling by chance."""
    adjusted = [0] * len(ps)
    most = 0
    for rank, at in enumerate(sorted(range(len(ps)), key=lambda at: ps[at])):
        most = max(most, min(PPM, (len(ps) - rank) * ps[at]))
        adjusted[at] = most
    return tuple(adjusted)
