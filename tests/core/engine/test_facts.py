"""Are the facts that rules see true of the session?"""

from __future__ import annotations

import pytest

from core.domain.commands import Escalate
from core.domain.facts import FactUnit, FactValue
from core.engine.facts import SESSION_FACTS, time_facts
from core.flows.debate import DEBATE_FACTS
from tests.builders import Played, a_round, a_turn, after, begun, opened

KIND: dict[FactUnit, type] = {
    FactUnit.TEXT: str,
    FactUnit.WORD: str,
    FactUnit.WORDS: tuple,
    FactUnit.FLAG: bool,
}


def facts(played: Played) -> dict[str, FactValue]:
    return dict(played.engine.facts(played.state, now_ms=played.now_ms))


def test_before_anything_was_said_nothing_is_pretended() -> None:
    seen = facts(after(*opened()))

    assert seen["consensus_ppm"] is seen["consensus_gain_ppm"] is None
    assert seen["last_role"] is seen["last_text"] is None
    assert seen["budget_microusd"] is seen["budget_used_ppm"] is None
    assert (seen["turn_count"], seen["error_rate_ppm"], seen["round_count"]) == (0, 0, 0)


def test_failed_calls_are_counted_among_those_that_ended() -> None:
    played = after(*opened(), a_turn(), begun)
    played.fail()
    played.begin()
    seen = facts(played)

    assert (seen["error_count"], seen["attempt_count"], seen["turn_count"]) == (1, 3, 1)
    assert seen["error_rate_ppm"] == 500_000


@pytest.mark.parametrize(("cap", "share"), [(1_000, 100_000), (100, 1_000_000), (0, 0), (None, None)])
def test_the_share_of_the_budget_that_is_spent(cap: int | None, share: int | None) -> None:
    cost = 100 if cap != 0 else 0
    assert facts(after(*opened(cap_microusd=cap), a_turn(cost_microusd=cost)))["budget_used_ppm"] == share


def test_time_facts_count_from_admission_from_the_last_word_and_from_the_round() -> None:
    played = after(*opened(), *a_round())
    played.now_ms += 500
    seen = facts(played)

    assert (seen["elapsed_ms"], seen["silence_ms"], seen["round_elapsed_ms"]) == (4_500, 500, 500)


def test_a_question_is_counted() -> None:
    assert facts(after(*opened(), Escalate(question="Go on?")))["escalation_count"] == 1


def test_each_fact_has_the_type_of_its_unit() -> None:
    specs = {spec.name: spec for spec in (*SESSION_FACTS, *DEBATE_FACTS)}

    for name, value in facts(after(*opened(cap_microusd=5_000), *a_round(), *a_round())).items():
        assert value is None or type(value) is KIND.get(specs[name].unit, int), name


def test_facts_that_run_on_by_themselves_are_marked_as_such() -> None:
    played = after(*opened(), a_turn())
    before = facts(played)
    played.now_ms += 1_000

    grown = {name for name, value in facts(played).items() if value != before[name]}

    assert grown == {spec.name for spec in SESSION_FACTS if spec.grows_with_time}


def test_only_the_engine_has_facts_that_grow_by_themselves() -> None:
    """The next deadline is looked for among these alone."""
    growing = {spec.name for spec in (*SESSION_FACTS, *DEBATE_FACTS) if spec.grows_with_time}

    assert growing == set(time_facts(after(*opened()).state, 0))
