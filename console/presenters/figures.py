"""How is a figure written so that it is short and never says more than is known?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.domain.score import told

if TYPE_CHECKING:
    from collections.abc import Sequence

PPM_ONE = 1_000_000
SPARK_LEVELS = "▁▂▃▄▅▆▇█"
BAR_FULL, BAR_EMPTY = "▓", "░"

MICROUSD_PER_USD = 1_000_000
MICROUSD_PER_CENT = 10_000
MICROUSD_PER_MILL = 1_000
"""A mill is a tenth of a cent: turns cost a few of them."""

_SECOND_MS = 1_000
_MINUTE_MS = 60 * _SECOND_MS
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS
_MONTH_MS = 30 * _DAY_MS
_YEAR_MS = 365 * _DAY_MS
_DAYS_SHOWN_MAX = 60
_YEARS_SHOWN_MIN = 2
_HOURS_WITH_MINUTES_MAX = 10
"""Nobody who has ten hours left counts the minutes."""


def spark(shares_ppm: Sequence[int], *, width: int) -> str:
    """The last `width` shares as a line of blocks, oldest first; shorter where there are fewer."""
    recent = shares_ppm[-width:] if width > 0 else ()
    top = len(SPARK_LEVELS) - 1
    return "".join(SPARK_LEVELS[max(0, min(top, share * len(SPARK_LEVELS) // PPM_ONE))] for share in recent)


def bar(share_ppm: int, *, width: int) -> str:
    """A share as `▓▓░░`. Full only when all of it is used; empty only when none is."""
    filled = max(0, min(width, share_ppm * width // PPM_ONE))
    if share_ppm > 0 and width > 0:
        filled = max(1, filled)
    return BAR_FULL * filled + BAR_EMPTY * (width - filled)


def percent(share_ppm: int) -> str:
    """`62 %`, rounded down: a threshold never reads as reached before it is."""
    return f"{share_ppm * 100 // PPM_ONE} %"


def score(score_ppm: int) -> str:
    """`0.82`, and `0.565` where hundredths don't say all of it: as the reason of a decision has it."""
    return told(score_ppm)


def trend(shares_ppm: Sequence[int]) -> str:
    """Where the last step went: `↑`, `↓`, `→`, or nothing where there was no step."""
    if len(shares_ppm) < 2:
        return ""
    step = shares_ppm[-1] - shares_ppm[-2]
    return "↑" if step > 0 else "↓" if step < 0 else "→"


def money(amount_microusd: int) -> str:
    """`$0.042` below ten cents, `$0.42` from there, `$1,234` from a thousand dollars; a trace is `<$0.001`."""
    if amount_microusd < 0:
        return f"-{money(-amount_microusd)}"
    if amount_microusd == 0:
        return "$0.00"
    if amount_microusd < MICROUSD_PER_MILL:
        return "<$0.001"
    if amount_microusd < 10 * MICROUSD_PER_CENT:
        mills = _rounded(amount_microusd, MICROUSD_PER_MILL)
        return f"$0.{mills:03d}" if mills < 100 else "$0.10"
    cents = _rounded(amount_microusd, MICROUSD_PER_CENT)
    if cents < 100_000:
        return f"${cents // 100}.{cents % 100:02d}"
    return f"${_rounded(amount_microusd, MICROUSD_PER_USD):,}"


def age(elapsed_ms: int) -> str:
    """How long ago in the largest whole unit, never rounded up: `now`, `12 s`, `4 min`, `3 h`, `2 d`, `5 mo`, `2 y`."""
    if elapsed_ms < _SECOND_MS:
        return "now"
    if elapsed_ms < _MINUTE_MS:
        return f"{elapsed_ms // _SECOND_MS} s"
    if elapsed_ms < _HOUR_MS:
        return f"{elapsed_ms // _MINUTE_MS} min"
    if elapsed_ms < _DAY_MS:
        return f"{elapsed_ms // _HOUR_MS} h"
    if elapsed_ms < _DAYS_SHOWN_MAX * _DAY_MS:
        return f"{elapsed_ms // _DAY_MS} d"
    if elapsed_ms < _YEARS_SHOWN_MIN * _YEAR_MS:
        return f"{elapsed_ms // _MONTH_MS} mo"
    return f"{elapsed_ms // _YEAR_MS} y"


def remaining(left_ms: int) -> str:
    """How long there is still, never rounded up, in two units where the second counts: `45 s`, `12 min`, `1 h 59 min`,
    `23 h`, `2 d 4 h`."""
    is_telling = _HOUR_MS <= left_ms < _HOURS_WITH_MINUTES_MAX * _HOUR_MS or left_ms >= _DAY_MS
    return duration(left_ms) if is_telling or left_ms < _SECOND_MS else age(left_ms)


def duration(elapsed_ms: int) -> str:
    """How long it took, in at most two units: `12 s`, `4 min 12 s`, `3 h 5 min`, `2 d 4 h`."""
    units = ((_DAY_MS, "d", _HOUR_MS, "h"), (_HOUR_MS, "h", _MINUTE_MS, "min"), (_MINUTE_MS, "min", _SECOND_MS, "s"))
    for large_ms, large, small_ms, small in units:
        if elapsed_ms >= large_ms:
            rest = elapsed_ms % large_ms // small_ms
            whole = f"{elapsed_ms // large_ms} {large}"
            return f"{whole} {rest} {small}" if rest else whole
    return f"{max(0, elapsed_ms) // _SECOND_MS} s"


def count(number: int) -> str:
    """`412`, `9,999`, `12.3 k`, `4.1 M`. Rounded down, so that a bound never reads as reached before it is."""
    if number < 0:
        return f"-{count(-number)}"
    if number < 10_000:
        return f"{number:,}"
    if number < 1_000_000:
        return f"{number // 1_000}.{number % 1_000 // 100} k"
    return f"{number // 1_000_000:,}.{number % 1_000_000 // 100_000} M"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 turn`, `3 turns`; `many` where adding an s won't do."""
    return f"{count(number)} {plural(number, one, many)}"


def plural(number: int, one: str, many: str = "") -> str:
    """The word alone, for where the number is written otherwise."""
    return one if number == 1 else many or one + "s"


def _rounded(amount: int, unit: int) -> int:
    """To the nearest unit, halves up."""
    return (amount + unit // 2) // unit
