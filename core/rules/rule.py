"""What is a rule?

A rule says: when this is true of a session, do that. It is data: it can be stored, compared, switched off and shown.
The plain form is the one that a rule file has, with values as integers in their fact's own unit; storage keeps it, and
the digest that a session pins is taken of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from operator import attrgetter

from core.domain.errors import WrongUse, nearest
from core.domain.ids import DEFAULT_RULE_SET, Digest, RuleId, is_snake_case
from core.rules.action import (
    Action,
    ActionType,
    ApplyTemplate,
    CompleteDebate,
    ContinueDebate,
    EscalateToHuman,
    PauseDebate,
    StartNewRound,
    action_from_plain,
    action_to_plain,
    is_decisive,
    type_of,
)
from core.rules.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    ConditionType,
    Not,
    condition_from_plain,
    condition_to_plain,
    fault_of_shape,
    fields_of,
)

__all__ = [
    "Action",
    "ActionType",
    "AllOf",
    "AnyOf",
    "ApplyTemplate",
    "Compare",
    "CompleteDebate",
    "Condition",
    "ConditionType",
    "ContinueDebate",
    "EscalateToHuman",
    "Not",
    "PauseDebate",
    "Repeat",
    "Rule",
    "StartNewRound",
    "fields_of",
    "is_decisive",
    "rule_from_plain",
    "rule_set_digest",
    "rule_set_text",
    "rule_to_plain",
    "type_of",
]

PRIORITY_MAX = 1000
"""Priorities run from 0 to here; the higher number goes first."""

ACTIONS_MAX = 8
"""Actions of one rule."""

OWN_RULE_SET = DEFAULT_RULE_SET
"""The set of a rule that doesn't say to which it belongs: the operator's own."""


RULES_DIGESTED_AT_ONCE = 64
"""A set in one piece would be fresh memory each time, and touching that takes as long as the digest."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class Repeat(StrEnum):
    """How often a rule fires while its condition stays true."""

    EDGE = "edge"
    """Once, when it becomes true; again only after it was false."""
    ROUND = "round"
    """Once in every round in which it is true."""
    EVENT = "event"
    """After every event after which it is true."""


class _Canonical:
    """Where a rule keeps its canonical form: a set's digest is taken of all of its rules, of which one has changed."""

    __slots__ = ("_canonical",)
    _canonical: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(_Canonical):
    """A rule; whoever holds one holds a well-formed one, because building another raises WrongUse."""

    id: RuleId
    name: str
    description: str = ""
    priority: int
    when: Condition
    then: tuple[Action, ...]
    repeat: Repeat = Repeat.EDGE
    enabled: bool = True
    rule_set: str = OWN_RULE_SET
    plugins: tuple[str, ...] = ()
    """The plugins whose words it uses, as `name@version`, in alphabetical order."""

    def __post_init__(self) -> None:
        if not is_snake_case(self.id):
            raise WrongUse(f"{self.id!r} can't be the id of a rule.", now="Ids look like complete_at_max_rounds.")
        fault = self._fault()
        if fault:
            raise WrongUse(fault, where=f"rule {self.id}")

    def _fault(self) -> str:
        if not is_snake_case(self.rule_set):
            return f"{self.rule_set!r} can't be the name of a rule set."
        if not 0 <= self.priority <= PRIORITY_MAX:
            return f"a priority is a number from 0 to {PRIORITY_MAX}, not {self.priority}."
        if not 1 <= len(self.then) <= ACTIONS_MAX:
            return f"a rule has from 1 to {ACTIONS_MAX} actions, not {len(self.then)}."
        return fault_of_shape(self.when)


def rule_to_plain(rule: Rule) -> dict[str, object]:
    """The rule as JSON can carry it: all nine parts, always in this order, and behind them the plugins that it needs
    where it needs some."""
    plain: dict[str, object] = {
        "id": rule.id,
        "name": rule.name,
        "description": rule.description,
        "priority": rule.priority,
        "when": condition_to_plain(rule.when),
        "then": [action_to_plain(action) for action in rule.then],
        "repeat": rule.repeat.value,
        "enabled": rule.enabled,
        "set": rule.rule_set,
    }
    return plain | {"plugins": list(rule.plugins)} if rule.plugins else plain


def rule_from_plain(plain: Mapping[str, object]) -> Rule:
    """The inverse of `rule_to_plain`. Raises WrongUse, naming the rule, for anything that it did not write."""
    try:
        return _rule_from_plain(plain)
    except WrongUse as error:
        raise WrongUse(error.what, where=f"rule {plain.get('id', 'without an id')}", now=error.now) from error


def _rule_from_plain(plain: Mapping[str, object]) -> Rule:
    match dict(plain):
        case {
            "id": str(id_),
            "name": str(name),
            "description": str(description),
            "priority": int(priority),
            "when": when,
            "then": list(then),
            "repeat": str(repeat),
            "enabled": bool(enabled),
            "set": str(rule_set),
            **others,
        } if others.keys() <= {"plugins"} and not isinstance(priority, bool):
            return Rule(
                id=RuleId(id_),
                name=name,
                description=description,
                priority=priority,
                when=condition_from_plain(when),
                then=tuple(action_from_plain(action) for action in then),
                repeat=_repeat_named(repeat),
                enabled=enabled,
                rule_set=rule_set,
                plugins=_plugins_from(others.get("plugins", [])),
            )
        case _:
            raise WrongUse("a part is missing, unknown or of the wrong type.", now="Import the rule again.")


def _plugins_from(plain: object) -> tuple[str, ...]:
    if isinstance(plain, list) and all(isinstance(origin, str) for origin in plain):
        return tuple(plain)
    raise WrongUse("its plugins are no list of names.", now="Import the rule again.")


def _repeat_named(name: str) -> Repeat:
    try:
        return Repeat(name)
    except ValueError as error:
        raise WrongUse(
            f"no repeat is called {name!r}.", now=nearest(name, [known.value for known in Repeat])
        ) from error


def rule_set_digest(rules: Iterable[Rule]) -> Digest:
    """SHA-256 (hexadecimal) of `rule_set_text`."""
    said = _canonical_forms(rules)
    digest = sha256(b"[")
    for at in range(0, len(said), RULES_DIGESTED_AT_ONCE):
        digest.update(b"," if at else b"")
        digest.update(b",".join(said[at : at + RULES_DIGESTED_AT_ONCE]))
    digest.update(b"]")
    return Digest(digest.hexdigest())


def rule_set_text(rules: Iterable[Rule]) -> bytes:
    """The rules' canonical plain form, JSON in ASCII, whatever order they were given in."""
    return b"[%s]" % b",".join(_canonical_forms(rules))


def _canonical_forms(rules: Iterable[Rule]) -> list[bytes]:
    ordered = sorted(sorted(rules, key=attrgetter("rule_set")), key=attrgetter("id"))  # quicker than by both at once
    try:
        return [rule._canonical for rule in ordered]
    except AttributeError:  # as long as nobody has asked
        return [_canonical_of(rule) for rule in ordered]


def _canonical_of(rule: Rule) -> bytes:
    try:
        return rule._canonical
    except AttributeError:
        said = _CANONICAL.encode(rule_to_plain(rule))
        object.__setattr__(rule, "_canonical", said.encode("ascii"))  # of what is frozen, so that it can't grow stale
        return rule._canonical
