"""How long does an attempt wait before it follows one that failed?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.ids import SessionId, StepId
from core.domain.session import FailedAttempt
from core.engine.routes import RETRY_AFTER_MS_MAX
from core.runtime.gateway.backoff import BACKOFF_MS_FIRST, BACKOFF_MS_MAX, wait_ms_before

SESSION, STEP, ROUTE = SessionId("5e" * 16), StepId("r1.claim.proposer"), "anthropic:one"


def failed(error: str = "overloaded", *, route: str = ROUTE, retry_after_ms: int | None = None) -> FailedAttempt:
    return FailedAttempt(attempt=1, route=route, error=error, retry_after_ms=retry_after_ms)


def waits(*failures: FailedAttempt, attempt: int = 2, session: str = SESSION) -> int:
    return wait_ms_before(SessionId(session), STEP, attempt, route=ROUTE, failures=failures)


def test_the_first_attempt_by_a_route_does_not_wait() -> None:
    assert waits(attempt=1) == 0
    assert waits(failed(route="openai:other"), failed(route="openai:other")) == 0


@pytest.mark.parametrize("error", ["truncated", "repeated", "in_doubt"])
def test_what_the_answer_said_is_no_reason_to_wait(error: str) -> None:
    assert waits(failed(error)) == 0


@given(st.integers(1, 40), st.integers(1, 100))
def test_waits_grow_to_a_bound_and_are_the_same_each_time_they_are_asked_for(count: int, attempt: int) -> None:
    failures = [failed()] * count

    wait_ms = waits(*failures, attempt=attempt)

    assert 0 <= wait_ms <= min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * 2 ** (count - 1))
    assert wait_ms == waits(*failures, attempt=attempt)


def test_sessions_that_failed_together_come_back_one_by_one() -> None:
    spread = [waits(failed(), failed(), session=f"{number:032x}") for number in range(200)]

    assert len(set(spread)) > 150
    assert min(spread) < BACKOFF_MS_FIRST / 4
    assert max(spread) > 2 * BACKOFF_MS_FIRST * 3 / 4


@given(st.integers(0, 10 * RETRY_AFTER_MS_MAX))
def test_what_the_provider_asked_for_is_kept_to_up_to_a_bound(retry_after_ms: int) -> None:
    wait_ms = waits(failed("rate_limited", retry_after_ms=retry_after_ms))

    assert wait_ms >= min(retry_after_ms, RETRY_AFTER_MS_MAX)
    assert wait_ms <= RETRY_AFTER_MS_MAX + BACKOFF_MS_FIRST
