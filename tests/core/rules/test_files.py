"""Is each file of the rules folder taken whole or not at all, in whatever order files changed?"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from core.rules.files import take_files
from core.rules.layers import NOTHING, RuleBook, RuleFile, RuleSetSpec, effective, require_sound
from core.rules.rule import Rule
from tests.core.rules.builders import rule
from tests.core.rules.strategies import BOOKS

HAND = RuleBook(rules=(rule("hand"), replace(rule("standard_one"), rule_set="standard")))


def file(name: str, *ids: str, sets: tuple[RuleSetSpec, ...] = ()) -> RuleFile:
    return RuleFile(name=name, rules=tuple(rule(id_) for id_ in ids), sets=sets)


def in_force(book: RuleBook) -> dict[str, list[str]]:
    return {each.name: [str(held.id) for held in each.rules] for each in book.files}


def test_new_changed_and_removed_files_are_told_apart() -> None:
    book = replace(HAND, files=(file("a.yaml", "a"), file("b.yaml", "b"), file("c.yaml", "c")))
    said = {"a.yaml": file("a.yaml", "a"), "b.yaml": file("b.yaml", "b2"), "d.yaml": file("d.yaml", "d")}

    taken = take_files(book, said, present=said)

    assert in_force(taken.book) == {"a.yaml": ["a"], "b.yaml": ["b2"], "d.yaml": ["d"]}
    assert (taken.taken, taken.gone, taken.refused) == (("b.yaml", "d.yaml"), ("c.yaml",), {})
    assert taken.in_words() == "took b.yaml, d.yaml; c.yaml is gone"
    assert taken.book.rules == HAND.rules


def test_a_file_that_could_not_be_read_keeps_what_it_said_before() -> None:
    book = replace(HAND, files=(file("a.yaml", "a"),))

    taken = take_files(book, {}, present=["a.yaml", "never_read.yaml"])

    assert taken.book == book
    assert taken.in_words() == ""


def test_a_file_with_another_files_rule_is_refused_alone() -> None:
    book = replace(HAND, files=(file("b.yaml", "b"),))
    said = {"a.yaml": file("a.yaml", "a", "b"), "b.yaml": file("b.yaml", "b"), "c.yaml": file("c.yaml", "c")}

    taken = take_files(book, said, present=said)

    assert in_force(taken.book) == {"b.yaml": ["b"], "c.yaml": ["c"]}
    assert taken.refused == {"a.yaml": "the rule 'b' of the set 'own' is in a.yaml and in b.yaml. Keep one of the two."}


def test_rules_may_move_between_files_and_change_places() -> None:
    book = replace(HAND, files=(file("a.yaml", "a"), file("b.yaml", "b")))
    moved = {"a.yaml": file("a.yaml", "a", "b"), "b.yaml": file("b.yaml", "c")}
    exchanged = {"a.yaml": file("a.yaml", "b"), "b.yaml": file("b.yaml", "a")}

    assert in_force(take_files(book, moved, present=moved).book) == {"a.yaml": ["a", "b"], "b.yaml": ["c"]}
    assert in_force(take_files(book, exchanged, present=exchanged).book) == {"a.yaml": ["b"], "b.yaml": ["a"]}


def test_a_rule_that_moves_is_taken_also_beside_a_file_that_is_refused() -> None:
    book = replace(HAND, files=(file("a.yaml", "a"), file("b.yaml", "b", "shared")))
    said = {
        "a.yaml": file("a.yaml", "a", "shared"),
        "b.yaml": file("b.yaml", "b"),
        "z.yaml": file("z.yaml", "b"),
    }

    taken = take_files(book, said, present=said)

    assert in_force(taken.book) == {"a.yaml": ["a", "shared"], "b.yaml": ["b"]}
    assert list(taken.refused) == ["z.yaml"]


def test_a_file_that_closes_a_circle_of_sets_is_refused_with_the_circle() -> None:
    night = RuleSetSpec(name="night", extends="own")
    book = replace(HAND, sets=(RuleSetSpec(name="own", extends="day"),), files=(file("day.yaml", sets=(day(),)),))
    said = {"day.yaml": file("day.yaml", sets=(day(extends="night"), night))}

    taken = take_files(book, said, present=said)

    assert taken.book == book
    assert "in a circle: day → night → own → day" in taken.refused["day.yaml"]


def test_a_file_that_is_gone_stays_in_force_where_a_set_still_stands_upon_it() -> None:
    upon = RuleSetSpec(name="late", extends="day")
    book = replace(HAND, sets=(upon,), files=(file("day.yaml", "a", sets=(day(),)),))

    taken = take_files(book, {}, present=[])

    assert taken.book == book
    assert taken.refused["day.yaml"].startswith("it is gone, and its rules stay in force: no rule set is called 'day'.")
    assert take_files(replace(book, sets=()), {}, present=[]).gone == ("day.yaml",)


def test_a_file_that_would_leave_a_set_without_rules_is_refused() -> None:
    bare = RuleSetSpec(name="bare", extends=NOTHING)
    book = replace(HAND, sets=(bare,), files=(RuleFile(name="a.yaml", rules=(of("bare"),)),))

    taken = take_files(book, {"a.yaml": file("a.yaml", "a")}, present=["a.yaml"])

    assert "the set 'bare' would hold no rule at all" in taken.refused["a.yaml"]


def test_a_rule_made_by_hand_stays_upon_what_a_file_says() -> None:
    said = {"a.yaml": RuleFile(name="a.yaml", rules=(rule("hand", priority=99),))}

    taken = take_files(HAND, said, present=said)

    (hand,) = [placed for placed in effective(taken.book, "own") if placed.rule.id == "hand"]
    assert (hand.rule.priority, [str(each) for each in hand.over]) == (50, ["own (a.yaml)"])


@given(BOOKS, BOOKS, st.randoms(use_true_random=False))
def test_what_files_say_is_taken_the_same_in_whatever_order_they_are_looked_at(
    book: RuleBook, other: RuleBook, chance: Random
) -> None:
    files = [*other.files, RuleFile(name="three.yaml", rules=book.rules[:1])]
    said = {each.name: each for each in files}
    chance.shuffle(files)

    taken = take_files(book, said, present=said)

    require_sound(taken.book)
    assert take_files(book, {each.name: each for each in files}, present=said) == taken
    assert (taken.book.rules, taken.book.sets) == (book.rules, book.sets)
    held = {each.name: each for each in taken.book.files}
    assert all(held.get(name) == said[name] for name in said.keys() - taken.refused.keys())
    again = take_files(taken.book, said, present=said)
    assert (again.taken, again.gone, again.refused) == ((), (), taken.refused)


def of(rule_set: str) -> Rule:
    return replace(rule("a"), rule_set=rule_set)


def day(extends: str = "standard") -> RuleSetSpec:
    return RuleSetSpec(name="day", extends=extends)
