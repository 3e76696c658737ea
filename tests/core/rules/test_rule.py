"""Is a rule well formed, and the same again after it was stored?"""

from __future__ import annotations

import json
import random
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import WrongUse
from core.domain.ids import TemplateId
from core.rules.action import ActionType, action_from, in_words, is_decisive, parameters_of, type_of
from core.rules.compiled import compile_rules
from core.rules.condition import CONDITION_DEPTH_MAX, CONDITION_PARTS_MAX, AllOf, AnyOf, Condition, ConditionType
from core.rules.rule import (
    ApplyTemplate,
    CompleteDebate,
    Rule,
    fields_of,
    rule_from_plain,
    rule_set_digest,
    rule_set_text,
    rule_to_plain,
)
from tests.core.rules.builders import SPECS, all_of, any_of, compare, equals, less_than, more_than, no, rule
from tests.core.rules.strategies import RULE_SETS, rules


@given(rules())
def test_the_plain_form_loses_nothing_on_its_way_through_json(given_rule: Rule) -> None:
    stored = json.dumps(rule_to_plain(given_rule))
    read = rule_from_plain(json.loads(stored))

    assert read == given_rule
    assert json.dumps(rule_to_plain(read)) == stored


@given(RULE_SETS, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_the_order_of_definition(given_rules: list[Rule], chance: random.Random) -> None:
    shuffled = list(given_rules)
    chance.shuffle(shuffled)

    assert rule_set_digest(shuffled) == rule_set_digest(given_rules)
    assert compile_rules(shuffled, facts=SPECS).digest == rule_set_digest(given_rules)


def test_every_part_of_a_rule_is_in_the_digest() -> None:
    plain = rule_to_plain(rule())
    others: dict[str, object] = {
        "id": "other",
        "name": "other",
        "description": "other",
        "priority": 51,
        "when": {"field": "round_count", "greater_than": 5},
        "then": [{"complete_debate": {"reason": "other"}}],
        "repeat": "round",
        "enabled": False,
        "set": "other",
    }
    assert others.keys() == plain.keys()

    digests = {rule_set_digest([rule_from_plain({**plain, key: value})]) for key, value in others.items()}

    assert len(digests | {rule_set_digest([rule()])}) == len(others) + 1


def test_the_digest_of_a_rule_never_changes() -> None:
    """Logs name digests: another canonical form would lose the rules that they were ruled by."""
    assert rule_set_digest([rule()]) == "e63aa07f18bafb6c975ff2b0c66655e9704b0985abdc713bb44a6e34731b04ef"


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 128, 129, 200])
def test_the_digest_of_any_number_of_rules_is_that_of_their_whole_text(count: int) -> None:
    many = [rule(f"rule_{number}", priority=number) for number in range(count)]
    plain = [rule_to_plain(each) for each in sorted(many, key=lambda each: each.id)]
    text = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii")

    assert rule_set_digest(many) == sha256(text).hexdigest()
    assert rule_set_text(many) == text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"when": {"field": "round_count", "greater_then": 4}}, "Did you mean 'greater_than'?"),
        ({"when": {"field": "round_count"}}, "no condition"),
        ({"when": {"all": [], "any": []}}, "no condition"),
        ({"when": {"field": "round_count", "equals": 0.5}}, "can't be compared with 0.5"),
        ({"when": {"field": "round_count", "in_list": [1, "a"]}}, "can't be compared"),
        ({"when": {"all": []}}, "empty group"),
        ({"then": [{"complet_debate": {"reason": "x"}}]}, "Did you mean 'complete_debate'?"),
        ({"then": [{"complete_debate": {}}]}, "needs exactly reason"),
        ({"then": [{"complete_debate": {"reason": 1}}]}, "texts alone"),
        ({"then": ["complete_debate"]}, "no action"),
        ({"then": []}, "from 1 to 8 actions"),
        ({"repeat": "rond"}, "Did you mean 'round'?"),
        ({"priority": 1001}, "from 0 to 1000"),
        ({"priority": True}, "wrong type"),
        ({"enabled": 1}, "wrong type"),
        ({"colour": "red"}, "unknown"),
        ({"set": "No Set"}, "rule set"),
    ],
)
def test_a_plain_form_that_no_rule_has_is_refused_naming_the_rule(change: dict[str, object], said: str) -> None:
    with pytest.raises(WrongUse) as refused:
        rule_from_plain({**rule_to_plain(rule()), **change})

    assert str(refused.value).startswith("rule a_rule: ")
    assert said in str(refused.value)


@pytest.mark.parametrize("id_", ["", "Rule", "a__b", "1st", "a-b", "x" * 65])
def test_an_id_that_is_not_snake_case_is_refused(id_: str) -> None:
    with pytest.raises(WrongUse, match="can't be the id of a rule"):
        rule(id_)


def nested(depth: int) -> Condition:
    condition: Condition = more_than("round_count", 1)
    for _ in range(depth - 1):
        condition = no(condition)
    return condition


def test_conditions_nest_up_to_a_bound() -> None:
    deepest = rule(when=nested(CONDITION_DEPTH_MAX))

    assert rule_from_plain(rule_to_plain(deepest)) == deepest
    for depth in (CONDITION_DEPTH_MAX + 1, 100_000):
        with pytest.raises(WrongUse, match=f"at most {CONDITION_DEPTH_MAX} deep"):
            rule(when=nested(depth))


def test_conditions_have_a_bounded_number_of_parts() -> None:
    with pytest.raises(WrongUse, match=f"at most {CONDITION_PARTS_MAX} parts"):
        rule(when=AllOf(parts=(more_than("round_count", 1),) * CONDITION_PARTS_MAX))


@pytest.mark.parametrize("condition", [AllOf(parts=()), AnyOf(parts=()), no(AllOf(parts=()))])
def test_an_empty_group_is_refused(condition: Condition) -> None:
    with pytest.raises(WrongUse, match="empty group"):
        rule(when=condition)


@pytest.mark.parametrize("value", [(), "running"])
def test_in_list_needs_a_list(value: str | tuple[int, ...]) -> None:
    with pytest.raises(WrongUse, match="needs a list"):
        rule(when=compare(ConditionType.IN_LIST, "status", value))


def test_the_facts_of_a_condition_are_named_once_each_in_reading_order() -> None:
    condition = all_of(
        less_than("consensus_ppm", 5), no(any_of(equals("status", "paused"), more_than("consensus_ppm", 1)))
    )

    assert fields_of(condition) == ("consensus_ppm", "status")


@pytest.mark.parametrize("type_", ActionType)
def test_every_action_can_be_made_said_and_told_apart(type_: ActionType) -> None:
    action = action_from(type_, dict.fromkeys(parameters_of(type_), "a_b"))

    assert type_of(action) is type_
    assert in_words(action).endswith('reason "a b"')


def test_every_action_but_applying_a_template_is_decisive() -> None:
    actions = [action_from(type_, dict.fromkeys(parameters_of(type_), "x")) for type_ in ActionType]

    assert [type_of(action) for action in actions if not is_decisive(action)] == [ActionType.APPLY_TEMPLATE]


def test_an_action_in_words_reads_as_a_sentence() -> None:
    assert in_words(CompleteDebate(reason="max_rounds_reached")) == 'complete the debate, reason "max rounds reached"'
    applied = ApplyTemplate(template=TemplateId("complex_debate"), reason="contested")
    assert in_words(applied) == 'apply the template complex_debate, reason "contested"'
