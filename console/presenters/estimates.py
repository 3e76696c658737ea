"""What was expected of a session, and what did it come to, in a line?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import counted, duration, money

if TYPE_CHECKING:
    from core.domain.estimates import Estimate, Spread

SECOND_MS = 1_000
MINUTE_MS = 60_000


def time_about(ms: Spread) -> str:
    """`about 4 min (1 to 9)`, `about 40 s (15 to 80)`, or `seconds` where next to no time is taken."""
    if ms.high < SECOND_MS:
        return "seconds"
    if ms.expected < MINUTE_MS:
        return f"about {_seconds(ms.expected)} s ({_seconds(ms.low)} to {_seconds(ms.high)})"
    return f"about {_minutes(ms.expected)} min ({_minutes(ms.low)} to {_minutes(ms.high)})"


def cost_about(microusd: Spread) -> str:
    """`about $0.12 ($0.050 to $0.21)`, or `$0.00`."""
    if not microusd.high:
        return money(0)
    return f"about {money(microusd.expected)} ({money(microusd.low)} to {money(microusd.high)})"


def rests_on(estimate: Estimate) -> str:
    """On what the figures rest, so that nobody takes a guess for experience."""
    if not estimate.sessions:
        return "no past session of these models: what models take in general"
    return f"from {counted(estimate.sessions, 'past session')} of these models"


def came_to(estimate: Estimate, *, cost_microusd: int, active_ms: int) -> str:
    """What a finished session took beside what was expected of it."""
    expected = estimate.cost_microusd
    cost = f"{money(cost_microusd)}, {_placed(cost_microusd, expected, money(expected.low), money(expected.high))}"
    if estimate.active_ms.high < SECOND_MS:
        return f"{cost}; {duration(active_ms)}"
    low, high = duration(estimate.active_ms.low), duration(estimate.active_ms.high)
    return f"{cost}; {duration(active_ms)}, {_placed(active_ms, estimate.active_ms, low, high)}"


def _placed(value: int, spread: Spread, low: str, high: str) -> str:
    if not spread.high:
        return "as expected" if not value else "expected nothing"
    where = "within" if spread.low <= value <= spread.high else "above" if value > spread.high else "below"
    return f"{where} the {low if low == high else f'{low} to {high}'} expected"


def _minutes(ms: int) -> int:
    return -(-ms // MINUTE_MS)


def _seconds(ms: int) -> int:
    return -(-ms // SECOND_MS)
