"""When does a comparison hold, and when does it make no sense?

The one place that knows what the eight conditions mean: the compiled rules, their explanation and the check of a rule
file all ask here.
"""

from __future__ import annotations

from collections.abc import Callable

from core.domain.facts import Facts, FactSpec, FactUnit, FactValue, PluginName
from core.rules.condition import Compare, ConditionType
from core.rules.expressions import Expression, fault_of_regex
from core.rules.plugged import fault_of_plugged
from core.rules.texts import Text, folded, text_of
from core.rules.units import ADVICE, CLASS_OF, INTEGER_MAX, KIND, NUMERIC, is_of_unit

Predicate = Callable[[Facts], bool]
"""Raises KeyError where a fact is missing, Senseless where its value is of another type than its unit says."""

_TEXTS = frozenset({FactUnit.TEXT, FactUnit.WORD})

UNITS_FOR: dict[ConditionType, frozenset[FactUnit]] = {
    ConditionType.EQUALS: NUMERIC | _TEXTS | {FactUnit.FLAG},
    ConditionType.GREATER_THAN: NUMERIC,
    ConditionType.LESS_THAN: NUMERIC,
    ConditionType.CONTAINS: _TEXTS | {FactUnit.WORDS},
    ConditionType.IN_LIST: NUMERIC | _TEXTS,
    ConditionType.REGEX_MATCH: _TEXTS,
    ConditionType.TIME_ELAPSED: frozenset({FactUnit.MILLISECONDS}),
    ConditionType.COUNT_THRESHOLD: frozenset({FactUnit.COUNT}),
}

_SIGNED = frozenset({FactUnit.PPM})
"""Units with values below zero: a share can shrink; a count, a price and a duration can't."""


def fault_of_field(type_: ConditionType, spec: FactSpec) -> tuple[str, str]:
    """Why this condition says nothing about this fact, and what would; two empty strings where it does."""
    if spec.unit in UNITS_FOR[type_]:
        return "", ""
    fitting = [name.value for name in ConditionType if spec.unit in UNITS_FOR[name]]
    return (
        f"'{type_.value}' says nothing about '{spec.name}', which is {KIND[spec.unit]}.",
        f"Use {', '.join(fitting[:-1])} or {fitting[-1]}." if fitting[1:] else f"Use {fitting[0]}.",
    )


def fault_of_value(type_: ConditionType, spec: FactSpec, value: object) -> tuple[str, str]:
    """Why this fact can't be compared with this one value, and what to write; two empty strings where it can."""
    unit = spec.unit
    if unit in NUMERIC:
        return _fault_of_number(spec, value)
    if unit is FactUnit.FLAG:
        if not isinstance(value, bool):
            return f"'{spec.name}' is {KIND[unit]}, not {value!r:.60}.", ADVICE[unit]
        return "", ""
    if not isinstance(value, str):
        return f"'{spec.name}' is {KIND[unit]}, so it can't be compared with {value!r:.60}.", ADVICE[unit]
    if type_ is ConditionType.CONTAINS and not (value if unit is FactUnit.WORDS else folded(value)):
        return f"an empty text is in every '{spec.name}', so this always holds.", "Write what has to be in it."
    if type_ is ConditionType.REGEX_MATCH and not value:
        return f"an empty text is in every '{spec.name}', so this always holds.", "Write what has to be in it."
    if type_ is ConditionType.REGEX_MATCH:
        return fault_of_regex(value)
    return "", ""


def _fault_of_number(spec: FactSpec, value: object) -> tuple[str, str]:
    unit = spec.unit
    if not isinstance(value, int) or isinstance(value, bool):
        return f"'{spec.name}' is {KIND[unit]}, so it can't be compared with {value!r:.60}.", ADVICE[unit]
    if abs(value) > INTEGER_MAX:
        return "this number is too large.", f"The largest is {INTEGER_MAX}."
    if value < 0 and unit not in _SIGNED:
        return f"'{spec.name}' is {KIND[unit]} and never below zero.", ADVICE[unit]
    return "", ""


def fault_of_compare(compare: Compare, spec: FactSpec) -> str:
    """Why a comparison can't be asked of its fact, in one text; "" where it can."""
    if isinstance(compare.type, PluginName):
        return " ".join(fault_of_plugged(compare.type, spec, compare.value)).strip()
    fault, now = fault_of_field(compare.type, spec)
    for value in values_of(compare) if not fault else ():
        fault, now = fault_of_value(compare.type, spec, value)
        if fault:
            break
    return f"{fault} {now}".strip()


