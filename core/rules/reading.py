"""Which rules does a file hold?

A file is taken whole or refused whole. Every fault in it is told at once, each with its line and column, so that an
operator mends it in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from core.domain.facts import FactSpec
from core.domain.ids import RuleId
from core.rules.action import Action, ActionType, action_from, parameters_of
from core.rules.condition import Condition
from core.rules.extending import actions_of
from core.rules.layers import NOTHING, RuleSetSpec
from core.rules.pinning import pinned
from core.rules.problems import RuleFileError
from core.rules.reading_condition import ConditionReader
from core.rules.reading_plugged import read_action
from core.rules.rule import ACTIONS_MAX, OWN_RULE_SET, PRIORITY_MAX, Repeat, Rule
from core.rules.standard import STANDARD_RULE_SET
from core.rules.units import whole
from core.rules.writing import write_rules
from core.written.problems import Problem, Problems, hint, said
from core.written.tree import Entries, Items, Node, NotReadable, Scalar, read_tree

__all__ = ["RuleFileError", "RulesRead", "read_as_far_as_possible", "read_rule_file", "read_rules", "write_rules"]

RULES_MAX = 10_000
"""Rules in one file. Reading so many takes two or three seconds."""

NAME_CHARACTERS_MAX = 120
TEXT_CHARACTERS_MAX = 2_000

FILE_KEYS = ("sets", "rules")
SET_KEYS = ("name", "extends", "description")
RULE_KEYS = ("id", "name", "description", "set", "priority", "repeat", "enabled", "when", "then")
RULE_KEYS_NEEDED = ("id", "name", "priority", "when", "then")

_ACTIONS = tuple(type_.value for type_ in ActionType)
_REPEATS = tuple(repeat.value for repeat in Repeat)

_T = TypeVar("_T")

_Named = tuple[tuple[str, ...], Scalar]
"""What tells two rules or sets apart, and where the name stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRead:
    """What a text holds, in its order."""

    rules: tuple[Rule, ...] = ()
    sets: tuple[RuleSetSpec, ...] = ()


def read_rules(
    text: str, *, origin: str, facts: Mapping[str, FactSpec], templates: Collection[str]
) -> tuple[Rule, ...]:
    """The rules in a YAML text, in its order. `origin` is what messages call the file. Raises RuleFileError."""
    return read_rule_file(text, origin=origin, facts=facts, templates=templates).rules


def read_rule_file(text: str, *, origin: str, facts: Mapping[str, FactSpec], templates: Collection[str]) -> RulesRead:
    """The rules in a YAML text and the sets that it defines: a list of rules, or a mapping with `sets` and `rules`.

    `origin` is what messages call the file. Raises RuleFileError.
    """
    read, problems = read_as_far_as_possible(text, facts=facts, templates=templates)
    if problems:
        raise RuleFileError(problems, origin=origin)
    return read


def read_as_far_as_possible(
    text: str, *, facts: Mapping[str, FactSpec], templates: Collection[str]
) -> tuple[RulesRead, tuple[Problem, ...]]:
    """What is well in a text of rules, and what is wrong in it: for whoever only looks."""
    try:
        root = read_tree(text)
    except NotReadable as error:
        return RulesRead(), (Problem(line=error.line, column=error.column, what=error.what, now=error.now),)
    reader = _FileReader(facts, templates)
    read = reader.file(root)
    return read, tuple(reader.problems.found)


