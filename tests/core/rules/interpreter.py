"""What do rules mean? Written down a second time, plainly and without speed, for the compiled form to be held to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from unicodedata import normalize

from core.domain.facts import FactUnit
from core.rules.condition import AllOf, AnyOf, Compare, Condition, ConditionType, Not
from core.rules.rule import Rule
from tests.core.rules.builders import UNITS

MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class MakesNoSense(Exception):
    """A comparison was reached that can't be told; names its fact."""


def interpreted(condition: Condition, seen: Mapping[str, object]) -> bool:
    """Groups from left to right up to the part that decides. Raises MakesNoSense."""
    match condition:
        case AllOf(parts=parts):
            return all(interpreted(part, seen) for part in parts)
        case AnyOf(parts=parts):
            return any(interpreted(part, seen) for part in parts)
        case Not(part=part):
            return not interpreted(part, seen)
        case Compare():
            return _compared(condition, seen)


def verdicts(rules: Iterable[Rule], seen: Mapping[str, object]) -> tuple[set[str], dict[str, str]]:
    """Ids of the enabled rules that hold, and for each that can't be told the fact that it fails at."""
    true: set[str] = set()
    failing: dict[str, str] = {}
    for rule in rules:
        try:
            if rule.enabled and interpreted(rule.when, seen):
                true.add(rule.id)
        except MakesNoSense as error:
            failing[rule.id] = str(error)
    return true, failing


def _compared(compare: Compare, seen: Mapping[str, object]) -> bool:
    fact, value = compare.field, compare.value
    if fact not in seen:
        raise MakesNoSense(fact)
    found = seen[fact]
    if found is None:
        return False
    if not _is_sound(found, UNITS[fact]):
        raise MakesNoSense(fact)
    match compare.type, found, value:
        case ConditionType.EQUALS, _, _:
            return found == value
        case ConditionType.IN_LIST, _, tuple():
            return any([found == one for one in value])
        case ConditionType.GREATER_THAN, int(), int():
            return found - value > 0
        case ConditionType.LESS_THAN, int(), int():
            return found - value < 0
        case ((ConditionType.TIME_ELAPSED | ConditionType.COUNT_THRESHOLD), int(), int()):
            return found - value >= 0
        case ConditionType.CONTAINS, tuple(), str():
            return value in found
        case ConditionType.CONTAINS, str(), str():
            return _bare(value) in _bare(found)
        case ConditionType.REGEX_MATCH, str(), str():
            bytes_of = found.encode("utf-8", "replace").decode("utf-8")
            return re.search(value, bytes_of, re.ASCII | (re.IGNORECASE if "(?i)" in value else 0)) is not None
        case _:
            raise AssertionError(compare)


def _is_sound(found: object, unit: FactUnit) -> bool:
    match unit:
        case FactUnit.FLAG:
            return isinstance(found, bool)
        case FactUnit.TEXT | FactUnit.WORD:
            return isinstance(found, str)
        case FactUnit.WORDS:
            return isinstance(found, tuple) and all([isinstance(word, str) for word in found])
        case _:
            return isinstance(found, int) and not isinstance(found, bool)


def _bare(text: str) -> str:
    without = "".join(character for character in text if character not in MARKS)
    return normalize("NFC", normalize("NFC", without).casefold())
