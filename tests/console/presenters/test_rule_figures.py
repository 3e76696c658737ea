"""Do figures of rules say no more than is known?"""

from __future__ import annotations

from console.presenters.rule_figures import given_up_lines, mean_of, microseconds, p95_of
from core.analytics.rule_measures import NOT_MEASURED, RuleMeasure
from core.domain.ids import RuleId

BROKEN = RuleMeasure(errors=5, switched_off=2, switched_off_at_ms=5_000)


def test_times_are_told_in_microseconds_and_nothing_where_none_was_taken() -> None:
    measure = RuleMeasure(timed=3, mean_ns=1_290, p95_ns=1_234_567_890)

    assert (mean_of(measure), p95_of(measure)) == ("1.2 µs", "1,234,567.8 µs")
    assert (mean_of(NOT_MEASURED), p95_of(NOT_MEASURED)) == ("–", "–")
    assert microseconds(0) == "0.0 µs"


def test_a_rule_that_sessions_stopped_hearing_is_named_until_the_rules_change() -> None:
    measures = {RuleId("broken"): BROKEN, RuleId("sound"): RuleMeasure(fired=3)}

    (line,) = given_up_lines(measures, rules_changed_at_ms=4_999)

    assert line.startswith("✗ broken could not be evaluated again and again")
    assert "2 sessions stopped hearing it" in line
    assert given_up_lines(measures, rules_changed_at_ms=5_000) == []
