"""How long are the turns of each model, going by past sessions?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.analytics.life import DebateLife
from core.domain.estimates import Pace, Spread

SESSIONS_LOOKED_AT_MAX = 200
"""Of each model, the newest: what it did a thousand sessions ago says little of how it speaks now."""


def paces_of(lives: Iterable[DebateLife]) -> Mapping[str, Pace]:
    """For each model that has answered: the spread over sessions of what a turn came to on average in each."""
    tokens: dict[str, list[int]] = {}
    ms: dict[str, list[int]] = {}
    for life in lives:
        for model, use in life.models.items():
            if use.answers:
                tokens.setdefault(model, []).append(use.tokens_output // use.answers)
            if use.answers_timed:
                ms.setdefault(model, []).append(use.latency_ms // use.answers_timed)
    return {
        model: Pace(
            sessions=len(seen[-SESSIONS_LOOKED_AT_MAX:]),
            tokens_output=spread_of(seen[-SESSIONS_LOOKED_AT_MAX:]),
            ms=spread_of(ms[model][-SESSIONS_LOOKED_AT_MAX:]) if model in ms else None,
        )
        for model, seen in tokens.items()
    }


def spread_of(values: Iterable[int]) -> Spread:
    """The tenth, the fiftieth and the ninetieth of a hundred, each a value that was seen. At least one is needed."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return Spread(low=ordered[last * 10 // 100], expected=ordered[last * 50 // 100], high=ordered[-(-last * 90 // 100)])
