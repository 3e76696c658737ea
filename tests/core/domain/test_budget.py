"""Does a cap in whole micro-dollars hold whatever a call turns out to cost?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.budget import FREE, REQUEST_OVERHEAD_TOKENS, Price, cost_microusd, cost_microusd_max

PRICES = st.builds(Price, input_microusd=st.integers(0, 10**9), output_microusd=st.integers(0, 10**9))
TOKENS = st.integers(0, 10**7)


@pytest.mark.parametrize(
    ("tokens_input", "tokens_output", "expected"), [(0, 0, 0), (1, 0, 1), (1_000_000, 0, 3), (333_334, 0, 2), (1, 1, 1)]
)
def test_a_cost_is_rounded_up(tokens_input: int, tokens_output: int, expected: int) -> None:
    price = Price(input_microusd=3, output_microusd=15)

    assert cost_microusd(price, tokens_input=tokens_input, tokens_output=tokens_output) == expected


@given(PRICES, TOKENS, TOKENS, TOKENS)
def test_no_call_costs_more_than_its_most(price: Price, bytes_input: int, most: int, tokens: int) -> None:
    bound = cost_microusd_max(price, bytes_input=bytes_input, tokens_output_max=most)

    tokens_input = min(tokens, bytes_input + REQUEST_OVERHEAD_TOKENS)
    assert cost_microusd(price, tokens_input=tokens_input, tokens_output=min(tokens, most)) <= bound


@given(TOKENS, TOKENS)
def test_what_is_free_costs_nothing(tokens_input: int, tokens_output: int) -> None:
    assert cost_microusd(FREE, tokens_input=tokens_input, tokens_output=tokens_output) == 0


@given(PRICES, TOKENS, TOKENS)
def test_a_split_bill_is_never_below_the_whole_one(price: Price, one: int, other: int) -> None:
    whole = cost_microusd(price, tokens_input=one + other, tokens_output=0)
    parts = [cost_microusd(price, tokens_input=tokens, tokens_output=0) for tokens in (one, other)]

    assert whole <= sum(parts) <= whole + 1
