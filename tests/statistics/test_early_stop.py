"""Does a calibrated stop cost accuracy, and what does it save?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from core.domain.calibration import Calibration
from core.domain.intervals import wilson_ppm
from core.judging.measure import PPM
from tests.statistics.intervals import of_mean
from tests.statistics.societies import MINDS, ROUNDS, Session, calibration_of, many, stopped_in

POPULATIONS = {
    "independent": "simulated:competence=70,conformity=0",
    "conforming": "simulated:competence=60,conformity=90",
    "discerning": "simulated:competence=50,conformity=0,discernment=60",
    "erring alike": "simulated:competence=60,conformity=30,shared_error=70",
}
RECORDED, HELD_OUT = 400, 800
FIRST_HELD_OUT = 1_000_000
"""Seeds of sessions that no calibration has seen."""

POINT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What ending early came to against playing all rounds, as shares: the accuracy lost, at least and at most, and the
    turns saved. At most counts every right answer that was cut off, and none that was cut off before it was spoilt."""

    lost: float
    lost_low: float
    lost_high: float
    saved: float


def stopped(sessions: Sequence[Session], calibration: Calibration | None) -> Stopped:
    ends = [stopped_in(session, calibration) for session in sessions]
    losses = [
        float(session.is_right(ROUNDS)) - float(session.is_right(end))
        for session, end in zip(sessions, ends, strict=True)
    ]
    low, _ = of_mean(losses)
    _, high_ppm = wilson_ppm(sum(loss > 0 for loss in losses), len(losses))
    turns = len(MINDS) * ROUNDS * len(sessions)
    saved = sum((ROUNDS - end) * len(MINDS) for end in ends) / turns
    return Stopped(lost=sum(losses) / len(losses), lost_low=low, lost_high=high_ppm / PPM, saved=saved)


def compared(route: str, *, recorded: int, held_out: int) -> tuple[Stopped, Stopped]:
    """A calibrated stop, by sessions on record, and one that trusts every reading, in sessions that are not."""
    calibration = calibration_of(many(route, first=0, count=recorded))
    sessions = many(route, first=FIRST_HELD_OUT, count=held_out)
    return stopped(sessions, calibration), stopped(sessions, None)


@pytest.mark.parametrize("name", POPULATIONS)
def test_a_calibrated_stop_never_costs_more_than_one_point_of_accuracy(name: str) -> None:
    calibrated, _ = compared(POPULATIONS[name], recorded=RECORDED, held_out=HELD_OUT)

    assert calibrated.lost_high < POINT, calibrated


def test_a_stop_that_trusts_every_reading_costs_more_where_going_on_would_mend_answers() -> None:
    calibrated, trusted = compared(POPULATIONS["discerning"], recorded=RECORDED, held_out=HELD_OUT)

    assert trusted.lost_low > POINT, trusted
    assert calibrated.lost_high < POINT, calibrated


def test_a_calibrated_stop_saves_turns_where_agreement_tells_what_is_right() -> None:
    for name in ("independent", "discerning"):
        calibrated, _ = compared(POPULATIONS[name], recorded=RECORDED, held_out=HELD_OUT)
        assert calibrated.saved > 0.15, calibrated


def test_a_calibrated_stop_ends_nothing_early_where_agreement_tells_nothing() -> None:
    calibrated, trusted = compared(POPULATIONS["erring alike"], recorded=RECORDED, held_out=HELD_OUT)

    assert calibrated.saved == 0
    assert trusted.saved > 0.5


def test_without_enough_sessions_on_record_nothing_is_ended_early() -> None:
    calibrated, trusted = compared(POPULATIONS["independent"], recorded=20, held_out=100)

    assert (calibrated.saved, calibrated.lost) == (0, 0)
    assert trusted.saved > 0


@pytest.mark.torture
@pytest.mark.parametrize("name", POPULATIONS)
def test_in_many_sessions_a_calibrated_stop_costs_less_than_half_a_point(name: str) -> None:
    calibrated, _ = compared(POPULATIONS[name], recorded=2_000, held_out=8_000)

    assert calibrated.lost_high < POINT / 2, calibrated
