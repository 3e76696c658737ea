"""Does a check say what is wrong with rules, where, and nothing that isn't so?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.events import ActionOverruled, Event, RuleFired
from core.rules.action import type_of
from core.rules.checking.check import Finding, Kind, RuleText, Severity, check_files, check_rules, gravest
from core.rules.layers import RuleBook
from core.rules.rule import (
    Action,
    AllOf,
    CompleteDebate,
    Condition,
    ContinueDebate,
    EscalateToHuman,
    PauseDebate,
    Repeat,
    Rule,
    StartNewRound,
    is_decisive,
)
from core.rules.standard import STANDARD_RULES
from tests.builders import FACTS, Played, at_least
from tests.core.engine.strategies import ACTIONS, CONDITIONS, DEEDS_UNDER_THE_SAME_RULES, histories
from tests.core.rules.builders import TEMPLATES, all_of, any_of, less_than, more_than, no, rule

PAUSE, COMPLETE = PauseDebate(reason="rest"), CompleteDebate(reason="enough")
AGAIN, GO_ON = StartNewRound(reason="again"), ContinueDebate(reason="go_on")
ASK = EscalateToHuman(question="Go on?", reason="unsure")


def checked(*rules: Rule, beside: tuple[Rule, ...] = ()) -> tuple[Finding, ...]:
    return check_rules((*rules, *beside), facts=FACTS, about={rule.id for rule in rules})


def kinds(*rules: Rule, beside: tuple[Rule, ...] = ()) -> list[Kind]:
    return [found.kind for found in checked(*rules, beside=beside)]


def read(text: str, *, beside: tuple[Rule, ...] = ()) -> tuple[Finding, ...]:
    file = RuleText(origin="mine.yaml", text=text)
    return check_files([file], facts=FACTS, templates=TEMPLATES, book=RuleBook(rules=beside))


def written(when: str, *, then: str = "{pause_debate: {reason: rest}}", more: str = "") -> str:
    return f"- id: mine\n  name: Mine\n  priority: 5{more}\n  when: {when}\n  then: [{then}]\n"


def test_the_shipped_rules_check_clean() -> None:
    assert checked(*STANDARD_RULES) == ()


def test_an_unknown_fact_is_an_error_at_its_line_and_column_with_the_nearest_name() -> None:
    (found,) = read(written("{field: roud_count, greater_than: 4}"))

    assert (found.severity, found.kind) == (Severity.ERROR, Kind.UNREADABLE)
    assert str(found) == "mine.yaml:4:17: error: no fact is called 'roud_count'. Did you mean 'round_count'?"


def test_rules_that_can_be_read_are_checked_beside_those_that_can_not() -> None:
    text = written("{field: roud_count, greater_than: 4}") + written("{field: round_count, greater_than: 400}").replace(
        "id: mine", "id: other"
    )

    assert [found.kind for found in read(text)] == [Kind.UNREADABLE, Kind.NEVER_HOLDS]


@pytest.mark.parametrize(
    ("when", "place", "what"),
    [
        ("{field: round_count, greater_than: 100}", (4, 9), "round_count runs from 0 to 100"),
        (
            "{all: [{field: round_count, greater_than: 4}, {field: round_count, less_than: 3}]}",
            (4, 55),
            "`round_count > 4` and `round_count < 3` exclude each other.",
        ),
        ("{field: last_role, equals: oponent}", (4, 9), "Did you mean 'opponent'?"),
        ("{field: status, equals: paused}", (4, 9), "status is always running while rules are heard"),
        ("{any: [{all: [{field: complexity, equals: hard}]}]}", (4, 23), "complexity is one of simple, standard, comp"),
        ("{not: {field: round_count, less_than: 101}}", (4, 9), "`round_count < 101` always holds."),
    ],
)
def test_what_can_never_hold_is_an_error_that_says_why_and_where(when: str, place: tuple[int, int], what: str) -> None:
    (found,) = read(written(when))

    assert (found.kind, found.severity) == (Kind.NEVER_HOLDS, Severity.ERROR)
    assert (found.place.line, found.place.column) == place
    assert what in str(found)


def test_what_always_holds_is_a_warning() -> None:
    (found,) = read(written("{any: [{field: round_count, less_than: 9}, {field: round_count, greater_than: 3}]}"))

    assert (found.kind, found.severity) == (Kind.ALWAYS_HOLDS, Severity.WARNING)


def test_a_part_that_settles_nothing_is_found_where_it_stands() -> None:
    found = read(
        written("{all: [{field: round_count, count_threshold: 0}, {any: [{field: turn_count, count_threshold: 1},"
                " {field: last_role, equals: juge}]}]}")
    )  # fmt: skip

    assert [(each.kind, each.place.column) for each in found] == [
        (Kind.PART_ALWAYS_HOLDS, 16),
        (Kind.PART_NEVER_HOLDS, 106),
    ]
    assert {each.severity for each in found} == {Severity.WARNING}


def test_a_fact_without_a_value_is_reckoned_with() -> None:
    """Consensus isn't measured at first: until then it is neither above nor below anything."""
    assert kinds(rule("low", when=any_of(less_than("consensus_ppm", 9), more_than("consensus_ppm", 8)))) == []


