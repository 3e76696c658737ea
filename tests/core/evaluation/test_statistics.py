"""Do the statistics give the values that their sources publish, and obey the laws that they stand on?

The tables of Cavo et al. 2012 (59, 6, 16, 80) and Bentur et al. 2009 (1, 1, 7, 12) are worked through by Fagerland,
Lydersen and Laake, in Statistical Analysis of Contingency Tables (2017), chapter 8, and BMC Medical Research
Methodology 13:91 (2013).
"""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.intervals import wilson_ppm
from core.evaluation.statistics import (
    APART_MIN,
    LEVEL_PPM,
    PPM,
    Pairs,
    difference_interval_ppm,
    exact_mcnemar_ppm,
    holm_ppm,
    least_difference_ppm,
    tasks_to_tell,
)

CAVO = Pairs(both=59, first=6, second=16, neither=80)
BENTUR = Pairs(both=1, first=1, second=7, neither=12)
COUNTS = st.integers(min_value=0, max_value=60)
ANY_PAIRS = st.builds(Pairs, both=COUNTS, first=COUNTS, second=COUNTS, neither=COUNTS)


def thousandths(*ppm: int) -> tuple[float, ...]:
    return tuple(round(each / PPM, 3) for each in ppm)


def ten_thousandths(*ppm: int) -> tuple[float, ...]:
    return tuple(round(each / PPM, 4) for each in ppm)


@pytest.mark.parametrize(("pairs", "p"), [(CAVO, 0.052), (BENTUR, 0.070)])
def test_the_exact_test_gives_the_published_p(pairs: Pairs, p: float) -> None:
    assert thousandths(exact_mcnemar_ppm(pairs)) == (p,)


@pytest.mark.parametrize(("pairs", "interval"), [(CAVO, (-0.1186, -0.0046)), (BENTUR, (-0.5069, -0.0256))])
def test_the_interval_of_a_paired_difference_is_the_published_one(pairs: Pairs, interval: tuple[float, float]) -> None:
    assert ten_thousandths(*difference_interval_ppm(pairs)) == interval


def test_of_several_intervals_each_is_as_wide_as_it_takes_for_all_of_them_to_hold_together() -> None:
    """Of five, each at 99 %: what Newcombe's method gives for Cavo's table with the quantile of 99.5 %."""
    alone, of_five = difference_interval_ppm(CAVO), difference_interval_ppm(CAVO, among=5)

    assert alone == difference_interval_ppm(CAVO, among=1)
    assert of_five[0] < alone[0] < alone[1] < of_five[1]
    assert alone[1] < 0 < of_five[1], "what one interval tells, one of five does not"
    centre = CAVO.difference_ppm
    assert (centre - of_five[0]) / (centre - alone[0]) == pytest.approx(2.576 / 1.960, rel=0.02)


