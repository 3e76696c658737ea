"""Which rules and facts can there be? Random ones, for the laws that hold for all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from core.domain.facts import FactUnit, FactValue
from core.domain.ids import RuleId, TemplateId
from core.rules.action import (
    ApplyTemplate,
    CompleteDebate,
    ContinueDebate,
    EscalateToHuman,
    PauseDebate,
    StartNewRound,
)
from core.rules.comparing import UNITS_FOR
from core.rules.condition import AllOf, AnyOf, Compare, Condition, ConditionType, Not
from core.rules.layers import NOTHING, RuleBook, RuleFile, RuleSetSpec
from core.rules.rule import PRIORITY_MAX, Repeat, Rule
from core.rules.units import NUMERIC
from tests.core.rules.builders import TEMPLATES, UNITS, rule

SMALL = st.integers(0, 6)
LARGE = st.integers(0, 10**15)
WORDS = st.sampled_from(["running", "paused", "judge", "proposer", "12", "true", "Straße"])
PATTERNS = st.sampled_from(["^run", "(a+)+$", "(?i)STRASSE|JUDGE", "[0-9]{2}", r"\bp\w+"])
PLAIN_TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40).filter(str.strip)
TEXTS = st.one_of(PLAIN_TEXTS, st.sampled_from(["a: b", "# no", "- x", "two\nlines", "tab\there", "{", "80 %", "null"]))
SNAKE = st.from_regex(r"[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,6}){0,3}", fullmatch=True)


@st.composite
def compares(draw: st.DrawFn) -> Compare:
    field = draw(st.sampled_from(sorted(UNITS)))
    unit = UNITS[field]
    type_ = draw(st.sampled_from([name for name in ConditionType if unit in UNITS_FOR[name]]))
    one: st.SearchStrategy[int | str | bool] = st.booleans()
    if type_ is ConditionType.REGEX_MATCH:
        one = PATTERNS
    elif unit in NUMERIC:
        one = SMALL | LARGE | (st.integers(-(10**9), -1) if unit is FactUnit.PPM else SMALL)
    elif unit is not FactUnit.FLAG:
        one = WORDS | TEXTS
    if type_ is ConditionType.IN_LIST:
        values: Any = tuple(draw(st.lists(one, min_size=1, max_size=4)))  # all of one type, by the choice above
        return Compare(type=type_, field=field, value=values)
    return Compare(type=type_, field=field, value=draw(one))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    compares(),
    lambda inner: st.one_of(
        st.builds(lambda parts: AllOf(parts=tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: AnyOf(parts=tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: Not(part=part), inner),
    ),
    max_leaves=8,
).filter(lambda condition: depth_of(condition) <= 8)

ACTIONS = st.one_of(
    *(st.builds(class_, reason=TEXTS) for class_ in (ContinueDebate, PauseDebate, CompleteDebate, StartNewRound)),
    st.builds(EscalateToHuman, question=TEXTS, reason=TEXTS),
    st.builds(ApplyTemplate, template=st.sampled_from([TemplateId(name) for name in TEMPLATES]), reason=TEXTS),
)


def depth_of(condition: Condition) -> int:
    match condition:
        case Compare():
            return 1
        case Not(part=part):
            return 1 + depth_of(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return 1 + max(depth_of(part) for part in parts)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    return Rule(
        id=RuleId(draw(SNAKE)),
        name=draw(TEXTS),
        description=draw(st.just("") | TEXTS),
        priority=draw(st.integers(0, PRIORITY_MAX)),
        when=draw(CONDITIONS),
        then=tuple(draw(st.lists(ACTIONS, min_size=1, max_size=3))),
        repeat=draw(st.sampled_from(Repeat)),
        enabled=draw(st.booleans()),
        rule_set=draw(SNAKE),
    )


RULE_SETS = st.lists(rules(), min_size=1, max_size=5, unique_by=lambda rule: rule.id)


SETS = ("standard", "own", "day", "night")
IDS = ("a", "b", "c")


@st.composite
def books(draw: st.DrawFn) -> RuleBook:
    """A sound book of a few rules in a few sets, by hand and in files; many share an id."""
    names = draw(st.permutations(["day", "night", "own"]))
    beneath = draw(st.lists(st.sampled_from([NOTHING, "standard", *names]), min_size=3, max_size=3))
    chain = ["standard", *names]  # each extends one before it, so that there is no circle
    specs = [
        RuleSetSpec(name=name, extends=other if other in (NOTHING, *chain[: chain.index(name)]) else "standard")
        for name, other in zip(names, beneath, strict=True)
    ]
    places = [(rule_set, id_) for rule_set in SETS for id_ in IDS]
    in_files = draw(st.lists(st.sampled_from(places), unique=True, max_size=6))
    by_hand = draw(st.lists(st.sampled_from(places), unique=True, max_size=8))
    cut = draw(st.integers(0, len(in_files)))
    defined = draw(st.integers(0, len(specs)))
    return RuleBook(
        rules=tuple(draw(placed_rule(place)) for place in by_hand),
        sets=tuple(specs[:defined]),
        files=(
            RuleFile(name="one.yaml", rules=tuple(draw(placed_rule(place)) for place in in_files[:cut])),
            RuleFile(
                name="two.yaml",
                rules=tuple(draw(placed_rule(place)) for place in in_files[cut:]),
                sets=tuple(specs[defined:]),
            ),
        ),
    )


def placed_rule(place: tuple[str, str]) -> st.SearchStrategy[Rule]:
    rule_set, id_ = place
    return st.builds(
        lambda priority, enabled: replace(rule(id_, priority=priority, enabled=enabled), rule_set=rule_set),
        st.integers(0, 3) | st.integers(0, PRIORITY_MAX),
        st.booleans(),
    )


BOOKS = books()


@st.composite
def seen_facts(draw: st.DrawFn) -> dict[str, FactValue]:
    values: dict[FactUnit, st.SearchStrategy[FactValue]] = {
        FactUnit.TEXT: st.none() | WORDS | TEXTS | st.just("x" * 500),
        FactUnit.WORD: st.none() | WORDS,
        FactUnit.WORDS: st.none() | st.lists(WORDS, max_size=3).map(tuple),
        FactUnit.FLAG: st.none() | st.booleans(),
    }
    return {name: draw(values.get(unit, st.none() | SMALL | LARGE)) for name, unit in UNITS.items()}
