"""When does a comparison hold, and when does it make no sense?

The one place that knows what the eight conditions mean: the compiled rules, their explanation and the check of a rule
file all ask here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from core.domain.facts import Facts, FactSpec, FactUnit
from core.rules.condition import Compare, ConditionType
from core.rules.units import ADVICE, INTEGER_MAX, KIND, NUMERIC

Predicate = Callable[[Facts], bool]
"""Raises where a fact is missing or has a value of another type than its unit says."""

REGEX_CHARACTERS_MAX = 1_000
REGEX_MEMORY_BYTES_MAX = 1 << 20
"""What the engine may use for one expression, program and automaton together; matching is linear in the text."""

REGEX_CACHE_MAX = 256

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
    if not value and type_ in (ConditionType.CONTAINS, ConditionType.REGEX_MATCH):
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


def fault_of_regex(pattern: str) -> tuple[str, str]:
    """Why a regular expression is refused, and what would be taken; two empty strings where it is fine."""
    if len(pattern) > REGEX_CHARACTERS_MAX:
        return (
            f"the regular expression has {len(pattern)} characters; at most {REGEX_CHARACTERS_MAX} are taken.",
            "Split it into several conditions in 'any'.",
        )
    import re2  # loaded only where a rule uses it: it costs every start 10 ms otherwise

    try:
        _searching(pattern)
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0].decode("utf-8", "replace") if isinstance(error, re2.error) else "a character isn't Unicode"
        return (
            f"the regular expression is refused: {why}.",
            "It is written as for RE2, whose time is linear in the text: no look-around, no back references,"
            " no large repetitions.",
        )
    return "", ""


def fault_of_compare(compare: Compare, spec: FactSpec) -> str:
    """Why a comparison can't be asked of its fact, in one text; "" where it can."""
    fault, now = fault_of_field(compare.type, spec)
    for value in _values(compare) if not fault else ():
        fault, now = fault_of_value(compare.type, spec, value)
        if fault:
            break
    return f"{fault} {now}".strip()


def _values(compare: Compare) -> tuple[object, ...]:
    if compare.type is ConditionType.IN_LIST and isinstance(compare.value, tuple):
        return compare.value
    return (compare.value,)


def predicate_of(compare: Compare, spec: FactSpec) -> Predicate:
    """The comparison as a function of the facts, for one in which `fault_of_compare` found nothing.

    The type of the value was checked there, which the type checker can't see: hence the checks by unit here.
    """
    field = compare.field
    match compare.type:
        case ConditionType.EQUALS:
            return _equals(field, compare.value)
        case ConditionType.GREATER_THAN:
            return _greater_than(field, _integer(compare))
        case ConditionType.LESS_THAN:
            return _less_than(field, _integer(compare))
        case ConditionType.TIME_ELAPSED | ConditionType.COUNT_THRESHOLD:
            return _at_least(field, _integer(compare))
        case ConditionType.CONTAINS if spec.unit is FactUnit.WORDS:
            return _has_word(field, _text(compare))
        case ConditionType.CONTAINS:
            return _contains(field, _text(compare))
        case ConditionType.IN_LIST:
            return _is_among(field, frozenset(_values(compare)))
        case ConditionType.REGEX_MATCH:
            return _matches(field, _text(compare))


def _integer(compare: Compare) -> int:
    if not isinstance(compare.value, int):
        raise TypeError(f"{compare.field} compared with {compare.value!r:.60}")
    return compare.value


def _text(compare: Compare) -> str:
    if not isinstance(compare.value, str):
        raise TypeError(f"{compare.field} compared with {compare.value!r:.60}")
    return compare.value


def _equals(field: str, value: object) -> Predicate:
    return lambda facts: facts[field] == value


def _greater_than(field: str, value: int) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen is not None and seen > value  # type: ignore[operator]  # another type is to raise

    return holds


def _less_than(field: str, value: int) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen is not None and seen < value  # type: ignore[operator]  # another type is to raise

    return holds


def _at_least(field: str, value: int) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen is not None and seen >= value  # type: ignore[operator]  # another type is to raise

    return holds


def _is_among(field: str, values: frozenset[object]) -> Predicate:
    return lambda facts: facts[field] in values


def _has_word(field: str, word: str) -> Predicate:
    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen is not None and word in seen  # type: ignore[operator]  # another type is to raise

    return holds


def _contains(field: str, part: str) -> Predicate:
    folded = part.casefold()

    def holds(facts: Facts) -> bool:
        seen = facts[field]
        return seen is not None and folded in seen.casefold()  # type: ignore[union-attr]  # another type is to raise

    return holds


def _matches(field: str, pattern: str) -> Predicate:
    search = _searching(pattern)

    def holds(facts: Facts) -> bool:
        seen = facts[field]
        # Bytes, because the engine would spend longer on counting a text's characters than on the search.
        return seen is not None and search(seen.encode("utf-8", "replace"))  # type: ignore[union-attr]

    return holds


@lru_cache(maxsize=REGEX_CACHE_MAX)
def _searching(pattern: str) -> Callable[[bytes], bool]:
    import re2  # loaded only where a rule uses it: it costs every start 10 ms otherwise

    options = re2.Options()
    options.max_mem = REGEX_MEMORY_BYTES_MAX
    options.log_errors = False
    options.never_capture = True
    search = re2.compile(pattern, options).search
    return lambda text: search(text) is not None
