"""Is a rule's time that of the rule, and is none of it lost or counted twice?"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.measures import Timer
from core.domain.facts import Facts
from core.domain.ids import RuleId
from core.rules.compiled import CompiledRules, compile_rules
from core.rules.rule import Compare, ConditionType
from core.runtime import rule_timing
from core.runtime.rule_timing import FIRST_TIMED, RuleTiming
from core.runtime.timers import SAMPLES_MAX, Timers, p95
from tests.core.rules.builders import SPECS, facts, rule

QUICK, SLOW, GONE = RuleId("quick"), RuleId("slow"), RuleId("gone")


class Ticks:
    """A clock that moves by a given step each time it is read."""

    def __init__(self, step_ns: int = 10) -> None:
        self._reads = count(0, step_ns)

    def __call__(self) -> int:
        return next(self._reads)


def rounds_above(number: int) -> Compare:
    return Compare(type=ConditionType.GREATER_THAN, field="round_count", value=number)


def two_rules() -> CompiledRules:
    return compile_rules(
        [rule("quick", when=rounds_above(1)), rule("slow", when=rounds_above(2)), rule("off", enabled=False)],
        facts=SPECS,
    )


def test_each_enabled_rule_is_evaluated_once_and_timed() -> None:
    timing = RuleTiming(1, Ticks())

    timing.time(two_rules(), facts(round_count=2))

    assert timing.take() == {QUICK: (1, 10, 0), SLOW: (1, 10, 0)}


def test_only_every_so_many_settlements_are_timed_and_their_facts_asked_for() -> None:
    timing, asked = RuleTiming(3, Ticks()), []

    def asking() -> Facts:
        asked.append(1)
        return facts()

    for _ in range(7):
        timing.settled(two_rules(), asking)

    assert len(asked) == 3
    assert timing.take()[QUICK][0] == 3


def test_a_short_run_is_timed_too() -> None:
    timing = RuleTiming(1_000, Ticks())

    for _ in range(FIRST_TIMED):
        timing.settled(two_rules(), facts)

    assert timing.take()[QUICK][0] == 1


def test_what_was_taken_is_not_taken_again_but_stays_in_the_mean() -> None:
    timing = RuleTiming(1, Ticks())
    timing.time(two_rules(), facts())

    first, second = timing.take(), timing.take()

    assert (first[QUICK], second) == ((1, 10, 0), {})
    assert (timing.mean_ns(QUICK), timing.p95_ns(QUICK)) == (10, 10)


def test_timings_that_could_not_be_stored_come_with_the_next() -> None:
    timing = RuleTiming(1, Ticks())
    timing.time(two_rules(), facts())
    taken = timing.take()
    timing.time(two_rules(), facts())
    timing.give_back(taken)

    assert timing.take() == {QUICK: (2, 20, 0), SLOW: (2, 20, 0)}


def test_a_rule_that_fails_is_counted_and_stops_none_of_the_others() -> None:
    timing = RuleTiming(1, Ticks())
    without = {name: value for name, value in facts().items() if name != "round_count"}

    timing.time(two_rules(), without)

    assert timing.take() == {QUICK: (1, 10, 1), SLOW: (1, 10, 1)}
    assert timing.timers()["rule_evaluation"].errors == 2


def test_a_rule_that_fits_no_fact_is_an_error_without_a_time() -> None:
    timing = RuleTiming(1, Ticks())
    fewer = {name: spec for name, spec in SPECS.items() if name != "round_count"}

    timing.time(compile_rules([rule("gone", when=rounds_above(1))], facts=fewer), facts())

    assert timing.take() == {GONE: (0, 0, 1)}
    assert (timing.mean_ns(GONE), timing.p95_ns(GONE), timing.timers()) == (0, 0, {})


def test_a_rule_that_was_never_timed_took_no_time() -> None:
    timing = RuleTiming(1, Ticks())

    assert (timing.mean_ns(QUICK), timing.p95_ns(QUICK)) == (0, 0)


def test_the_rule_timed_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_timing, "RULES_REMEMBERED_MAX", 2)
    timing = RuleTiming(1, Ticks())
    timing.time(two_rules(), facts())
    timing.time(compile_rules([rule("quick", when=rounds_above(1))], facts=SPECS), facts())
    timing.time(compile_rules([rule("third", when=rounds_above(1))], facts=SPECS), facts())

    assert set(timing.timers()) == {"rule_evaluation", "rule_evaluation.quick", "rule_evaluation.third"}


def test_the_time_of_all_rules_is_the_sum_of_each_ones() -> None:
    timing = RuleTiming(1, Ticks())
    for _ in range(5):
        timing.time(two_rules(), facts())
    timers = dict(timing.timers())
    whole = timers.pop("rule_evaluation")

    assert whole.count == sum(timer.count for timer in timers.values())
    assert whole.total_ns == sum(timer.total_ns for timer in timers.values())


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=200))
def test_at_least_95_of_100_samples_do_not_exceed_the_p95_and_it_is_one_of_them(samples: list[int]) -> None:
    high = p95(tuple(samples))

    assert high in samples
    assert sum(sample <= high for sample in samples) * 100 >= len(samples) * 95
    assert sum(sample < high for sample in samples) * 100 < len(samples) * 95


def test_a_p95_is_of_the_newest_samples_only() -> None:
    timers = Timers(Ticks())
    timers.add("settle", 1_000_000)
    for _ in range(SAMPLES_MAX):
        timers.add("settle", 5)

    assert timers.timers()["settle"] == Timer(count=SAMPLES_MAX + 1, total_ns=1_000_000 + 5 * SAMPLES_MAX, p95_ns=5)


def test_work_is_timed_from_its_beginning_to_its_end() -> None:
    timers = Timers(Ticks(7))
    with timers.timing("append"):
        pass

    assert timers.timers() == {"append": replace(Timer(), count=1, total_ns=7, p95_ns=7)}
