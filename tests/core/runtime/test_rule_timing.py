"""Is a rule's time that of the rule, and is none of it lost or counted twice?"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.measures import Timer
from core.analytics.rule_measures import RuleTimes, bucket_of
from core.domain.facts import Facts
from core.domain.ids import RuleId
from core.rules.compiled import CompiledRules, compile_rules
from core.rules.rule import Compare, ConditionType
from core.runtime import rule_timing
from core.runtime.rule_timing import FIRST_TIMED, RuleTiming
from core.runtime.timers import SAMPLES_MAX, Timers, p95
from tests.core.rules.builders import SPECS, facts, rule

TEN = RuleTimes(timed=1, nanoseconds=10, buckets={bucket_of(10): 1})
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

    assert timing.take() == {QUICK: TEN, SLOW: TEN}


def test_only_every_so_many_settlements_are_timed_and_their_facts_asked_for() -> None:
    timing, asked = RuleTiming(3, Ticks()), []

    def asking() -> Facts:
        asked.append(1)
        return facts()

    for _ in range(7):
        timing.settled(two_rules(), asking)

    assert len(asked) == 3
    assert timing.take()[QUICK].timed == 3


def test_each_settlement_counts_for_the_rules_that_were_on_in_it() -> None:
    timing = RuleTiming(1_000, Ticks())
    for _ in range(2):
        timing.settled(two_rules(), facts)
    timing.settled(compile_rules([rule("quick", when=rounds_above(9))], facts=SPECS), facts)
    taken = timing.take()
    timing.give_back(taken)
    timing.settled(two_rules(), facts)

    assert {id: times.heard for id, times in taken.items()} == {QUICK: 3, SLOW: 2}
    assert {id: times.heard for id, times in timing.take().items()} == {QUICK: 4, SLOW: 3}
    assert timing.take() == {}


def test_of_many_rules_some_are_timed_at_once_and_the_next_ones_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_timing, "RULES_TIMED_AT_ONCE_MAX", 2)
    five = compile_rules([rule(f"rule_{number}", when=rounds_above(number)) for number in range(5)], facts=SPECS)
    timing, seen = RuleTiming(1, Ticks()), []
    for _ in range(4):
        timing.time(five, facts())
        seen.append(sorted(timing.take()))

    assert seen == [["rule_0", "rule_1"], ["rule_2", "rule_3"], ["rule_4"], ["rule_0", "rule_1"]]


def test_a_short_run_is_timed_too() -> None:
    timing = RuleTiming(1_000, Ticks())

    for _ in range(FIRST_TIMED):
        timing.settled(two_rules(), facts)

    assert timing.take()[QUICK].timed == 1


def test_what_was_taken_is_not_taken_again_but_stays_in_the_mean() -> None:
    timing = RuleTiming(1, Ticks())
    timing.time(two_rules(), facts())

    first, second = timing.take(), timing.take()

    assert (first[QUICK], second) == (TEN, {})
    assert (timing.mean_ns(QUICK), timing.p95_ns(QUICK)) == (10, 10)


def test_timings_that_could_not_be_stored_come_with_the_next() -> None:
    timing = RuleTiming(1, Ticks())
    timing.time(two_rules(), facts())
    taken = timing.take()
    timing.time(two_rules(), facts())
    timing.give_back(taken)

    twice = TEN.plus(TEN)
    assert timing.take() == {QUICK: twice, SLOW: twice}


def test_a_rule_that_fails_is_counted_and_stops_none_of_the_others() -> None:
    timing = RuleTiming(1, Ticks())
    without = {name: value for name, value in facts().items() if name != "round_count"}

    timing.time(two_rules(), without)

    assert timing.take() == {QUICK: TEN, SLOW: TEN}
    assert timing.timers()["rule_evaluation"].errors == 2


def test_a_rule_that_fits_no_fact_has_no_time() -> None:
    timing = RuleTiming(1, Ticks())
    fewer = {name: spec for name, spec in SPECS.items() if name != "round_count"}

    timing.time(compile_rules([rule("gone", when=rounds_above(1))], facts=fewer), facts())

    assert timing.take() == {}
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