@pytest.mark.parametrize(
    ("right", "of", "interval"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_the_interval_of_a_share_is_newcombes(right: int, of: int, interval: tuple[float, float]) -> None:
    assert ten_thousandths(*wilson_ppm(right, of)) == pytest.approx(interval, abs=0.0001)


def test_the_number_of_pairs_is_connors_with_what_the_exact_test_takes_beyond_it() -> None:
    assert tasks_to_tell(difference_ppm=-400_000, disagreeing_ppm=500_000) == 22 + 3
    assert tasks_to_tell(difference_ppm=PPM, disagreeing_ppm=PPM) == APART_MIN


@pytest.mark.parametrize(
    ("difference", "disagreeing"),
    [(1, 1), (0.8, 0.8), (0.6, 0.6), (0.4, 0.5), (0.3, 0.4), (0.2, 0.2), (0.2, 0.3), (0.167, 0.3), (0.1, 0.2)],
)
def test_so_many_tasks_tell_the_difference_by_the_test_that_is_made_four_times_of_five(
    disagreeing: float, difference: float
) -> None:
    tasks = tasks_to_tell(difference_ppm=round(difference * PPM), disagreeing_ppm=round(disagreeing * PPM))
    assert tasks is not None
    ahead = (disagreeing + difference) / 2 / disagreeing
    found = 0.0
    for apart in range(tasks + 1):
        told = sum(
            comb(apart, first) * ahead**first * (1 - ahead) ** (apart - first)
            for first in range(apart + 1)
            if exact_mcnemar_ppm(Pairs(first=first, second=apart - first)) <= LEVEL_PPM
        )
        found += told * comb(tasks, apart) * disagreeing**apart * (1 - disagreeing) ** (tasks - apart)

    assert found > 0.79


def test_holms_correction_is_that_of_a_textbook() -> None:
    assert holm_ppm([10_000, 40_000, 30_000, 5_000]) == (30_000, 60_000, 60_000, 20_000)
    assert holm_ppm([]) == ()


@given(ANY_PAIRS)
def test_the_exact_test_is_the_binomials_and_blind_to_who_is_first(pairs: Pairs) -> None:
    apart, least = pairs.first + pairs.second, min(pairs.first, pairs.second)
    tail = sum(comb(apart, i) for i in range(least + 1))

    assert exact_mcnemar_ppm(pairs) == min(PPM, -(-2 * tail * PPM // 2**apart))
    assert exact_mcnemar_ppm(pairs) == exact_mcnemar_ppm(_swapped(pairs))


@given(ANY_PAIRS)
def test_the_interval_holds_the_difference_and_turns_round_with_the_arms(pairs: Pairs) -> None:
    low, high = difference_interval_ppm(pairs)
    other_low, other_high = difference_interval_ppm(_swapped(pairs))

    assert -PPM <= low <= pairs.difference_ppm + 1
    assert pairs.difference_ppm - 1 <= high <= PPM
    assert (other_low, other_high) == pytest.approx((-high, -low), abs=1)


@given(st.integers(1, PPM), st.integers(1, PPM))
def test_a_larger_difference_takes_no_more_tasks(difference_ppm: int, disagreeing_ppm: int) -> None:
    fewer = tasks_to_tell(difference_ppm=min(disagreeing_ppm, difference_ppm * 2), disagreeing_ppm=disagreeing_ppm)
    more = tasks_to_tell(difference_ppm=difference_ppm, disagreeing_ppm=disagreeing_ppm)

    assert difference_ppm <= disagreeing_ppm or more is None
    assert more is None or (fewer is not None and fewer <= more)


@given(st.integers(5, 100_000), st.integers(1, PPM))
def test_the_least_difference_is_told_by_that_many_tasks_and_a_smaller_one_is_not(
    tasks: int, disagreeing_ppm: int
) -> None:
    least = least_difference_ppm(tasks=tasks, disagreeing_ppm=disagreeing_ppm)

    if least is None:
        assert (tasks_to_tell(difference_ppm=disagreeing_ppm, disagreeing_ppm=disagreeing_ppm) or PPM) > tasks
        return
    needed = tasks_to_tell(difference_ppm=least, disagreeing_ppm=disagreeing_ppm)
    assert needed is not None
    assert needed <= tasks
    if least > 1:
        smaller = tasks_to_tell(difference_ppm=least - 1, disagreeing_ppm=disagreeing_ppm)
        assert smaller is None or smaller > tasks


def test_where_nothing_was_counted_nothing_is_told() -> None:
    nothing = Pairs()

    assert exact_mcnemar_ppm(nothing) == PPM
    assert difference_interval_ppm(nothing) == (-PPM, PPM)
    assert tasks_to_tell(difference_ppm=0, disagreeing_ppm=0) is None
    assert least_difference_ppm(tasks=0, disagreeing_ppm=0) is None


def test_chance_alone_is_called_telling_as_rarely_as_it_is_said() -> None:
    """Of all ways in which 40 equally good answers can part, weighed by how often chance brings each."""
    apart = 40
    telling = sum(
        comb(apart, first)
        for first in range(apart + 1)
        if exact_mcnemar_ppm(Pairs(first=first, second=apart - first)) < LEVEL_PPM
    )

    assert 0 < telling / 2**apart < LEVEL_PPM / PPM


def _swapped(pairs: Pairs) -> Pairs:
    return Pairs(both=pairs.both, first=pairs.second, second=pairs.first, neither=pairs.neither)
