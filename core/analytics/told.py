"""How does a figure read within a sentence?"""

from __future__ import annotations

SECOND_MS = 1_000
MINUTE_MS = 60_000


def percent(ppm: int) -> str:
    """`12.5 %`; without a decimal where there is none."""
    sign, tenths = ("-" if ppm < 0 else ""), abs(ppm) // 1_000
    return f"{sign}{tenths // 10} %" if tenths % 10 == 0 else f"{sign}{tenths // 10}.{tenths % 10} %"


def between(low_ppm: int, high_ppm: int) -> str:
    """`8 % to 24.4 %`."""
    return f"{percent(low_ppm)} to {percent(high_ppm)}"


def dollars(microusd: int) -> str:
    """To a hundredth of a cent, rounded up: what cost something never shows as nothing."""
    hundredths = -(-microusd // 100)
    return f"${hundredths // 10_000:,}.{hundredths % 10_000:04d}"


def duration(ms: int) -> str:
    """`850 ms`, `12 s`, `7 min`."""
    if ms < SECOND_MS:
        return f"{ms} ms"
    return f"{ms // SECOND_MS} s" if ms < 2 * MINUTE_MS else f"{ms // MINUTE_MS:,} min"


def counted(number: int, noun: str) -> str:
    """`1 session`, `2 sessions`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