def values_of(compare: Compare) -> tuple[object, ...]:
    if compare.type is ConditionType.IN_LIST and isinstance(compare.value, tuple):
        return compare.value
    return (compare.value,)


def is_total(compare: Compare) -> bool:
    """True of a comparison that has an answer for every value that its fact can have; another may raise anything."""
    return compare.type in UNITS_FOR


class Senseless(Exception):
    """A comparison that makes no sense for the value that a fact has; says which comparison, and why."""


def predicate_of(compare: Compare, spec: FactSpec) -> Predicate:
    """The comparison as a function of the facts, for one in which `fault_of_compare` found nothing.

    The type of the value was checked there, which the type checker can't see: hence the checks by unit here.
    """
    field = compare.field
    told = _telling(compare, spec)
    if isinstance(compare.type, PluginName):
        return _plugged(compare, spec, told)
    match compare.type:
        case ConditionType.EQUALS:
            return _is_among(field, frozenset({compare.value}), CLASS_OF[spec.unit], told)
        case ConditionType.GREATER_THAN:
            return _greater_than(field, _integer(compare), told)
        case ConditionType.LESS_THAN:
            return _less_than(field, _integer(compare), told)
        case ConditionType.TIME_ELAPSED | ConditionType.COUNT_THRESHOLD:
            return _at_least(field, _integer(compare), told)
        case ConditionType.CONTAINS if spec.unit is FactUnit.WORDS:
            return _has_word(field, _text(compare), told)
        case ConditionType.IN_LIST:
            return _is_among(field, frozenset(values_of(compare)), CLASS_OF[spec.unit], told)
        case ConditionType.CONTAINS | ConditionType.REGEX_MATCH:
            return _of_text(field, text_test(compare), told)


def _plugged(compare: Compare, spec: FactSpec, told: Callable[[FactValue], bool]) -> Predicate:
    """What the plugin says; a fact without a value it is not asked about."""
    kind = spec.condition(compare.type)
    if kind is None:
        raise TypeError(f"{compare.field} compared by {compare.type}")
    field, asked, value = compare.field, kind.holds, compare.value
    return lambda facts: told(facts[field]) and bool(asked(facts[field], value))


def text_test(compare: Compare) -> Callable[[Text], bool]:
    """What CONTAINS or REGEX_MATCH says of a text."""
    if compare.type is ConditionType.REGEX_MATCH:
        return Expression(_text(compare)).is_in
    part = folded(_text(compare))
    return lambda text: part in text.folded


def _telling(compare: Compare, spec: FactSpec) -> Callable[[FactValue], bool]:
    """What to ask about a value that isn't plainly of the fact's class: False says that there is none yet, True that
    it can be compared all the same. Raises Senseless."""

    def told(seen: FactValue) -> bool:
        if seen is None:
            return False
        if is_of_unit(seen, spec.unit):
            return True
        raise Senseless(f"{spec.name!r} is {_kind(seen)} here, and {compare.type} compares {KIND[spec.unit]}.")

    return told


def _kind(seen: object) -> str:
    """What a value is, without the value: that may be anything, and of any length."""
    match seen:
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float() if seen != seen:  # that is what makes it none
            return "not a number"
        case float():
            return "a number with a point"
        case str():
            return "a text"
        case tuple():
            return "a list"
        case _:
            return "nothing that a fact can be"


def _integer(compare: Compare) -> int:
    if not isinstance(compare.value, int):
        raise TypeError(f"{compare.field} compared with {compare.value!r:.60}")
    return compare.value


def _text(compare: Compare) -> str:
    if not isinstance(compare.value, str):
        raise TypeError(f"{compare.field} compared with {compare.value!r:.60}")
    return compare.value


_Telling = Callable[[FactValue], bool]


def _greater_than(field: str, value: int, told: _Telling) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen > value if type(seen) is int else told(seen) and seen > value  # type: ignore[operator]  # told

    return holds


def _less_than(field: str, value: int, told: _Telling) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen < value if type(seen) is int else told(seen) and seen < value  # type: ignore[operator]  # told

    return holds


def _at_least(field: str, value: int, told: _Telling) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen >= value if type(seen) is int else told(seen) and seen >= value  # type: ignore[operator]  # told

    return holds


def _is_among(field: str, values: frozenset[object], of_class: type, told: _Telling) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen in values if type(seen) is of_class else told(seen) and seen in values

    return holds


def _has_word(field: str, word: str, told: _Telling) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return told(seen) and word in seen  # type: ignore[operator]  # told

    return holds


def _of_text(field: str, test: Callable[[Text], bool], told: _Telling) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return told(seen) and test(text_of(seen))

    return holds
