"""Which comparisons have to hold together for a condition to hold?

Groups within groups become a few alternatives, each a row of comparisons of which none may fail, so that one false
comparison strikes an alternative out. A condition with too many of them keeps its largest groups as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

from core.rules.condition import AllOf, AnyOf, Compare, Condition, Not

ALTERNATIVES_MAX = 8
"""Of one rule. Each is looked at as if it were a rule of its own."""


class Clause(NamedTuple):
    """What has to be true, or, where `denied`, false. A group stands here only where it would be too many clauses."""

    condition: Condition
    denied: bool


Alternative = tuple[Clause, ...]
"""Holds where each clause does; the empty one always."""


def alternatives_of(condition: Condition, *, denied: bool = False) -> tuple[Alternative, ...]:
    """The condition (or, where `denied`, its contrary) holds where one of these does; at most ALTERNATIVES_MAX.

    The disjunctive normal form, cut off where it grows.
    """
    match condition:
        case Compare():
            return ((Clause(condition, denied),),)
        case Not(part=part):
            return alternatives_of(part, denied=not denied)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            branches = [alternatives_of(part, denied=denied) for part in parts]
            if isinstance(condition, AllOf) is denied:
                return _one_of(branches) or ((Clause(condition, denied),),)
            return _all_of(parts, branches, denied=denied)


def _one_of(branches: Iterable[tuple[Alternative, ...]]) -> tuple[Alternative, ...]:
    """Nothing where they are too many."""
    found = tuple(alternative for branch in branches for alternative in branch)
    return found if len(found) <= ALTERNATIVES_MAX else ()


def _all_of(
    parts: tuple[Condition, ...], branches: list[tuple[Alternative, ...]], *, denied: bool
) -> tuple[Alternative, ...]:
    found: tuple[Alternative, ...] = ((),)
    for part, branch in zip(parts, branches, strict=True):
        fits = len(found) * len(branch) <= ALTERNATIVES_MAX
        rows = branch if fits else ((Clause(part, denied),),)
        found = tuple((*row, *more) for row, more in product(found, rows))
    return found
