"""Which rules hold where sets stand upon one another, and is a book refused in which that can't be told?"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import WrongUse
from core.rules.layers import (
    NOTHING,
    RULE_SETS_MAX,
    Origin,
    Placed,
    RuleBook,
    RuleFile,
    RuleSetSpec,
    ancestry,
    effective,
    effective_sets,
    layer,
    require_filled,
    require_sound,
    rules_of,
    set_specs,
)
from core.rules.rule import Rule
from tests.core.rules.builders import rule
from tests.core.rules.strategies import BOOKS


def of(rule_set: str, id_: str = "a", *, priority: int = 50) -> Rule:
    return replace(rule(id_, priority=priority), rule_set=rule_set)


def extends(name: str, other: str) -> RuleSetSpec:
    return RuleSetSpec(name=name, extends=other)


def held(book: RuleBook, name: str) -> list[str]:
    return [f"{placed.origin}/{placed.rule.id}" for placed in effective(book, name)]


def test_the_operators_own_rule_replaces_the_standard_one_of_its_id() -> None:
    book = RuleBook(rules=(of("standard", priority=90), of("standard", "b", priority=80), of("own", priority=70)))

    assert held(book, "own") == ["standard/b", "own/a"]
    assert held(book, "standard") == ["standard/a", "standard/b"]
    (_, own) = effective(book, "own")
    assert own == Placed(
        rule=of("own", priority=70), origin=Origin(rule_set="own"), over=(Origin(rule_set="standard"),)
    )


def test_what_is_made_by_hand_lies_upon_what_a_file_of_the_same_set_says() -> None:
    file = RuleFile(name="mine.yaml", rules=(of("own", priority=1), of("own", "b")))
    book = RuleBook(rules=(of("standard"), of("own", priority=99)), files=(file,))

    assert held(book, "own") == ["own/a", "own (mine.yaml)/b"]
    assert [str(origin) for origin in effective(book, "own")[0].over] == ["own (mine.yaml)", "standard"]


def test_a_set_holds_what_the_sets_beneath_it_hold_and_no_other() -> None:
    book = RuleBook(
        rules=(of("standard", "a"), of("own", "b"), of("quiet", "c"), of("night", "d"), of("day", "e")),
        sets=(extends("quiet", "own"), extends("night", "quiet"), extends("bare", NOTHING)),
    )

    assert held(book, "night") == ["standard/a", "own/b", "quiet/c", "night/d"]
    assert held(book, "day") == ["standard/a", "day/e"], "a set that is not defined extends the standard set"
    assert held(book, "bare") == []
    assert [spec.name for spec in ancestry(book, "night")] == ["night", "quiet", "own", "standard"]
    assert [placed.rule.id for placed in layer(book, "night")] == ["d"]


def test_a_definition_made_by_hand_lies_upon_a_files() -> None:
    file = RuleFile(name="sets.yaml", sets=(extends("quiet", NOTHING), extends("night", "quiet")))

    assert set_specs(RuleBook(files=(file,)))["quiet"].extends == NOTHING
    assert set_specs(RuleBook(files=(file,), sets=(extends("quiet", "own"),)))["quiet"].extends == "own"


@given(BOOKS, st.randoms(use_true_random=False))
def test_what_holds_does_not_depend_on_the_order_in_which_it_was_loaded(book: RuleBook, chance: Random) -> None:
    parts = [list(book.rules), list(book.sets), list(book.files)]
    for part in parts:
        chance.shuffle(part)
    rules, sets, files = map(tuple, parts)

    shuffled = effective_sets(RuleBook(rules=rules, sets=sets, files=files))  # type: ignore[arg-type]

    assert shuffled == effective_sets(book)
    assert all(shuffled[name] == effective(book, name) for name in set_specs(book))


@given(BOOKS)
def test_of_two_rules_with_one_id_the_upper_layers_holds(book: RuleBook) -> None:
    for name in set_specs(book):
        lowest_first = [
            (spec.name, by_hand)
            for spec in reversed(ancestry(book, name))
            for by_hand in (False, True)
        ]  # fmt: skip
        for placed in effective(book, name):
            layers = [(origin.rule_set, not origin.file) for origin in (placed.origin, *placed.over)]
            places = [lowest_first.index(each) for each in layers]
            assert places == sorted(places, reverse=True)
            assert len(set(places)) == len(places)
        held_ids = [placed.rule.id for placed in effective(book, name)]
        assert len(set(held_ids)) == len(held_ids)


@given(BOOKS)
def test_rules_that_hold_come_in_the_order_in_which_they_are_heard(book: RuleBook) -> None:
    for name in set_specs(book):
        keys = [(-each.priority, each.id) for each in rules_of(book, name)]
        assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("book", "told"),
    [
        (RuleBook(rules=(of("own"), of("own"))), "two rules are called 'a' in the set 'own'"),
        (RuleBook(sets=(extends("b", "own"), extends("b", NOTHING))), "the set 'b' is defined twice"),
        (RuleBook(sets=(extends("own", "own"),)), "in a circle: own → own. Have one of them extend standard"),
        (
            RuleBook(sets=(extends("own", "night"), extends("night", "day"), extends("day", "night"))),
            "in a circle: day → night → day.",
        ),
        (RuleBook(sets=(extends("night", "onw"),)), "no rule set is called 'onw'. Did you mean 'own'?"),
        (RuleBook(sets=(extends("standard", "own"),)), "the set 'standard' can't be defined"),
        (RuleBook(rules=(of(NOTHING),)), "no set can be called 'nothing'"),
        (
            RuleBook(files=(RuleFile(name="a.yaml", rules=(of("own"),)), RuleFile(name="b.yaml", rules=(of("own"),)))),
            "the rule 'a' of the set 'own' is in a.yaml and in b.yaml",
        ),
        (RuleBook(files=(RuleFile(name="a.yaml", rules=(of("own"), of("own"))),)), "is twice in a.yaml"),
        (
            RuleBook(
                files=(
                    RuleFile(name="a.yaml", sets=(extends("c", "own"),)),
                    RuleFile(name="b.yaml", sets=(extends("c", "own"),)),
                )
            ),
            "the definition of the set 'c' is in a.yaml and in b.yaml",
        ),
        (
            RuleBook(rules=tuple(of(f"s{number}") for number in range(RULE_SETS_MAX - 1))),
            f"{RULE_SETS_MAX + 1} rule sets. At most {RULE_SETS_MAX} are kept.",
        ),
    ],
)
def test_a_book_in_which_it_can_not_be_told_what_holds_is_refused(book: RuleBook, told: str) -> None:
    with pytest.raises(WrongUse) as refused:
        require_sound(book)

    assert told in str(refused.value)


def test_one_id_in_two_sets_or_beneath_a_hand_is_no_double() -> None:
    file = RuleFile(name="a.yaml", rules=(of("own"), of("night")))

    require_sound(RuleBook(rules=(of("own"), of("standard"), of("night")), files=(file,)))


def test_an_unknown_set_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(WrongUse, match=r"no rule set is called 'evning'\. Did you mean 'evening'\?"):
        effective(RuleBook(rules=(of("evening"),)), "evning")
    with pytest.raises(WrongUse, match=r"no rule set is called 'x'\. There are own, standard\."):
        effective(RuleBook(), "x")


def test_a_set_may_not_lose_its_last_rule_nor_begin_without_one() -> None:
    book = RuleBook(rules=(of("standard"), of("bare", "b")), sets=(extends("bare", NOTHING), extends("empty", NOTHING)))

    require_filled(book, replace(book, rules=(of("standard"),), sets=(extends("empty", NOTHING),)))
    require_filled(book, replace(book, rules=(of("standard", "other"), of("bare", "c"))))
    with pytest.raises(WrongUse, match="the set 'new' would hold no rule at all"):
        require_filled(book, replace(book, sets=(*book.sets, extends("new", NOTHING))))
    with pytest.raises(WrongUse, match="the set 'bare' would hold no rule at all"):
        require_filled(book, replace(book, rules=(of("standard"),)))
    with pytest.raises(WrongUse, match="the set 'own' would hold no rule at all"):
        require_filled(book, replace(book, rules=(of("bare", "b"),)))