def test_two_rules_that_decide_otherwise_at_one_priority_contradict_each_other_with_an_example() -> None:
    one = rule("ask_me", when=more_than("round_count", 2), then=(ASK,), priority=7)
    other = rule("rest", when=less_than("consensus_ppm", 500_000), then=(PAUSE,), priority=7)
    (found,) = checked(one, other)

    assert (found.kind, found.rules, found.severity) == (Kind.CONTRADICTORY, ("rest", "ask_me"), Severity.WARNING)
    assert "with round_count 3, consensus 0 %: ask_me wins because its name comes first." in found.what


@pytest.mark.parametrize(
    "other",
    [
        rule("rest", when=less_than("round_count", 3), then=(PAUSE,), priority=7),
        rule("rest", when=more_than("round_count", 3), then=(PAUSE,), priority=8),
        rule("rest", when=more_than("round_count", 3), then=(replace(ASK, question="Well?"),), priority=7),
        rule("rest", when=more_than("round_count", 3), then=(PAUSE,), priority=7, enabled=False),
    ],
    ids=["never both", "other priorities", "same action", "switched off"],
)
def test_rules_that_do_not_compete_do_not_contradict_each_other(other: Rule) -> None:
    one = rule("ask_me", when=more_than("round_count", 2), then=(ASK,), priority=7)

    assert kinds(one, other) == []


def test_a_rule_behind_one_that_has_completed_the_debate_by_then_never_decides() -> None:
    early = rule("end", when=more_than("round_count", 2), then=(COMPLETE,), priority=9)
    late = rule("rest", when=all_of(more_than("round_count", 4), at_least("turn_count", 1)), then=(PAUSE,), priority=8)
    (found,) = checked(early, late)

    assert (found.kind, found.rules, found.severity) == (Kind.SHADOWED, ("rest", "end"), Severity.WARNING)
    assert found.what.endswith("and has completed the debate by then.")


def test_who_could_keep_the_earlier_rule_from_completing_is_named() -> None:
    early = rule("end", when=more_than("round_count", 2), then=(COMPLETE,), priority=9)
    late = rule("rest", when=more_than("round_count", 4), then=(PAUSE,), priority=8)
    between = rule("ask_me", when=at_least("error_count", 1), then=(ASK,), priority=10)

    assert "unless ask_me overruled it" in checked(early, late, between)[0].what


def test_the_stricter_of_two_rules_still_has_its_turn_after_a_looser_one_that_only_pauses() -> None:
    """The looser one fired rounds ago, and is not heard again while it holds."""
    early = rule("rest", when=more_than("round_count", 2), then=(PAUSE,), priority=9)
    late = rule("end", when=more_than("round_count", 4), then=(COMPLETE,), priority=8)

    assert kinds(early, late) == []


