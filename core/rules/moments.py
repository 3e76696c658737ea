"""When could time alone change what a rule says?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.domain.facts import Facts, FactSpec
from core.rules.comparing import is_total, predicate_of, values_of
from core.rules.condition import Compare, Condition, comparisons
from core.rules.word_rows import mask_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The values, ascending, at which comparisons of a fact that grows by itself change their answer, and for each the
    rules that compare so: one bit for each, in the order in which they are heard."""

    field: str
    moments: tuple[int, ...]
    rules: tuple[int, ...]

    def next_after(self, now: int, enabled: int) -> int | None:
        """The first moment behind `now` that matters to one of the rules `enabled`."""
        for place in range(bisect_right(self.moments, now), len(self.moments)):
            if self.rules[place] & enabled:
                return self.moments[place]
        return None


def moments_of(conditions: Iterable[tuple[int, Condition]], facts: Mapping[str, FactSpec]) -> tuple[Moments, ...]:
    """For each growing fact the moments of all conditions, each given with its rule's number."""
    found: dict[str, dict[int, list[int]]] = {}
    for number, condition in conditions:
        for compare in comparisons(condition):
            if facts[compare.field].grows_with_time and is_total(compare):
                for moment in _moments(compare, facts[compare.field]):
                    found.setdefault(compare.field, {}).setdefault(moment, []).append(number)
    return tuple(
        Moments(
            field=field,
            moments=tuple(sorted(by_moment)),
            rules=tuple(mask_of(by_moment[moment]) for moment in sorted(by_moment)),
        )
        for field, by_moment in found.items()
    )


def milliseconds_until(moments: Iterable[Moments], facts: Facts, enabled: int) -> int | None:
    """The least time after which one of the rules `enabled` may change its answer by itself; None where none will.

    A fact without a value, or with a wrong one, is passed over.
    """
    least: int | None = None
    for each in moments:
        now = facts.get(each.field)
        if not isinstance(now, int):
            continue
        moment = each.next_after(now, enabled)
        if moment is not None and (least is None or moment - now < least):
            least = moment - now
    return least


def _moments(compare: Compare, spec: FactSpec) -> tuple[int, ...]:
    """What a comparison says of a growing number changes only at the values it names and just after each of them."""
    holds = predicate_of(compare, spec)
    numbers = [number for number in values_of(compare) if isinstance(number, int)]
    steps = sorted({step for number in numbers for step in (number, number + 1)})
    return tuple(step for step in steps if holds({compare.field: step}) != holds({compare.field: step - 1}))
