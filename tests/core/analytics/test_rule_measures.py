"""Do counts and times of rules add up, and is a p95 told from buckets as close to the truth as it says?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.analytics.rule_measures import (
    NOT_MEASURED,
    RuleCounts,
    RuleTimes,
    both_counts,
    bucket_of,
    longest_of,
    rule_counts,
    rule_measures,
)
from core.domain.events import ActionOverruled, Event, Recorded, RuleErred, RuleFired, RuleRearmed, RuleSwitchedOff
from core.domain.ids import RuleId, SessionId
from core.runtime.timers import p95

RULE, OTHER = RuleId("rule"), RuleId("other")
TOOK = st.integers(0, 2**50)

EVENTS: st.SearchStrategy[Event] = st.sampled_from(
    [
        RuleFired(rule=RULE, priority=1, stays_armed=False, actions=("complete_debate",)),
        RuleFired(rule=OTHER, priority=1, stays_armed=False, actions=("complete_debate",)),
        ActionOverruled(rule=RULE, action="complete_debate", reason="x"),
        RuleErred(rule=OTHER, message="x"),
        RuleSwitchedOff(rule=OTHER, errors=5),
        RuleRearmed(rule=RULE),
    ]
)


def records(events: list[Event]) -> list[Recorded]:
    return [
        Recorded(session=SessionId("5e55" * 8), seq=number, position=number, at_ms=number * 1_000, event=event)
        for number, event in enumerate(events, start=1)
    ]


def times_of(samples: list[int]) -> RuleTimes:
    whole = RuleTimes()
    for took in samples:
        whole = whole.plus(RuleTimes(timed=1, nanoseconds=took, buckets={bucket_of(took): 1}))
    return whole


@given(TOOK)
def test_a_time_is_known_to_an_eighth_of_itself(took: int) -> None:
    longest = longest_of(bucket_of(took))

    assert took <= longest <= took + took // 8
    assert bucket_of(longest) == bucket_of(took)
    assert bucket_of(longest + 1) == bucket_of(took) + 1


@given(st.lists(TOOK, min_size=1, max_size=60))
def test_a_p95_from_buckets_is_the_true_one_at_most_an_eighth_too_long(samples: list[int]) -> None:
    true, told = p95(tuple(samples)), times_of(samples).p95_ns

    assert true <= told <= true + true // 8


@given(st.lists(TOOK, max_size=30), st.integers(0, 30))
def test_times_of_two_stretches_add_up_to_those_of_both(samples: list[int], cut: int) -> None:
    assert times_of(samples[:cut]).plus(times_of(samples[cut:])) == times_of(samples)


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_counts_of_two_stretches_of_a_log_add_up_to_those_of_both(events: list[Event], cut: int) -> None:
    log = records(events)

    assert both_counts(rule_counts(log[:cut]), rule_counts(log[cut:])) == dict(sorted(rule_counts(log).items()))


def test_what_rules_did_is_counted_by_rule_with_the_newest_moments() -> None:
    fired = RuleFired(rule=RULE, priority=1, stays_armed=False, actions=("complete_debate",))
    erred = RuleErred(rule=OTHER, message="x")

    counts = rule_counts(records([fired, erred, fired, erred, RuleSwitchedOff(rule=OTHER, errors=2)]))

    assert counts == {
        RULE: RuleCounts(fired=2, fired_at_ms=3_000),
        OTHER: RuleCounts(errors=2, switched_off=1, switched_off_at_ms=5_000),
    }


def test_what_is_known_of_a_rule_is_told_together() -> None:
    times = {RULE: RuleTimes(heard=9, timed=2, nanoseconds=500, buckets={bucket_of(200): 1, bucket_of(300): 1})}

    told = rule_measures(times, {OTHER: RuleCounts(fired=1)})

    assert (told[RULE].heard, told[RULE].timed, told[RULE].mean_ns, told[RULE].fired) == (9, 2, 250, 0)
    assert told[RULE].p95_ns == longest_of(bucket_of(300))
    assert (told[OTHER].fired, told[OTHER].mean_ns, told[OTHER].p95_ns) == (1, 0, 0)
    assert rule_measures({}, {}) == {}
    assert NOT_MEASURED.p95_ns == 0
