"""How is a set of rules written down so that reading it gives the same rules again?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import yaml

from core.domain.facts import FactSpec, FactUnit, PluginName
from core.rules.action import as_written
from core.rules.condition import SPELLINGS, AllOf, AnyOf, Compare, Condition, ConditionType, ConditionValue, Not
from core.rules.layers import RuleSetSpec
from core.rules.plugged import unit_taken
from core.rules.rule import OWN_RULE_SET, Repeat, Rule
from core.rules.units import STEPPED, written

WIDTH_UNBOUNDED = 1 << 30
"""A condition stays on one line, however long: a file of rules is compared line by line."""

NO_RULES = "[]\n"

if TYPE_CHECKING:
    from yaml import SafeDumper as _Dumper
else:
    _Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # libyaml's takes a fifth of the time


class _OneLine(_Dumper):
    """Writes a text with line breaks in one line, escaped, so that each part of a rule is one line of a diff."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = None if text.isprintable() else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_OneLine.add_representer(str, _OneLine.represent_text)


def write_rules(rules: Iterable[Rule], *, facts: Mapping[str, FactSpec] | None = None) -> str:
    """The rules as YAML. With `facts`, values are written in human units (`80 %`); without, as whole numbers.

    What a rule leaves as it is by default is left out.
    """
    return "\n".join(_rule(rule, facts or {}) for rule in rules) or NO_RULES


def write_rule_file(
    rules: Iterable[Rule], sets: Iterable[RuleSetSpec], *, facts: Mapping[str, FactSpec] | None = None
) -> str:
    """The rules with definitions of sets; a plain list of rules where no set is defined."""
    defined = "".join(f"- {_flow(_set(spec))}\n" for spec in sets)
    listed = write_rules(rules, facts=facts)
    if not defined:
        return listed
    return f"sets:\n{defined}\nrules:\n{listed}" if listed != NO_RULES else f"sets:\n{defined}"


def written_parts(rule: Rule, *, facts: Mapping[str, FactSpec] | None = None) -> Mapping[str, str]:
    """Each part of a rule as a rule file has it, by its key, those that are as by default included."""
    return {
        "name": _flow(rule.name),
        "description": _flow(rule.description),
        "set": _flow(rule.rule_set),
        "priority": str(rule.priority),
        "repeat": rule.repeat.value,
        "enabled": "true" if rule.enabled else "false",
        "when": _flow(_condition(rule.when, facts or {})),
        "then": _flow([as_written(action) for action in rule.then]),
    }


def condition_as_written(condition: Condition, *, facts: Mapping[str, FactSpec] | None = None) -> Mapping[str, object]:
    """A condition as a file has it, to be written as a part of something else."""
    return _condition(condition, facts or {})


def _rule(rule: Rule, facts: Mapping[str, FactSpec]) -> str:
    parts = written_parts(rule, facts=facts)
    by_default = {
        "description": not rule.description,
        "set": rule.rule_set == OWN_RULE_SET,
        "repeat": rule.repeat is Repeat.EDGE,
        "enabled": rule.enabled,
    }
    lines = [f"  {key}: {text}\n" for key, text in parts.items() if not by_default.get(key, False)]
    return f"- id: {_flow(rule.id)}\n{''.join(lines)}"


def _set(spec: RuleSetSpec) -> dict[str, str]:
    described = {"description": spec.description} if spec.description else {}
    return {"name": spec.name, "extends": spec.extends, **described}


def _condition(condition: Condition, facts: Mapping[str, FactSpec]) -> dict[str, object]:
    match condition:
        case Compare(type=type_, field=field, value=value):
            unit = _unit(type_, field, facts.get(field))
            if unit in STEPPED and (spelled := _spelled(type_, value, unit)) is not None:
                return {"field": field, **spelled}
            items = [_value(item, unit) for item in (value if isinstance(value, tuple) else (value,))]
            return {"field": field, type_.value: items if isinstance(value, tuple) else items[0]}
        case AllOf(parts=parts):
            return {"all": [_condition(part, facts) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [_condition(part, facts) for part in parts]}
        case Not(part=part):
            return {"not": _condition(part, facts)}


def _spelled(type_: ConditionType | PluginName, value: ConditionValue, unit: FactUnit) -> dict[str, object] | None:
    """`at_least: 80 %` for more than 79.9999 %; None where that is no shorter."""
    for word, (meant, step) in SPELLINGS.items():
        if type_ is meant and isinstance(value, int):
            plain, beside = written(value, unit), written(value - step, unit)
            return {word: beside} if len(str(beside)) < len(str(plain)) else None
    return None


def _unit(type_: ConditionType | PluginName, field: str, spec: FactSpec | None) -> FactUnit | None:
    """The unit in which a comparison's value is written; None where that isn't known. Of a fact that nobody knows here
    the name tells a duration, which is read only with its unit."""
    if spec is None:
        return FactUnit.MILLISECONDS if field.endswith("_ms") and isinstance(type_, ConditionType) else None
    return unit_taken(type_, spec) if isinstance(type_, PluginName) else spec.unit


def _value(value: int | str | bool, unit: FactUnit | None) -> object:
    return written(value, unit) if unit and isinstance(value, int) and not isinstance(value, bool) else value


def _flow(value: object) -> str:
    """A value on one line. A bare scalar ends with a line that says so, which a file doesn't need."""
    said = yaml.dump(
        value, Dumper=_OneLine, default_flow_style=True, sort_keys=False, allow_unicode=True, width=WIDTH_UNBOUNDED
    )
    return said.removesuffix("\n").removesuffix("\n...")
