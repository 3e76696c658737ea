"""Is what is called impossible impossible, and what is called certain certain?"""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.facts import Facts, FactSpec, FactUnit
from core.rules.checking.possible import ALWAYS, NEVER, Possibilities
from core.rules.condition import Compare, Condition, ConditionType
from core.rules.interpreting import compile_condition
from tests.core.rules.builders import SPECS, all_of, any_of, compare, equals, less_than, more_than, no
from tests.core.rules.strategies import CONDITIONS, seen_facts

KNOWN = {
    "round_count": FactSpec(
        name="round_count", unit=FactUnit.COUNT, meaning="", example=1, least=0, most=100, is_always_known=True
    ),
    "last_role": FactSpec(
        name="last_role", unit=FactUnit.WORD, meaning="", example="judge", words=("judge", "proposer")
    ),
    "status": FactSpec(
        name="status", unit=FactUnit.WORD, meaning="", example="running", words=("running",), is_always_known=True
    ),
    "roles": FactSpec(
        name="roles", unit=FactUnit.WORDS, meaning="", example=(), words=("judge", "proposer"), is_always_known=True
    ),
    "last_text": FactSpec(name="last_text", unit=FactUnit.TEXT, meaning="", example=""),
    "is_rehearsal": FactSpec(name="is_rehearsal", unit=FactUnit.FLAG, meaning="", example=True, is_always_known=True),
    "consensus_ppm": FactSpec(name="consensus_ppm", unit=FactUnit.PPM, meaning="", example=0, least=0, most=1_000_000),
}


def contains(field: str, part: str) -> Compare:
    return compare(ConditionType.CONTAINS, field, part)


def matches(field: str, pattern: str) -> Compare:
    return compare(ConditionType.REGEX_MATCH, field, pattern)


IMPOSSIBLE: tuple[Condition, ...] = (
    more_than("round_count", 100),
    all_of(more_than("round_count", 4), less_than("round_count", 5)),
    all_of(more_than("round_count", 4), compare(ConditionType.IN_LIST, "round_count", (1, 2, 3))),
    all_of(equals("round_count", 2), no(compare(ConditionType.IN_LIST, "round_count", (1, 2, 3)))),
    no(any_of(less_than("round_count", 9), more_than("round_count", 8))),
    equals("last_role", "juge"),
    all_of(equals("last_role", "judge"), equals("last_role", "proposer")),
    equals("status", "paused"),
    contains("roles", "reviewer"),
    all_of(contains("last_text", "Round Table"), no(contains("last_text", "table"))),
    all_of(contains("last_text", "Caf\u00e9 table"), no(contains("last_text", "CAFE\u0301"))),
    all_of(equals("last_text", "no"), contains("last_text", "yes")),
    all_of(equals("last_text", "no"), matches("last_text", "^y")),
    all_of(matches("last_text", "a+"), no(matches("last_text", "a+"))),
    all_of(equals("is_rehearsal", True), equals("is_rehearsal", False)),
    all_of(no(equals("is_rehearsal", True)), no(equals("is_rehearsal", False))),
    less_than("consensus_ppm", 0),
    any_of(more_than("round_count", 100), all_of(equals("status", "paused"), more_than("round_count", 1))),
    NEVER,
)

POSSIBLE: tuple[Condition, ...] = (
    all_of(more_than("round_count", 4), less_than("round_count", 6)),
    no(any_of(less_than("consensus_ppm", 9), more_than("consensus_ppm", 8))),  # while it isn't known
    all_of(contains("last_text", "table"), no(contains("last_text", "Round Table"))),
    all_of(contains("last_text", "Cafe\u0301"), no(contains("last_text", "cafe"))),
    all_of(contains("roles", "judge"), no(contains("roles", "proposer"))),
    all_of(matches("last_text", "a+"), no(matches("last_text", "b+"))),
    no(equals("last_role", "judge")),
    ALWAYS,
)


@pytest.mark.parametrize("condition", IMPOSSIBLE, ids=str)
def test_what_no_facts_can_fulfil_is_found_and_its_contrary_is_certain(condition: Condition) -> None:
    asked = Possibilities(KNOWN)

    assert asked.is_impossible(condition)
    assert asked.is_certain(no(condition))
    assert asked.example(condition) is None


