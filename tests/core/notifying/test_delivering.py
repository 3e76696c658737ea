"""How often and when is a delivery tried?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.notifying.delivering import (
    FIRST_PAUSE_MS,
    PAUSE_MS_MAX,
    PPM,
    TRIES_MAX,
    delivery_id,
    is_given_up,
    pause_ms,
)

JITTER = st.integers(0, PPM)


@given(tries=st.integers(1, 100), jitter=JITTER)
def test_no_pause_is_longer_than_the_longest_or_shorter_than_half_the_first(tries: int, jitter: int) -> None:
    assert FIRST_PAUSE_MS // 2 <= pause_ms(tries, jitter_ppm=jitter) <= PAUSE_MS_MAX


@given(tries=st.integers(1, 8), jitter=JITTER)
def test_the_same_luck_waits_twice_as_long_after_the_next_failure(tries: int, jitter: int) -> None:
    assert abs(pause_ms(tries + 1, jitter_ppm=jitter) - 2 * pause_ms(tries, jitter_ppm=jitter)) <= 2


def test_who_asks_to_be_left_alone_is_left_alone_within_bounds() -> None:
    assert pause_ms(1, jitter_ppm=0, asked_ms=30_000) == 30_000
    assert pause_ms(1, jitter_ppm=0, asked_ms=10 * PAUSE_MS_MAX) == PAUSE_MS_MAX


def test_what_never_can_arrive_is_given_up_at_once_and_the_rest_after_a_named_number_of_tries() -> None:
    assert is_given_up(1, is_final=True)
    assert not is_given_up(TRIES_MAX - 1, is_final=False)
    assert is_given_up(TRIES_MAX, is_final=False)


def test_a_delivery_has_the_same_id_whenever_it_is_made_and_another_by_each_channel() -> None:
    assert delivery_id("n1", "ops") == delivery_id("n1", "ops")
    assert len({delivery_id("n1", "ops"), delivery_id("n1", "log"), delivery_id("n2", "ops")}) == 3
