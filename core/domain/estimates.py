"""What may a session take, before it is held?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A figure that is not known exactly: in one case of ten less than `low`, in one of ten more than `high`."""

    low: int
    expected: int
    high: int


NOTHING = Spread(low=0, expected=0, high=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a model has spoken in `sessions` past ones: output tokens and milliseconds of a turn. `ms` is None where
    nobody took the time."""

    sessions: int
    tokens_output: Spread
    ms: Spread | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a session may cost (micro-dollars) and how long it may be active (ms), over `turns` turns at most.

    `sessions` are the past ones that it rests on, 0 where it rests on what models do in general.
    """

    cost_microusd: Spread
    active_ms: Spread
    turns: int
    tokens_input: int
    tokens_output: int
    sessions: int
