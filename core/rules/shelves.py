"""Which rules can an event concern at all?

Where many rules ask first of all for one of many words, such as the template of a session, they are laid on shelves by
that word: what lies on the others is not looked at. The rest lies on a shelf of its own. An index is made of a shelf
when somebody first asks for it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.domain.facts import Facts, FactSpec, FactUnit
from core.domain.ids import RuleId
from core.rules.comparing import values_of
from core.rules.condition import AllOf, Compare, Condition, ConditionType
from core.rules.index import Index
from core.rules.indexing import Indexing

WORDS_MIN = 8
"""A word out of fewer tells too few rules apart."""

RULES_SPARED_MIN = 64
"""As many have to be passed over at an event, else a second shelf costs more than it spares."""

WORDS_MAX = 16
"""A rule that takes one of more words lies with the rest, not on as many shelves."""

SHELF_RULES_MAX = 10_000
"""More lie on several: what an index takes of memory grows with the square of its rules."""

_NAMING = frozenset({ConditionType.EQUALS, ConditionType.IN_LIST})
_NAMES = frozenset({FactUnit.WORD, FactUnit.TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Those of a set of rules, which go by their numbers."""

    ids: Sequence[RuleId]
    conditions: Sequence[Condition]
    facts: Mapping[str, FactSpec]


class Shelf:
    """Some of the rules with their index: `numbers` and `ids` have for each of its rows the rule that it is of."""

    def __init__(self, rules: Iterable[int], of: Conditions) -> None:
        self._rules = rules
        self._of = of

    @cached_property
    def index(self) -> Index:
        return self._made[0]

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        return self._made[1]

    @cached_property
    def ids(self) -> tuple[RuleId, ...]:
        return tuple(self._of.ids[number] for number in self.numbers)

    @cached_property
    def _made(self) -> tuple[Index, tuple[int, ...]]:
        indexing = Indexing(self._of.facts)
        numbers: list[int] = []
        for rule in self._rules:
            numbers += [rule] * indexing.add(self._of.conditions[rule])
        return indexing.index(), tuple(numbers)


class Shelves:
    """Those `rules` of a set that fit the facts."""

    def __init__(self, rules: Sequence[int], of: Conditions) -> None:
        self._fact = _telling_apart(rules, of)
        laid: defaultdict[object, list[int]] = defaultdict(list)
        rest: list[int] = []
        for rule in rules:
            words = _words_needed(rule, of).get(self._fact) if self._fact else None
            for word in words or ():
                laid[word].append(rule)
            if words is None:
                rest.append(rule)
        self._rest = _laid(rest, of)
        self._shelves = {word: (*self._rest, *_laid(laid[word], of)) for word in laid}

    def holding(self, facts: Facts) -> tuple[Shelf, ...]:
        """The shelves that hold every rule that may be true of these facts; none of its rules is on two of them."""
        if not self._fact:
            return self._rest
        return self._shelves.get(facts[self._fact], self._rest)


def _laid(rules: Sequence[int], of: Conditions) -> tuple[Shelf, ...]:
    return tuple(Shelf(rules[at : at + SHELF_RULES_MAX], of) for at in range(0, len(rules), SHELF_RULES_MAX))


def _telling_apart(rules: Iterable[int], of: Conditions) -> str:
    """The fact by whose words the most rules are passed over; "" where none is worth it."""
    asking: Counter[str] = Counter()
    words: defaultdict[str, set[object]] = defaultdict(set)
    for rule in rules:
        for fact, needed in _words_needed(rule, of).items():
            asking[fact] += 1
            words[fact] |= needed
    spared = {
        fact: count - count // len(words[fact]) for fact, count in asking.items() if len(words[fact]) >= WORDS_MIN
    }
    best = max(sorted(spared), key=spared.__getitem__, default="")
    return best if best and spared[best] >= RULES_SPARED_MIN else ""


def _words_needed(rule: int, of: Conditions) -> dict[str, frozenset[object]]:
    """For facts of which the rule needs one of some words to hold, these words."""
    condition = of.conditions[rule]
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    return {
        part.field: frozenset(values_of(part))
        for part in parts
        if isinstance(part, Compare) and part.type in _NAMING and of.facts[part.field].unit in _NAMES
        if len(values_of(part)) <= WORDS_MAX
    }
