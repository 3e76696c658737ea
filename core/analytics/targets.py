"""Is what was aimed at reached?

A share is met or missed where its whole interval lies on one side of what was aimed at; otherwise there are too few
sessions to say. What is measured of this process is what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.analytics.capacity import Resources
from core.analytics.told import between, percent
from core.analytics.trends import Figures
from core.domain.intervals import wilson_ppm

COMPLETED_PPM_MIN = 900_000
CONSENSUS_PPM_MIN = 600_000
ERRORS_PPM_MAX = 50_000
RULE_NS_MAX = 2_000_000_000
RULE_P95_NS_MAX = 1_000_000
"""Two seconds is what was asked for; a thousandth of one is what we hold ourselves to."""

CPU_PPM_MAX = 800_000
MEMORY_BYTES_MAX = 1_073_741_824


class Standing(StrEnum):
    """How a target stands. `unknown` is what nobody measured here."""

    MET = "met"
    MISSED = "not met"
    TOO_FEW = "too few to say"
    UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was aimed at, what it is, and whether that is reached."""

    name: str
    wanted: str
    seen: str
    standing: Standing


def targets_of(total: Figures, resources: Resources | None) -> tuple[Target, ...]:
    """All of them, as they stand."""
    return (
        _share("sessions completed", total.completed, total.ended, COMPLETED_PPM_MIN, is_floor=True),
        _share("consensus reached", total.agreed, total.measured, CONSENSUS_PPM_MIN, is_floor=True),
        _share("sessions failed", total.failed, total.ended, ERRORS_PPM_MAX, is_floor=False),
        _rules("rule evaluation", "under 2 s", RULE_NS_MAX, resources),
        _rules("rule evaluation, strict", "under 1 ms", RULE_P95_NS_MAX, resources),
        _measured(
            "processor",
            f"under {percent(CPU_PPM_MAX)}",
            resources.cpu_ppm if resources is not None else None,
            CPU_PPM_MAX,
            percent,
        ),
        _measured(
            "memory",
            "under 1 GiB",
            resources.memory_bytes if resources is not None else None,
            MEMORY_BYTES_MAX,
            lambda found: f"{found // 1_048_576:,} MiB",
        ),
    )


def _share(name: str, count: int, of: int, bound_ppm: int, *, is_floor: bool) -> Target:
    wanted = f"{'over' if is_floor else 'under'} {percent(bound_ppm)}"
    if not of:
        return Target(name=name, wanted=wanted, seen="none yet", standing=Standing.TOO_FEW)
    low_ppm, high_ppm = wilson_ppm(count, of)
    is_above, is_below = low_ppm > bound_ppm, high_ppm < bound_ppm
    standing = Standing.TOO_FEW
    if is_above or is_below:
        standing = Standing.MET if is_above == is_floor else Standing.MISSED
    seen = f"{count:,} of {of:,} ({between(low_ppm, high_ppm)})"
    return Target(name=name, wanted=wanted, seen=seen, standing=standing)


def _measured(name: str, wanted: str, found: int | None, bound: int, shown: Callable[[int], str]) -> Target:
    if found is None:
        return Target(name=name, wanted=wanted, seen="–", standing=Standing.UNKNOWN)
    standing = Standing.MET if found < bound else Standing.MISSED
    return Target(name=name, wanted=wanted, seen=shown(found), standing=standing)


def _rules(name: str, wanted: str, bound_ns: int, resources: Resources | None) -> Target:
    found = resources.rule_p95_ns if resources is not None else None
    return _measured(name, wanted, found, bound_ns, lambda took_ns: f"{took_ns / 1_000:,.1f} µs (p95, slowest rule)")
