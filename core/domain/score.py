"""How is a score told?"""

from __future__ import annotations

PPM = 1_000_000


def told(ppm: int) -> str:
    """A score as it is told everywhere: 0.85, 0.565, 1.00. Rounded down: a threshold never reads as reached before it
    is."""
    milli = ppm * 1_000 // PPM
    return f"{milli // 1_000}.{milli % 1_000:03}".removesuffix("0")