def test_of_two_rules_with_one_meaning_the_later_never_decides() -> None:
    early = rule("rest", when=more_than("round_count", 2), then=(PAUSE,), priority=9)
    late = rule("end", when=no(less_than("round_count", 3)), then=(COMPLETE,), priority=8)

    assert kinds(early, late) == [Kind.SHADOWED]
    assert kinds(early, replace(late, repeat=Repeat.ROUND)) == []
    assert kinds(replace(early, repeat=Repeat.ROUND), late) == [Kind.SHADOWED]


def test_rules_of_which_nothing_was_asked_are_only_compared_with() -> None:
    early = rule("end", when=more_than("round_count", 2), then=(COMPLETE,), priority=9)
    late = rule("rest", when=more_than("round_count", 4), then=(PAUSE,), priority=8)

    assert kinds(late, beside=(early,)) == [Kind.SHADOWED]
    assert kinds(early, beside=(late,)) == [Kind.SHADOWED]
    assert kinds(beside=(early, late)) == []
    assert kinds(rule("own", when=at_least("error_count", 1)), beside=(early, late)) == []
    assert kinds(replace(late, enabled=False), beside=(early,)) == []


def test_a_finding_about_a_rule_in_a_file_stands_there_whichever_rule_it_is_about() -> None:
    in_force = rule("a_rule", when=more_than("round_count", 4), then=(COMPLETE,), priority=4)
    (found,) = read(written("{field: round_count, greater_than: 2}", then="{complete_debate: {reason: enough}}"),
                    beside=(in_force,))  # fmt: skip

    assert found.rules == ("a_rule", "mine")
    assert str(found.place) == "mine.yaml:1:7"


def test_a_rule_is_compared_with_those_that_hold_in_its_set() -> None:
    ending = "{complete_debate: {reason: enough}}"
    early = written("{field: round_count, greater_than: 2}", then=ending, more="\n  set: quiet")
    late = written("{field: round_count, greater_than: 4}").replace("id: mine", "id: late")
    below = written("{field: round_count, greater_than: 4}", more="\n  set: standard").replace("id: mine", "id: below")

    assert read(early + late) == ()
    (found,) = read(early + below.replace("priority: 5", "priority: 4"))
    assert (found.kind, found.rules) == (Kind.SHADOWED, ("below", "mine"))


def test_sets_that_extend_each_other_in_a_circle_are_an_error() -> None:
    (found,) = read("sets: [{name: a, extends: b}, {name: b, extends: a}]\nrules:\n" + written(
        "{field: round_count, greater_than: 2}"))  # fmt: skip

    assert found.severity is Severity.ERROR
    assert str(found).startswith("mine.yaml: error: the sets extend one another in a circle")


def test_a_rule_in_a_mapping_of_sets_and_rules_has_its_place_too() -> None:
    text = "sets: [{name: quiet}]\nrules:\n" + written("{field: round_count, greater_than: 400}")

    assert str(read(text)[0]).startswith("mine.yaml:6:9: error: mine can never fire")


def test_a_second_decision_of_one_rule_is_never_taken() -> None:
    assert kinds(rule("both", then=(PAUSE, COMPLETE))) == [Kind.DECIDES_TWICE]


def test_a_rule_of_two_files_is_said_to_be_replaced() -> None:
    text = written("{field: round_count, greater_than: 2}")
    files = [RuleText(origin=name, text=text) for name in ("a.yaml", "b.yaml")]
    (found,) = check_files(files, facts=FACTS, templates=TEMPLATES)

    assert (found.kind, str(found.place)) == (Kind.REPLACED, "b.yaml:1:7")


