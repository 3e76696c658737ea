"""How far apart are two shares that were counted in different sessions, and how many more sessions would tell?

The interval of the difference between independent shares: R. G. Newcombe 1998, Statistics in Medicine 17:873–890,
method 10. Who looks at several differences at once finds one by chance; so each interval is widened for the number of
looks (O. J. Dunn 1961, Journal of the American Statistical Association 56:52–64, after Bonferroni). Nothing is decided
by any of these: they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil, erfc, isqrt, sqrt

from core.domain.intervals import PPM, wilson_ppm

LEVEL = 0.05
Z_POWER = 0.841621
"""The normal quantile of 80 %: how often a difference that is there should be found."""

SESSIONS_TOLD_MAX = 100_000
HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`count` of `of`."""

    count: int
    of: int

    @property
    def ppm(self) -> int:
        """Rounded down; 0 of nothing."""
        return self.count * PPM // self.of if self.of else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """By how much the first share is above the second, between which two values that lies, and how many more sessions
    of each it would take to tell a difference of this size; 0 where it is told, None where no number that anybody has
    would."""

    ppm: int
    low_ppm: int
    high_ppm: int
    sessions_needed: int | None

    @property
    def is_told(self) -> bool:
        """True where chance alone hardly brings one as large about."""
        return self.low_ppm > 0 or self.high_ppm < 0


def difference_of(first: Counted, second: Counted, *, looks: int = 1) -> Difference:
    """The difference, as one of so many that are looked at together."""
    z_milli = z_milli_of(looks)
    low_first, high_first = wilson_ppm(first.count, first.of, z_milli=z_milli)
    low_second, high_second = wilson_ppm(second.count, second.of, z_milli=z_milli)
    ppm = first.ppm - second.ppm
    if not first.of or not second.of:
        return Difference(ppm=0, low_ppm=-PPM, high_ppm=PPM, sessions_needed=None)
    below = isqrt((first.ppm - low_first) ** 2 + (high_second - second.ppm) ** 2) + 1
    above = isqrt((high_first - first.ppm) ** 2 + (second.ppm - low_second) ** 2) + 1
    low_ppm, high_ppm = max(-PPM, ppm - below), min(PPM, ppm + above)
    is_told = low_ppm > 0 or high_ppm < 0
    needed = 0 if is_told else _needed(first, second, looks=looks)
    return Difference(ppm=ppm, low_ppm=low_ppm, high_ppm=high_ppm, sessions_needed=needed)


def sessions_to_tell(first_ppm: int, second_ppm: int, *, looks: int = 1) -> int | None:
    """How many sessions of each would tell these two shares apart four times of five; None where none would."""
    one, other = first_ppm / PPM, second_ppm / PPM
    apart = abs(one - other)
    if not apart:
        return None
    both = (one + other) / 2
    wanted = z_milli_of(looks) / 1_000 * sqrt(2 * both * (1 - both)) + Z_POWER * sqrt(
        one * (1 - one) + other * (1 - other)
    )
    sessions = ceil((wanted / apart) ** 2) + 1
    return sessions if sessions <= SESSIONS_TOLD_MAX else None


@cache
def z_milli_of(looks: int) -> int:
    """The normal quantile for one of so many looks, in thousandths, rounded up."""
    tail = LEVEL / max(1, looks)
    low, high = 0.0, 40.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if erfc(middle / sqrt(2)) > tail else (low, middle)
    return ceil(high * 1_000)


def _needed(first: Counted, second: Counted, *, looks: int) -> int | None:
    sessions = sessions_to_tell(first.ppm, second.ppm, looks=looks)
    return None if sessions is None else max(1, sessions - min(first.of, second.of))
