"""How much of this machine do the sessions under way take, and how many could it hold?"""

from __future__ import annotations

from dataclasses import dataclass

from core.analytics.told import counted, percent
from core.domain.intervals import PPM

CPU_PPM_HELD_MAX = 800_000
MEMORY_BYTES_HELD_MAX = 1_073_741_824
"""So much of one processor, which is all that one event loop can use, and so much memory may be taken."""

RUNNING_MIN = 3
"""What fewer sessions take can't be told from what moot takes by itself."""

SESSIONS_TOLD_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the process that drives took at `at_ms` (Unix), on the average of its last look's stretch: of one processor
    and of memory, with so many sessions running. `rule_p95_ns` is what nineteen of twenty looks at the slowest rule
    don't exceed. None where it was not measured."""

    at_ms: int = 0
    sessions_running: int = 0
    sessions_running_max: int = 0
    cpu_ppm: int | None = None
    memory_bytes: int | None = None
    rule_p95_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many sessions like those under way could run at once; None where that can't be told. `why` is a sentence."""

    sessions_max: int | None
    why: str


def capacity_of(resources: Resources | None) -> Capacity:
    """Going by what the sessions under way take: of what each takes, what moot takes by itself is counted as theirs, so
    that the number is rather too low."""
    if resources is None or resources.cpu_ppm is None or resources.memory_bytes is None:
        return Capacity(sessions_max=None, why="nobody who drives measured what sessions take.")
    running = resources.sessions_running
    if running < RUNNING_MIN:
        so_many = counted(running, "session")
        return Capacity(sessions_max=None, why=f"{so_many} running tells too little; it takes {RUNNING_MIN}.")
    by_cpu = running * CPU_PPM_HELD_MAX // max(1, resources.cpu_ppm)
    by_memory = running * MEMORY_BYTES_HELD_MAX // max(1, resources.memory_bytes)
    held = min(by_cpu, by_memory, SESSIONS_TOLD_MAX)
    what = "the processor" if by_cpu <= by_memory else "memory"
    per_cent = percent(min(PPM * 100, resources.cpu_ppm))
    allowed = (
        f" max_concurrent_debates allows {resources.sessions_running_max:,}."
        if 0 < resources.sessions_running_max < held
        else ""
    )
    return Capacity(
        sessions_max=held,
        why=f"{counted(running, 'session')} took {per_cent} of a processor and"
        f" {resources.memory_bytes // 1_048_576:,} MiB; {what} would be the first to run out.{allowed}",
    )
