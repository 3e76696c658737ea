"""Is a rule found that needs facts of two kinds of sessions, of which none is both?"""

from __future__ import annotations

import pytest

from core.domain.facts import FactSpec
from core.engine.facts import SESSION_FACTS
from core.flows.debate_facts import DEBATE_FACTS
from core.flows.refinement_facts import REFINEMENT_FACTS
from core.rules.checking.check import Finding, Kind, check_rules
from core.rules.condition import Condition
from core.rules.rule import PauseDebate
from tests.builders import rule
from tests.core.rules.builders import all_of, any_of, less_than, more_than, no

SPECS: dict[str, FactSpec] = {spec.name: spec for spec in (*SESSION_FACTS, *DEBATE_FACTS, *REFINEMENT_FACTS)}
OF_A_DEBATE = more_than("round_count", 4)
OF_A_REFINEMENT = less_than("score_ppm", 300_000)
OF_ANY = more_than("error_count", 4)


def checked(condition: Condition) -> tuple[Finding, ...]:
    return check_rules([rule("mixed", condition, PauseDebate(reason="rest"))], facts=SPECS, about={"mixed"})


@pytest.mark.parametrize(
    "condition",
    [
        all_of(OF_A_DEBATE, OF_A_REFINEMENT),
        all_of(OF_ANY, all_of(OF_A_DEBATE), any_of(OF_A_REFINEMENT, OF_A_REFINEMENT)),
    ],
)
def test_a_rule_that_needs_facts_of_two_kinds_of_sessions_can_never_fire(condition: Condition) -> None:
    (found,) = checked(condition)

    assert found.kind is Kind.NEVER_HOLDS
    assert found.what == "mixed can never fire: it needs facts of a debate and of a refinement, and no session is both."


@pytest.mark.parametrize(
    "condition",
    [
        any_of(OF_A_DEBATE, OF_A_REFINEMENT),
        all_of(OF_ANY, OF_A_REFINEMENT),
        all_of(no(OF_A_DEBATE), OF_A_REFINEMENT),
        all_of(any_of(OF_A_DEBATE, OF_A_REFINEMENT), OF_A_DEBATE),
    ],
)
def test_a_rule_that_can_be_fulfilled_in_one_kind_of_session_is_left_alone(condition: Condition) -> None:
    assert Kind.NEVER_HOLDS not in {found.kind for found in checked(condition)}
