"""Are rates, means and medians what a person would work out by hand?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.book import Book, advanced
from core.analytics.health_levels import (
    DISK_FREE_BYTES_DEGRADED,
    DISK_FREE_BYTES_FAILING,
    Level,
    level_of_database,
    level_of_disk,
    level_of_loop,
    worst,
)
from core.analytics.measures import Measures
from core.analytics.overview import median, overview
from core.domain.commands import Cancel
from core.domain.events import Recorded
from tests.builders import ROUTE
from tests.core.analytics.histories import as_one_log, played, to_its_end


def cancelled() -> list[Recorded]:
    return played([lambda debate: debate.speak(), lambda debate: debate.do(Cancel())]).log


def three_and_one() -> Book:
    return advanced(Book(), as_one_log([to_its_end().log, to_its_end().log, to_its_end().log, cancelled()]))


def test_rates_are_of_the_debates_that_ended() -> None:
    book = three_and_one()
    seen = overview(book.measures, book.lives.values())

    assert (seen.rates_ppm.completed, seen.rates_ppm.cancelled, seen.rates_ppm.failed) == (750_000, 250_000, 0)
    assert seen.templates["tiny"].completed_ppm == 750_000  # type: ignore[index]


def test_means_and_medians_are_of_the_completed_ones() -> None:
    book = three_and_one()
    seen = overview(book.measures, book.lives.values())

    assert (seen.means.debates, seen.medians.debates) == (3, 3)
    assert (seen.means.arguments, seen.medians.arguments, seen.medians.rounds) == (4, 4, 2)
    assert (seen.means.cost_microusd, seen.medians.cost_microusd) == (500, 500)


def test_a_models_share_of_the_cost_is_told() -> None:
    seen = overview(three_and_one().measures, ())

    assert (seen.models[ROUTE].cost_ppm, seen.models[ROUTE].use.cost_microusd) == (1_000_000, 1_600)


def test_of_nothing_there_is_no_rate() -> None:
    seen = overview(Measures(), ())

    assert (seen.rates_ppm.completed, seen.means.duration_ms, seen.medians.arguments) == (None, None, None)


@given(st.lists(st.integers(-100, 100), min_size=1))
def test_as_many_values_lie_below_the_median_as_above_it(values: list[int]) -> None:
    middle = median(values)
    assert middle is not None

    assert sum(value < middle for value in values) <= len(values) // 2
    assert sum(value > middle for value in values) <= len(values) // 2


@pytest.mark.parametrize(("values", "middle"), [([3, 1, 2], 2), ([4, 1, 2, 3], 2), ([7], 7), ([], None)])
def test_the_median_is_the_value_in_the_middle(values: list[int], middle: int | None) -> None:
    assert median(values) == middle


@pytest.mark.parametrize(
    ("free_bytes", "level"),
    [
        (DISK_FREE_BYTES_DEGRADED, Level.OK),
        (DISK_FREE_BYTES_DEGRADED - 1, Level.DEGRADED),
        (DISK_FREE_BYTES_FAILING, Level.DEGRADED),
        (DISK_FREE_BYTES_FAILING - 1, Level.FAILING),
    ],
)
def test_a_disk_is_judged_by_the_room_left(free_bytes: int, level: Level) -> None:
    assert level_of_disk(free_bytes) is level


@pytest.mark.parametrize(("lag_ms", "level"), [(99, Level.OK), (100, Level.DEGRADED), (1_000, Level.FAILING)])
def test_an_event_loop_is_judged_by_how_late_it_is(lag_ms: int, level: Level) -> None:
    assert level_of_loop(lag_ms) is level


@pytest.mark.parametrize(("took_ms", "level"), [(499, Level.OK), (500, Level.DEGRADED), (5_000, Level.FAILING)])
def test_a_database_is_judged_by_how_long_it_takes(took_ms: int, level: Level) -> None:
    assert level_of_database(took_ms) is level


def test_the_worst_of_several_counts() -> None:
    assert worst((Level.OK, Level.FAILING, Level.DEGRADED)) is Level.FAILING
    assert worst(()) is Level.OK
