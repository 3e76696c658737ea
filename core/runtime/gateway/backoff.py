"""How long does an attempt wait before it follows one that failed?

Exponential with full jitter, so that many sessions that failed together don't come back together. The jitter is derived
from the step and the attempt, never drawn: the same history waits as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from core.domain.ids import SessionId, StepId
from core.domain.provider_errors import ProviderError, meaning_of
from core.domain.session import FailedAttempt
from core.engine.routes import RETRY_AFTER_MS_MAX

BACKOFF_MS_FIRST = 1_000
BACKOFF_MS_MAX = 30_000


def wait_ms_before(
    session: SessionId, step: StepId, attempt: int, *, route: str, failures: Sequence[FailedAttempt]
) -> int:
    """Milliseconds to wait before `attempt`; 0 where the route hasn't failed this step, or not by its own fault.

    What the provider asked for is kept to, and the jitter comes on top of it; never more than `RETRY_AFTER_MS_MAX` and
    a jitter, because a route that asks for longer is left.
    """
    failed = [failure for failure in failures if failure.route == route and _is_worth_waiting(failure)]
    if not failed:
        return 0
    most_ms = min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST << min(len(failed) - 1, 16))
    jitter_ms = _derived(f"{session}:{step}:{attempt}", most_ms)
    asked_ms = min(failed[-1].retry_after_ms or 0, RETRY_AFTER_MS_MAX)
    return max(0, asked_ms) + jitter_ms


def _is_worth_waiting(failure: FailedAttempt) -> bool:
    """What the answer said is no reason to wait: the route is well."""
    return meaning_of(failure.error).is_route_failure or failure.error == ProviderError.RATE_LIMITED


def _derived(text: str, most: int) -> int:
    """A number from 0 to `most` that follows from `text` and looks like any other."""
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big") % (most + 1)
