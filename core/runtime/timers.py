"""How long does repeated work take: how often, on average, and nearly always?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.analytics.measures import Timer

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES_MAX = 64
"""A p95 is taken of this many of the newest samples: enough for a tail, and no memory of yesterday's load."""

P95_PERCENT = 95


class Samples:
    """Durations of one kind of work, in nanoseconds."""

    __slots__ = ("_newest", "count", "errors", "total_ns")

    def __init__(self) -> None:
        self.count = 0
        self.total_ns = 0
        self.errors = 0
        self._newest: deque[int] = deque(maxlen=SAMPLES_MAX)

    @property
    def newest(self) -> tuple[int, ...]:
        """The newest samples, oldest of them first; at most `SAMPLES_MAX`."""
        return tuple(self._newest)

    def add(self, took_ns: int, *, is_error: bool = False) -> None:
        """Count one piece of work."""
        self.count += 1
        self.total_ns += took_ns
        self.errors += is_error
        self._newest.append(took_ns)

    def timer(self) -> Timer:
        """What the samples come to."""
        return Timer(count=self.count, total_ns=self.total_ns, p95_ns=p95(self._newest), errors=self.errors)


class Timers:
    """Durations by the name of the work. Belongs to one event loop."""

    def __init__(self, monotonic_ns: Callable[[], int]) -> None:
        self._monotonic_ns = monotonic_ns
        self._samples: dict[str, Samples] = {}

    def add(self, name: str, took_ns: int) -> None:
        """Count one piece of work; `name` is one of a few that the code has, never an operator's."""
        samples = self._samples.get(name)
        if samples is None:
            samples = self._samples[name] = Samples()
        samples.add(took_ns)

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Time what happens within, unless it raises."""
        began_ns = self._monotonic_ns()
        yield
        self.add(name, self._monotonic_ns() - began_ns)

    def timers(self) -> Mapping[str, Timer]:
        """All of them, by name."""
        return {name: samples.timer() for name, samples in sorted(self._samples.items())}


def p95(samples: deque[int] | tuple[int, ...]) -> int:
    """The least sample that 95 of 100 don't exceed; 0 of none."""
    if not samples:
        return 0
    rank = -(-len(samples) * P95_PERCENT // 100)
    return sorted(samples)[rank - 1]
