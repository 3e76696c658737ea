"""Do compiled rules say what the rules say, and when time alone will change it?"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import WrongUse
from core.domain.facts import FactValue
from core.rules.compiled import compile_rules
from core.rules.condition import Compare, Condition, ConditionType
from core.rules.rule import Rule
from tests.core.rules.builders import (
    GROWING,
    SPECS,
    all_of,
    any_of,
    compare,
    equals,
    facts,
    lasted,
    less_than,
    more_than,
    no,
    rule,
)
from tests.core.rules.interpreter import interpreted, verdicts
from tests.core.rules.strategies import RULE_SETS, seen_facts


def true_ids(*rules: Rule, **seen: FactValue) -> set[str]:
    evaluation = compile_rules(rules, facts=SPECS).evaluate(facts(**seen))
    assert evaluation.errors == ()
    return set(evaluation.true_ids)


def holds(condition: Condition, **seen: FactValue) -> bool:
    return true_ids(rule(when=condition), **seen) == {"a_rule"}


@given(RULE_SETS, seen_facts())
def test_the_compiled_form_agrees_with_a_plain_interpreter(rules: list[Rule], seen: dict[str, FactValue]) -> None:
    evaluation = compile_rules(rules, facts=SPECS).evaluate(seen)

    assert evaluation.errors == ()
    assert (evaluation.true_ids, {}) == verdicts(rules, seen)


def test_equals_is_the_same_word() -> None:
    assert holds(equals("status", "running"))
    assert not holds(equals("status", "Running"))


def test_greater_and_less_than_leave_the_limit_out() -> None:
    assert [holds(more_than("round_count", 4), round_count=count) for count in (3, 4, 5)] == [False, False, True]
    assert [holds(less_than("round_count", 4), round_count=count) for count in (3, 4, 5)] == [True, False, False]


def test_contains_in_a_text_minds_no_case() -> None:
    assert holds(compare(ConditionType.CONTAINS, "last_text", "STRASSE"), last_text="In der Straße")


def test_contains_in_a_list_of_words_means_a_whole_word() -> None:
    assert holds(compare(ConditionType.CONTAINS, "roles", "judge"), roles=("proposer", "judge"))
    assert not holds(compare(ConditionType.CONTAINS, "roles", "judge"), roles=("prejudge",))


def test_in_list_takes_any_of_the_values() -> None:
    condition = compare(ConditionType.IN_LIST, "status", ("paused", "running"))

    assert holds(condition)
    assert not holds(condition, status="failed")


def test_a_regular_expression_is_searched_for_anywhere() -> None:
    assert holds(compare(ConditionType.REGEX_MATCH, "last_text", "fell .* two"), last_text="it fell to two")


def test_time_elapsed_and_a_count_hold_from_their_limit_on() -> None:
    assert [holds(lasted("elapsed_ms", 10), elapsed_ms=ms) for ms in (9, 10, 11)] == [False, True, True]
    threshold = compare(ConditionType.COUNT_THRESHOLD, "round_count", 2)
    assert [holds(threshold, round_count=count) for count in (1, 2, 3)] == [False, True, True]


@pytest.mark.parametrize(
    "condition",
    [
        more_than("consensus_ppm", 0),
        less_than("consensus_ppm", 10),
        equals("consensus_ppm", 0),
        compare(ConditionType.IN_LIST, "consensus_ppm", (0, 1)),
        compare(ConditionType.CONTAINS, "last_text", "a"),
        compare(ConditionType.REGEX_MATCH, "last_text", "a"),
        compare(ConditionType.CONTAINS, "roles", "a"),
        lasted("elapsed_ms", 0),
        equals("is_rehearsal", False),
    ],
)
def test_a_fact_without_a_value_makes_every_comparison_false(condition: Compare) -> None:
    assert not holds(condition, **{condition.field: None})


@pytest.mark.parametrize("text", ["a" * 100_000 + "!", "a" * 100_000], ids=["no match", "match"])
def test_an_expression_made_to_hang_returns(text: str) -> None:
    assert holds(compare(ConditionType.REGEX_MATCH, "last_text", "(a+)+$"), last_text=text) is text.endswith("a")


def test_half_a_character_from_a_model_breaks_no_rule() -> None:
    assert holds(compare(ConditionType.REGEX_MATCH, "last_text", "end$"), last_text="\ud800 end")


def test_rules_are_heard_by_priority_and_then_by_id() -> None:
    given = [rule("b", priority=1), rule("c", priority=9), rule("a", priority=1, enabled=False)]
    compiled = compile_rules(given, facts=SPECS)

    assert [rule.id for rule in compiled.rules] == ["c", "a", "b"]
    assert [rule.id for rule in compiled.enabled] == ["c", "b"]


def test_a_disabled_rule_is_kept_and_not_evaluated() -> None:
    off = rule(when=more_than("round_count", 0), enabled=False)

    assert true_ids(off, round_count=9) == set()
    assert true_ids(replace(off, enabled=True), round_count=9) == {"a_rule"}


def test_a_rule_that_fails_is_returned_and_stops_no_other() -> None:
    bad, good = (
        rule("bad", when=more_than("turn_count", 1), priority=90),
        rule("good", when=more_than("round_count", 0)),
    )
    compiled = compile_rules([bad, good], facts=SPECS)

    evaluation = compiled.evaluate({**facts(round_count=5), "turn_count": "many"})

    assert evaluation.true_ids == {"good"}
    assert [(error.rule, error.message) for error in evaluation.errors] == [
        ("bad", "'turn_count' is a text here, and greater_than compares a count.")
    ]


def test_a_fact_that_a_session_lacks_is_named() -> None:
    seen = facts()
    del seen["round_count"]

    evaluation = compile_rules([rule()], facts=SPECS).evaluate(seen)

    assert [error.message for error in evaluation.errors] == ["the session has no fact 'round_count'."]


def test_a_rule_that_no_longer_fits_the_facts_is_reported_at_each_evaluation() -> None:
    old, good = rule("old", when=more_than("roundcount", 0)), rule("good", when=more_than("round_count", 0))
    compiled = compile_rules([old, good], facts=SPECS)

    for _ in range(2):
        evaluation = compiled.evaluate(facts(round_count=1))
        assert evaluation.true_ids == {"good"}
        assert [str(error.message) for error in evaluation.errors] == [
            "no fact is called 'roundcount'. Did you mean 'round_count'?"
        ]


def test_a_regular_expression_that_the_engine_refuses_is_reported_and_not_raised() -> None:
    compiled = compile_rules([rule(when=compare(ConditionType.REGEX_MATCH, "last_text", "(?=a)"))], facts=SPECS)

    assert "refused" in compiled.evaluate(facts()).errors[0].message


def test_two_rules_with_one_id_are_refused() -> None:
    with pytest.raises(WrongUse, match="Two rules are called 'a_rule'"):
        compile_rules([rule(), rule(priority=3)], facts=SPECS)


def wait(condition: Condition, **seen: FactValue) -> int | None:
    return compile_rules([rule(when=condition)], facts=SPECS).milliseconds_until_change(facts(**seen))


def test_the_wait_is_until_a_time_condition_becomes_true() -> None:
    assert wait(lasted("elapsed_ms", 900), elapsed_ms=200) == 700
    assert wait(more_than("elapsed_ms", 900), elapsed_ms=200) == 701
    assert wait(equals("elapsed_ms", 900), elapsed_ms=200) == 700


def test_the_shortest_wait_counts() -> None:
    assert wait(any_of(lasted("elapsed_ms", 900), lasted("silence_ms", 500)), elapsed_ms=600, silence_ms=100) == 300


def test_what_holds_already_is_waited_for_no_more() -> None:
    assert wait(lasted("elapsed_ms", 900), elapsed_ms=900) is None


def test_a_condition_that_time_makes_false_is_waited_for_so_that_its_rule_is_armed_again() -> None:
    assert wait(no(less_than("elapsed_ms", 900)), elapsed_ms=200) == 700
    assert wait(less_than("elapsed_ms", 900), elapsed_ms=200) == 700
    assert wait(less_than("elapsed_ms", 900), elapsed_ms=900) is None
    assert wait(no(no(lasted("elapsed_ms", 900))), elapsed_ms=200) == 700


def test_nobody_waits_for_what_does_not_grow_by_itself() -> None:
    assert wait(lasted("last_turn_ms", 900), last_turn_ms=200) is None
    assert wait(more_than("round_count", 4), round_count=2) is None
    assert wait(lasted("elapsed_ms", 900), elapsed_ms=None) is None


def test_nobody_waits_for_a_disabled_rule() -> None:
    compiled = compile_rules([rule(when=lasted("elapsed_ms", 900), enabled=False)], facts=SPECS)

    assert compiled.milliseconds_until_change(facts()) is None


SHORT = st.integers(0, 12)
TIME_COMPARISONS = st.builds(
    compare,
    st.sampled_from(
        [ConditionType.TIME_ELAPSED, ConditionType.GREATER_THAN, ConditionType.LESS_THAN, ConditionType.EQUALS]
    ),
    st.sampled_from(GROWING),
    SHORT,
) | st.builds(
    lambda field, values: compare(ConditionType.IN_LIST, field, tuple(values)),
    st.sampled_from(GROWING),
    st.lists(SHORT, min_size=1, max_size=4),
)
TIME_CONDITIONS = st.recursive(
    TIME_COMPARISONS,
    lambda inner: st.one_of(st.builds(all_of, inner, inner), st.builds(any_of, inner, inner), st.builds(no, inner)),
    max_leaves=4,
)


@given(TIME_CONDITIONS, st.tuples(SHORT, SHORT, SHORT))
def test_what_a_rule_says_stays_so_until_the_wait_is_over(condition: Condition, now: tuple[int, int, int]) -> None:
    def later(ms: int) -> dict[str, FactValue]:
        return facts(**{name: start + ms for name, start in zip(GROWING, now, strict=True)})

    compiled = compile_rules([rule(when=condition)], facts=SPECS)
    horizon = 30
    truth = [bool(compiled.evaluate(later(ms)).true_ids) for ms in range(horizon)]

    waited = compiled.milliseconds_until_change(later(0))

    assert set(truth[: horizon if waited is None else waited]) == {truth[0]}


@given(TIME_COMPARISONS, SHORT)
def test_the_wait_for_one_comparison_is_exact(condition: Compare, now: int) -> None:
    horizon = 30
    truth = [interpreted(condition, {condition.field: now + ms}) for ms in range(horizon)]

    first = next((ms for ms in range(horizon) if truth[ms] != truth[0]), None)

    assert wait(condition, **{condition.field: now}) == first


def test_rules_without_regular_expressions_load_no_engine_for_them() -> None:
    script = (
        "import sys\n"
        "from core.rules.compiled import compile_rules\n"
        "from core.rules.standard import STANDARD_RULES\n"
        "from tests.core.rules.builders import SPECS\n"
        "assert not compile_rules(STANDARD_RULES, facts=SPECS).unusable\n"
        "sys.exit(' '.join({'re2', 'yaml'} & set(sys.modules)) or 0)\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
