"""May an answer stand for the next one who asks the same, and for how long?

What isn't whole is never kept: whoever met it would meet it again and again. An answer at a high temperature is one of
many that were possible, and giving it twice takes from the second who asks what they asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

TEMPERATURE_MILLI_KEPT_MAX = 200
"""Above this, two answers to one question are meant to differ."""

SECOND_MS = 1_000
HOUR_MS = 3_600 * SECOND_MS


class Purpose(StrEnum):
    """What an answer is wanted for."""

    CLASSIFICATION = "classification"
    HEALTH = "health"
    COUNTING = "counting"
    TURN = "turn"
    VERDICT = "verdict"


KEPT_MS: Mapping[Purpose, int] = MappingProxyType(
    {
        # The same text belongs to the same class until somebody changes the classes, which changes what is asked.
        Purpose.CLASSIFICATION: 24 * HOUR_MS,
        # How a provider is, is news; only callers of the same moment share it.
        Purpose.HEALTH: 10 * SECOND_MS,
        # A model's tokenizer doesn't change under its name.
        Purpose.COUNTING: 7 * 24 * HOUR_MS,
        # Long enough to hold a debate again after a change to what follows, short enough not to outlive its news.
        Purpose.TURN: HOUR_MS,
        Purpose.VERDICT: HOUR_MS,
    }
)
"""How long an answer stands, in milliseconds, by what it was wanted for."""

VERBATIM = frozenset({Purpose.COUNTING})
"""Counted is what is there, white space included: only the same bytes have the same answer."""

ONLY_EXACT = frozenset({Purpose.COUNTING, Purpose.HEALTH})
"""What is asked here is no question, so that nothing is like it."""

WARM = "warm"
REFUSED = "refused"
TRUNCATED = "truncated"
NOT_WHOLE = "not_whole"
EMPTY = "empty"

WHOLE_STOP = "stop"
_UNWHOLE: Mapping[str, str] = MappingProxyType({"length": TRUNCATED, "content_policy": REFUSED})

# A refusal in the model's own words ends in an orderly way. To take an answer for one costs a call, no more.
_REFUSAL = re.compile(
    r"\W*(?:(?:i'm|i am|we're|we are) (?:very |so |really )?(?:sorry|afraid)\b|sorry,|i apologi[sz]e\b|my apologies\b"
    r"|as an ai\b|(?:unfortunately,? )?(?:i|we) (?:(?:must |have to )?(?:refuse|decline)\b"
    r"|(?:cannot|can't|can not|won't|will not|am not able to|are not able to|am unable to|are unable to)"
    r" (?:answer|argue|assist|classify|comply|continue|create|discuss|do that|engage|fulfil|give|help|provide|share"
    r"|support|write)\b))",
    re.IGNORECASE,
)


def is_too_warm(temperature_milli: int, purpose: Purpose) -> bool:
    """True where an answer at this temperature is one of many. Counts and health are drawn from no distribution."""
    return temperature_milli > TEMPERATURE_MILLI_KEPT_MAX and purpose not in ONLY_EXACT


def why_not_kept(*, text: str, stop_reason: str) -> str:
    """A stable word for what forbids keeping this answer, or nothing where it may be kept."""
    if stop_reason != WHOLE_STOP:
        return _UNWHOLE.get(stop_reason, NOT_WHOLE)
    if not text.strip():
        return EMPTY
    return REFUSED if _REFUSAL.match(text.replace("’", "'")) else ""
