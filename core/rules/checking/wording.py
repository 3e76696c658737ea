"""How are a condition and a set of facts said in a finding?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.domain.facts import FactSpec, FactValue
from core.domain.ids import RuleId
from core.rules.condition import AllOf, AnyOf, Compare, Condition, Not
from core.rules.explanation import relation
from core.rules.units import label, shown

CONDITION_CHARACTERS_MAX = 120
"""Of a condition that a finding repeats; its place says where the rest is."""

NAMED_MAX = 3
"""Rules, and facts of an example, that one finding names."""


def in_short(condition: Condition, specs: Mapping[str, FactSpec]) -> str:
    """The condition in a line: `round_count > 4 and consensus < 60 %`."""
    said = _said(condition, specs)
    return said if len(said) <= CONDITION_CHARACTERS_MAX else f"{said[: CONDITION_CHARACTERS_MAX - 1]}…"


def _said(condition: Condition, specs: Mapping[str, FactSpec]) -> str:
    match condition:
        case Compare():
            return _compared(condition, specs, is_denied=False)
        case Not(part=Compare() as compare):
            return _compared(compare, specs, is_denied=True)
        case Not(part=part):
            return f"not ({_said(part, specs)})"
        case AllOf(parts=parts):
            return _joined(parts, " and ", specs)
        case AnyOf(parts=parts):
            return _joined(parts, " or ", specs)


def _joined(parts: tuple[Condition, ...], word: str, specs: Mapping[str, FactSpec]) -> str:
    said = [
        f"({_said(part, specs)})" if isinstance(part, (AllOf, AnyOf)) and len(part.parts) > 1 else _said(part, specs)
        for part in parts
    ]
    return word.join(said)


def _compared(compare: Compare, specs: Mapping[str, FactSpec], *, is_denied: bool) -> str:
    sign, _, value = relation(compare, specs.get(compare.field))
    return f"{'not ' if is_denied else ''}{label(compare.field)} {sign} {value}"


def with_values(facts: Mapping[str, FactValue], specs: Mapping[str, FactSpec]) -> str:
    """An example: `round_count 5, consensus 40 %`."""
    said = [f"{label(name)} {shown(value, specs[name].unit)}" for name, value in facts.items()]
    return ", ".join(said[:NAMED_MAX]) + (" and so on" if len(said) > NAMED_MAX else "")


def named(rules: Sequence[RuleId]) -> str:
    """`a, b and c`, or `a, b, c and others`."""
    ids = [*rules[:NAMED_MAX], "others"] if len(rules) > NAMED_MAX else list(rules)
    return " and ".join((", ".join(ids[:-1]), ids[-1])) if len(ids) > 1 else "".join(ids)
