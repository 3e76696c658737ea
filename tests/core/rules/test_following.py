"""Does a shipped rule that nobody edited follow what is shipped, and one that was edited stay?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.rules.differences import PartChanged
from core.rules.following import edits, followed, unlike_shipped
from core.rules.layers import RuleBook
from core.rules.rule import Rule
from core.rules.standard import STANDARD_RULE_SET, STANDARD_RULES
from tests.core.rules.builders import SPECS, more_than, rule


def shipped(id: str, **parts: object) -> Rule:
    return replace(rule(id), rule_set=STANDARD_RULE_SET, **parts)  # type: ignore[arg-type]


OLD = shipped("a", name="Old")
NEW = shipped("a", name="New", priority=70)


def held(*rules: Rule) -> RuleBook:
    return RuleBook(rules=rules)


def test_a_rule_that_nobody_edited_follows_and_the_history_says_so() -> None:
    found = followed(held(OLD, rule("mine")), before=[OLD], now=[NEW])

    assert found.book == held(NEW, rule("mine"))
    assert found.in_words() == "shipped rules: corrected a"


def test_a_rule_that_was_edited_stays_and_is_named() -> None:
    edited = replace(OLD, when=more_than("consensus_ppm", 1))

    found = followed(held(edited), before=[OLD], now=[NEW])

    assert (found.book, found.kept) == (held(edited), ("a",))
    assert found.in_words() == "shipped rules: a stays as edited"


def test_a_switch_and_a_priority_are_kept_while_what_the_rule_says_follows() -> None:
    tuned = replace(OLD, enabled=False, priority=3)

    assert followed(held(tuned), before=[OLD], now=[NEW]).book == held(replace(NEW, enabled=False, priority=3))
    assert followed(held(replace(OLD, enabled=False)), before=[OLD], now=[NEW]).book == held(
        replace(NEW, enabled=False)
    )


def test_a_new_rule_comes_one_that_is_shipped_no_more_goes_and_one_taken_out_stays_out() -> None:
    new, gone, taken_out = shipped("new"), shipped("gone"), shipped("taken_out")

    found = followed(held(gone), before=[gone, taken_out], now=[new, replace(taken_out, name="Again")])

    assert found.book == held(new)
    assert found.in_words() == "shipped rules: added new; removed gone"


def test_a_copy_in_another_set_is_the_operators_and_the_shipped_one_beneath_it_follows() -> None:
    copy = replace(OLD, rule_set="own", name="Mine")

    assert followed(held(copy, OLD), before=[OLD], now=[NEW]).book == held(copy, NEW)


RULES = st.lists(
    st.builds(
        lambda id, name, priority, enabled: shipped(id, name=name, priority=priority, enabled=enabled),
        st.sampled_from("abc"),
        st.sampled_from(["Old", "New", "Edited"]),
        st.integers(1, 2),
        st.booleans(),
    ),
    unique_by=lambda each: each.id,
    max_size=3,
)


@given(RULES, RULES, RULES)
def test_to_follow_twice_is_to_follow_once_and_what_was_never_touched_is_as_shipped(
    before: list[Rule], held_: list[Rule], now: list[Rule]
) -> None:
    once = followed(held(*held_), before=before, now=now)

    assert followed(once.book, before=now, now=now).book == once.book
    untouched = followed(held(*before), before=before, now=now).book
    assert sorted(untouched.rules, key=lambda each: each.id) == sorted(now, key=lambda each: each.id)
    for edited in (each for each in held_ if each.name == "Edited" and "Edited" not in {was.name for was in before}):
        assert edited in once.book.rules


def test_it_is_told_in_what_rules_differ_from_those_that_moot_ships() -> None:
    first, second = STANDARD_RULES[:2]
    copy = replace(first, rule_set="own", name="Mine")
    book = held(copy, *(each for each in STANDARD_RULES if each is not second), rule("mine"))

    found = unlike_shipped(book, facts=SPECS)

    assert [(each.rule, each.parts) for each in found.changed] == [
        (first.id, (PartChanged(part="name", before=first.name, after="Mine"),))
    ]
    assert [each.rule for each in found.removed] == [second.id]
    assert not found.added


def test_what_a_shipped_rule_says_is_told_beside_one_that_was_edited_and_of_no_other() -> None:
    first = STANDARD_RULES[0]

    assert edits(replace(first, rule_set="own", name="Mine", enabled=not first.enabled, priority=1)) == (
        PartChanged(part="name", before=first.name, after="Mine"),
    )
    assert edits(replace(first, enabled=not first.enabled)) == ()
    assert edits(rule("mine")) == ()
