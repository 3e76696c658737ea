"""Which moment does a word such as `30d`, `2026-11-20` or `2026-11-20T14:30Z` on the command line mean?"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from core.domain.errors import WrongUse

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

_UNITS_MS = {"w": 7 * DAY_MS, "d": DAY_MS, "h": HOUR_MS, "m": 60_000, "s": 1_000}
_STRETCH = re.compile(r"(?:\d{1,6}[wdhms])+", re.ASCII)
_PART = re.compile(r"(\d+)([wdhms])", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_ms(text: str, *, now_ms: int, where: str) -> int:
    """Unix milliseconds: of a stretch of time back from now, of a day's beginning, or of a date and time. One that
    names no zone is the operator's own. Raises WrongUse; `where` is the option that it was given with."""
    written = text.strip()
    if _STRETCH.fullmatch(written):
        return now_ms - sum(int(count) * _UNITS_MS[unit] for count, unit in _PART.findall(written))
    try:
        return (datetime.fromisoformat(written).astimezone() - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        raise WrongUse(
            f"{text!r:.80} is no moment.", where=where, now="Write 30d, 12h, 1h30m, 2026-11-20 or 2026-11-20T14:30."
        ) from None
