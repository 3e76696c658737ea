"""Is a written score read as it was meant, and refused where it may mean two things?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging.written_scores import PPM, read_score


@pytest.mark.parametrize(
    ("written", "ppm"),
    [
        ("0", 0),
        ("1", PPM),
        ("1.0", PPM),
        ("0.85", 850_000),
        (".5", 500_000),
        ("8.5e-1", 850_000),
        ("0.1234567", 123_456),
    ],
)
def test_a_number_from_0_to_1_is_taken_as_it_is(written: str, ppm: int) -> None:
    read = read_score(written)

    assert (read.ppm, read.is_repaired) == (ppm, False)


@pytest.mark.parametrize(
    ("written", "ppm"),
    [
        ("85", 850_000),
        ("85.5", 855_000),
        ("100", PPM),
        ("85 %", 850_000),
        ("85%", 850_000),
        ("1 %", 10_000),
        ("8.5/10", 850_000),
        ("8.5 / 10", 850_000),
        ("17/20", 850_000),
        ("10/10", PPM),
        ("0/10", 0),
    ],
)
def test_another_way_to_write_it_that_can_mean_nothing_else_is_repaired(written: str, ppm: int) -> None:
    read = read_score(written)

    assert (read.ppm, read.is_repaired) == (ppm, True)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1.7", "'1.7' is above 1"),
        ("8", "'8' may be one of 10 or of 100"),
        ("10", "'10' may be one of 10 or of 100"),
        ("101", "'101' is above 1"),
        ("-1", "'-1' is below 0"),
        ("NaN", "'NaN' is no number from 0 to 1"),
        ("Infinity", "'Infinity' is no number from 0 to 1"),
        ("1e999", "'1e999' is no number from 0 to 1"),
        ("11/10", "'11/10' is more than all of it"),
        ("101 %", "'101 %' is more than all of it"),
        ("1/0", "'1/0' is no number from 0 to 1"),
        ("0,85", "'0,85' is no number from 0 to 1"),
        ("0.8-0.9", "'0.8-0.9' is no number from 0 to 1"),
        ("high", "'high' is no number from 0 to 1"),
        ("true", "'true' is no number from 0 to 1"),
        ("", "'' is no score"),
        ("9" * 5_000, "'99999999999999999999999…' is no score"),
    ],
)
def test_what_may_mean_two_things_or_none_is_refused_with_the_reason(written: str, reason: str) -> None:
    read = read_score(written)

    assert (read.ppm, read.reason) == (None, reason)


@given(st.integers(0, PPM))
def test_every_score_is_read_back_as_it_was_written(ppm: int) -> None:
    assert read_score(f"{ppm // PPM}.{ppm % PPM:06}").ppm == ppm


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_share_or_a_reason(written: str) -> None:
    read = read_score(written)

    assert (read.ppm is None) is bool(read.reason)
    assert read.ppm is None or 0 <= read.ppm <= PPM
