"""Are circles of rules found that wake each other without end, and only those?"""

from __future__ import annotations

import pytest

from core.domain.events import CascadeStopped
from core.domain.ids import TemplateId
from core.domain.session import ROUNDS_MAX
from core.rules.checking.check import Finding, Kind, check_rules
from core.rules.rule import (
    Action,
    ApplyTemplate,
    Compare,
    ConditionType,
    ContinueDebate,
    EscalateToHuman,
    PauseDebate,
    Repeat,
    Rule,
    StartNewRound,
)
from tests.builders import FACTS, Played, after, at_least, opened, rule
from tests.core.rules.builders import all_of, equals, less_than, no

AGAIN, GO_ON = StartNewRound(reason="again"), ContinueDebate(reason="go_on")
ASK, PAUSE = EscalateToHuman(question="Go on?", reason="unsure"), PauseDebate(reason="rest")


def endless(*rules: Rule) -> list[Finding]:
    return [found for found in check_rules(rules, facts=FACTS) if found.kind is Kind.ENDLESS]


def applying(template: str) -> ApplyTemplate:
    return ApplyTemplate(template=TemplateId(template), reason="contested")


def played(*rules: Rule) -> Played:
    session = after(*opened(*rules))
    session.play_on()
    return session


@pytest.mark.parametrize("action", [AGAIN, GO_ON])
@pytest.mark.parametrize("repeat", [Repeat.ROUND, Repeat.EVENT])
@pytest.mark.parametrize("field", ["round_count", "turn_count"])
def test_a_rule_that_its_own_rounds_keep_true_is_found_and_plays_as_many_as_there_can_be(
    field: str, repeat: Repeat, action: Action
) -> None:
    forever = rule("forever", at_least(field, 1), action, repeat=repeat)

    assert [found.rules for found in endless(forever)] == [("forever",)]
    assert played(forever).debate.rounds_completed == ROUNDS_MAX


def test_a_rule_that_begins_rounds_after_every_event_does_so_within_one_command() -> None:
    rushing = rule("rushing", at_least("round_count", 1), AGAIN, repeat=Repeat.EVENT)

    assert "until the bound on passes stops it" in endless(rushing)[0].what
    assert played(rushing).of(CascadeStopped)


@pytest.mark.parametrize(
    "harmless",
    [
        rule("once", at_least("round_count", 1), AGAIN),
        rule("bounded", all_of(at_least("round_count", 1), less_than("round_count", 4)), GO_ON, repeat=Repeat.ROUND),
        rule("resting", at_least("round_count", 1), PAUSE, repeat=Repeat.ROUND),
        rule("by_words", no(less_than("consensus_ppm", 600_000)), GO_ON, repeat=Repeat.ROUND),
        rule("asking_at_times", at_least("escalation_count", 1), ASK, repeat=Repeat.ROUND),
        rule("switched_off", at_least("round_count", 1), AGAIN, repeat=Repeat.EVENT, enabled=False),
    ],
    ids=lambda each: str(each.id),
)
def test_a_rule_that_comes_to_an_end_is_not_called_endless(harmless: Rule) -> None:
    assert endless(harmless) == []


def test_a_question_that_every_question_brings_about_again_is_found() -> None:
    (found,) = endless(rule("asking", at_least("escalation_count", 1), ASK, repeat=Repeat.EVENT))

    assert "escalate_to_human of asking raises escalation_count, which lets it act again." in found.what


def test_two_rules_that_change_the_template_back_and_forth_are_found_once() -> None:
    there = rule("there", equals("template", "tiny"), applying("reviewed"))
    back = rule("back", equals("template", "reviewed"), applying("tiny"))

    (found,) = endless(there, back)

    assert set(found.rules) == {"there", "back"}
    assert "makes template reviewed" in found.what
    assert "makes template tiny" in found.what


def test_a_change_of_template_that_ends_somewhere_is_none_of_these() -> None:
    there = rule("there", equals("template", "tiny"), applying("reviewed"))
    on = rule("on", equals("template", "reviewed"), applying("third"))

    assert endless(there, on, rule("kept", equals("template", "tiny"), applying("tiny"))) == []


def test_two_rules_wake_each_other_through_different_facts() -> None:
    more = rule("more", at_least("escalation_count", 1), AGAIN, repeat=Repeat.ROUND)
    asking = rule("asking", at_least("round_count", 1), ASK, repeat=Repeat.ROUND)

    (found,) = endless(more, asking)

    assert set(found.rules) == {"more", "asking"}


def test_rules_whose_other_conditions_exclude_each_other_make_no_circle() -> None:
    def of_role(role: str) -> Compare:
        return Compare(type=ConditionType.EQUALS, field="last_role", value=role)

    more = rule("more", all_of(at_least("escalation_count", 1), of_role("judge")), AGAIN, repeat=Repeat.ROUND)
    asking = rule("asking", all_of(at_least("round_count", 1), of_role("reviewer")), ASK, repeat=Repeat.ROUND)

    assert endless(more, asking) == []
