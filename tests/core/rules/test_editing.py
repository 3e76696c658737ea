"""Does each change alter what it names, and nothing else, in the set that it is meant for?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import WrongUse
from core.rules.editing import (
    cloned,
    defined,
    find,
    find_all,
    moved,
    prioritised,
    put,
    refuse_known,
    switched,
    undefined,
    without,
)
from core.rules.layers import (
    Origin,
    RuleBook,
    RuleFile,
    RuleSetSpec,
    effective,
    require_sound,
    rules_of,
    set_specs,
)
from core.rules.rule import Rule
from tests.core.rules.builders import rule
from tests.core.rules.strategies import BOOKS


def of(rule_set: str, id_: str = "a", *, priority: int = 50, enabled: bool = True) -> Rule:
    return replace(rule(id_, priority=priority, enabled=enabled), rule_set=rule_set)


STANDARD = RuleBook(rules=(of("standard", "a", priority=90), of("standard", "b", priority=80)))
WITH_FILE = replace(STANDARD, files=(RuleFile(name="mine.yaml", rules=(of("own", "f", priority=70),)),))


def test_a_rule_is_found_by_its_id_in_the_set_and_by_set_and_id_everywhere() -> None:
    book = replace(STANDARD, rules=(*STANDARD.rules, of("own", "a", priority=10), of("night", "n")))

    assert find(book, "a").origin == Origin(rule_set="own")
    assert find(book, "standard/a").rule.priority == 90
    assert find(book, "n").origin == Origin(rule_set="night")
    assert find(book, "a", rule_set="night").origin == Origin(rule_set="standard")
    assert [placed.rule.id for placed in find_all(book, ["b", "a", "b"])] == ["b", "a"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("zzz", "no rule is called 'zzz'. 'moot rules list' lists them."),
        ("nightly_pose", "no rule is called 'nightly_pose'. Did you mean 'nightly_pause'?"),
        ("own/nightly_pause", "the set 'own' has no rule called 'nightly_pause'."),
        ("nigt/nightly_pause", "no rule set is called 'nigt'. Did you mean 'night'?"),
        ("both", "2 sets have a rule called 'both'. Say which one: day/both, night/both."),
    ],
)
def test_a_rule_that_can_not_be_told_is_refused_with_the_nearest_name(name: str, told: str) -> None:
    rules = (*STANDARD.rules, of("night", "nightly_pause"), of("night", "both"), of("day", "both"))

    with pytest.raises(WrongUse) as refused:
        find(replace(STANDARD, rules=rules), name)

    assert str(refused.value).startswith(told)


def test_naming_no_rule_is_refused() -> None:
    with pytest.raises(WrongUse, match="no rule is named"):
        find_all(STANDARD, [])


def test_a_set_that_a_rule_brings_along_stays_when_the_rule_goes() -> None:
    book = put(STANDARD, [of("night", "n")])
    gone = without(book, find_all(book, ["n"]))

    assert set_specs(gone)["night"] == RuleSetSpec(name="night")
    assert rules_of(gone, "night") == rules_of(STANDARD, "standard")


def test_a_standard_rule_is_switched_where_it_stands_so_that_every_set_upon_it_sees_that() -> None:
    book = put(STANDARD, [of("night", "n")])

    off = switched(book, find_all(book, ["a"]), enabled=False)

    assert [each.enabled for each in rules_of(off, "night")] == [False, True, True]
    assert switched(off, find_all(off, ["a"]), enabled=True) == book


def test_a_rule_can_be_switched_in_one_set_alone() -> None:
    book = put(STANDARD, [of("night", "n")])

    off = switched(book, find_all(book, ["a"]), enabled=False, only_in="night")

    assert [each.enabled for each in rules_of(off, "own")] == [True, True]
    assert [each.enabled for each in rules_of(off, "night")] == [False, True, True]
    with pytest.raises(WrongUse, match=r"no rule set is called 'nigt'\. Did you mean 'night'\?"):
        switched(book, find_all(book, ["a"]), enabled=False, only_in="nigt")


def test_a_files_rule_is_changed_by_a_copy_upon_it_which_goes_when_it_says_the_same_again() -> None:
    off = switched(WITH_FILE, find_all(WITH_FILE, ["f"]), enabled=False)

    assert off.files == WITH_FILE.files
    assert (find(off, "f").rule.enabled, [str(each) for each in find(off, "f").over]) == (False, ["own (mine.yaml)"])
    assert switched(off, find_all(off, ["f"]), enabled=True) == WITH_FILE
    assert without(off, find_all(off, ["f"])) == WITH_FILE


def test_a_files_rule_is_not_deleted_here() -> None:
    with pytest.raises(WrongUse, match=r"f comes from mine\.yaml\. Take it out there, or disable it here"):
        without(WITH_FILE, find_all(WITH_FILE, ["f"]))


def test_deleting_the_operators_own_rule_brings_back_the_one_beneath() -> None:
    book = put(STANDARD, [of("own", "a", priority=5)])

    assert find(without(book, find_all(book, ["a"])), "a").origin == Origin(rule_set="standard")


def test_a_clone_is_off_and_in_the_operators_own_set() -> None:
    book = cloned(STANDARD, find(STANDARD, "a"), "again")

    assert find(book, "again").rule == replace(of("own", "again", priority=90, enabled=False), name="A")
    with pytest.raises(WrongUse, match="there is a rule called 'b' already, in the set standard"):
        cloned(STANDARD, find(STANDARD, "a"), "b")
    with pytest.raises(WrongUse, match="'Not An Id' can't be the id of a rule"):
        cloned(STANDARD, find(STANDARD, "a"), "Not An Id")


def test_a_new_rule_may_not_replace_one_unasked() -> None:
    refuse_known(STANDARD, [of("own", "new"), of("later", "new")])
    with pytest.raises(WrongUse, match="'moot rules edit a'"):
        refuse_known(STANDARD, [of("own", "a")])
    with pytest.raises(WrongUse, match="in the set standard"):
        refuse_known(STANDARD, [of("later", "a")])


def test_a_rule_is_moved_before_or_behind_another_and_it_is_told_who_was_renumbered() -> None:
    book = put(STANDARD, [of("own", "c", priority=10)])

    before, told = moved(book, find(book, "c"), find(book, "b"), is_before=True)
    assert [each.id for each in rules_of(before, "own")] == ["a", "c", "b"]
    assert [str(each) for each in told] == ["c 10 → 85"]

    behind, _ = moved(book, find(book, "a"), find(book, "b"), is_before=False)
    assert [each.id for each in rules_of(behind, "own")] == ["b", "a", "c"]

    crowded = prioritised(book, [(find(book, "b"), 89), (find(book, "c"), 88)])[0]
    changed, told = moved(crowded, find(crowded, "c"), find(crowded, "a"), is_before=True)
    assert [each.id for each in rules_of(changed, "own")] == ["c", "a", "b"]
    assert str(told[0]).startswith("c 88 → ")

    same, told = moved(book, find(book, "a"), find(book, "b"), is_before=True)
    assert (same, told) == (book, ())


def test_a_rule_is_moved_only_beside_another_that_holds_in_the_set() -> None:
    book = put(STANDARD, [of("night", "n")])

    with pytest.raises(WrongUse, match="beside itself"):
        moved(book, find(book, "a"), find(book, "a"), is_before=True)
    with pytest.raises(WrongUse, match="night/n does not hold in the set 'own'"):
        moved(book, find(book, "a"), find(book, "n"), is_before=True)


def test_a_priority_out_of_range_is_refused() -> None:
    with pytest.raises(WrongUse, match="a priority is a number from 0 to 1000, not 1001"):
        prioritised(STANDARD, [(find(STANDARD, "a"), 1001)])


def test_a_set_is_defined_anew_and_forgotten_with_its_rules() -> None:
    book = put(STANDARD, [of("night", "n")])
    on_own = defined(book, RuleSetSpec(name="night", extends="own", description="Quieter."))

    assert set_specs(on_own)["night"].extends == "own"
    assert undefined(on_own, "night") == STANDARD


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nigt", "no rule set is called 'nigt'. Did you mean 'night'?"),
        ("own", "the set 'own' is always there."),
        ("night", "late extends night."),
        ("filed", "filed comes from sets.yaml."),
    ],
)
def test_a_set_that_others_need_is_not_forgotten(name: str, told: str) -> None:
    book = RuleBook(
        rules=(of("standard"), of("night", "n")),
        sets=(RuleSetSpec(name="late", extends="night"),),
        files=(RuleFile(name="sets.yaml", sets=(RuleSetSpec(name="filed"),)),),
    )

    with pytest.raises(WrongUse) as refused:
        undefined(book, name)

    assert str(refused.value).startswith(told)


@given(BOOKS, st.data())
def test_no_change_touches_a_file_or_makes_a_sound_book_unsound(book: RuleBook, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(sorted(set_specs(book))))
    heard = effective(book, chosen)
    if not heard:
        return
    placed, beside = (data.draw(st.sampled_from(heard)) for _ in range(2))
    results = [
        switched(book, (placed,), enabled=data.draw(st.booleans()), only_in=data.draw(st.sampled_from(["", chosen]))),
        prioritised(book, [(placed, data.draw(st.integers(0, 1000)))])[0],
        cloned(book, placed, "a_new_one", rule_set=chosen),
    ]
    if placed.rule.id != beside.rule.id:
        results.append(moved(book, placed, beside, is_before=data.draw(st.booleans()), rule_set=chosen)[0])
    if not placed.origin.file:
        results.append(without(book, (placed,)))
    for result in results:
        require_sound(result)
        assert result.files == book.files


@given(BOOKS, st.data())
def test_switching_a_rule_there_and_back_leaves_what_holds_as_it_was(book: RuleBook, data: st.DataObject) -> None:
    heard = effective(book, "own")
    if not heard:
        return
    placed = data.draw(st.sampled_from(heard))

    there = switched(book, (placed,), enabled=not placed.rule.enabled)
    back = switched(there, find_all(there, [placed.rule.id]), enabled=placed.rule.enabled)

    assert find(there, placed.rule.id).rule == replace(placed.rule, enabled=not placed.rule.enabled)
    assert rules_of(back, "own") == rules_of(book, "own")
