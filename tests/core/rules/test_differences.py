"""Is it told of two versions what was added, removed and changed, part by part?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from core.rules.differences import PartChanged, RuleDifference, differences
from core.rules.layers import RuleBook, RuleFile, RuleSetSpec
from tests.core.rules.builders import SPECS, more_than, rule
from tests.core.rules.strategies import BOOKS


def test_each_rule_that_became_another_is_told_with_its_parts_in_human_units() -> None:
    before = RuleBook(rules=(rule("gone"), rule("same"), rule("other", when=more_than("consensus_ppm", 800_000))))
    changed = rule("other", when=more_than("consensus_ppm", 900_000), priority=60, enabled=False)
    after = RuleBook(rules=(rule("same"), changed, rule("new")))

    found = differences(before, after, facts=SPECS)

    assert found.added == (RuleDifference(rule="new"),)
    assert found.removed == (RuleDifference(rule="gone"),)
    assert found.changed == (
        RuleDifference(
            rule="other",
            parts=(
                PartChanged(part="priority", before="50", after="60"),
                PartChanged(part="enabled", before="true", after="false"),
                PartChanged(
                    part="when",
                    before="{field: consensus_ppm, greater_than: 80 %}",
                    after="{field: consensus_ppm, greater_than: 90 %}",
                ),
            ),
        ),
    )
    assert found.in_words() == "1 added, 1 removed, 1 changed"


def test_rules_of_other_sets_and_of_files_are_told_apart() -> None:
    night = replace(rule("a"), rule_set="night")
    file = RuleFile(name="mine.yaml", rules=(rule("a"),))

    found = differences(RuleBook(), RuleBook(rules=(rule("a"), night), files=(file,)))

    assert sorted(str(each) for each in found.added) == ["a", "a (mine.yaml)", "night/a"]


def test_a_set_that_is_defined_otherwise_is_told_in_words() -> None:
    before = RuleBook(sets=(RuleSetSpec(name="night"), RuleSetSpec(name="day")))
    after = RuleBook(sets=(RuleSetSpec(name="night", extends="own", description="Quieter."),))

    found = differences(before, after)

    assert found.sets == (
        PartChanged(part="day", before="extends standard", after=""),
        PartChanged(part="night", before="extends standard", after="extends own: Quieter."),
    )
    assert found.in_words() == "2 sets defined otherwise"


@given(BOOKS, BOOKS)
def test_nothing_is_different_exactly_where_two_books_hold_the_same(book: RuleBook, other: RuleBook) -> None:
    assert not differences(book, book)
    assert differences(book, book).in_words() == "nothing is different"
    held = [
        ({*each.rules}, {(file.name, rule) for file in each.files for rule in file.rules}) for each in (book, other)
    ]
    there, back = differences(book, other), differences(other, book)
    if held[0] != held[1]:
        assert there
    assert (there.added, there.removed) == (back.removed, back.added)


def test_a_rule_that_was_pinned_to_another_version_of_a_plugin_says_so() -> None:
    before = RuleBook(rules=(replace(rule("a"), plugins=("weather@1",)),))
    after = RuleBook(rules=(replace(rule("a"), plugins=("weather@2",)),))

    (changed,) = differences(before, after).changed

    assert changed.parts == (PartChanged(part="plugins", before="weather@1", after="weather@2"),)
