"""Which priorities put a rule where it is wanted, with the fewest others changed?

Rules are heard by priority, the highest first, and of two equal ones by id. A rule that is moved between two others
takes a number between theirs; where there is none, the rules nearest to it give way, as few as will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from core.domain.errors import WrongUse
from core.rules.rule import PRIORITY_MAX

GAP_AT_AN_END = 5
"""How far a rule that is moved to either end goes beyond the last: half of what is left would soon be used up."""

GIVING_WAY_MAX = 1_000
"""So many other rules may have to be renumbered for one that is moved. Who moves one means no more."""

Heard = Sequence[tuple[str, int]]
"""Ids with their priorities, in the order in which they are heard."""


def moved(heard: Heard, id: str, *, to: int) -> Mapping[str, int]:
    """The priorities that change so that `id` comes at place `to` (from 0) of all; empty where it stands there.

    The order of all others stays. Raises WrongUse where that can't be had by renumbering `GIVING_WAY_MAX` others.
    """
    others = [(each, priority) for each, priority in heard if each != id]
    wanted = [*(each for each, _ in others[:to]), id, *(each for each, _ in others[to:])]
    if wanted == [each for each, _ in heard]:
        return {}
    before = dict(heard)
    priorities = [before[each] for each in wanted]
    steps = _steps(wanted)
    for giving_way in range(min(len(wanted), GIVING_WAY_MAX + 1)):
        for above in range(giving_way + 1):
            first, last = to - above, to + giving_way - above
            if first >= 0 and last < len(wanted):
                found = _fitted(wanted, priorities, steps, first, last)
                if found is not None:
                    return {each: priority for each, priority in found.items() if priority != before[each]}
    raise WrongUse(
        f"priorities from 0 to {PRIORITY_MAX} leave no room there, even if {GIVING_WAY_MAX} other rules give way.",
        now="Give some rules that stand close together other priorities first.",
    )


def _steps(wanted: Sequence[str]) -> list[int]:
    """How many points of priority lie at least between the first rule and each: an equal one is heard by its id."""
    return [0, *accumulate(int(above > below) for above, below in pairwise(wanted))]


def _fitted(
    wanted: Sequence[str], priorities: Sequence[int], steps: Sequence[int], first: int, last: int
) -> Mapping[str, int] | None:
    """New priorities for the rules from `first` to `last`, spread evenly between those that stay; None where they don't
    fit."""
    count, is_end = last - first + 1, last + 1 == len(wanted)
    top, top_step = (priorities[first - 1], steps[first - 1]) if first else (PRIORITY_MAX, steps[first])
    bottom, bottom_step = (0, steps[last]) if is_end else (priorities[last + 1], steps[last + 1])
    needed = bottom_step - top_step
    room = max(needed, GAP_AT_AN_END * (count + 1))
    if is_end and first:
        bottom = max(bottom, top - room)
    elif not first:
        top = min(top, bottom + room)
    spare = top - bottom - needed
    if spare < 0:
        return None
    return {
        wanted[at]: top - (steps[at] - top_step) + -spare * (at - first + 1) // (count + 1)
        for at in range(first, last + 1)
    }
