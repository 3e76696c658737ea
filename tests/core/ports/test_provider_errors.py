"""Does every word for a failed call have one meaning?"""

from __future__ import annotations

import pytest

from core.ports.model_provider import MEANINGS, ProviderError, ProviderFailed


@pytest.mark.parametrize("error", list(ProviderError))
def test_every_error_has_a_meaning_and_says_it(error: ProviderError) -> None:
    meaning = MEANINGS[error]

    assert meaning.is_worth_retry or not meaning.is_route_failure, "a caller's mistake is no failure of the route"
    assert not meaning.may_have_cost or meaning.is_worth_retry, "what was refused was not worked on"


def test_a_limit_is_no_failure_of_the_route() -> None:
    assert MEANINGS[ProviderError.RATE_LIMITED].is_worth_retry
    assert not MEANINGS[ProviderError.RATE_LIMITED].is_route_failure


def test_a_longer_prompt_is_never_retried_on_the_same_route() -> None:
    assert not MEANINGS[ProviderError.CONTEXT_OVERFLOW].is_worth_retry


def test_a_failure_carries_a_plain_word() -> None:
    failure = ProviderFailed(ProviderError.RATE_LIMITED, "slow down", retry_after_ms=5)

    assert (str(failure), type(failure.error)) == ("rate_limited: slow down", str)
    assert (failure.retry_after_ms, failure.tokens_input, failure.tokens_output) == (5, None, None)
