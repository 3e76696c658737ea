"""Does the compiled form say what the rules say, whatever rules, facts, changes and switches there are?

A set of a few rules is read in turn, with some more rules it is looked up in an index, and with many that ask for one
of many words it is laid on shelves. Rules drawn at random have to mean the same among each of these companions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain.facts import FactUnit
from core.domain.ids import RuleId
from core.rules.compiled import Evaluation, Memory, compile_rules
from core.rules.condition import AllOf, AnyOf, Compare, Condition, ConditionType, Not
from core.rules.rule import Rule
from tests.core.rules.builders import SPECS, UNITS, all_of, compare, equals, facts, more_than, rule
from tests.core.rules.interpreter import verdicts

NUMBERS = ("round_count", "consensus_gain_ppm", "elapsed_ms", "cost_microusd")
WORDS = ("status", "template", "last_role")
FEW = {name: UNITS[name] for name in (*NUMBERS, *WORDS, "last_text", "roles", "is_rehearsal")}
"""Few facts, so that rules meet at them."""

NAMED = ("run", "judge", "t_3", "t_4", "Straße", "a b")
PARTS = (
    "run",
    "un ru",
    "STRASSE",
    "ß",
    "é",
    "e\u0301",
    "judge,",
    "\u05e9\u05dc\u05d5\u05dd",
    "\u200fit",
    "a",
    "\u017f",
    "k",
)
PATTERNS = (
    r"\brun\b",
    r"\b(?:judge|run)\b",
    r"\b(it|un)\b",
    "run",
    "judge|a b",
    "(?i)JUDGE|strasse",
    "(?i)k+in",
    r"ju(?:dg)?e\b",
    "[jr]u(?:n|dge) ",
    "^run",
    "a.b$",
    "ru?n",
    r"\?",
    "x{0,2}judg{1,2}e",
    "(ab|)run|$",
)
PIECES = (
    "run",
    "judge",
    "prejudge",
    "Straße",
    "STRASSE",
    "cafe\u0301",
    "café",
    "un",
    "it",
    "\u05e9\u05dc\u05d5\u200f\u05dd",
    "a",
    "b",
    "\u017f",
)
PIECES_APART = (" ", "  ", "\n", ", ", "-", "", ".", "\u00a0", "\u2028")
SMALL = st.integers(-3, 6)
HUGE = st.sampled_from([10**25, -(10**25), 2**63])


def number(fact: str, inner: st.SearchStrategy[int] = SMALL) -> st.SearchStrategy[int]:
    return inner if FEW[fact] is FactUnit.PPM else inner.map(abs)


@st.composite
def compares(draw: st.DrawFn, facts: tuple[str, ...] = tuple(FEW)) -> Compare:
    fact = draw(st.sampled_from(facts))
    match FEW[fact]:
        case FactUnit.FLAG:
            return equals(fact, draw(st.booleans()))
        case FactUnit.WORDS:
            return compare(ConditionType.CONTAINS, fact, draw(st.sampled_from(NAMED)))
        case FactUnit.TEXT | FactUnit.WORD:
            type_ = draw(
                st.sampled_from(
                    (ConditionType.EQUALS, ConditionType.IN_LIST, ConditionType.CONTAINS, ConditionType.REGEX_MATCH)
                )
            )
            values = {ConditionType.CONTAINS: PARTS, ConditionType.REGEX_MATCH: PATTERNS}.get(type_, NAMED)
            return _with_value(draw, type_, fact, st.sampled_from(values))
        case unit:
            types = [ConditionType.EQUALS, ConditionType.IN_LIST, ConditionType.GREATER_THAN, ConditionType.LESS_THAN]
            types += [ConditionType.TIME_ELAPSED] if unit is FactUnit.MILLISECONDS else []
            types += [ConditionType.COUNT_THRESHOLD] if unit is FactUnit.COUNT else []
            return _with_value(draw, draw(st.sampled_from(types)), fact, number(fact))


def _with_value(draw: st.DrawFn, type_: ConditionType, fact: str, one: st.SearchStrategy[Any]) -> Compare:
    several = type_ is ConditionType.IN_LIST
    return compare(type_, fact, tuple(draw(st.lists(one, min_size=1, max_size=4))) if several else draw(one))


def depth_of(condition: Condition) -> int:
    match condition:
        case Compare():
            return 1
        case Not(part=part):
            return 1 + depth_of(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return 1 + max(depth_of(part) for part in parts)


def conditions(one: st.SearchStrategy[Condition], leaves: int) -> st.SearchStrategy[Condition]:
    return st.recursive(
        one,
        lambda inner: st.one_of(
            st.builds(lambda parts: AllOf(parts=tuple(parts)), st.lists(inner, min_size=1, max_size=4)),
            st.builds(lambda parts: AnyOf(parts=tuple(parts)), st.lists(inner, min_size=1, max_size=4)),
            st.builds(lambda part: Not(part=part), inner),
        ),
        max_leaves=leaves,
    ).filter(lambda condition: depth_of(condition) <= 8)


def sets(one: st.SearchStrategy[Condition], *, leaves: int) -> st.SearchStrategy[list[Rule]]:
    drawn = st.builds(
        lambda when, priority, on: rule("x", when=when, priority=priority, enabled=on),
        conditions(one, leaves),
        st.integers(40, 60),
        st.sampled_from([True, True, True, False]),
    )
    return st.lists(drawn, min_size=1, max_size=6).map(
        lambda rules: [replace(each, id=RuleId(f"drawn_{number}")) for number, each in enumerate(rules)]
    )


RULES = sets(compares(), leaves=14)
RULES_ABOUT_TEXTS = sets(compares(("last_text", "last_text", "last_role")), leaves=3)

TEXTS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(PIECES_APART)), max_size=5).map(
    lambda pieces: "".join(part for piece in pieces for part in piece)
)
SOUND: dict[FactUnit, st.SearchStrategy[Any]] = {
    FactUnit.TEXT: TEXTS,
    FactUnit.WORD: st.sampled_from(NAMED) | TEXTS,
    FactUnit.WORDS: st.lists(st.sampled_from((*NAMED, "else")), max_size=3).map(tuple),
    FactUnit.FLAG: st.booleans(),
}
NAN = float("nan")
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [NAN, float("inf"), 2.0, True, "run", 3, ("run", 3), ["run"], ("run",), b"run", object(), "\ud800 run", {"run": 1}]
)


def values(fact: str) -> st.SearchStrategy[Any]:
    return st.none() | SOUND.get(FEW[fact], SMALL | HUGE)


SEEN = st.fixed_dictionaries({fact: values(fact) for fact in FEW})
CHANGES = st.dictionaries(st.sampled_from(sorted(FEW)), st.none() | ODD | TEXTS | SMALL | st.booleans(), max_size=3)
GONE = st.sets(st.sampled_from(sorted(FEW)), max_size=1)

INDEXED = [rule(f"more_{n}", when=more_than("turn_count", n)) for n in range(17)]
SHELVED = [
    rule(f"room_{n}", when=all_of(equals("template", f"t_{n % 20}"), more_than("turn_count", n))) for n in range(80)
]
COMPANIONS = {"read in turn": [], "indexed": INDEXED, "shelved": SHELVED}


def found(evaluation: Evaluation) -> tuple[set[str], dict[str, str]]:
    """What the interpreter says, read out of an evaluation: each message names the fact that it fails at."""
    assert len(evaluation.errors) == len({error.rule for error in evaluation.errors})
    named = {error.rule: next(name for name in FEW if f"'{name}'" in error.message) for error in evaluation.errors}
    return set(evaluation.true_ids), named


@pytest.mark.parametrize("companions", COMPANIONS.values(), ids=COMPANIONS)
@given(drawn=RULES, seen=SEEN, odd=CHANGES, gone=GONE)
@example(
    drawn=[rule("drawn_0", when=AnyOf(parts=(equals("template", "t_3"), more_than("round_count", 2))))],
    seen={**facts(round_count=9), "template": None},
    odd={"round_count": NAN},
    gone=set(),
)
def test_the_compiled_form_says_and_fails_as_the_rules_read(
    companions: list[Rule], drawn: list[Rule], seen: dict[str, Any], odd: dict[str, Any], gone: set[str]
) -> None:
    rules = [*drawn, *companions]
    now = {**facts(turn_count=4), **seen, **odd}
    now = {fact: value for fact, value in now.items() if fact not in gone}

    assert found(compile_rules(rules, facts=SPECS).evaluate(now)) == verdicts(rules, now)


@pytest.mark.parametrize("companions", COMPANIONS.values(), ids=COMPANIONS)
@given(
    drawn=RULES,
    seen=SEEN,
    steps=st.lists(
        st.tuples(
            SEEN.flatmap(
                lambda new: st.sets(st.sampled_from(sorted(FEW)), max_size=3).map(
                    lambda names: {name: new[name] for name in names}
                )
            ),
            CHANGES | st.just({}),
            st.integers(0, 5),
        ),
        max_size=6,
    ),
)
def test_what_was_seen_and_switched_before_changes_nothing(
    companions: list[Rule], drawn: list[Rule], seen: dict[str, Any], steps: list[tuple[dict[str, Any], Any, int]]
) -> None:
    rules = [*drawn, *companions]
    compiled = compile_rules(rules, facts=SPECS)
    memory = Memory()
    now: dict[str, Any] = {**facts(turn_count=4), **seen}
    compiled.evaluate(now, memory)
    for change, odd, switched in steps:
        now = {**now, **change}
        if switched < len(drawn):
            rules[switched] = replace(rules[switched], enabled=not rules[switched].enabled)
            compiled = compile_rules(rules, facts=SPECS, earlier=[compiled])

        assert found(compiled.evaluate({**now, **odd}, memory)) == verdicts(rules, {**now, **odd})
        assert found(compiled.evaluate(now, memory)) == verdicts(rules, now)


@given(drawn=RULES, seen=SEEN)
def test_one_memory_serves_different_sets_in_turn(drawn: list[Rule], seen: dict[str, Any]) -> None:
    memory = Memory()
    now = {**facts(turn_count=4), **seen}
    for companions in (INDEXED, SHELVED, [], SHELVED, INDEXED):
        rules = [*drawn, *companions]

        assert found(compile_rules(rules, facts=SPECS).evaluate(now, memory)) == verdicts(rules, now)


@given(drawn=RULES_ABOUT_TEXTS, seen=st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS), min_size=1, max_size=5))
def test_texts_are_searched_as_the_rules_read(drawn: list[Rule], seen: list[tuple[str | None, str | None]]) -> None:
    rules = [*drawn, *INDEXED]
    compiled = compile_rules(rules, facts=SPECS)
    memory = Memory()
    for text, role in seen:
        now = facts(turn_count=4, last_text=text, last_role=role)

        assert found(compiled.evaluate(now, memory)) == verdicts(rules, now)
