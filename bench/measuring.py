"""How is something timed so that two figures of one run can be compared?

Machines are shared and their speed wanders, so that cases take turns in rounds and what counts is the median over the
rounds and its ratio to a bare baseline that was timed in the same rounds.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

NS_PER_US = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the report. `value` and `baseline` are in `unit`; each bound that is None asks for nothing.

    A value just above its bound of a busy machine says little: the ratio to `baseline` was taken in the same rounds.
    """

    case: str
    name: str
    value: float
    unit: str
    baseline: float | None = None
    value_max: float | None = None
    ratio_max: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline."""
        return self.value / self.baseline if self.baseline else None

    @property
    def has_target(self) -> bool:
        return self.value_max is not None or self.ratio_max is not None

    @property
    def is_missed(self) -> bool:
        """True where a bound is exceeded."""
        ratio = self.ratio
        return (self.value_max is not None and self.value > self.value_max) or (
            self.ratio_max is not None and ratio is not None and ratio > self.ratio_max
        )


def us_each(work: Callable[[int], object], count: int) -> float:
    """Microseconds for one of `count` pieces of work, by the wall's clock; garbage is collected before."""
    gc.collect()
    began_ns = time.perf_counter_ns()
    work(count)
    return (time.perf_counter_ns() - began_ns) / count / NS_PER_US


def interleaved(cases: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, float]:
    """The median of each case over `rounds`, in which the cases take turns. A first round warms up and is dropped."""
    readings: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, read in cases.items():
            reading = read()
            if number:
                readings[name].append(reading)
    return {name: median(each) for name, each in readings.items()}


def percentile(samples: Sequence[float], percent: int) -> float:
    """The least sample that `percent` of a hundred don't exceed."""
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def load_average() -> float:
    """How many processes wanted a core over the last minute."""
    return os.getloadavg()[0]
