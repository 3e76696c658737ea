"""Does an explanation say why a rule fires or not, with the values of the moment in it?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from core.domain.facts import FactValue
from core.rules.compiled import compile_rules
from core.rules.condition import CONDITION_DEPTH_MAX, Condition, ConditionType
from core.rules.explanation import Explanation, Verdict, explain
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
from tests.core.rules.strategies import rules, seen_facts


def explained(condition: Condition, **seen: FactValue) -> Explanation:
    return explain(rule(when=condition), facts(**seen), SPECS)


def texts(explanation: Explanation) -> list[str]:
    return [clause.text for clause in explanation.clauses]


def verdicts(explanation: Explanation) -> list[Verdict]:
    return [clause.verdict for clause in explanation.clauses]


@given(rules(), seen_facts())
def test_an_explanation_comes_to_the_verdict_of_the_evaluation(given_rule: Rule, seen: dict[str, FactValue]) -> None:
    compiled = compile_rules([replace(given_rule, enabled=True)], facts=SPECS)

    explanation = explain(given_rule, seen, SPECS)

    assert (explanation.verdict is Verdict.TRUE) == (given_rule.id in compiled.evaluate(seen).true_ids)
    assert (explanation.first_false is None) == (explanation.verdict is Verdict.TRUE)
    assert all(clause.depth < CONDITION_DEPTH_MAX for clause in explanation.clauses)


@given(rules(), seen_facts())
def test_the_clause_blamed_is_false_and_says_what_is_true_instead(given_rule: Rule, seen: dict[str, FactValue]) -> None:
    explanation = explain(given_rule, seen, SPECS)

    if explanation.first_false:
        assert explanation.first_false.verdict is Verdict.FALSE
        assert explanation.first_false in explanation.clauses
        assert explanation.waits_for
        assert sum("← first that fails" in line for line in explanation.as_lines()) == 1


def test_all_of_stops_at_the_first_false_clause() -> None:
    explanation = explained(
        all_of(more_than("round_count", 4), less_than("consensus_ppm", 800_000)), round_count=2, consensus_ppm=620_000
    )

    assert explanation.as_lines() == (
        " when  round_count (2) > 4      ✗  ← first that fails",
        "  and  consensus (62 %) < 80 %  not looked at",
        ' then  complete the debate, reason "enough"',
    )
    assert explanation.waits_for == "round_count 2 ≤ 4"


def test_any_of_stops_at_the_first_true_clause() -> None:
    explanation = explained(any_of(more_than("round_count", 4), lasted("elapsed_ms", 900_000), equals("status", "x")))
    reached = explained(any_of(more_than("round_count", 4), equals("status", "x")), round_count=5)

    assert verdicts(explanation) == [Verdict.FALSE, Verdict.FALSE, Verdict.FALSE]
    assert explanation.first_false is explanation.clauses[0]
    assert verdicts(reached) == [Verdict.TRUE, Verdict.NOT_LOOKED_AT]
    assert (reached.verdict, reached.first_false, reached.waits_for) == (Verdict.TRUE, None, "")


def test_nested_groups_are_indented_under_a_heading() -> None:
    condition = all_of(
        more_than("round_count", 1),
        any_of(more_than("consensus_ppm", 799_999), no(equals("status", "running"))),
        no(any_of(more_than("error_count", 2), lasted("silence_ms", 90_000))),
    )

    assert explained(condition, round_count=2, consensus_ppm=620_000).as_lines() == (
        " when  round_count (2) > 1                  ✓",
        "  and  any of                               ✗",
        "           consensus (62 %) ≥ 80 %          ✗  ← first that fails",
        "       or  not status (running) is running  ✗",
        "  and  none of                              not looked at",
        "           error_count (0) > 2              not looked at",
        "       or  silence (0 s) ≥ 1 min 30 s       not looked at",
        ' then  complete the debate, reason "enough"',
    )


def test_a_denied_group_that_holds_is_itself_what_fails() -> None:
    explanation = explained(no(any_of(more_than("error_count", 2), lasted("silence_ms", 5))), error_count=3)

    assert texts(explanation) == ["none of", "error_count (3) > 2", "silence (0 s) ≥ 5 ms"]
    assert verdicts(explanation) == [Verdict.FALSE, Verdict.TRUE, Verdict.NOT_LOOKED_AT]
    assert explanation.first_false is explanation.clauses[0]
    assert explanation.waits_for == "one of them holds"


def test_each_condition_reads_as_part_of_a_sentence() -> None:
    said = {
        equals("round_count", 3): "round_count (0) = 3",
        equals("is_rehearsal", True): "is_rehearsal (false) is true",
        more_than("cost_microusd", 50_000): "cost ($0.00) > $0.05",
        less_than("consensus_gain_ppm", 20_001): "consensus_gain (0 %) ≤ 2 %",
        lasted("elapsed_ms", 900_000): "elapsed (0 s) ≥ 15 min",
        compare(ConditionType.COUNT_THRESHOLD, "error_count", 3): "error_count (0) ≥ 3",
        compare(ConditionType.CONTAINS, "roles", "judge"): "roles ([proposer, opponent]) contains judge",
        compare(ConditionType.IN_LIST, "status", ("paused", "failed")): "status (running) in [paused, failed]",
        compare(ConditionType.REGEX_MATCH, "last_text", "a$"): (
            'last_text ("Release time fell from nine days to two.") matches "a$"'
        ),
    }

    assert {condition: texts(explained(condition)) for condition in said} == {key: [said[key]] for key in said}


def test_a_limit_is_shown_by_its_rounder_neighbour_only_when_that_means_the_same() -> None:
    assert texts(explained(more_than("consensus_ppm", 799_999))) == ["consensus (0 %) ≥ 80 %"]
    assert texts(explained(more_than("consensus_ppm", 800_000))) == ["consensus (0 %) > 80 %"]
    assert texts(explained(more_than("round_count", 9))) == ["round_count (0) > 9"]


def test_a_fact_without_a_value_is_said_to_be_unknown() -> None:
    explanation = explained(more_than("consensus_ppm", 799_999), consensus_ppm=None)

    assert texts(explanation) == ["consensus (not known yet) ≥ 80 %"]
    assert explanation.waits_for == "consensus is not known yet"


def test_a_rule_that_can_not_be_told_says_why_instead_of_raising() -> None:
    wrong = explained(all_of(more_than("round_count", 1), more_than("turn_count", 1)), round_count="many")
    unknown = explained(more_than("roundcount", 1))

    assert verdicts(wrong) == [Verdict.ERROR, Verdict.NOT_LOOKED_AT]
    assert (wrong.verdict, wrong.first_false) == (Verdict.ERROR, None)
    assert wrong.waits_for == "'round_count' is a text here, and greater_than compares a count."
    assert f"    !  {wrong.error}" in wrong.as_lines()
    assert (unknown.verdict, verdicts(unknown)) == (Verdict.ERROR, [Verdict.NOT_LOOKED_AT])
    assert "Did you mean 'round_count'?" in unknown.error
