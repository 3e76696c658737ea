"""Is a number trusted only as far as it has shown itself right?"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.calibration import Calibration, CalibrationBin
from core.domain.intervals import wilson_ppm
from core.judging.calibration import (
    COUNTED_MIN,
    Curve,
    Passed,
    Stated,
    brier_ppm,
    calibrated,
    calibration_error_ppm,
    fitted,
    fitted_by_tenths,
    recalibrated,
    reliability,
    trust_in,
)
from core.judging.measure import PPM

shares = st.integers(min_value=0, max_value=PPM)
statements = st.builds(Stated, stated_ppm=shares, true_ppm=st.sampled_from((0, PPM)))


def passing(ppm: int, *, was: bool = True, ended: bool = True) -> Passed:
    return Passed(ppm=ppm, was_right=was, ended_right=ended)


def recorded(*bins: tuple[int, int, int, int, int]) -> Calibration:
    made = [CalibrationBin(floor_ppm=b[0], counted=b[1], right=b[2], mended=b[3], spoiled=b[4]) for b in bins]
    return Calibration(measure="answers@1", sessions=sum(b[1] for b in bins), bins=tuple(made))


@pytest.mark.parametrize(
    ("right", "counted", "low", "high"),
    [
        # Wilson's interval at 95 %: 81 of 263 is the example of Newcombe (1998), table I, as are the next three.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_that_of_the_literature(right: int, counted: int, low: float, high: float) -> None:
    least, most = wilson_ppm(right, counted)

    assert (least / PPM, most / PPM) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(min_value=1, max_value=10_000), st.data())
def test_wilsons_interval_holds_the_share_and_narrows_with_what_is_counted(counted: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(min_value=0, max_value=counted))
    least, most = wilson_ppm(right, counted)
    narrower = wilson_ppm(right * 4, counted * 4)

    assert 0 <= least <= Fraction(right * PPM, counted) <= most <= PPM
    assert narrower[1] - narrower[0] <= most - least + 2
    assert wilson_ppm(counted - right, counted) == pytest.approx((PPM - most, PPM - least), abs=2)


def test_nothing_counted_leaves_everything_possible() -> None:
    assert wilson_ppm(0, 0) == (0, PPM)


def test_a_reading_that_has_been_right_far_more_often_than_others_is_informative() -> None:
    known = recorded((600_000, 100, 55, 10, 5), (PPM, 100, 97, 0, 1))

    assert trust_in(known, PPM).is_informative
    assert trust_in(known, PPM).reason == (
        "of 100 sessions that read about as much, 97 were right, at least 91 % against 76 % of all"
    )


@pytest.mark.parametrize(
    ("known", "ppm", "why"),
    [
        (None, PPM, "was not pinned"),
        (recorded(), PPM, "no recorded session tells"),
        (recorded((600_000, 100, 55, 0, 0), (PPM, COUNTED_MIN - 1, COUNTED_MIN - 1, 0, 0)), PPM, "it takes 50 to tell"),
        (recorded((600_000, 100, 55, 0, 0), (PPM, 100, 97, 0, 0)), 850_000, "0 recorded sessions read about as much"),
        (recorded((600_000, 100, 55, 0, 0), (PPM, 100, 80, 0, 0)), PPM, "perhaps 71 %, and it takes 80 %"),
        (recorded((600_000, 100, 97, 0, 0), (PPM, 100, 97, 0, 0)), PPM, "no more than the 97 % of all"),
        (recorded((600_000, 100, 55, 0, 0), (PPM, 100, 97, 3, 2)), PPM, "mended 3 and spoiled 2"),
    ],
)
def test_a_reading_that_has_not_shown_itself_informative_is_not_acted_on(
    known: Calibration | None, ppm: int, why: str
) -> None:
    trust = trust_in(known, ppm)

    assert not trust.is_informative
    assert why in trust.reason


@given(st.integers(min_value=0, max_value=400), st.data())
def test_one_more_session_that_was_right_never_takes_trust_away_from_a_bin(others: int, data: st.DataObject) -> None:
    counted = data.draw(st.integers(min_value=0, max_value=400))
    right = data.draw(st.integers(min_value=0, max_value=counted))
    before = recorded((300_000, others, others // 2, 0, 0), (PPM, counted, right, 0, 0))
    # One that was wrong and is counted as right: the base rate rises by less than the bin does.
    after = recorded((300_000, others, others // 2, 0, 0), (PPM, counted, min(counted, right + 1), 0, 0))

    if trust_in(before, PPM).is_informative and others >= counted:
        assert trust_in(after, PPM).is_informative


def test_a_session_counts_once_in_a_bin_however_many_of_its_rounds_read_so() -> None:
    long = [passing(650_000, was=False), passing(690_000), passing(PPM)]
    known = calibrated("answers@1", [long, [passing(610_000)], []])

    assert known.sessions == 2
    assert known.bins == (
        CalibrationBin(floor_ppm=600_000, counted=2, right=1, mended=1, spoiled=0),
        CalibrationBin(floor_ppm=PPM, counted=1, right=1, mended=0, spoiled=0),
    )


def test_a_number_that_is_right_as_often_as_it_says_has_no_error() -> None:
    honest = [Stated(stated_ppm=800_000, true_ppm=PPM)] * 8 + [Stated(stated_ppm=800_000, true_ppm=0)] * 2

    assert calibration_error_ppm(honest) == 0
    assert brier_ppm(honest) == 160_000
    assert calibration_error_ppm([Stated(stated_ppm=900_000, true_ppm=0)]) == 900_000
    assert brier_ppm([Stated(stated_ppm=500_000, true_ppm=PPM)]) == 250_000


def test_neighbours_that_fall_are_pooled() -> None:
    # The sequence 1, 3, 2, 4 becomes 1, 2.5, 2.5, 4: the textbook's pool of adjacent violators.
    observed = [Stated(stated_ppm=at * 100_000, true_ppm=true) for at, true in ((1, 100), (2, 300), (3, 200), (4, 400))]

    assert fitted(observed).points == ((100_000, 100), (200_000, 250), (300_000, 250), (400_000, 400))


@given(st.lists(statements, min_size=1, max_size=60), shares, shares)
def test_a_fitted_curve_rises_and_stays_within_what_was_observed(observed: list[Stated], one: int, other: int) -> None:
    low, high = sorted((one, other))
    for curve in (fitted(observed), fitted_by_tenths(observed)):
        assert recalibrated(curve, low) <= recalibrated(curve, high)
        assert 0 <= recalibrated(curve, low) <= PPM


@given(st.lists(statements, min_size=1, max_size=60))
def test_what_is_fitted_is_no_worse_than_what_was_said_where_it_was_fitted(observed: list[Stated]) -> None:
    curve = fitted(observed)
    mended = [Stated(stated_ppm=recalibrated(curve, each.stated_ppm), true_ppm=each.true_ppm) for each in observed]

    assert brier_ppm(mended) <= brier_ppm(observed) + 2


@given(st.lists(statements, max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_what_was_observed_changes_nothing(observed: list[Stated], chance: object) -> None:
    shuffled = list(observed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert fitted(observed) == fitted(shuffled)
    assert reliability(observed) == reliability(shuffled)


def test_without_a_curve_a_number_stands_for_itself() -> None:
    assert recalibrated(Curve(), 123_456) == 123_456