class _FileReader:
    """Reads node by node. Each method returns None for what it can't read, having noted why."""

    def __init__(self, facts: Mapping[str, FactSpec], templates: Collection[str]) -> None:
        self.facts = facts
        self.templates = templates
        self.problems = Problems()

    def file(self, root: Node | None) -> RulesRead:
        if not isinstance(root, Entries) or not _has_key(root, FILE_KEYS):
            return RulesRead(rules=self.rules(root))
        parts = self.problems.mapping(root, "a file of rules and sets", FILE_KEYS) or {}
        return RulesRead(
            rules=self.rules(parts["rules"]) if "rules" in parts else (),
            sets=self.sets(parts["sets"]) if "sets" in parts else (),
        )

    def rules(self, root: Node | None) -> tuple[Rule, ...]:
        if not isinstance(root, Items):
            fault = "the file holds no rule." if root is None else f"a rule file is a list, and this is {said(root)}."
            self.problems.note(root or Items(1, 1, ()), fault, "Begin each rule with '- id:'.")
            return ()
        if len(root.items) > RULES_MAX:
            self.problems.note(root.items[RULES_MAX], f"a file holds at most {RULES_MAX} rules.", "Split it.")
            return ()
        self.refuse_doubles(root, "rules", _rule_named)
        return tuple(rule for node in root.items if (rule := self.rule(node)) is not None)

    def sets(self, node: Node) -> tuple[RuleSetSpec, ...]:
        if not isinstance(node, Items):
            self.problems.note(node, f"'sets' is a list, and this is {said(node)}.", "Begin each set with '- name:'.")
            return ()
        self.refuse_doubles(node, "sets", _set_named)
        return tuple(spec for item in node.items if (spec := self.set(item)) is not None)

    def set(self, node: Node) -> RuleSetSpec | None:
        parts = self.problems.mapping(node, "a set", SET_KEYS)
        if parts is None:
            return None
        if "name" not in parts:
            self.problems.note(node, "this set has no 'name'.", "Add it.")
        before = len(self.problems.found)
        name = _read(parts, "name", lambda part: self.problems.name(part, "the name of a rule set"))
        extends = _read(parts, "extends", lambda part: self.problems.name(part, "the name of a rule set"))
        description = _read(
            parts, "description", lambda part: self.problems.text(part, "a description", TEXT_CHARACTERS_MAX)
        )
        if name in (STANDARD_RULE_SET, NOTHING):
            self.problems.note(parts["name"], f"the set {name!r} can't be defined.", "It lies beneath all others.")
        elif name is not None and name == extends:
            self.problems.note(parts["extends"], f"the set {name!r} can't extend itself.", f"Write {NOTHING}.")
        if name is None or len(self.problems.found) > before:
            return None
        return RuleSetSpec(name=name, extends=extends or STANDARD_RULE_SET, description=description or "")

    def refuse_doubles(self, root: Items, what: str, named: Callable[[Node], _Named | None]) -> None:
        first: dict[tuple[str, ...], int] = {}
        for key, place in (found for node in root.items if (found := named(node)) is not None):
            if key in first:
                fault = f"two {what} are called {said(place)}; the first is on line {first[key]}."
                self.problems.note(place, fault, "Rename or remove one of them.")
            first.setdefault(key, place.line)

    def rule(self, node: Node) -> Rule | None:
        parts = self.problems.mapping(node, "a rule", RULE_KEYS)
        if parts is None:
            return None
        for missing in (key for key in RULE_KEYS_NEEDED if key not in parts):
            self.problems.note(node, f"this rule has no {missing!r}.", "Add it.")
        before = len(self.problems.found)
        id_ = _read(parts, "id", lambda part: self.problems.name(part, "the id of a rule"))
        name = _read(parts, "name", lambda part: self.problems.text(part, "a name", NAME_CHARACTERS_MAX))
        description = _read(
            parts, "description", lambda part: self.problems.text(part, "a description", TEXT_CHARACTERS_MAX)
        )
        rule_set = _read(parts, "set", lambda part: self.problems.name(part, "the name of a rule set"))
        priority = _read(parts, "priority", self.priority)
        repeat = _read(parts, "repeat", self.repeat)
        enabled = _read(parts, "enabled", self.problems.flag)
        when = self.condition(parts["when"]) if "when" in parts else None
        then = _read(parts, "then", self.actions)
        faulty = len(self.problems.found) > before
        if faulty or id_ is None or name is None or priority is None or when is None or then is None:
            return None
        rule = Rule(
            id=RuleId(id_),
            name=name,
            description=description or "",
            priority=priority,
            when=when,
            then=then,
            repeat=repeat or Repeat.EDGE,
            enabled=enabled is not False,
            rule_set=rule_set or OWN_RULE_SET,
        )
        return pinned(rule, self.facts)

    def condition(self, node: Node) -> Condition | None:
        return ConditionReader(self.problems, self.facts).condition(node)

    def priority(self, node: Node) -> int | None:
        number = whole(node.text) if isinstance(node, Scalar) and node.kind == "int" else None
        if number is None or not 0 <= number <= PRIORITY_MAX:
            fault = f"a priority is a whole number from 0 to {PRIORITY_MAX}, and this is {said(node)}."
            self.problems.note(node, fault, "The higher number is heard first.")
            return None
        return number

    def repeat(self, node: Node) -> Repeat | None:
        if isinstance(node, Scalar) and node.text in _REPEATS:
            return Repeat(node.text)
        otherwise = f"Write one of {', '.join(_REPEATS)}."
        self.problems.note(node, f"no repeat is called {said(node)}.", hint(node, _REPEATS, otherwise))
        return None

    def actions(self, node: Node) -> tuple[Action, ...] | None:
        if not isinstance(node, Items):
            fault = f"'then' holds a list of actions, and this is {said(node)}."
            self.problems.note(node, fault, "Write [{complete_debate: {reason: ...}}].")
            return None
        if not 1 <= len(node.items) <= ACTIONS_MAX:
            fault = f"a rule has from 1 to {ACTIONS_MAX} actions; this has {len(node.items)}."
            self.problems.note(node, fault, "Make it several rules." if node.items else "Say what it does.")
            return None
        return tuple(action for item in node.items if (action := self.action(item)) is not None)

    def action(self, node: Node) -> Action | None:
        plugged = actions_of(self.facts)
        names = (*_ACTIONS, *plugged)
        otherwise = f"The actions are {', '.join(names)}."
        if not isinstance(node, Entries) or len(node.entries) != 1:
            fault = f"an action is one name with what it needs, and this is {_counted(node)}."
            self.problems.note(node, fault, f"Write {{complete_debate: {{reason: ...}}}}. {otherwise}")
            return None
        ((key, value),) = node.entries
        if not isinstance(key, Scalar) or key.text not in names:
            self.problems.note(key, f"no action is called {said(key)}.", hint(key, names, otherwise))
            return None
        if key.text in plugged:
            return read_action(key, value, spec=plugged[key.text], problems=self.problems)
        type_ = ActionType(key.text)
        wanted = parameters_of(type_)
        entries = self.problems.mapping(value, f"the action {type_.value}", wanted)
        if entries is None:
            return None
        for missing in (name for name in wanted if name not in entries):
            self.problems.note(key, f"the action {type_.value} has no {missing!r}.", "Add it.")
        read = {name: self.parameter(part, name) for name, part in entries.items()}
        parameters = {name: text for name, text in read.items() if text is not None}
        return action_from(type_, parameters) if len(parameters) == len(wanted) else None

    def parameter(self, node: Node, name: str) -> str | None:
        text = self.problems.text(node, f"a {name}", TEXT_CHARACTERS_MAX)
        if name == "template" and text is not None and text not in self.templates:
            otherwise = f"The templates are {', '.join(sorted(self.templates))}."
            self.problems.note(node, f"no template is called {said(node)}.", hint(node, self.templates, otherwise))
            return None
        return text


def _read(parts: Mapping[str, Node], key: str, reading: Callable[[Node], _T | None]) -> _T | None:
    return reading(parts[key]) if key in parts else None


def _has_key(node: Entries, keys: Collection[str]) -> bool:
    return any(isinstance(key, Scalar) and key.text in keys for key, _ in node.entries)


def _rule_named(node: Node) -> _Named | None:
    """Two sets may have a rule of one id each: the upper set's holds."""
    id_, rule_set = _scalar_in(node, "id"), _scalar_in(node, "set")
    return None if id_ is None else ((id_.text, OWN_RULE_SET if rule_set is None else rule_set.text), id_)


def _set_named(node: Node) -> _Named | None:
    name = _scalar_in(node, "name")
    return None if name is None else ((name.text,), name)


def _scalar_in(node: Node, wanted: str) -> Scalar | None:
    if not isinstance(node, Entries):
        return None
    values = (value for key, value in node.entries if isinstance(key, Scalar) and key.text == wanted)
    return next((value for value in values if isinstance(value, Scalar)), None)


def _counted(node: Node) -> str:
    return f"a mapping of {len(node.entries)}" if isinstance(node, Entries) else said(node)
