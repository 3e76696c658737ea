"""What does a rule file tell a plugin's kind of condition, or its action?"""

from __future__ import annotations

from core.domain.facts import ConditionSpec, FactSpec, FactUnit, PluginName
from core.rules.action import PluginAction
from core.rules.condition import Compare, ConditionValue
from core.rules.extending import ActionSpec
from core.rules.plugged import LIST_ADVICE, fault_of_plugged, unit_taken
from core.rules.units import ADVICE, KIND, NUMERIC, in_unit, whole, without_unit
from core.written.problems import Problems, said
from core.written.tree import Items, Node, Scalar

TEXT_CHARACTERS_MAX = 2_000
LIST_TEXTS_MAX = 1_000


def read_plugged(key: Node, value: Node, *, kind: ConditionSpec, spec: FactSpec, problems: Problems) -> Compare | None:
    """The comparison; None, with what is wrong noted, where there is none."""
    name = PluginName(kind.name)
    if spec.unit not in kind.units:
        units = ", ".join(KIND[unit] for unit in FactUnit if unit in kind.units)
        fault = f"{kind.name!r} says nothing about '{spec.name}', which is {KIND[spec.unit]}."
        problems.note(key, fault, f"It is about {units}.")
        return None
    read = _value(value, name, unit_taken(name, spec), problems)
    if read is None:
        return None
    fault, now = fault_of_plugged(name, spec, read)
    if fault:
        problems.note(value, fault, now)
        return None
    return Compare(type=name, field=spec.name, value=read)


def read_action(key: Node, value: Node, *, spec: ActionSpec, problems: Problems) -> PluginAction | None:
    """What a rule asks of a plugin's action; None, with what is wrong noted, where that isn't what it needs."""
    entries = problems.mapping(value, f"the action {spec.name}", spec.fields)
    if entries is None:
        return None
    for missing in (name for name in spec.fields if name not in entries):
        problems.note(key, f"the action {spec.name} has no {missing!r}.", "Add it.")
    texts = {name: problems.text(part, f"a {name}", TEXT_CHARACTERS_MAX) for name, part in entries.items()}
    told = tuple((name, text) for name in spec.fields if (text := texts.get(name)) is not None)
    if len(told) < len(spec.fields):
        return None
    return PluginAction(name=PluginName(spec.name), fields=told, decides=spec.decides)


def _value(node: Node, name: PluginName, unit: FactUnit, problems: Problems) -> ConditionValue | None:
    read: ConditionValue | None = None
    if unit is FactUnit.WORDS:
        return _texts(node, name, problems)
    if unit is FactUnit.FLAG:
        return problems.flag(node)
    if unit in NUMERIC:
        read = _number(node, unit)
        if isinstance(node, Scalar) and node.kind == "int" and (asked := without_unit(read, unit)):
            problems.note(node, f"{name.value!r} takes {KIND[unit]}, and this has no unit.", asked)
            return None
    elif isinstance(node, Scalar) and node.kind == "str" and len(node.text) <= TEXT_CHARACTERS_MAX:
        read = node.text if problems.is_showable(node) else None
    if read is None:
        problems.note(node, f"{name.value!r} takes {KIND[unit]}, and this is {said(node)}.", ADVICE[unit])
    return read


def _number(node: Node, unit: FactUnit) -> int | None:
    if not isinstance(node, Scalar):
        return None
    if node.kind == "int":
        return whole(node.text)
    return in_unit(node.text.strip(), unit) if node.kind == "str" else None


def _texts(node: Node, name: PluginName, problems: Problems) -> tuple[str, ...] | None:
    items = node.items if isinstance(node, Items) else ()
    texts = tuple(item.text for item in items if isinstance(item, Scalar) and item.kind == "str")
    if not items or len(texts) < len(items) or len(items) > LIST_TEXTS_MAX:
        problems.note(node, f"{name.value!r} takes a list of texts, and this is {said(node)}.", LIST_ADVICE)
        return None
    return texts
