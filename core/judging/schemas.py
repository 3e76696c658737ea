"""Is a text JSON as a JSON Schema wants it?

Schemas are those of draft 2020-12. The library decides what each keyword means; here it is held to what a decision
needs: patterns are RE2's, nothing is taken from elsewhere, every look is counted, and numbers stay decimal. What a
schema wants beyond that is refused when its file is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.judging.patterns import fault_of_pattern, searching

SCHEMA_CHARACTERS_MAX = 20_000
DEPTH_MAX = 64
"""Lists and objects within one another, of a document and of a schema."""

DIGITS_MAX = 400

LOOKS_MAX = 50_000
"""Keywords that are held against a part of a document. A schema of forty lines can ask for more than anybody waits."""

LOOK_LENGTH = 1_000
"""What is longer counts as so many looks: a long text is not looked through fifty thousand times."""

NESTED_LOOKS_MAX = 60
FAULTS_LOOKED_AT_MAX = 20
FAULTS_TOLD_MAX = 3
TOLD_CHARACTERS_MAX = 80

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOT_TAKEN = ("$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties")
"""How often these look is nothing that can be counted from outside."""

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)

Keyword = Callable[[Any, Any, Any, Any], "Iterable[Any] | None"]


def fault_of_document(text: str, schema: str) -> str:
    """Why `text` is not as `schema` wants it, "" where it is."""
    try:
        document = _read(text)
    except ValueError as error:
        return f"it is no JSON: {error}"
    try:
        found = sorted(_faults(document, _read(schema)))
    except _LooksSpent:
        return f"whether it is as the schema wants it can't be told within {LOOKS_MAX} looks"
    told = "; ".join(found[:FAULTS_TOLD_MAX])
    return f"{told}; and {len(found) - FAULTS_TOLD_MAX} more" if len(found) > FAULTS_TOLD_MAX else told


def fault_of_schema(schema: str) -> str:
    """Why a schema is refused, "" where it is taken."""
    if len(schema) > SCHEMA_CHARACTERS_MAX:
        return f"it has {len(schema)} characters; at most {SCHEMA_CHARACTERS_MAX} are taken"
    try:
        read = _read(schema)
    except ValueError as error:
        return f"it is no JSON: {error}"
    if not isinstance(read, dict):
        return "it is no object"
    fault = next(filter(None, map(_fault_of_part, _parts(read))), "")
    return fault or _fault_by_library(read)


def _fault_of_part(part: Mapping[str, Any]) -> str:
    for keyword in NOT_TAKEN:
        if keyword in part:
            return f"{keyword!r} isn't taken here"
    reference, dialect, pattern = (part.get(key) for key in ("$ref", "$schema", "pattern"))
    if isinstance(reference, str) and not reference.startswith("#"):
        return f"it refers to {reference!r:.80}, and nothing is taken from elsewhere"
    if isinstance(dialect, str) and dialect.rstrip("#") != DIALECT:
        return f"it is written for {dialect!r:.80}, and those for {DIALECT} are taken"
    named = part.get("patternProperties")
    for each in (pattern, *(named if isinstance(named, dict) else ())):
        fault = fault_of_pattern(each) if isinstance(each, str) else ""
        if fault:
            return f"the pattern {each!r:.80} is refused: {fault}"
    return ""


def _fault_by_library(schema: Mapping[str, Any]) -> str:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"at {error.json_path} it is no schema: {error.message[:TOLD_CHARACTERS_MAX]}"
    resolver = Registry().resolver_with_root(DRAFT202012.create_resource({**schema, "$id": "urn:schema"}))
    for reference in [part["$ref"] for part in _parts(schema) if isinstance(part.get("$ref"), str)]:
        try:
            resolver.lookup(reference)
        except Unresolvable:
            return f"it refers to {reference!r:.80}, and nothing stands there"
    return ""


def _parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a value whose depth is bounded."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(part)


# --- reading JSON ----------------------------------------------------------------------------------------------------


def _read(text: str) -> Any:
    """A JSON text, its numbers as int and Decimal. Raises ValueError."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(text):
        depth += 1 if found[0] in "[{" else -1 if found[0] in "]}" else 0
        deepest = max(deepest, depth)
    if deepest > DEPTH_MAX:
        raise ValueError(f"it nests more than {DEPTH_MAX} deep")
    try:
        return json.loads(
            text, parse_int=_whole, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        # The words of Python's reader change with its version, and what is said here is recorded.
        raise ValueError(f"it can't be read from line {error.lineno} on") from error


def _whole(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise ValueError(f"a number in it has more than {DIGITS_MAX} digits")
    return int(digits)


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("an object has the same key twice")
    return read


# --- holding it against the schema -----------------------------------------------------------------------------------


class _LooksSpent(Exception):
    """More was to be looked at than LOOKS_MAX."""


class _Looks:
    """The looks at one document."""

    def __init__(self) -> None:
        self.left = LOOKS_MAX
        self.nested = 0


def _faults(document: Any, schema: Mapping[str, Any]) -> list[str]:
    from referencing import Registry

    looks = _Looks()
    validator = _validator()(schema, registry=Registry(), format_checker=looks)
    faults: list[str] = []
    try:
        for error in validator.iter_errors(document):
            faults.append(_told(error))
            if len(faults) >= FAULTS_LOOKED_AT_MAX:
                break
    except ArithmeticError:
        faults.append("a number in it is too large or too small to be checked")
    return faults


def _told(error: Any) -> str:
    """In words of our own: those of the library hold the document, and change with its version."""
    wanted = json.dumps(error.validator_value, ensure_ascii=False, default=str)
    shown = wanted if len(wanted) <= TOLD_CHARACTERS_MAX else wanted[: TOLD_CHARACTERS_MAX - 1] + "…"
    return f"at {error.json_path[:TOLD_CHARACTERS_MAX]} the schema wants {error.validator}: {shown}"


@lru_cache(maxsize=1)
def _validator() -> Any:
    """The library's, with every keyword counted and those replaced that could take long. `format_checker`, which
    nothing else here uses, carries the count of one document through it."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    own: dict[str, Keyword] = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique_items,
        "format": _nothing,
    }
    keywords = {**Draft202012Validator.VALIDATORS, **own}
    return extend(
        Draft202012Validator,
        validators={name: _counted(keyword) for name, keyword in keywords.items()},
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: _is_integer(value)),
    )


def _counted(keyword: Keyword) -> Keyword:
    def look(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        looks: _Looks = validator.format_checker
        looks.left -= 1 + (len(instance) // LOOK_LENGTH if isinstance(instance, (str, list, dict)) else 0)
        if looks.left < 0 or looks.nested >= NESTED_LOOKS_MAX:
            raise _LooksSpent
        looks.nested += 1
        try:
            yield from keyword(validator, value, instance, schema) or ()
        finally:
            looks.nested -= 1

    return look


def _nothing(validator: Any, value: Any, instance: Any, schema: Any) -> None:
    """A format is a remark, as the standard has it."""


def _is_integer(value: object) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not _matches(pattern, instance):
        yield ValidationError("no match")


def _pattern_properties(validator: Any, named: Mapping[str, Any], instance: Any, schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict):
        for pattern, wanted in named.items():
            for name, value in instance.items():
                if _matches(pattern, name):
                    yield from validator.descend(value, wanted, path=name, schema_path=pattern)


def _additional_properties(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not isinstance(instance, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, value in instance.items():
        if name in known or any(_matches(pattern, name) for pattern in patterns):
            continue
        if wanted is False:
            yield ValidationError("one too many", path=[name])
        else:
            yield from validator.descend(value, wanted, path=name)


def _unique_items(validator: Any, is_wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if is_wanted and isinstance(instance, list):
        alike = {_alike(item) for item in instance}
        if len(alike) < len(instance):
            yield ValidationError("not unique")


def _alike(value: Any) -> object:
    """What is the same for values that are equal in JSON: 1 and 1.0 are, 1 and true aren't."""
    match value:
        case bool() | None | str():
            return (type(value), value)
        case dict():
            return frozenset((name, _alike(each)) for name, each in value.items())
        case list():
            return tuple(_alike(each) for each in value)
        case _:
            return value


def _matches(pattern: str, text: str) -> bool:
    return searching(pattern)(text.encode("utf-8", "replace"))
