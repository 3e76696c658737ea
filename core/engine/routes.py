"""By which route is a step to be asked next, after what has failed?

A participant's routes stand in order: its model, then its fallbacks. A failure that may pass is worth asking the same
route again, a named number of times; one that asking again can't help leaves it at once. When no route is left, the
step has given up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from core.domain.participants import OnContentPolicy, Participant
from core.domain.provider_errors import ProviderError, meaning_of
from core.domain.session import ATTEMPTS_PER_ROUTE_MAX, FailedAttempt, SessionState

RETRY_AFTER_MS_MAX = 60_000
"""A provider that asks us to stay away for longer is left for the next route: a debate is worth waiting a minute."""


def next_route(
    participant: Participant,
    failures: Sequence[FailedAttempt],
    *,
    windows: Mapping[str, int],
    resting: Collection[str] = (),
) -> str | None:
    """The route to ask next, None where none is left. `resting` ones are passed over while another is left."""
    if not failures and not resting:
        return participant.model
    left = routes_left(participant, failures, windows=windows)
    return next((route for route in left if route not in resting), left[0] if left else None)


def routes_left(
    participant: Participant, failures: Sequence[FailedAttempt], *, windows: Mapping[str, int]
) -> tuple[str, ...]:
    """The routes by which a step may still be asked, in order; all of them where nothing has failed."""
    if not failures:
        return participant.routes
    if participant.content_policy is OnContentPolicy.SURFACE and any(map(_is_of_content, failures)):
        return ()
    window = _overflown(failures, windows)
    return tuple(
        route
        for route in participant.routes
        if not _is_spent([failure for failure in failures if failure.route == route])
        and (window is None or windows.get(route, 0) > window)
    )


def windows_of(state: SessionState) -> Mapping[str, int]:
    """The tokens that fit into each route, as the session's opening pins them."""
    return state.opening.windows if state.opening is not None else {}


def _is_spent(failures: Sequence[FailedAttempt]) -> bool:
    return len(failures) >= ATTEMPTS_PER_ROUTE_MAX or any(map(_is_past_helping, failures))


def _is_past_helping(failure: FailedAttempt) -> bool:
    is_away_for_long = failure.retry_after_ms is not None and failure.retry_after_ms > RETRY_AFTER_MS_MAX
    return failure.is_final or is_away_for_long or not meaning_of(failure.error).is_worth_retry


def _is_of_content(failure: FailedAttempt) -> bool:
    return failure.error == ProviderError.CONTENT_POLICY


def _overflown(failures: Sequence[FailedAttempt], windows: Mapping[str, int]) -> int | None:
    """The largest window that the prompt is known not to fit into, None where it fitted into all."""
    tried = [windows.get(each.route, 0) for each in failures if each.error == ProviderError.CONTEXT_OVERFLOW]
    return max(tried, default=None)
