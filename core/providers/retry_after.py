"""How long does a provider ask us to wait?

Said in a header as seconds, as milliseconds or as a date, or in an error's body as a duration such as `34.07s`. What
can't be read counts as not said. Waits are rounded up: a millisecond too early is too early.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from email.utils import parsedate_to_datetime

MILLISECONDS_PER_SECOND = 1_000
WAIT_MS_MAX = 31 * 24 * 3_600 * MILLISECONDS_PER_SECOND
"""What asks for more asks for never; the number stays one that a timer takes."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,15})?")
_DURATION = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)s")


def retry_after_ms(headers: Mapping[str, str], *, now_ms: int) -> int | None:
    """What the headers of an answer ask for. Names are looked up in lower case.

    A date is measured against the provider's own clock where its answer tells that, so that neither clock being wrong
    matters.
    """
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _NUMBER.fullmatch(milliseconds):
        return _bounded(Decimal(milliseconds))
    said = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(said):
        return _bounded(Decimal(said) * MILLISECONDS_PER_SECOND)
    until_ms = _date_ms(said)
    if until_ms is None:
        return None
    theirs_ms = _date_ms(headers.get("date", ""))
    return _bounded(Decimal(until_ms - (now_ms if theirs_ms is None else theirs_ms)))


def duration_ms(said: object) -> int | None:
    """A duration in seconds as Google writes it, `34.074824224s`."""
    found = _DURATION.fullmatch(said.strip()) if isinstance(said, str) else None
    return _bounded(Decimal(found[1]) * MILLISECONDS_PER_SECOND) if found else None


def _bounded(milliseconds: Decimal) -> int:
    whole = int(milliseconds.to_integral_value(rounding=ROUND_CEILING))
    return min(max(0, whole), WAIT_MS_MAX)


def _date_ms(said: str) -> int | None:
    if not said:
        return None
    try:
        moment = parsedate_to_datetime(said)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
