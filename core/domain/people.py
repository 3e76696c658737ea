"""When does a person speak instead of a model, and for how long are they waited for?

A person is cast like a model, by the name `human` or, with the longest time to wait, `human:10m`. Whoever would sit
there otherwise stands in where they let the time pass.
"""

from __future__ import annotations

import re

from core.domain.errors import WrongUse

PERSON = "human"
WAIT_MS_DEFAULT = 30 * 60_000
WAIT_MS_MAX = 7 * 24 * 60 * 60_000
"""A session that waits for longer than a week has been forgotten."""

_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_WAIT = re.compile(r"(\d{1,6})([smhd])")


def is_person(route: str) -> bool:
    """True for a route by which a person is asked."""
    return route.partition(":")[0] == PERSON


def wait_ms_of(route: str) -> int:
    """How long the person of a route is waited for, in ms. Raises WrongUse for a time that can't be read."""
    told = route.partition(":")[2]
    if not told:
        return WAIT_MS_DEFAULT
    found = _WAIT.fullmatch(told)
    wait_ms = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < wait_ms <= WAIT_MS_MAX:
        raise WrongUse(
            f"{told!r:.40} is no time to wait for a person.",
            where=f"model {PERSON}",
            now=f"Say {PERSON}:90s, {PERSON}:10m or {PERSON}:2h; at most a week.",
        )
    return wait_ms
