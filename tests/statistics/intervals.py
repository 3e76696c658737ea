"""How sure is a figure that was counted over seeds?

Nothing here decides anything: it is arithmetic for tests, and may be done in floats.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from random import Random
from typing import TypeVar

Z = 1.96
"""Intervals hold what they are about 95 times in 100. Seeds are fixed, so that a test which passes goes on passing."""

RESAMPLES = 200

Sample = TypeVar("Sample")


def of_mean(values: Sequence[float]) -> tuple[float, float]:
    """The interval of a mean."""
    count = len(values)
    mean = sum(values) / count
    spread = sqrt(sum((value - mean) ** 2 for value in values) / (count - 1) / count)
    return mean - Z * spread, mean + Z * spread


def of_figure(samples: Sequence[Sample], figure: Callable[[Sequence[Sample]], float]) -> tuple[float, float]:
    """The interval of whatever is reckoned from samples, by drawing them again with returning (bootstrap)."""
    drawing = Random(20_261_120)
    found = sorted(figure(drawing.choices(samples, k=len(samples))) for _ in range(RESAMPLES))
    cut = RESAMPLES * 25 // 1_000
    return found[cut], found[-cut - 1]