@pytest.mark.parametrize(
    ("when", "more", "found"),
    [
        ('{field: last_text, regex_match: "[0-9]+"}', "", [Kind.EXPENSIVE]),
        ('{field: last_text, regex_match: "cannot agree"}', "", []),
        ('{field: last_role, regex_match: "^[a-z]+$"}', "", []),
        ("{field: last_text, contains: agree}", "", []),
        ("{field: last_text, contains: agree}", "\n  repeat: event", [Kind.EXPENSIVE]),
    ],
)
def test_what_searches_whole_texts_again_and_again_is_advised_against(when: str, more: str, found: list[Kind]) -> None:
    advice = read(written(when, more=more))

    assert [each.kind for each in advice] == found
    assert gravest(advice) is (Severity.ADVICE if found else None)


def test_a_rule_that_does_not_fit_the_facts_is_an_error_and_spares_the_others_their_check() -> None:
    strange = rule("strange", when=more_than("roud_count", 4))

    assert kinds(strange, rule("worse", when=more_than("round_count", 100))) == [Kind.UNUSABLE, Kind.NEVER_HOLDS]


def test_where_rules_are_too_many_to_compare_all_that_is_said() -> None:
    many = [rule(f"rule_{number}", when=more_than("turn_count", number)) for number in range(9)]

    found = check_rules(many, facts=FACTS, steps_max=100)

    assert [each.kind for each in found] == [Kind.NOT_ALL_COMPARED]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "null",
        "- 1",
        "- {id: 1}",
        "\x00",
        "- [" * 500,
        "&a [*a]",
        "rules: 3",
        "sets: [{name: a, extends: nowhere}]",
        "- {id: a, when: {all: [{any: [{not: {}}]}]}}",
        f"- {{id: a, name: {'x' * 1_000_001}}}",
        "[" + "{id: a}," * 2_000 + "]",
        written("{field: round_count, greater_than: .nan}"),
        written(f"{{field: round_count, greater_than: {10**30}}}"),
        written("{field: last_text, contains: \u202eevil}", more="\n  repeat: event"),
    ],
    ids=range(16),
)
def test_whatever_a_file_holds_is_a_finding_and_never_a_crash(text: str) -> None:
    assert read(text)
    assert all(each.place.origin == "mine.yaml" for each in read(text))


@given(st.text(max_size=200))
def test_no_text_makes_a_check_fail(text: str) -> None:
    read(text)


def decided(events: tuple[Event, ...], shadowed: Rule) -> bool:
    """Whether a rule's first decision was ever obeyed."""
    wanted = type_of(next(action for action in shadowed.then if is_decisive(action))).value
    for number, event in enumerate(events):
        if isinstance(event, RuleFired) and event.rule == shadowed.id:
            rest = events[number + 1 :]
            until = next((at for at, each in enumerate(rest) if isinstance(each, RuleFired)), len(rest))
            if not any(isinstance(each, ActionOverruled) and (each.rule, each.action) == (shadowed.id, wanted)
                       for each in rest[:until]):  # fmt: skip
                return True
    return False


@st.composite
def likely_shadowed(draw: st.DrawFn) -> tuple[Rule, ...]:
    """A rule, one behind it that is as strict or stricter, and sometimes another before both."""
    looser = draw(CONDITIONS)
    stricter: Condition = draw(st.sampled_from([looser, AllOf(parts=(looser, draw(CONDITIONS)))]))
    deciding = ACTIONS.filter(is_decisive)
    repeats = st.sampled_from(Repeat)

    def some(id_: str, when: Condition, priority: int) -> Rule:
        then: tuple[Action, ...] = (draw(deciding),)
        return rule(id_, when=when, then=then, priority=priority, repeat=draw(repeats))

    rules = (some("first", looser, 2), some("second", stricter, 1))
    return (some("before", draw(CONDITIONS), 3), *rules) if draw(st.booleans()) else rules


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(histories(under=likely_shadowed(), deeds=DEEDS_UNDER_THE_SAME_RULES))
def test_a_rule_that_is_said_never_to_decide_decides_in_no_history(played: Played) -> None:
    rules = played.in_force.rules
    for found in check_rules(rules, facts=FACTS):
        if found.kind is Kind.SHADOWED and "unless" not in found.what and "except" not in found.what:
            assert not decided(played.events, next(rule for rule in rules if rule.id == found.rules[0]))
