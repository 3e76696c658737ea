"""Does a record hold just what its fields say, so that nobody needs to look while it is written?

To write what has other types in it is refused, and looking for them while writing costs as much as to write. Most kinds
have nothing but texts, numbers and names in them: of those it can be told beforehand, by a function written for each.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

Fits = Callable[[Any], bool]

_SIMPLE = (str, int, bool, type(None))


def fits_of(kind: type) -> Fits:
    """What says of a record of `kind` that each of its parts has just the type that it must have. It may say no of one
    whose parts are in order, and of some kinds always does: then they are looked at while they are written."""
    if not is_dataclass(kind):
        return _never
    hints, names = typing.get_type_hints(kind), dict[str, object]()
    conditions = [_condition(hints[field.name], f"_record.{field.name}", names) for field in fields(kind)]
    known = [condition for condition in conditions if condition is not None]
    if len(known) < len(conditions):
        return _never
    lines = ["def _fits(_record):", f"    return {' and '.join(known) or 'True'}"]
    exec("\n".join(lines), names)
    fits: Fits = names["_fits"]  # type: ignore[assignment]
    return fits


def _never(_record: object) -> bool:
    return False


def _condition(hint: Any, value: str, names: dict[str, object]) -> str | None:
    """The expression that is true where `value` is just a `hint`; None for what is not told so."""
    simple = _simple(hint)
    if simple:
        return _one_of(simple, f"type({value})", names)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and len(parts) == 2 and parts[1] is ...:
        return f"type({value}) is tuple and (not {value} or {_all(parts[0], value, names)})"
    if origin is Mapping:
        both = f"{_all(parts[0], value, names)} and {_all(parts[1], f'{value}.values()', names)}"
        return f"type({value}) is dict and (not {value} or {both})"
    return None


def _all(hint: Any, values: str, names: dict[str, object]) -> str:
    """The expression that is true where all of `values` are just a `hint`."""
    simple = _simple(hint)
    if not simple:
        return "False"
    only = _named("only", frozenset(simple).issuperset, names)
    return f"{only}(map(type, {values}))"


def _one_of(simple: Sequence[type], kind: str, names: dict[str, object]) -> str:
    return f"({' or '.join([f'{kind} is {_named(each.__name__, each, names)}' for each in simple])})"


def _simple(hint: Any) -> list[type]:
    """The types that values of this `hint` may have, where all are simple: of each value it shows which it is."""
    while isinstance(hint, typing.NewType):
        hint = hint.__supertype__
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        parts = [_simple(part) for part in typing.get_args(hint)]
        return [each for part in parts for each in part] if all(parts) else []
    return [hint] if hint in _SIMPLE or (isinstance(hint, type) and issubclass(hint, Enum)) else []


def _named(name: str, value: object, names: dict[str, object]) -> str:
    """The name that the function knows `value` by. They begin with `_`, which no part's does."""
    name = f"_{name}_{len(names)}"
    names[name] = value
    return name
