"""Does a line say what was expected, and where what came of it lies?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.presenters.estimates import came_to, cost_about, rests_on, time_about
from core.domain.estimates import NOTHING, Spread
from tests.builders import an_estimate


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        (NOTHING, "seconds"),
        (Spread(low=2, expected=10, high=40), "seconds"),
        (Spread(low=15_000, expected=40_000, high=80_000), "about 40 s (15 to 80)"),
        (Spread(low=60_000, expected=240_000, high=540_000), "about 4 min (1 to 9)"),
    ],
)
def test_times_are_told_with_their_range_and_never_finer_than_is_known(spread: Spread, said: str) -> None:
    assert time_about(spread) == said


def test_dollars_are_told_with_their_range_and_nothing_as_nothing() -> None:
    assert cost_about(NOTHING) == "$0.00"
    assert cost_about(Spread(low=50_000, expected=120_000, high=210_000)) == "about $0.12 ($0.050 to $0.21)"


def test_a_guess_is_not_called_experience() -> None:
    assert rests_on(an_estimate(sessions=0)).startswith("no past session")
    assert rests_on(an_estimate(sessions=1)) == "from 1 past session of these models"


def test_what_it_came_to_stands_beside_what_was_expected() -> None:
    expected = an_estimate(minutes=4, cost_microusd=100_000)

    assert came_to(expected, cost_microusd=120_000, active_ms=200_000) == (
        "$0.12, within the $0.050 to $0.20 expected; 3 min 20 s, within the 2 min to 8 min expected"
    )
    assert "$0.30, above the $0.050 to $0.20 expected" in came_to(expected, cost_microusd=300_000, active_ms=0)
    assert "1 min, below the 2 min to 8 min expected" in came_to(expected, cost_microusd=0, active_ms=60_000)
    once = replace(expected, active_ms=Spread(low=33_000, expected=33_000, high=33_400))
    assert "4 s, below the 33 s expected" in came_to(once, cost_microusd=0, active_ms=4_000)
    assert came_to(an_estimate(), cost_microusd=0, active_ms=90) == "$0.00, as expected; 0 s"
