"""Can these facts ever make a condition true, and with which values?

Facts are taken to be independent of each other, within the ranges that their specs state. What is called impossible is
so for every session; what is not may still never happen. Looking takes a bounded number of steps, and where they don't
suffice nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.domain.facts import FactSpec, FactValue
from core.rules.checking.cases import Case, cases_of
from core.rules.condition import AllOf, AnyOf, Compare, Condition, Not, comparisons

STEPS_MAX = 4_000
"""Choices tried for one question; a condition as people write them takes a few dozen."""

STEPS_TOTAL_MAX = 1_000_000
"""Choices made up and tried for all questions together, each some microseconds: a check of a thousand rules has to end
while somebody waits for it."""

ALWAYS = AllOf(parts=())
NEVER = AnyOf(parts=())

Choice = tuple[Case, ...]
Truth = Mapping[int, bool]
Telling = Callable[[Truth], bool | None]


class Possibilities:
    """Answers questions about conditions over these facts. `is_exhausted` once its steps are used up: from then on
    nothing more is found impossible, and no example is given."""

    def __init__(self, specs: Mapping[str, FactSpec], *, steps_max: int = STEPS_TOTAL_MAX) -> None:
        self._specs = specs
        self._steps_left = steps_max

    @property
    def is_exhausted(self) -> bool:
        return self._steps_left <= 0

    def is_impossible(self, condition: Condition) -> bool:
        """True only where no facts make it true."""
        found, has_looked_at_all = self._search(condition, is_exemplified=False)
        return found is None and has_looked_at_all

    def is_certain(self, condition: Condition) -> bool:
        """True only where all facts make it true."""
        return self.is_impossible(Not(part=condition))

    def implies(self, condition: Condition, other: Condition) -> bool:
        """True only where `other` holds whenever `condition` does."""
        return self.is_impossible(AllOf(parts=(condition, Not(part=other))))

    def example(self, condition: Condition) -> Mapping[str, FactValue] | None:
        """Values of the facts that it names, with which it is true; None where none were found."""
        found, _ = self._search(condition, is_exemplified=True)
        if found is None:
            return None
        named = dict.fromkeys(compare.field for compare in comparisons(condition))
        return {field: case.value for field, case in zip(named, found, strict=True)}

    def _search(self, condition: Condition, *, is_exemplified: bool) -> tuple[tuple[Case, ...] | None, bool]:
        """A case of each choice with which it is true, and whether all were looked at where there is none."""
        if self.is_exhausted:
            return None, False
        choices = self._choices(condition)
        if is_exemplified:
            choices = tuple(tuple(case for case in choice if case.is_known) for choice in choices)
        search = _Search(condition, choices, steps_max=min(STEPS_MAX, self._steps_left))
        found = search.found({}, 0)
        self._steps_left -= search.steps
        return found, not search.has_given_up

    def _choices(self, condition: Condition) -> tuple[Choice, ...]:
        """The first choice of each fact in the order in which the condition names them, then those about searches."""
        by_field: dict[str, dict[Compare, None]] = {}
        for compare in comparisons(condition):
            by_field.setdefault(compare.field, {})[compare] = None
        choices = [self._cases(field, tuple(compares)) for field, compares in by_field.items()]
        return (*(each[0] for each in choices), *(more for each in choices for more in each[1:]))

    def _cases(self, field: str, compares: tuple[Compare, ...]) -> tuple[Choice, ...]:
        choices = cases_of(self._specs[field], compares)
        self._steps_left -= len(compares) * sum(len(choice) for choice in choices)
        return choices


class _Search:
    """Tries one case of each choice after another, and goes no further where the answer is settled already."""

    def __init__(self, condition: Condition, choices: Sequence[Choice], *, steps_max: int) -> None:
        numbers = {compare: number for number, compare in enumerate(dict.fromkeys(comparisons(condition)))}
        self._told = _telling(condition, numbers)
        self._choices = [
            [(case, {numbers[compare]: holds for compare, holds in case.truth.items()}) for case in choice]
            for choice in choices
        ]
        self._steps_max = steps_max
        self.steps = 0
        self.has_given_up = False

    def found(self, truth: Truth, depth: int) -> tuple[Case, ...] | None:
        """A case of each choice from `depth` on, with which the condition is true; None where there is none."""
        self.steps += 1
        if self.steps > self._steps_max:
            self.has_given_up = True
            return None
        told = self._told(truth)
        if told is False:
            return None
        if told:
            rest = self._choices[depth:]
            return tuple(choice[0][0] for choice in rest) if all(rest) else None
        for case, adds in self._choices[depth]:
            further = self.found({**truth, **adds}, depth + 1)
            if further is not None:
                return (case, *further)
            if self.has_given_up:
                return None
        return None


def _telling(condition: Condition, numbers: Mapping[Compare, int]) -> Telling:
    """The condition as a function of what is known of its comparisons, by their numbers: a comparison can hold a
    thousand values, and would be hashed at every step."""
    match condition:
        case Compare():
            number = numbers[condition]
            return lambda truth: truth.get(number)
        case AllOf(parts=parts):
            return _settling(tuple(_telling(part, numbers) for part in parts), by=False)
        case AnyOf(parts=parts):
            return _settling(tuple(_telling(part, numbers) for part in parts), by=True)
        case Not(part=part):
            return _denying(_telling(part, numbers))


def _settling(parts: tuple[Telling, ...], *, by: bool) -> Telling:
    """`by` where one part is that, None where one might be, its contrary where none can."""

    def told(truth: Truth) -> bool | None:
        answer: bool | None = not by
        for part in parts:
            found = part(truth)
            if found is by:
                return by
            if found is None:
                answer = None
        return answer

    return told


def _denying(part: Telling) -> Telling:
    def told(truth: Truth) -> bool | None:
        found = part(truth)
        return None if found is None else not found

    return told
