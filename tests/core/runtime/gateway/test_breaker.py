"""When is a route left alone, and who tries it again?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runtime.gateway.breaker import FAILURES_MAX, OPEN_MS, Breaker, BreakerState


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000


def breaker() -> tuple[Breaker, Hand]:
    hand = Hand()
    return Breaker(lambda: hand.now_ms), hand


def opened() -> tuple[Breaker, Hand]:
    made, hand = breaker()
    for _ in range(FAILURES_MAX):
        made.failed(made.begin())
    return made, hand


def half_open() -> tuple[Breaker, Hand]:
    made, hand = opened()
    hand.now_ms += OPEN_MS
    return made, hand


def test_a_row_of_failures_opens_it() -> None:
    made, _ = breaker()
    for _ in range(FAILURES_MAX - 1):
        made.failed(made.begin())
    assert made.state is BreakerState.CLOSED

    made.failed(made.begin())

    assert (made.state, made.rest_ms()) == (BreakerState.OPEN, OPEN_MS)


def test_an_answer_in_between_begins_the_row_anew() -> None:
    made, _ = breaker()
    for _ in range(3):
        for _ in range(FAILURES_MAX - 1):
            made.failed(made.begin())
        made.succeeded(made.begin())

    assert made.state is BreakerState.CLOSED


def test_calls_that_were_broken_off_or_wrong_say_nothing() -> None:
    made, _ = breaker()
    for _ in range(3 * FAILURES_MAX):
        made.passed(made.begin())

    assert (made.state, made.rest_ms()) == (BreakerState.CLOSED, 0)


def test_when_it_is_half_open_exactly_one_call_may_try() -> None:
    made, _ = half_open()
    assert (made.state, made.rest_ms()) == (BreakerState.HALF_OPEN, 0)

    made.begin()

    assert made.is_probed
    assert made.rest_ms() > 0


def test_the_one_that_tries_closes_it_or_opens_it_for_as_long_again() -> None:
    well, _ = half_open()
    well.succeeded(well.begin())
    ill, _ = half_open()
    ill.failed(ill.begin())

    assert (well.state, well.rest_ms()) == (BreakerState.CLOSED, 0)
    assert (ill.state, ill.rest_ms()) == (BreakerState.OPEN, OPEN_MS)


def test_one_that_tries_and_is_broken_off_leaves_the_trying_to_the_next() -> None:
    made, _ = half_open()
    made.passed(made.begin())

    assert (made.state, made.rest_ms()) == (BreakerState.HALF_OPEN, 0)


@pytest.mark.parametrize("told", [Breaker.succeeded, Breaker.failed, Breaker.passed])
def test_a_call_from_before_it_opened_changes_nothing(told: Callable[[Breaker, int], None]) -> None:
    made, hand = breaker()
    early = made.begin()
    for _ in range(FAILURES_MAX):
        made.failed(made.begin())
    hand.now_ms += OPEN_MS
    probe = made.begin()

    told(made, early)

    assert made.is_probed
    made.succeeded(probe)
    assert made.state is BreakerState.CLOSED


def test_being_told_to_slow_down_is_a_pause_and_no_failure() -> None:
    made, hand = breaker()
    for _ in range(3 * FAILURES_MAX):
        made.passed(made.begin())
        made.cool_down(700)
    assert (made.state, made.rest_ms()) == (BreakerState.CLOSED, 700)

    hand.now_ms += 700

    assert made.rest_ms() == 0


def test_of_two_pauses_that_were_asked_for_the_one_that_ends_later_is_kept_to() -> None:
    made, hand = breaker()
    made.cool_down(5_000)
    hand.now_ms += 1_000

    made.cool_down(700)

    assert made.rest_ms() == 4_000


def test_the_operator_can_have_it_asked_again_at_once() -> None:
    made, _ = opened()
    made.cool_down(50_000)

    made.reset()

    assert (made.state, made.rest_ms()) == (BreakerState.CLOSED, 0)


@given(st.lists(st.tuples(st.sampled_from(["begin", "succeeded", "failed", "passed", "cool"]), st.integers(0, 20_000))))
def test_whatever_comes_only_one_call_tries_a_route_that_failed(moves: list[tuple[str, int]]) -> None:
    made, hand = breaker()
    under_way: list[tuple[int, bool]] = []
    for move, milliseconds in moves:
        hand.now_ms += milliseconds
        if move == "begin" and made.rest_ms() == 0:
            is_probe = made.state is not BreakerState.CLOSED
            assert not is_probe or not made.is_probed
            under_way.append((made.begin(), is_probe))
        elif move == "cool":
            made.cool_down(milliseconds)
        elif move != "begin" and under_way:
            getattr(made, move)(under_way.pop(0)[0])
        assert made.rest_ms() >= 0
        assert made.state is not BreakerState.OPEN or made.rest_ms() > 0
