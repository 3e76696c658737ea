"""Does a calibrated measure mean what it says?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from core.domain.calibration import Calibration
from core.judging.calibration import Stated, bin_of, calibration_error_ppm, fitted, floor_of, recalibrated
from core.judging.measure import PPM
from tests.statistics.intervals import of_figure
from tests.statistics.societies import Session, calibration_of, many

ERROR_MAX = 0.05
ROUTES = (
    "simulated:competence=40,conformity=60,overconfidence=30",
    "simulated:competence=60,conformity=60,overconfidence=30",
    "simulated:competence=80,conformity=60,overconfidence=-20",
)
RECORDED, HELD_OUT = 500, 600
"""Sessions of each route."""

FIRST_HELD_OUT = 1_000_000
ROUND = 2


def answers_ppm(session: Session) -> int:
    return session.tally(ROUND).share_ppm


def stances_ppm(session: Session) -> int:
    return session.stance_ppm(ROUND)


READINGS: dict[str, Callable[[Session], int]] = {"answers": answers_ppm, "stances": stances_ppm}


def read(reading: Callable[[Session], int], *, first: int, count: int) -> list[Stated]:
    """What the measure says of sessions, taken as how likely the leading answer is right, and whether it is."""
    return [
        Stated(stated_ppm=reading(session), true_ppm=PPM * session.is_right(ROUND))
        for route in ROUTES
        for session in many(route, first=first, count=count, rounds=ROUND)
    ]


def error(observed: Sequence[Stated]) -> float:
    return calibration_error_ppm(observed) / PPM


@pytest.mark.parametrize("measure", READINGS)
def test_a_calibrated_measure_errs_by_less_than_five_percent_on_sessions_that_it_has_not_seen(measure: str) -> None:
    curve = fitted(read(READINGS[measure], first=0, count=RECORDED))
    held_out = read(READINGS[measure], first=FIRST_HELD_OUT, count=HELD_OUT)
    calibrated = [Stated(stated_ppm=recalibrated(curve, each.stated_ppm), true_ppm=each.true_ppm) for each in held_out]

    _, high = of_figure(calibrated, error)
    raw_low, _ = of_figure(held_out, error)

    assert high < ERROR_MAX
    # Not calibrated it would fail: who agrees because they conform agree more than they are right.
    assert raw_low > 2 * ERROR_MAX


def first_readings(sessions: Sequence[Session], calibration: Calibration) -> list[Stated]:
    """What an opening that pins `calibration` says of the readings of sessions, each as it enters a tenth, and what
    came true."""
    found = []
    for session in sessions:
        passed = {floor_of(reading.ppm): reading for reading in reversed(session.passed)}
        for floor, reading in passed.items():
            known = bin_of(calibration, floor)
            found.append(Stated(stated_ppm=PPM * known.right // known.counted, true_ppm=PPM * reading.was_right))
    return found


def test_what_an_opening_pins_of_a_measure_comes_true_as_often_as_it_says() -> None:
    recorded = [session for route in ROUTES for session in many(route, first=0, count=RECORDED)]
    sessions = [session for route in ROUTES for session in many(route, first=FIRST_HELD_OUT, count=HELD_OUT)]

    _, high = of_figure(first_readings(sessions, calibration_of(recorded)), error)
    others_low, _ = of_figure(first_readings(sessions, calibration_of(many(ROUTES[2], first=0, count=RECORDED))), error)

    assert high < ERROR_MAX
    assert others_low > ERROR_MAX, "what was recorded of others tells nothing of these"


def test_a_measure_that_is_fitted_to_too_few_sessions_still_errs() -> None:
    curve = fitted(read(answers_ppm, first=0, count=2))
    held_out = read(answers_ppm, first=FIRST_HELD_OUT, count=HELD_OUT)

    fitted_to_few = [
        Stated(stated_ppm=recalibrated(curve, each.stated_ppm), true_ppm=each.true_ppm) for each in held_out
    ]

    assert error(fitted_to_few) > ERROR_MAX


@pytest.mark.torture
@pytest.mark.parametrize("measure", READINGS)
def test_with_many_sessions_a_calibrated_measure_errs_by_less_than_two_percent(measure: str) -> None:
    curve = fitted(read(READINGS[measure], first=0, count=5_000))
    held_out = read(READINGS[measure], first=FIRST_HELD_OUT, count=5_000)

    calibrated = [Stated(stated_ppm=recalibrated(curve, each.stated_ppm), true_ppm=each.true_ppm) for each in held_out]

    assert of_figure(calibrated, error)[1] < 0.02
