"""Are figures short, and never more than is known?"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.presenters.figures import (
    age,
    bar,
    count,
    counted,
    duration,
    money,
    percent,
    plural,
    remaining,
    spark,
    trend,
)


@pytest.mark.parametrize(
    ("amount_microusd", "written"),
    [
        (0, "$0.00"),
        (1, "<$0.001"),
        (999, "<$0.001"),
        (4_000, "$0.004"),
        (42_000, "$0.042"),
        (99_600, "$0.10"),
        (420_000, "$0.42"),
        (5_000_000, "$5.00"),
        (999_994_999, "$999.99"),
        (999_995_000, "$1,000"),
        (1_234_000_000, "$1,234"),
        (-42_000, "-$0.042"),
    ],
)
def test_money_is_written_with_as_many_digits_as_matter(amount_microusd: int, written: str) -> None:
    assert money(amount_microusd) == written


@pytest.mark.parametrize(
    ("elapsed_ms", "written"),
    [
        (0, "now"),
        (-5, "now"),
        (12_000, "12 s"),
        (119_999, "1 min"),
        (240_000, "4 min"),
        (3 * 3_600_000, "3 h"),
        (2 * 86_400_000, "2 d"),
        (60 * 86_400_000, "2 mo"),
        (729 * 86_400_000, "24 mo"),
        (731 * 86_400_000, "2 y"),
    ],
)
def test_an_age_is_the_largest_whole_unit_and_never_rounded_up(elapsed_ms: int, written: str) -> None:
    assert age(elapsed_ms) == written


@pytest.mark.parametrize(
    ("elapsed_ms", "written"),
    [(0, "0 s"), (12_999, "12 s"), (252_000, "4 min 12 s"), (240_000, "4 min"), (11_100_000, "3 h 5 min")],
)
def test_a_duration_takes_at_most_two_units(elapsed_ms: int, written: str) -> None:
    assert duration(elapsed_ms) == written


@pytest.mark.parametrize(
    ("left_ms", "written"),
    [
        (999, "0 s"),
        (45_999, "45 s"),
        (12 * 60_000 + 59_000, "12 min"),
        (2 * 3_600_000 - 1, "1 h 59 min"),
        (10 * 3_600_000 - 1, "9 h 59 min"),
        (11 * 3_600_000 - 1, "10 h"),
        (52 * 3_600_000, "2 d 4 h"),
    ],
)
def test_what_is_left_is_said_to_the_minute_as_long_as_minutes_matter(left_ms: int, written: str) -> None:
    assert remaining(left_ms) == written


def test_a_share_just_below_a_threshold_does_not_read_as_having_reached_it() -> None:
    assert percent(799_999) == "79 %"
    assert count(9_999_999) == "9.9 M"


def test_counts_agree_with_their_noun() -> None:
    assert [counted(1, "turn"), counted(12_345, "turn"), counted(2, "reply", "replies")] == [
        "1 turn",
        "12.3 k turns",
        "2 replies",
    ]


@given(st.integers(min_value=0, max_value=1_000_000), st.integers(min_value=1, max_value=40))
def test_a_bar_is_empty_only_for_nothing_and_full_only_for_everything(share_ppm: int, width: int) -> None:
    drawn = bar(share_ppm, width=width)

    assert len(drawn) == width
    assert ("▓" not in drawn) == (share_ppm == 0)
    assert share_ppm == 1_000_000 or width == 1 or "░" in drawn


@given(st.lists(st.integers(min_value=0, max_value=1_000_000)), st.integers(min_value=0, max_value=12))
def test_a_sparkline_rises_where_its_shares_rise_and_keeps_the_latest(shares_ppm: list[int], width: int) -> None:
    drawn = spark(shares_ppm, width=width)

    assert len(drawn) == min(width, len(shares_ppm))
    kept = shares_ppm[len(shares_ppm) - len(drawn) :]
    levels = list(zip(kept, drawn, strict=True))
    assert all(low <= high for (before, low), (after, high) in pairwise(levels) if before <= after)


def test_a_trend_is_that_of_the_last_step() -> None:
    assert [trend([]), trend([1]), trend([1, 2]), trend([2, 1]), trend([3, 2, 2])] == ["", "", "↑", "↓", "→"]


def test_of_one_thing_nobody_says_things() -> None:
    assert [counted(number, "draft") for number in (0, 1, 2)] == ["0 drafts", "1 draft", "2 drafts"]
    assert [f"there {plural(number, 'is', 'are')} {number}" for number in (1, 2)] == ["there is 1", "there are 2"]
