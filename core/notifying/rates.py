"""How well do deliveries by one channel go?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MEDIAN_PERCENT, NEARLY_ALL_PERCENT = 50, 95


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRate:
    """Tries by a channel within a window, and how long those took that arrived; 0 where none did. `pending` and `dead`
    count deliveries as they stand now, whenever they were made."""

    channel: str
    attempts: int = 0
    delivered: int = 0
    failed: int = 0
    median_ms: int = 0
    p95_ms: int = 0
    pending: int = 0
    dead: int = 0


def percentile(counts: Sequence[tuple[int, int]], percent: int) -> int:
    """The value that so many percent don't exceed, of pairs of value and count; 0 where there are none."""
    rest = -(-sum(count for _, count in counts) * percent // 100)
    for value, count in sorted(counts):
        rest -= count
        if rest <= 0:
            return value
    return 0
