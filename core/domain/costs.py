"""What did calls come to, by which route and when?"""

from __future__ import annotations

from dataclasses import dataclass, fields

from core.domain.ids import SessionId

QUARTER_MS = 15 * 60 * 1_000
"""Every zone's midnight lies on a quarter of an hour: sums over quarters add up to anybody's days, and are the same
wherever they are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Sums over calls that have ended; money in micro-dollars.

    `answers` came whole. `failures` are calls that brought none (those never sent left out), `failures_billed` of them
    cost something all the same; `doubts` are charged at the most they can have cost. `lost_microusd` is what all of
    these cost, a part of `cost_microusd`. `cached` answers were given again and nobody was asked, which saved
    `saved_microusd`. Tokens are those of answers: of a call that fails nobody counts them to the end.
    """

    answers: int = 0
    failures: int = 0
    failures_billed: int = 0
    doubts: int = 0
    cached: int = 0
    tokens_input: int = 0
    tokens_output: int = 0
    tokens_cached: int = 0
    cost_microusd: int = 0
    lost_microusd: int = 0
    saved_microusd: int = 0

    def __add__(self, other: Costs) -> Costs:
        return Costs(
            answers=self.answers + other.answers,
            failures=self.failures + other.failures,
            failures_billed=self.failures_billed + other.failures_billed,
            doubts=self.doubts + other.doubts,
            cached=self.cached + other.cached,
            tokens_input=self.tokens_input + other.tokens_input,
            tokens_output=self.tokens_output + other.tokens_output,
            tokens_cached=self.tokens_cached + other.tokens_cached,
            cost_microusd=self.cost_microusd + other.cost_microusd,
            lost_microusd=self.lost_microusd + other.lost_microusd,
            saved_microusd=self.saved_microusd + other.saved_microusd,
        )


COUNTS = tuple(field.name for field in fields(Costs))
NO_COSTS = Costs()


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What a session's calls by one route came to that were charged within the quarter of an hour from `quarter_ms`
    (Unix) on."""

    session: SessionId
    quarter_ms: int
    route: str
    costs: Costs


def quarter_of(at_ms: int) -> int:
    """When the quarter of an hour began in which a moment lies, both as Unix milliseconds."""
    return at_ms - at_ms % QUARTER_MS


def provider_of(route: str) -> str:
    """Whose model it is: the part of its name before the first colon."""
    return route.partition(":")[0]
