"""Are the facts that rules see true of the session?"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from core.domain.commands import Escalate
from core.domain.facts import FactSpec, FactUnit, FactValue
from core.domain.session import Status
from core.engine.evolve import unopened
from core.engine.facts import SESSION_FACTS, time_facts
from core.engine.replay import fold
from core.flows.debate import DEBATE_FACTS
from tests.builders import FACTS, SESSION, Played, a_round, a_turn, after, begun, opened
from tests.core.engine.strategies import histories

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


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_while_rules_are_heard_no_fact_leaves_the_range_that_it_is_said_to_have(played: Played) -> None:
    """A check of rules trusts this: what it calls impossible must be."""
    state = unopened(SESSION)
    for record in played.log:
        state = fold(played.engine, [record], state=state)
        if state.life.status is Status.RUNNING:
            seen = played.engine.facts(state, now_ms=state.at_ms)
            assert {name: value for name, value in seen.items() if not is_in_range(value, FACTS[name])} == {}


def is_in_range(value: FactValue, spec: FactSpec) -> bool:
    match value:
        case None:
            return not spec.is_always_known
        case bool():
            return True
        case int():
            return (spec.least is None or value >= spec.least) and (spec.most is None or value <= spec.most)
        case str():
            return not spec.words or value in spec.words
        case tuple():
            return not spec.words or set(value) <= set(spec.words)
