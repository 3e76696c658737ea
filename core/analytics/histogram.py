"""How are many values remembered in little room, so that two such memories can be added?"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from core.domain.changing import changed

MINUTE_MS = 60_000

DURATION_MS_BOUNDS = (
    1_000,
    5_000,
    15_000,
    MINUTE_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    8 * MINUTE_MS,
    15 * MINUTE_MS,
    25 * MINUTE_MS,
    30 * MINUTE_MS,
    60 * MINUTE_MS,
)
"""From a rehearsal's seconds over what the shipped formats expect (8, 15, 25 minutes) and half an hour,
from which on a debate is called long, to an hour."""

ARGUMENTS_BOUNDS = (1, 2, 4, 6, 8, 12, 16, 24, 49)
"""At most one and from fifty on are unusual for a debate."""

CONSENSUS_PPM_BOUNDS = (100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000, 1_000_000)

ROUNDS_BOUNDS = (1, 2, 3, 4, 5, 7, 10, 20, 50)

COST_MICROUSD_BOUNDS = (0, 10_000, 50_000, 120_000, 250_000, 1_000_000, 5_000_000)
"""Nothing (a rehearsal), a cent, what the shipped formats expect (5, 12 and 25 cents), one dollar, five."""

LATENCY_MS_BOUNDS = (100, 300, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 120_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """`counts[i]` values were at most `bounds[i]` and above the bound before; the last count is of those above all.

    `total` is the sum of the values themselves, so that the mean is exact.
    """

    bounds: tuple[int, ...]
    counts: tuple[int, ...]
    total: int = 0

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)


def empty(bounds: tuple[int, ...]) -> Histogram:
    """A histogram of no values; `bounds` ascend."""
    return Histogram(bounds=bounds, counts=(0,) * (len(bounds) + 1))


def observed(histogram: Histogram, value: int) -> Histogram:
    """The histogram with one value more."""
    at = bisect_left(histogram.bounds, value)
    counts = histogram.counts
    return changed(histogram, counts=(*counts[:at], counts[at] + 1, *counts[at + 1 :]), total=histogram.total + value)


def both(one: Histogram, other: Histogram) -> Histogram:
    """The values of both. Raises ValueError where they were sorted into different buckets: those can't be added."""
    if one.bounds != other.bounds:
        raise ValueError("histograms with different bounds can't be added")
    counts = tuple(mine + others for mine, others in zip(one.counts, other.counts, strict=True))
    return changed(one, counts=counts, total=one.total + other.total)