@pytest.mark.parametrize("condition", POSSIBLE, ids=str)
def test_what_some_facts_fulfil_is_not_called_impossible(condition: Condition) -> None:
    asked = Possibilities(KNOWN)

    assert not asked.is_impossible(condition)
    assert not asked.is_certain(no(condition))


def test_a_stricter_condition_implies_a_looser_one_and_not_the_other_way_round() -> None:
    asked = Possibilities(KNOWN)
    strict = all_of(more_than("round_count", 4), equals("last_role", "judge"))

    assert asked.implies(strict, more_than("round_count", 2))
    assert not asked.implies(more_than("round_count", 2), strict)


def test_what_is_not_known_makes_a_comparison_false_and_so_its_contrary_true() -> None:
    asked = Possibilities(KNOWN)

    assert not asked.is_certain(any_of(less_than("consensus_ppm", 9), more_than("consensus_ppm", 8)))
    assert asked.is_certain(any_of(less_than("round_count", 9), more_than("round_count", 8)))


def test_an_example_names_each_fact_of_the_condition() -> None:
    asked = Possibilities(KNOWN)

    assert asked.example(all_of(more_than("round_count", 4), contains("last_text", "Yes"))) == {
        "round_count": 5,
        "last_text": "Yes",
    }


def test_where_the_steps_are_used_up_nothing_is_claimed_any_more() -> None:
    asked = Possibilities(KNOWN, steps_max=100)
    assert asked.is_impossible(more_than("round_count", 100))

    while not asked.is_exhausted:
        asked.is_impossible(more_than("round_count", 100))

    assert not asked.is_impossible(more_than("round_count", 100))
    assert asked.example(more_than("round_count", 1)) is None


TINY = {
    name: FactSpec(name=name, unit=FactUnit.COUNT, meaning="", example=0, least=0, most=3, is_always_known=is_known)
    for name, is_known in (("turn_count", True), ("error_count", False), ("round_count", True))
}


@st.composite
def tiny_conditions(draw: st.DrawFn) -> Condition:
    fields, numbers = st.sampled_from(sorted(TINY)), st.integers(0, 4)
    kinds = (ConditionType.EQUALS, ConditionType.GREATER_THAN, ConditionType.LESS_THAN, ConditionType.COUNT_THRESHOLD)
    one = st.builds(compare, st.sampled_from(kinds), fields, numbers)
    some = st.builds(lambda field, them: compare(ConditionType.IN_LIST, field, tuple(them)), fields,
                     st.lists(numbers, min_size=1, max_size=3))  # fmt: skip
    groups = st.recursive(
        one | some,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: all_of(*parts)),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: any_of(*parts)),
            inner.map(no),
        ),
        max_leaves=8,
    )
    return draw(groups)


@settings(max_examples=300)
@given(tiny_conditions())
def test_over_numbers_exactly_what_no_facts_fulfil_is_impossible(condition: Condition) -> None:
    values = [(*range(4), *(() if spec.is_always_known else (None,))) for spec in TINY.values()]
    holds = compile_condition(condition, TINY)

    is_fulfilled = any(holds(dict(zip(TINY, chosen, strict=True))) for chosen in product(*values))

    assert Possibilities(TINY).is_impossible(condition) is not is_fulfilled


@settings(max_examples=200)
@given(CONDITIONS, CONDITIONS, seen_facts())
def test_no_facts_contradict_what_is_claimed(one: Condition, other: Condition, facts: Facts) -> None:
    asked = Possibilities(SPECS)
    holds, holds_other = (compile_condition(each, SPECS)(facts) for each in (one, other))

    assert not (asked.is_impossible(one) and holds)
    assert not (asked.is_certain(one) and not holds)
    assert not (asked.implies(one, other) and holds and not holds_other)
    assert not (asked.is_impossible(all_of(one, other)) and holds and holds_other)


@settings(max_examples=200)
@given(CONDITIONS)
def test_an_example_makes_its_condition_true(condition: Condition) -> None:
    example = Possibilities(SPECS).example(condition)

    assert example is None or compile_condition(condition, SPECS)(example)
