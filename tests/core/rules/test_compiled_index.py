"""Does a rule say the same among many, where it is looked up, as it does alone, where it is read?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.rules import shelves, word_rows
from core.rules.compiled import READ_IN_TURN_MAX, CompiledRules, Memory, compile_rules
from core.rules.condition import Condition, ConditionType
from core.rules.rule import Rule
from tests.core.rules.builders import (
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

MANY = [rule(f"many_{n}", when=more_than("tokens_output", n)) for n in range(2 * READ_IN_TURN_MAX)]
ROOMS = [rule(f"room_{n}", when=equals("template", f"room_{n}"), priority=n) for n in range(120)]


def contains(part: str, fact: str = "last_text") -> Condition:
    return compare(ConditionType.CONTAINS, fact, part)


def matches(pattern: str, fact: str = "last_text") -> Condition:
    return compare(ConditionType.REGEX_MATCH, fact, pattern)


def among_many(condition: Condition) -> CompiledRules:
    return compile_rules([rule(when=condition), *MANY], facts=SPECS)


def said(condition: Condition, *steps: dict[str, Any]) -> list[bool]:
    """What the condition says of facts that change step by step: read alone, and the same when looked up."""
    alone, looked_up, memory = compile_rules([rule(when=condition)], facts=SPECS), among_many(condition), Memory()
    verdicts = [alone.evaluate(facts(**step)) for step in steps]
    for step, verdict in zip(steps, verdicts, strict=True):
        for found in (looked_up.evaluate(facts(**step), memory), looked_up.evaluate(facts(**step))):
            assert "a_rule" in found.true_ids or not verdict.true_ids
            assert "a_rule" not in found.true_ids or verdict.true_ids
            assert found.errors == verdict.errors
    return [bool(verdict.true_ids) for verdict in verdicts]


def texts(*said: str | None) -> list[dict[str, Any]]:
    return [{"last_text": text} for text in said]


def test_a_text_is_searched_anew_when_it_has_changed() -> None:
    told = said(matches("(?i)judge"), *texts("The Judge", "nobody", None, "a judge", "a judge", "nobody"))

    assert told == [True, False, False, True, True, False]


def test_each_of_several_words_is_needed() -> None:
    both = all_of(contains("rota"), contains("sleep"), matches(r"\bcosts\b"))

    assert said(both, *texts("the rota costs sleep", "the rota costs", "costs sleep", "rota, sleep")) == [
        True,
        False,
        False,
        False,
    ]


def test_each_of_several_words_is_barred() -> None:
    neither = all_of(no(contains("rota")), no(contains("sleep")), no(matches(r"\b(?:costs|cost)\b")))

    told = said(neither, *texts("nothing", "the rota", "asleep", "it cost much", "it costs", "costly", None))
    assert told == [True, False, False, False, False, True, True]


def test_words_of_a_list_are_needed_and_barred() -> None:
    condition = all_of(contains("judge", "roles"), contains("reviewer", "roles"), no(contains("opponent", "roles")))

    told = said(
        condition,
        {"roles": ("judge", "reviewer")},
        {"roles": ("judge",)},
        {"roles": ("judge", "reviewer", "opponent")},
        {"roles": ()},
        {"roles": None},
    )
    assert told == [True, False, False, False, False]


def test_a_part_of_a_word_is_found_in_words_of_any_length() -> None:
    long = "x" * 50
    told = said(contains("Rota"), *texts("rotation", f"{long}ROTA{long}", f"{long} rot a", "ro\nta", "the rota."))

    assert told == [True, True, False, False, True]


def test_what_holds_white_space_is_found_across_words() -> None:
    assert said(contains("cannot  agree"), *texts("We cannot  AGREE", "cannot agree", None)) == [True, False, False]


def test_an_accent_is_the_same_however_it_is_composed_and_marks_of_direction_are_not_there() -> None:
    told = said(contains("Café"), *texts("cafe\u0301s", "CAFÉ", "cafe", "ca\u200ffé", "\u202eCAFÉ\u202c"))

    assert told == [True, True, False, True, True]
    assert said(contains("\u03b1\u0345\u0301"), *texts("\u1fb4")) == [True]
    shalom = "\u05e9\u05dc\u05d5\u05dd"
    marked = f"\u200f{shalom[:2]}\u200e{shalom[2:]}."
    assert said(contains(shalom), *texts(marked, shalom * 2, f"{shalom[:2]} {shalom[2:]}")) == [True, True, False]


def test_equals_compares_character_by_character() -> None:
    assert said(equals("last_text", "Café"), *texts("Café", "Cafe\u0301", "café", "\u200fCafé")) == [
        True,
        False,
        False,
        False,
    ]


def test_an_expression_sees_the_text_as_it_stands() -> None:
    told = said(matches("Café$"), *texts("ein Café", "ein Cafe\u0301", "\u200fCafé", "Café\u200f"))

    assert told == [True, False, True, False]


def test_half_a_character_counts_as_a_question_mark_to_an_expression() -> None:
    assert said(matches(r"why\?"), *texts("why?", "why\ud800", "why")) == [True, True, False]
    assert said(matches("wh|y?"), *texts("", "\ud800")) == [True, True]


def test_numbers_on_both_sides_of_a_limit_and_huge_ones_are_told_apart() -> None:
    between = all_of(more_than("round_count", 2), less_than("round_count", 5), no(equals("round_count", 4)))
    steps = [{"round_count": count} for count in (2, 3, 4, 5, 10**5_000, -(10**5_000), None)]

    assert said(between, *steps) == [False, True, False, False, False, False, False]


def test_a_group_that_is_too_large_for_alternatives_says_the_same() -> None:
    wide = any_of(*(equals("round_count", 3 * count) for count in range(30)))
    condition = all_of(wide, no(all_of(no(contains("a", "last_role")), no(equals("turn_count", 1)), wide)))

    told = said(condition, {"round_count": 9, "turn_count": 1}, {"round_count": 9}, {"round_count": 8, "turn_count": 1})
    assert told == [True, False, False]


def test_a_rule_counts_once_however_many_of_its_alternatives_hold() -> None:
    condition = any_of(more_than("round_count", 0), more_than("turn_count", 0), contains("a"))
    compiled = among_many(condition)

    assert len(compiled.evaluate(facts(round_count=1, turn_count=1)).true_ids) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("many", "'turn_count' is a text here, and greater_than compares a count."),
        (2.5, "'turn_count' is a number with a point here, and greater_than compares a count."),
        (float("nan"), "'turn_count' is not a number here, and greater_than compares a count."),
        (True, "'turn_count' is true or false here, and greater_than compares a count."),
        (("a",), "'turn_count' is a list here, and greater_than compares a count."),
        ([1], "'turn_count' is nothing that a fact can be here, and greater_than compares a count."),
    ],
)
def test_a_comparison_that_makes_no_sense_is_an_error_that_names_its_place(value: object, message: str) -> None:
    seen: dict[str, Any] = {**facts(tokens_output=9), "turn_count": value}

    for companions in ([], MANY, [*MANY, *ROOMS]):
        evaluation = compile_rules([rule(when=more_than("turn_count", 1)), *companions], facts=SPECS).evaluate(seen)
        assert [tuple(error) for error in evaluation.errors] == [("a_rule", message)]
        assert len(evaluation.true_ids) == (9 if companions else 0)


def test_equality_with_a_value_of_another_type_is_an_error_and_not_false() -> None:
    condition = any_of(equals("status", "paused"), compare(ConditionType.IN_LIST, "turn_count", (1, 2)))

    for companions in ([], MANY):
        compiled = compile_rules([rule(when=condition), *companions], facts=SPECS)
        broken: dict[str, Any] = {"turn_count": 1.0}
        (error,) = compiled.evaluate({**facts(), **broken}).errors
        assert error.message == "'turn_count' is a number with a point here, and in_list compares a count."


def test_a_list_with_something_else_than_words_in_it_is_an_error() -> None:
    for companions in ([], MANY):
        compiled = compile_rules([rule(when=contains("judge", "roles")), *companions], facts=SPECS)
        broken: dict[str, Any] = {"roles": ("judge", 3)}
        (error,) = compiled.evaluate({**facts(), **broken}).errors
        assert error.message == "'roles' is a list here, and contains compares a list of words."


def test_what_is_not_reached_is_no_error() -> None:
    behind = all_of(more_than("round_count", 4), more_than("turn_count", 1))
    before = all_of(more_than("turn_count", 1), more_than("round_count", 4))
    broken: dict[str, Any] = {**facts(round_count=1), "turn_count": None}
    del broken["turn_count"]

    for companions in ([], MANY, [*MANY, *ROOMS]):
        assert compile_rules([rule(when=behind), *companions], facts=SPECS).evaluate(broken).errors == ()
        (error,) = compile_rules([rule(when=before), *companions], facts=SPECS).evaluate(broken).errors
        assert error.message == "the session has no fact 'turn_count'."


def test_a_rule_is_found_on_whichever_shelf_it_lies() -> None:
    both = compare(ConditionType.IN_LIST, "template", ("room_3", "room_4"))
    everywhere = rule("everywhere", when=more_than("round_count", 0), priority=1)
    compiled = compile_rules([*ROOMS, rule("both", when=both), everywhere], facts=SPECS)

    assert compiled.evaluate(facts(template="room_3", round_count=1)).true_ids == {"room_3", "both", "everywhere"}
    assert compiled.evaluate(facts(template="room_5")).true_ids == {"room_5"}
    assert compiled.evaluate(facts(template="nowhere", round_count=1)).true_ids == {"everywhere"}
    assert compiled.evaluate(facts(template=None, round_count=1)).true_ids == {"everywhere"}


def test_many_rules_lie_on_several_shelves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "SHELF_RULES_MAX", 7)
    compiled, memory = compile_rules([*MANY, *ROOMS], facts=SPECS), Memory()

    for count, room in ((20, "room_3"), (20, "nowhere"), (0, "room_5"), (3, "room_3")):
        evaluation = compiled.evaluate(facts(tokens_output=count, template=room), memory)
        assert evaluation.true_ids == {f"many_{n}" for n in range(count)} | ({room} & {each.id for each in ROOMS})


def test_rules_on_every_shelf_err_where_the_word_that_they_ask_for_is_none() -> None:
    compiled = compile_rules([*ROOMS, rule("everywhere", when=more_than("round_count", 0))], facts=SPECS)
    broken: dict[str, Any] = {"template": 7}

    evaluation = compiled.evaluate({**facts(round_count=1), **broken})

    assert evaluation.true_ids == {"everywhere"}
    assert [error.rule for error in evaluation.errors] == [each.id for each in reversed(ROOMS)]


def test_sets_that_differ_in_switches_share_what_was_made_and_say_their_own() -> None:
    rules = [rule("switched", when=more_than("round_count", 0)), *MANY]
    on = compile_rules(rules, facts=SPECS)
    off = compile_rules([replace(rules[0], enabled=False), *MANY], facts=SPECS, earlier=[on])

    assert on.evaluate(facts(round_count=1)).true_ids == {"switched"}
    assert off.evaluate(facts(round_count=1)).true_ids == set()
    assert off.digest == compile_rules([replace(rules[0], enabled=False), *MANY], facts=SPECS).digest != on.digest
    assert [each.id for each in off.enabled] == [each.id for each in on.enabled if each.id != "switched"]
    assert not off.by_id[rules[0].id].enabled


def test_a_set_with_another_condition_or_name_shares_nothing_with_an_earlier_one() -> None:
    earlier = compile_rules([rule("one", when=more_than("round_count", 0)), *MANY], facts=SPECS)
    for other in (rule("one", when=more_than("round_count", 3)), rule("two", when=more_than("round_count", 0))):
        compiled = compile_rules([other, *MANY], facts=SPECS, earlier=[earlier])

        assert compiled.evaluate(facts(round_count=4)).true_ids == {other.id}
        assert compiled.evaluate(facts(round_count=2)).true_ids == ({"two"} if other.id == "two" else set())


def test_a_set_about_other_facts_shares_nothing_with_an_earlier_one() -> None:
    rules = [rule("gone", when=more_than("round_count", 0)), *MANY]
    earlier = compile_rules(rules, facts=SPECS)
    fewer = {name: spec for name, spec in SPECS.items() if name != "round_count"}

    evaluation = compile_rules(rules, facts=fewer, earlier=[earlier]).evaluate(facts(round_count=1))

    assert evaluation.true_ids == set()
    assert [error.rule for error in evaluation.errors] == ["gone"]


def test_pieces_of_texts_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_rows, "PIECES_KNOWN_MAX", 5)
    words = word_rows.TextWords(word_rows.Demands(0b1, 0, 1), parts={"rota": 0b1}, words={})

    for number in range(20):
        assert words.struck_by(f"rota{number} more{number} words{number}") == 0
        assert words.struck_by(f"other{number} words{number}") == 0b1
        assert len(words._known) <= 5


def test_the_wait_for_time_skips_moments_of_rules_that_are_switched_off() -> None:
    rules = [rule(f"at_{ms}", when=lasted("elapsed_ms", ms)) for ms in (100, 200, 300)]
    on = compile_rules([*rules, *MANY], facts=SPECS)
    off = compile_rules([replace(rules[0], enabled=False), *rules[1:], *MANY], facts=SPECS, earlier=[on])

    assert on.milliseconds_until_change(facts(elapsed_ms=50)) == 50
    assert off.milliseconds_until_change(facts(elapsed_ms=50)) == 150


def test_rules_are_named_in_the_order_in_which_they_are_heard() -> None:
    rules: list[Rule] = [rule("low", priority=1), rule("high", priority=9), rule("middle", priority=5)]
    compiled = compile_rules(rules, facts=SPECS)

    assert [each.id for each in compiled.in_order({rules[0].id, rules[1].id})] == ["high", "low"]
