"""What do the conditions of a set of rules come to, whichever of the rules are switched on?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property
from types import MappingProxyType

from core.domain.facts import Facts, FactSpec, FactUnit
from core.rules.comparing import Predicate
from core.rules.condition import Condition, fields_of
from core.rules.interpreting import compile_condition, fault_against
from core.rules.moments import Moments, moments_of
from core.rules.rule import Rule
from core.rules.shelves import Conditions, Shelves
from core.rules.units import CLASS_OF, is_of_unit

_MISSING = object()


class Prepared:
    """The conditions of `rules`, which go by their number in the order in which they are heard.

    `faults` says why some don't fit the facts, `sound` are the others. What few ask for is made when it is asked for.
    """

    def __init__(self, rules: tuple[Rule, ...], facts: Mapping[str, FactSpec]) -> None:
        self.facts = facts
        self.ids = tuple(rule.id for rule in rules)
        self.conditions: tuple[Condition, ...] = tuple(rule.when for rule in rules)
        self.numbers = MappingProxyType({id: number for number, id in enumerate(self.ids)})
        self.faults = {number: fault for number, rule in enumerate(rules) if (fault := fault_against(rule, facts))}
        self.sound = tuple(number for number in range(len(rules)) if number not in self.faults)
        self._predicates: dict[int, Predicate] = {}

    @cached_property
    def moments(self) -> tuple[Moments, ...]:
        """When time alone may change what a rule says."""
        return moments_of(((number, self.conditions[number]) for number in self.sound), self.facts)

    @cached_property
    def shelves(self) -> Shelves:
        return Shelves(self.sound, Conditions(ids=self.ids, conditions=self.conditions, facts=self.facts))

    def predicate(self, number: int) -> Predicate:
        """The rule's condition as a function of the facts, as it is read."""
        found = self._predicates.get(number)
        if found is None:
            found = self._predicates[number] = compile_condition(self.conditions[number], self.facts)
        return found

    def odd(self, facts: Facts) -> list[str]:
        """The facts that rules look at which are missing, or of another type than they say."""
        get = facts.get
        return [
            name
            for name, class_, unit in self._looked_at
            if type(value := get(name, _MISSING)) is not class_ and value is not None and not is_of_unit(value, unit)
        ]

    def looking_at(self, names: Collection[str]) -> frozenset[int]:
        """The sound rules that look at one of these facts."""
        return frozenset().union(*(self._by_fact[name] for name in names))

    @cached_property
    def _by_fact(self) -> Mapping[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number in self.sound:
            for name in fields_of(self.conditions[number]):
                found[name].append(number)
        return found

    @cached_property
    def _looked_at(self) -> tuple[tuple[str, type | None, FactUnit], ...]:
        """Each fact that rules look at, with the class that its values mostly have; lists are looked into."""
        units = {name: self.facts[name].unit for name in self._by_fact}
        return tuple((name, CLASS_OF.get(unit), unit) for name, unit in units.items())
