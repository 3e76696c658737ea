"""What has to be true of a session before a rule acts?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import WrongUse, nearest
from core.domain.facts import PluginName

ConditionValue = int | str | bool | tuple[int, ...] | tuple[str, ...]
"""What a fact is compared with, in the unit of the fact; a tuple for IN_LIST alone."""

CONDITION_DEPTH_MAX = 8
"""Groups within groups. Deeper ones can't be read as a sentence, and every walk over a condition recurses."""

CONDITION_PARTS_MAX = 200
"""Comparisons and groups in one rule's condition, however they are nested."""


class ConditionType(StrEnum):
    """The kinds of comparison. Each value is the key that a rule file uses."""

    EQUALS = "equals"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"
    CONTAINS = "contains"
    IN_LIST = "in_list"
    REGEX_MATCH = "regex_match"
    TIME_ELAPSED = "time_elapsed"
    COUNT_THRESHOLD = "count_threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """The fact `field` compared with `value`. Without a value yet, a fact makes every comparison false.

    `type` is one of moot's own, or the name of a kind that a plugin adds.
    """

    type: ConditionType | PluginName
    field: str
    value: ConditionValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """True when every part is; parts are looked at in order, up to the first false one."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True when one part is; parts are looked at in order, up to the first true one."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """True when its part is false, so also while the fact that the part compares has no value."""

    part: Condition


Condition = Compare | AllOf | AnyOf | Not

PLUGIN_KEY = "plugin"
"""Marks in the plain form what a plugin brought, so that it is kept where the plugin isn't installed."""

SPELLINGS: Mapping[str, tuple[ConditionType, int]] = {
    "at_least": (ConditionType.GREATER_THAN, -1),
    "at_most": (ConditionType.LESS_THAN, 1),
}
"""Other words of a rule file for a comparison, and what is added to their value: facts are whole numbers, so that at
least 80 % is more than 79.9999 %."""

GROUP_KEYS = ("all", "any", "not")
"""The keys of a group, in a rule file and in the plain form alike."""


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Every comparison in reading order."""
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        match part:
            case Compare():
                yield part
            case Not(part=inner):
                waiting.append(inner)
            case AllOf(parts=parts) | AnyOf(parts=parts):
                waiting.extend(reversed(parts))


def fields_of(condition: Condition) -> tuple[str, ...]:
    """The facts that a condition names, each once, in reading order."""
    return tuple(dict.fromkeys(compare.field for compare in comparisons(condition)))


def fault_of_shape(condition: Condition) -> str:
    """Why a condition is not well formed, or "" where it is. Never recurses, so that it can judge any depth."""
    waiting: list[tuple[Condition, int]] = [(condition, 1)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > CONDITION_PARTS_MAX:
            return f"a condition has at most {CONDITION_PARTS_MAX} parts."
        if depth > CONDITION_DEPTH_MAX:
            return f"a condition nests at most {CONDITION_DEPTH_MAX} deep."
        match part:
            case Compare(type=ConditionType.IN_LIST, value=value) if not isinstance(value, tuple) or not value:
                return f"{ConditionType.IN_LIST} needs a list with at least one value."
            case Compare():
                pass
            case Not(part=inner):
                waiting.append((inner, depth + 1))
            case AllOf(parts=parts) | AnyOf(parts=parts):
                if not parts:
                    return "an empty group of conditions says nothing."
                waiting.extend((inner, depth + 1) for inner in parts)
    return ""


def condition_to_plain(condition: Condition) -> dict[str, object]:
    """The condition much as a rule file would say it, with every value in its fact's own unit."""
    match condition:
        case Compare(type=PluginName() as name, field=field, value=value):
            return {"field": field, PLUGIN_KEY: name.value, "value": list(value) if isinstance(value, tuple) else value}
        case Compare(type=type_, field=field, value=value):
            return {"field": field, type_.value: list(value) if isinstance(value, tuple) else value}
        case AllOf(parts=parts):
            return {"all": [condition_to_plain(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [condition_to_plain(part) for part in parts]}
        case Not(part=part):
            return {"not": condition_to_plain(part)}


def condition_from_plain(plain: object, *, depth: int = 1) -> Condition:
    """The inverse of `condition_to_plain`. Raises WrongUse for anything that it did not write."""
    if depth > CONDITION_DEPTH_MAX:
        raise WrongUse(f"A condition nests at most {CONDITION_DEPTH_MAX} deep.")
    match plain:
        case {"all": list(parts), **others} if not others:
            return AllOf(parts=tuple(condition_from_plain(part, depth=depth + 1) for part in parts))
        case {"any": list(parts), **others} if not others:
            return AnyOf(parts=tuple(condition_from_plain(part, depth=depth + 1) for part in parts))
        case {"not": part, **others} if not others:
            return Not(part=condition_from_plain(part, depth=depth + 1))
        case {"field": str(field), "plugin": str(name), "value": value, **others} if not others:
            return Compare(type=PluginName(name), field=field, value=_value_from_plain(value))
        case {"field": str(field), **others} if len(others) == 1:
            return _compare_from_plain(field, others)
        case _:
            raise WrongUse(f"This is no condition: {plain!r:.80}", now="It is all, any, not, or a field compared.")


def _compare_from_plain(field: str, comparison: Mapping[object, object]) -> Compare:
    ((name, value),) = comparison.items()
    try:
        type_ = ConditionType(str(name))
    except ValueError as error:
        raise WrongUse(
            f"No condition is called {name!r}.", now=nearest(str(name), [known.value for known in ConditionType])
        ) from error
    return Compare(type=type_, field=field, value=_value_from_plain(value))


def _value_from_plain(value: object) -> ConditionValue:
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, Sequence):
        if all(isinstance(item, str) for item in value):
            return tuple(str(item) for item in value)
        if all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            return tuple(value)
    raise WrongUse(f"A fact can't be compared with {value!r:.80}", now="Use a whole number, a text or a list of these.")
