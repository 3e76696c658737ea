"""How are records of counts added up?

A tally is a frozen dataclass whose fields are all integers. Adding field by field is associative and commutative, with
the tally of zeros as its identity, so that what is counted of two sessions adds up to what is counted of both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from core.domain.changing import changed

Tally = TypeVar("Tally", bound=Any)
Key = TypeVar("Key", bound=str)
Value = TypeVar("Value")

PPM = 1_000_000


def plus(tally: Tally, **amounts: int) -> Tally:
    """`tally` with `amounts` added to the fields of those names."""
    made: Tally = changed(tally, **{name: getattr(tally, name) + amount for name, amount in amounts.items()})
    return made


def added(one: Tally, other: Tally) -> Tally:
    """Both, field by field."""
    return plus(one, **{field.name: getattr(other, field.name) for field in fields(other)})


def with_plus(tallies: Mapping[Key, Tally], key: Key, empty: Tally, **amounts: int) -> Mapping[Key, Tally]:
    """`tallies` with `amounts` added to the one under `key`, which begins as `empty`."""
    return {**tallies, key: plus(tallies.get(key, empty), **amounts)}


def merged(
    one: Mapping[Key, Value], other: Mapping[Key, Value], add: Callable[[Value, Value], Value]
) -> Mapping[Key, Value]:
    """Both mappings; what is under one key in both is added. Keys are in order, so that equal sums look equal."""
    both = {**one, **other, **{key: add(one[key], other[key]) for key in one.keys() & other.keys()}}
    return {key: both[key] for key in sorted(both)}


def share_ppm(part: int, whole: int) -> int | None:
    """`part` of `whole` in parts per million, rounded down; None of nothing."""
    return part * PPM // whole if whole else None


def mean(total: int, count: int) -> int | None:
    """The mean, rounded down; None of nothing."""
    return total // count if count else None
