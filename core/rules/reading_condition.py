"""Which condition does a part of a rule file state, or what is wrong with it?"""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.facts import FactSpec, FactUnit
from core.rules.comparing import fault_of_field, fault_of_value
from core.rules.condition import (
    CONDITION_DEPTH_MAX,
    CONDITION_PARTS_MAX,
    GROUP_KEYS,
    SPELLINGS,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    ConditionType,
    ConditionValue,
    Not,
)
from core.rules.extending import conditions_of
from core.rules.reading_plugged import read_plugged
from core.rules.units import ADVICE, KIND, NUMERIC, in_unit, whole, without_unit
from core.written.problems import Problems, hint, in_quotes, said
from core.written.tree import Entries, Items, Node, Scalar

LIST_VALUES_MAX = 1_000
"""Values in one `in_list`."""

VALUE_CHARACTERS_MAX = 2_000

_CONDITIONS = (*(type_.value for type_ in ConditionType), *SPELLINGS)


class ConditionReader:
    """Reads one rule's condition; `parts` counts what it has met."""

    def __init__(self, problems: Problems, facts: Mapping[str, FactSpec]) -> None:
        self.problems = problems
        self.facts = facts
        self.plugged = conditions_of(facts)
        self.parts = 0

    def condition(self, node: Node, depth: int = 1) -> Condition | None:
        self.parts += 1
        if self.parts > CONDITION_PARTS_MAX:
            if self.parts == CONDITION_PARTS_MAX + 1:
                fault = f"a condition has at most {CONDITION_PARTS_MAX} parts."
                self.problems.note(node, fault, "Make it several rules.")
            return None
        if depth > CONDITION_DEPTH_MAX:
            fault = f"a condition nests at most {CONDITION_DEPTH_MAX} deep."
            self.problems.note(node, fault, "Make it several rules.")
            return None
        if not isinstance(node, Entries):
            now = "Write {field: round_count, greater_than: 4}, or a group under all, any or not."
            self.problems.note(node, f"a condition is a mapping, and this is {said(node)}.", now)
            return None
        keys = {key.text for key, _ in node.entries if isinstance(key, Scalar)}
        is_group = "field" not in keys and keys & set(GROUP_KEYS)
        return self.group(node, depth) if is_group else self.compare(node)

    def group(self, node: Entries, depth: int) -> Condition | None:
        entries = self.problems.mapping(node, "a group of conditions", GROUP_KEYS)
        if not entries:
            return None
        if len(entries) > 1:
            fault = f"one group can't be {' and '.join(entries)} at once."
            self.problems.note(node, fault, "Nest one in the other.")
        ((kind, value), *_) = entries.items()
        if kind == "not":
            part = self.condition(value, depth + 1)
            return None if part is None else Not(part=part)
        parts = self.members(kind, value, depth)
        if not parts:
            return None
        return AllOf(parts=parts) if kind == "all" else AnyOf(parts=parts)

    def members(self, kind: str, node: Node, depth: int) -> tuple[Condition, ...]:
        if not isinstance(node, Items):
            fault = f"{kind!r} holds a list of conditions, and this is {said(node)}."
            self.problems.note(node, fault, "Put them in [ ].")
            return ()
        if not node.items:
            self.problems.note(node, f"an empty {kind!r} says nothing.", "Give it a condition, or remove it.")
        read = [self.condition(item, depth + 1) for item in node.items]
        return tuple(part for part in read if part is not None)

    def compare(self, node: Entries) -> Compare | None:
        entries = self.entries_once(node)
        spec = self.fact(node, entries.pop("field", None))
        names = (*_CONDITIONS, *self.plugged)
        known = [name for name in entries if name in names]
        for name, (key, _) in entries.items():
            if name not in known:
                otherwise = f"The conditions are {', '.join(names)}."
                self.problems.note(key, f"no condition is called {said(key)}.", hint(key, names, otherwise))
        if not entries:
            self.problems.note(node, "this condition compares nothing.", f"Add one of {', '.join(names)}.")
        if len(known) > 1:
            fault = f"this condition is {' and '.join(known)} at once."
            self.problems.note(node, fault, "Make each a condition of its own in 'all'.")
        if spec is None or len(known) != 1 or len(entries) != 1:
            return None
        if known[0] in self.plugged:
            kind = self.plugged[known[0]]
            return read_plugged(*entries[kind.name], kind=kind, spec=spec, problems=self.problems)
        type_, step = SPELLINGS.get(known[0]) or (ConditionType(known[0]), 0)
        key, value = entries[known[0]]
        fault, now = fault_of_field(type_, spec)
        if fault:
            self.problems.note(key, fault, now)
            return None
        read = self.values(value, type_, spec) if type_ is ConditionType.IN_LIST else self.value(value, type_, spec)
        if step and isinstance(read, int):
            read += step
            fault, _ = fault_of_value(type_, spec, read)
            if fault:
                self.problems.note(value, f"'{spec.name}' is that in any case.", "Remove this condition.")
                return None
        return None if read is None else Compare(type=type_, field=spec.name, value=read)

    def entries_once(self, node: Entries) -> dict[str, tuple[Node, Node]]:
        """The entries by key; one that stands twice counts once, and one whose key is no name under ""."""
        entries: dict[str, tuple[Node, Node]] = {}
        for key, value in node.entries:
            name = key.text if isinstance(key, Scalar) else ""
            if name in entries:
                self.problems.note(key, f"{said(key)} stands here a second time.", "Keep one; for several use 'all'.")
            entries.setdefault(name, (key, value))
        return entries

    def fact(self, node: Node, entry: tuple[Node, Node] | None) -> FactSpec | None:
        if entry is None:
            self.problems.note(node, "this condition names no fact.", "Add 'field:' with one, such as round_count.")
            return None
        _, field = entry
        if isinstance(field, Scalar) and field.text in self.facts:
            return self.facts[field.text]
        otherwise = f"The facts are {', '.join(sorted(self.facts))}."
        self.problems.note(field, f"no fact is called {said(field)}.", hint(field, self.facts.keys(), otherwise))
        return None

    def values(self, node: Node, type_: ConditionType, spec: FactSpec) -> ConditionValue | None:
        if not isinstance(node, Items):
            fault = f"'{type_.value}' needs a list, and this is {said(node)}."
            self.problems.note(node, fault, "Write the values in [ ], or use equals for one.")
            return None
        if not node.items:
            self.problems.note(node, "an empty list holds nothing, so this is never true.", "Give it a value.")
            return None
        if len(node.items) > LIST_VALUES_MAX:
            self.problems.note(node, f"a list has at most {LIST_VALUES_MAX} values.", "Shorten it.")
            return None
        read = [self.value(item, type_, spec) for item in node.items]
        if spec.unit in NUMERIC:
            return tuple(item for item in read if isinstance(item, int)) or None
        return tuple(item for item in read if isinstance(item, str)) or None

    def value(self, node: Node, type_: ConditionType, spec: FactSpec) -> int | str | bool | None:
        if not isinstance(node, Scalar) or node.kind == "null":
            self.not_of_its_kind(node, spec, ADVICE[spec.unit])
            return None
        read = self.number(node, spec) if spec.unit in NUMERIC else self.word(node, spec)
        if read is None:
            return None
        fault, now = fault_of_value(type_, spec, read)
        if fault:
            self.problems.note(node, fault, now)
            return None
        return read

    def number(self, node: Scalar, spec: FactSpec) -> int | None:
        if node.kind == "float":
            fault = f"{said(node)} is no whole number, and only those are exact."
            self.problems.note(node, fault, ADVICE[spec.unit])
            return None
        read = None
        if node.kind == "int":
            read = whole(node.text)
            if asked := without_unit(read, spec.unit):
                self.problems.note(node, f"'{spec.name}' is {KIND[spec.unit]}, and this has no unit.", asked)
                return None
        elif node.kind == "str":
            read = in_unit(node.text.strip(), spec.unit)
        if read is None:
            self.not_of_its_kind(node, spec, ADVICE[spec.unit])
        return read

    def word(self, node: Scalar, spec: FactSpec) -> str | bool | None:
        if spec.unit is FactUnit.FLAG:
            return self.problems.flag(node)
        if node.kind != "str":
            self.not_of_its_kind(node, spec, in_quotes(node))
            return None
        if len(node.text) > VALUE_CHARACTERS_MAX:
            fault = f"a text has at most {VALUE_CHARACTERS_MAX} characters; this has {len(node.text)}."
            self.problems.note(node, fault, "Shorten it.")
            return None
        return node.text if self.problems.is_showable(node) else None

    def not_of_its_kind(self, node: Node, spec: FactSpec, now: str) -> None:
        fault = f"'{spec.name}' is {KIND[spec.unit]}, so it can't be compared with {said(node)}."
        self.problems.note(node, fault, now)
