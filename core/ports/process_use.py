"""What does this process take of the machine?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessUse:
    """What the process has taken. `cpu_ns` is the processor time of all its threads since it began, `at_ns` a monotonic
    moment to hold it against; `machine_free_ppm` the share of the machine's memory that anybody may still have."""

    at_ns: int
    cpu_ns: int
    memory_bytes: int
    machine_free_ppm: int


ReadProcessUse = Callable[[], ProcessUse]
"""Asks the system, which takes well under a millisecond. Raises OSError where it doesn't say."""


def cpu_ppm(before: ProcessUse, now: ProcessUse) -> int:
    """The share of one core that was used between two readings; 0 where no time has gone by."""
    took_ns = now.at_ns - before.at_ns
    return 0 if took_ns <= 0 else max(0, now.cpu_ns - before.cpu_ns) * 1_000_000 // took_ns
