"""Which rules can an event concern at all?

Where many rules ask first of all for one of many words, such as the template of a session, they are laid on shelves by
that word: what lies on the others is not looked at. The rest lies on a shelf of its own. An index is made of a shelf
when somebody first asks for it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from core.domain.facts import Facts, FactSpec, FactUnit
from core.rules.comparing import values_of
from core.rules.condition import AllOf, Compare, Condition, ConditionType
from core.rules.index import Index
from core.rules.indexing import Indexing

WORDS_MIN = 8
"""A word out of fewer tells too few rules apart."""

RULES_SPARED_MIN = 64
"""As many have to be passed over at an event, else a second shelf costs more than it spares."""

_NAMING = frozenset({ConditionType.EQUALS, ConditionType.IN_LIST})
_NAMES = frozenset({FactUnit.WORD, FactUnit.TEXT})


class Shelf:
    """Rules by their numbers, with their index: `numbers` has for each of its rows the rule's number."""

    def __init__(self, rules: Sequence[int], conditions: Sequence[Condition], facts: Mapping[str, FactSpec]) -> None:
        self.rules = rules
        self._conditions = conditions
        self._facts = facts

    @cached_property
    def index(self) -> Index:
        return self._made[0]

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        return self._made[1]

    @cached_property
    def _made(self) -> tuple[Index, tuple[int, ...]]:
        indexing = Indexing(self._facts)
        numbers: list[int] = []
        for rule in self.rules:
            numbers += [rule] * indexing.add(self._conditions[rule])
        return indexing.index(), tuple(numbers)


class Shelves:
    """All rules of a set that fit the facts, given by their numbers."""

    def __init__(self, rules: Sequence[int], conditions: Sequence[Condition], facts: Mapping[str, FactSpec]) -> None:
        self._fact = _telling_apart(rules, conditions, facts)
        laid: defaultdict[object, list[int]] = defaultdict(list)
        rest: list[int] = []
        for rule in rules:
            words = _words_needed(conditions[rule], facts).get(self._fact) if self._fact else None
            for word in words or ():
                laid[word].append(rule)
            if words is None:
                rest.append(rule)
        self._rest = (Shelf(rest, conditions, facts),) if rest else ()
        self._shelves = {word: (*self._rest, Shelf(laid[word], conditions, facts)) for word in laid}

    def holding(self, facts: Facts) -> tuple[Shelf, ...]:
        """The shelves that hold every rule that may be true of these facts; none of its rules is on two of them."""
        if not self._fact:
            return self._rest
        return self._shelves.get(facts[self._fact], self._rest)


def _telling_apart(rules: Iterable[int], conditions: Sequence[Condition], facts: Mapping[str, FactSpec]) -> str:
    """The fact by whose words the most rules are passed over; "" where none is worth it."""
    asking: Counter[str] = Counter()
    words: defaultdict[str, set[object]] = defaultdict(set)
    for rule in rules:
        for fact, needed in _words_needed(conditions[rule], facts).items():
            asking[fact] += 1
            words[fact] |= needed
    spared = {
        fact: count - count // len(words[fact]) for fact, count in asking.items() if len(words[fact]) >= WORDS_MIN
    }
    best = max(sorted(spared), key=spared.__getitem__, default="")
    return best if best and spared[best] >= RULES_SPARED_MIN else ""


def _words_needed(condition: Condition, facts: Mapping[str, FactSpec]) -> dict[str, frozenset[object]]:
    """For facts of which the condition needs one of some words to hold, these words."""
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    return {
        part.field: frozenset(values_of(part))
        for part in parts
        if isinstance(part, Compare) and part.type in _NAMING and facts[part.field].unit in _NAMES
    }
