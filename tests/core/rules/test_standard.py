"""Do the shipped rules do what their descriptions say?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.facts import FactValue
from core.rules.compiled import compile_rules
from core.rules.reading import read_rules, write_rules
from core.rules.rule import ApplyTemplate, rule_set_digest
from core.rules.standard import STANDARD_RULE_SET, STANDARD_RULES
from tests.core.rules.builders import SPECS, TEMPLATES, facts

ENABLED = {
    "complete_at_max_rounds",
    "complete_on_consensus",
    "complete_when_judge_decides",
    "complete_when_stalled",
    "complete_when_too_long",
    "complete_when_budget_nearly_spent",
    "escalate_on_error_rate",
    "pause_after_repeated_errors",
    "escalate_when_silent",
}
ALL_ON = compile_rules([replace(rule, enabled=True) for rule in STANDARD_RULES], facts=SPECS)
AT_START: dict[str, FactValue] = {"consensus_ppm": None, "template": "standard_debate"}


def test_those_that_keep_a_debate_from_running_on_are_enabled() -> None:
    assert {rule.id for rule in STANDARD_RULES if rule.enabled} == ENABLED


def test_every_shipped_rule_fits_the_facts() -> None:
    assert ALL_ON.unusable == ()


def test_no_shipped_rule_holds_in_a_session_that_has_just_begun() -> None:
    assert ALL_ON.evaluate(facts(**AT_START)) == (frozenset(), ())


@pytest.mark.parametrize(
    ("rule", "below", "reached"),
    [
        ("complete_at_max_rounds", {"round_count": 4}, {"round_count": 5}),
        (
            "complete_on_consensus",
            {"round_count": 1, "consensus_ppm": 799_999},
            {"round_count": 1, "consensus_ppm": 800_000},
        ),
        ("complete_on_consensus", {"consensus_ppm": 900_000}, {"round_count": 1, "consensus_ppm": 900_000}),
        ("complete_when_judge_decides", {"judge_outcome": "go_on"}, {"judge_outcome": "for"}),
        ("complete_when_judge_decides", {"judge_outcome": "undecided"}, {"judge_outcome": "enough"}),
        ("complete_when_stalled", {"stalled_round_count": 1}, {"stalled_round_count": 2}),
        ("complete_when_too_long", {"elapsed_ms": 1_799_999}, {"elapsed_ms": 1_800_000}),
        ("complete_when_budget_nearly_spent", {"budget_used_ppm": 900_000}, {"budget_used_ppm": 900_001}),
        (
            "escalate_on_error_rate",
            {"error_rate_ppm": 500_000, "error_count": 4},
            {"error_rate_ppm": 100_001, "error_count": 5},
        ),
        (
            "escalate_on_error_rate",
            {"error_rate_ppm": 100_000, "error_count": 5},
            {"error_rate_ppm": 100_001, "error_count": 5},
        ),
        ("pause_after_repeated_errors", {"consecutive_error_count": 4}, {"consecutive_error_count": 5}),
        ("escalate_when_silent", {"silence_ms": 599_999}, {"silence_ms": 600_000}),
        ("continue_while_converging", {"consensus_gain_ppm": 49_999}, {"consensus_gain_ppm": 50_000}),
        (
            "escalate_on_low_consensus",
            {"round_count": 2, "consensus_ppm": 300_000},
            {"round_count": 2, "consensus_ppm": 299_999},
        ),
        ("pause_for_review_each_round", {"round_count": 0}, {"round_count": 1}),
        (
            "new_round_when_converging",
            {"consensus_gain_ppm": 50_000, "consensus_ppm": 800_000, "is_round_over": True},
            {"consensus_gain_ppm": 50_000, "consensus_ppm": 799_999, "is_round_over": True},
        ),
        (
            "new_round_when_converging",
            {"consensus_gain_ppm": 50_000, "consensus_ppm": 700_000, "is_round_over": False},
            {"consensus_gain_ppm": 50_000, "consensus_ppm": 700_000, "is_round_over": True},
        ),
        (
            "apply_complex_when_contested",
            {"round_count": 1, "argument_count": 4, "consensus_ppm": 399_999, "template": "complex_debate"},
            {"round_count": 1, "argument_count": 4, "consensus_ppm": 399_999},
        ),
    ],
)
def test_each_holds_from_its_limit_on(rule: str, below: dict[str, FactValue], reached: dict[str, FactValue]) -> None:
    assert rule not in ALL_ON.evaluate(facts(**{**AT_START, **below})).true_ids
    assert rule in ALL_ON.evaluate(facts(**{**AT_START, **reached})).true_ids


def test_the_session_wakes_for_silence_first_and_then_for_its_length() -> None:
    compiled = compile_rules(STANDARD_RULES, facts=SPECS)

    assert compiled.milliseconds_until_change(facts(elapsed_ms=60_000, silence_ms=30_000)) == 570_000
    assert compiled.milliseconds_until_change(facts(elapsed_ms=1_700_000, silence_ms=600_000)) == 100_000


def test_ids_are_unique_and_every_rule_says_what_it_is_for() -> None:
    assert len({rule.id for rule in STANDARD_RULES}) == len(STANDARD_RULES)
    assert all(rule.description.endswith(".") and rule.rule_set == STANDARD_RULE_SET for rule in STANDARD_RULES)
    assert len({rule.priority for rule in STANDARD_RULES}) == len(STANDARD_RULES)


def test_templates_that_are_applied_are_shipped() -> None:
    applied = {act.template for rule in STANDARD_RULES for act in rule.then if isinstance(act, ApplyTemplate)}

    assert applied <= set(TEMPLATES)


def test_the_shipped_rules_read_back_from_yaml_the_same() -> None:
    text = write_rules(STANDARD_RULES, facts=SPECS)
    read = read_rules(text, origin="standard.yaml", facts=SPECS, templates=TEMPLATES)

    assert read == STANDARD_RULES
    assert rule_set_digest(read) == rule_set_digest(STANDARD_RULES)
    assert "{field: silence_ms, time_elapsed: 10m}" in text
