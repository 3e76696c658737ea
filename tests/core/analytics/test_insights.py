"""Is nothing learnt from sessions that so many sessions can't tell?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.analytics.capacity import Resources, capacity_of
from core.analytics.comparing import Counted, difference_of, sessions_to_tell, z_milli_of
from core.analytics.forecasts import SESSIONS_BEHIND_MIN, forecasts_of, walked
from core.analytics.insights import insights_of
from core.analytics.targets import Standing, targets_of
from core.analytics.trends import Figures
from core.domain.estimates import Spread
from core.domain.ids import TemplateId
from core.domain.intervals import PPM
from tests.core.analytics.lives import life, lives

counts = st.integers(1, 400).flatmap(lambda of: st.builds(Counted, count=st.integers(0, of), of=st.just(of)))


@given(counts, counts, st.integers(1, 30))
def test_a_difference_lies_within_its_interval_and_more_looks_make_it_wider(
    first: Counted, second: Counted, looks: int
) -> None:
    one, many = difference_of(first, second), difference_of(first, second, looks=looks)

    assert -PPM <= many.low_ppm <= one.low_ppm <= one.ppm <= one.high_ppm <= many.high_ppm <= PPM
    assert (one.sessions_needed == 0) is one.is_told


def test_one_of_many_looks_is_told_only_where_it_would_be_among_so_many() -> None:
    one, other = Counted(count=40, of=60), Counted(count=28, of=60)

    assert difference_of(one, other).is_told
    assert not difference_of(one, other, looks=10).is_told


@given(counts, counts)
def test_a_difference_turned_round_is_the_same_the_other_way(first: Counted, second: Counted) -> None:
    one, other = difference_of(first, second), difference_of(second, first)

    assert abs(one.low_ppm + other.high_ppm) <= 2
    assert abs(one.ppm + other.ppm) <= 2


def test_newcombes_own_example() -> None:
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 by method 10, as printed in his table II."""
    difference = difference_of(Counted(count=56, of=70), Counted(count=48, of=80))

    assert abs(difference.low_ppm - 52_400) < 200
    assert abs(difference.high_ppm - 333_900) < 200


def test_the_quantile_of_one_look_is_the_usual_one_and_of_ten_is_bonferronis() -> None:
    assert z_milli_of(1) == 1_960
    assert z_milli_of(10) == 2_808


def test_how_many_sessions_would_tell_is_what_tables_say() -> None:
    assert abs((sessions_to_tell(600_000, 500_000) or 0) - 388) <= 2
    assert sessions_to_tell(500_000, 500_000) is None


def test_formats_are_not_ranked_by_a_handful_of_sessions() -> None:
    rows = [
        *lives(5, template=TemplateId("good"), is_consensus_reached=True),
        *lives(3, first=11, template=TemplateId("other")),
        *lives(3, first=21, template=TemplateId("other"), is_consensus_reached=True),
    ]

    (comparison,) = insights_of(rows).comparisons

    assert (comparison.first, comparison.second) == ("good", "other")
    assert not comparison.difference.is_told
    assert comparison.difference.sessions_needed is not None
    assert comparison.difference.sessions_needed > 0


def test_formats_that_many_sessions_part_are_told_apart() -> None:
    rows = [
        *lives(60, template=TemplateId("good"), is_consensus_reached=True),
        *lives(60, first=100, template=TemplateId("other")),
    ]

    (comparison,) = insights_of(rows).comparisons

    assert comparison.difference.is_told
    assert comparison.difference.sessions_needed == 0


def test_what_goes_with_consensus_is_told_where_chance_does_not_explain_it() -> None:
    rows = [
        *lives(60, is_consensus_reached=True, models=("cloud:large", "shed:local")),
        *lives(60, first=100),
    ]

    insights = insights_of(rows)
    told = [each for each in insights.associations if each.difference.is_told]

    assert {each.factor for each in told} == {"seats of several models", "seats of several providers"}
    assert all(each.where.count == 60 for each in told)
    assert insights.looks == len(insights.associations) >= 2


def test_a_session_that_took_unusually_long_stands_out_and_equal_ones_do_not() -> None:
    usual = [life(number, active_ms=600_000 + number * 1_000) for number in range(1, 21)]

    (outlier,) = insights_of([*usual, life(30, active_ms=9_000_000)]).outliers

    assert outlier.session == life(30).session
    assert insights_of(lives(20)).outliers == ()
    assert insights_of([*lives(3), life(4, active_ms=9_000_000)]).outliers == ()


def test_a_forecast_is_held_against_each_session_as_if_it_had_been_the_next() -> None:
    steady = walked([100] * 20)
    rising = walked([100 * 2**number for number in range(12)])

    assert (steady.sessions, steady.error_ppm, steady.covered_ppm) == (20 - SESSIONS_BEHIND_MIN, 0, PPM)
    assert rising.covered_ppm == 0
    assert rising.error_ppm is not None
    assert rising.error_ppm > 800_000


def test_what_comes_later_changes_no_earlier_try() -> None:
    values = [100, 120, 90, 110, 100, 130, 95]
    before, after = walked(values), walked([*values, 10_000])

    assert before.sessions + 1 == after.sessions
    assert before.covered_ppm is not None
    assert after.covered_ppm is not None
    assert round(before.covered_ppm * before.sessions / PPM) == round(after.covered_ppm * after.sessions / PPM)


def test_of_too_few_sessions_nothing_is_forecast_and_rehearsed_ones_stand_apart() -> None:
    rows = [
        *lives(6, cost_microusd=1_000, estimate_cost=Spread(low=500, expected=500, high=2_000)),
        *lives(2, first=20, asks_nobody=True),
    ]

    forecasts = forecasts_of(rows)

    (forecast,) = forecasts.forecasts
    assert forecast.cost_microusd == Spread(low=1_000, expected=1_000, high=1_000)
    assert (forecast.estimates_cost.error_ppm, forecast.estimates_cost.covered_ppm) == (500_000, PPM)
    assert [(few.sessions, few.asks_nobody) for few in forecasts.too_few] == [(2, True)]


def test_a_target_is_met_or_missed_only_where_its_interval_says_so() -> None:
    def completed(count: int, of: int) -> Standing:
        return targets_of(Figures(completed=count, ended=of), None)[0].standing

    assert completed(5, 5) is Standing.TOO_FEW
    assert completed(990, 1_000) is Standing.MET
    assert completed(700, 1_000) is Standing.MISSED
    assert completed(0, 0) is Standing.TOO_FEW


def test_what_nobody_measured_is_said_to_be_so() -> None:
    unknown = {target.name: target.standing for target in targets_of(Figures(), None)}
    known = {
        target.name: target.standing
        for target in targets_of(Figures(), Resources(cpu_ppm=10, memory_bytes=2**31, rule_p95_ns=2_000_000))
    }

    assert unknown["processor"] is unknown["memory"] is Standing.UNKNOWN
    assert known["processor"] is known["rule evaluation"] is Standing.MET
    assert known["memory"] is known["rule evaluation, strict"] is Standing.MISSED


def test_how_many_sessions_fit_follows_from_what_those_under_way_take() -> None:
    busy = Resources(sessions_running=10, cpu_ppm=200_000, memory_bytes=2**27)

    assert capacity_of(busy).sessions_max == 40
    assert "processor" in capacity_of(busy).why
    assert capacity_of(Resources(sessions_running=1, cpu_ppm=1, memory_bytes=1)).sessions_max is None
    assert capacity_of(None).sessions_max is None
