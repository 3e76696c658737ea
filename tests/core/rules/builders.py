"""Which facts and rules do the tests of rules speak of?"""

from __future__ import annotations

from core.domain.facts import FactSpec, FactUnit, FactValue
from core.domain.ids import RuleId
from core.rules.rule import (
    Action,
    AllOf,
    AnyOf,
    Compare,
    CompleteDebate,
    Condition,
    ConditionType,
    Not,
    Repeat,
    Rule,
)

TEMPLATES = ("simple_debate", "standard_debate", "complex_debate")

GROWING = ("elapsed_ms", "silence_ms", "round_elapsed_ms")

UNITS: dict[str, FactUnit] = {
    "status": FactUnit.WORD,
    "flow": FactUnit.WORD,
    "template": FactUnit.WORD,
    "complexity": FactUnit.WORD,
    "judge_outcome": FactUnit.WORD,
    "last_role": FactUnit.WORD,
    "last_text": FactUnit.TEXT,
    "roles": FactUnit.WORDS,
    "is_rehearsal": FactUnit.FLAG,
    "is_round_over": FactUnit.FLAG,
    "turn_count": FactUnit.COUNT,
    "attempt_count": FactUnit.COUNT,
    "error_count": FactUnit.COUNT,
    "consecutive_error_count": FactUnit.COUNT,
    "escalation_count": FactUnit.COUNT,
    "statement_count": FactUnit.COUNT,
    "round_count": FactUnit.COUNT,
    "current_round": FactUnit.COUNT,
    "rounds_limit": FactUnit.COUNT,
    "argument_count": FactUnit.COUNT,
    "stalled_round_count": FactUnit.COUNT,
    "concession_count": FactUnit.COUNT,
    "tokens_input": FactUnit.COUNT,
    "tokens_output": FactUnit.COUNT,
    "error_rate_ppm": FactUnit.PPM,
    "budget_used_ppm": FactUnit.PPM,
    "consensus_ppm": FactUnit.PPM,
    "consensus_gain_ppm": FactUnit.PPM,
    "cost_microusd": FactUnit.MICROUSD,
    "budget_microusd": FactUnit.MICROUSD,
    "elapsed_ms": FactUnit.MILLISECONDS,
    "silence_ms": FactUnit.MILLISECONDS,
    "round_elapsed_ms": FactUnit.MILLISECONDS,
    "last_turn_ms": FactUnit.MILLISECONDS,
}

AT_REST: dict[FactUnit, FactValue] = {
    FactUnit.WORD: "running",
    FactUnit.TEXT: "Release time fell from nine days to two.",
    FactUnit.WORDS: ("proposer", "opponent"),
    FactUnit.FLAG: False,
}

SPECS: dict[str, FactSpec] = {
    name: FactSpec(name=name, unit=unit, meaning=name, example=AT_REST.get(unit, 0), grows_with_time=name in GROWING)
    for name, unit in UNITS.items()
}


def facts(**seen: FactValue) -> dict[str, FactValue]:
    """The facts of a session in which nothing has happened, but for those given."""
    unknown = seen.keys() - UNITS.keys()
    assert not unknown, f"no such facts: {unknown}"
    return {name: AT_REST.get(unit, 0) for name, unit in UNITS.items()} | seen


def rule(
    id_: str = "a_rule",
    *,
    when: Condition | None = None,
    then: tuple[Action, ...] = (CompleteDebate(reason="enough"),),
    priority: int = 50,
    enabled: bool = True,
    repeat: Repeat = Repeat.EDGE,
) -> Rule:
    return Rule(
        id=RuleId(id_),
        name=id_.replace("_", " ").capitalize(),
        priority=priority,
        when=when or more_than("round_count", 4),
        then=then,
        enabled=enabled,
        repeat=repeat,
    )


def compare(type_: ConditionType, field: str, value: int | str | bool | tuple[int, ...] | tuple[str, ...]) -> Compare:
    return Compare(type=type_, field=field, value=value)


def more_than(field: str, value: int) -> Compare:
    return compare(ConditionType.GREATER_THAN, field, value)


def less_than(field: str, value: int) -> Compare:
    return compare(ConditionType.LESS_THAN, field, value)


def lasted(field: str, milliseconds: int) -> Compare:
    return compare(ConditionType.TIME_ELAPSED, field, milliseconds)


def equals(field: str, value: int | str | bool) -> Compare:
    return compare(ConditionType.EQUALS, field, value)


def all_of(*parts: Condition) -> AllOf:
    return AllOf(parts=parts)


def any_of(*parts: Condition) -> AnyOf:
    return AnyOf(parts=parts)


def no(part: Condition) -> Not:
    return Not(part=part)
