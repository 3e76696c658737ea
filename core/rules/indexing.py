"""How is an index made of many conditions?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from core.domain.facts import FactSpec, FactUnit
from core.rules.alternatives import Alternative, Clause, alternatives_of
from core.rules.comparing import Predicate, is_total, predicate_of, text_test, values_of
from core.rules.condition import AllOf, Compare, Condition, ConditionType, comparisons
from core.rules.expressions import needs_of
from core.rules.index import Index, ListTable, NameTable, NumberTable, Search, Test, TextTable
from core.rules.interpreting import compile_condition
from core.rules.texts import folded
from core.rules.units import NUMERIC
from core.rules.word_rows import Demands, TextWords, mask_of

_NAMING = frozenset({ConditionType.EQUALS, ConditionType.IN_LIST})
_ALWAYS: tuple[Alternative, ...] = ((),)


class _Share(NamedTuple):
    """What some rows say of one fact, and these rows."""

    clauses: list[tuple[Compare, bool]]
    rows: list[int]


class _Asked(NamedTuple):
    """A search in the making; the lower its `cost`, the sooner it is looked at."""

    cost: int
    fact: str
    test: Test
    wanted: bool


class Indexing:
    """Takes conditions in turn; `index` is then made of them."""

    def __init__(self, facts: Mapping[str, FactSpec]) -> None:
        self._facts = facts
        self._count = 0
        self._shares: dict[str, dict[object, _Share]] = {}
        self._lists: defaultdict[str, _Demanding] = defaultdict(_Demanding)
        self._texts: defaultdict[str, _Demanding] = defaultdict(_Demanding)
        self._unread: list[int] = []
        self._searches: defaultdict[int, list[_Asked]] = defaultdict(list)
        self._groups: defaultdict[int, list[tuple[Predicate, bool]]] = defaultdict(list)
        self._tests: dict[object, Test] = {}
        self._predicates: list[tuple[Condition, Predicate]] = []

    def add(self, condition: Condition) -> int:
        """A condition against which `fault_against` finds nothing. Returns how many rows it takes."""
        indexable = _indexable(condition)
        alternatives = _ALWAYS if indexable is None else alternatives_of(indexable)
        self._predicates.clear()
        for row, alternative in enumerate(alternatives, self._count):
            self._row(row, alternative)
            if indexable is not condition:
                self._unread.append(row)
        self._count += len(alternatives)
        return len(alternatives)

    def _row(self, row: int, alternative: Alternative) -> None:
        by_fact: defaultdict[str, list[tuple[Compare, bool]]] = defaultdict(list)
        for clause in alternative:
            compare = clause.condition
            if not isinstance(compare, Compare):
                self._group(row, clause)
            elif compare.type in _NAMING or self._facts[compare.field].unit in NUMERIC:
                by_fact[compare.field].append((compare, clause.denied))
            elif self._facts[compare.field].unit is FactUnit.WORDS:
                self._lists[compare.field].demand(row, [str(compare.value)], denied=clause.denied)
            else:
                self._text(row, compare, denied=clause.denied)
        for fact, clauses in by_fact.items():
            key = tuple([(*_key(compare), denied) for compare, denied in clauses])
            self._shares.setdefault(fact, {}).setdefault(key, _Share(clauses, [])).rows.append(row)

    def _group(self, row: int, clause: Clause) -> None:
        """The same group often stands in several alternatives of a rule."""
        predicate = next((known for group, known in self._predicates if group is clause.condition), None)
        if predicate is None:
            predicate = compile_condition(clause.condition, self._facts)
            self._predicates.append((clause.condition, predicate))
        self._groups[row].append((predicate, not clause.denied))

    def _text(self, row: int, compare: Compare, *, denied: bool) -> None:
        demanding = self._texts[compare.field]
        if not denied:
            demanding.unknown.append(row)
        if compare.type is ConditionType.CONTAINS:
            part = folded(str(compare.value))
            if len(part.split()) == 1:
                demanding.demand(row, [part], denied=denied)
                return
        else:
            words = needs_of(str(compare.value)).words
            if words:
                demanding.demand(row, words, denied=denied)
                return
        test = self._tests.get(_key(compare))
        if test is None:
            test = self._tests[_key(compare)] = text_test(compare)
        self._searches[row].append(_Asked(_cost(compare), compare.field, test, not denied))

    def index(self) -> Index:
        """The index of what was added."""
        facts_searched: defaultdict[str, list[int]] = defaultdict(list)
        for row, asked in self._searches.items():
            for each in asked:
                facts_searched[each.fact].append(row)
        place = {fact: place for place, fact in enumerate(self._texts)}
        numbers = [fact for fact in self._shares if self._facts[fact].unit in NUMERIC]
        return Index(
            numbers=[self._numbers(fact) for fact in numbers],
            names=[_names(fact, shares.values()) for fact, shares in self._shares.items() if fact not in numbers],
            lists=[self._list(fact, demanding) for fact, demanding in self._lists.items()],
            texts=[
                TextTable(fact, self._words(demanding), mask_of(facts_searched[fact]), mask_of(demanding.unknown))
                for fact, demanding in self._texts.items()
            ],
            searches={
                row: tuple(Search(place[each.fact], each.test, each.wanted) for each in sorted(asked, key=_cost_of))
                for row, asked in self._searches.items()
            },
            groups={row: tuple(asked) for row, asked in self._groups.items()},
            unread=mask_of(self._unread),
        )

    def _numbers(self, fact: str) -> NumberTable:
        """What a row says of a growing number changes only at the values that it names and just after each."""
        spec = self._facts[fact]
        flips: defaultdict[int, int] = defaultdict(int)
        lowest = unknown = 0
        for clauses, rows in self._shares[fact].values():
            mask = _mask_of(rows)
            predicates = [(predicate_of(compare, spec), denied) for compare, denied in clauses]
            numbers = [value for compare, _ in clauses for value in values_of(compare) if isinstance(value, int)]
            points = sorted({point for number in numbers for point in (number, number + 1)})
            stood = _stands(predicates, fact, points[0] - 1)
            lowest |= 0 if stood else mask
            unknown |= 0 if _stands(predicates, fact, None) else mask
            for point in points:
                if _stands(predicates, fact, point) is not stood:
                    flips[point] ^= mask
                    stood = not stood
        cuts = sorted(flips)
        struck = [lowest]
        for cut in cuts:
            struck.append(struck[-1] ^ flips[cut])
        return NumberTable(fact, cuts, struck, unknown)

    def _list(self, fact: str, demanding: _Demanding) -> ListTable:
        demands = demanding.demands(self._count)
        by_word = {str(word): mask for word, mask in demanding.by_word(self._count).items()}
        return ListTable(fact, by_word, demands, demands.struck(0))

    def _words(self, demanding: _Demanding) -> TextWords:
        masks = demanding.by_word(self._count)
        return TextWords(
            demanding.demands(self._count),
            parts={part: mask for part, mask in masks.items() if isinstance(part, str)},
            words={word: mask for word, mask in masks.items() if isinstance(word, bytes)},
        )


class _Demanding:
    """What rows need to be in a fact and bar from it. `unknown` are the rows that need anything of it."""

    def __init__(self) -> None:
        self.unknown: list[int] = []
        self._demands: list[tuple[int, int, Iterable[str | bytes], bool]] = []
        self._of_row: defaultdict[int, int] = defaultdict(int)

    def demand(self, row: int, words: Iterable[str | bytes], *, denied: bool) -> None:
        """One of `words`, or, where `denied`, none of them."""
        self._demands.append((row, self._of_row[row], words, denied))
        self._of_row[row] += 1

    def demands(self, height: int) -> Demands:
        return Demands(
            mask_of(row + level * height for row, level, _, denied in self._demands if not denied),
            mask_of(row + level * height for row, level, _, denied in self._demands if denied),
            height,
        )

    def by_word(self, height: int) -> dict[str | bytes, int]:
        """For each word the demands in which it stands."""
        found: defaultdict[str | bytes, list[int]] = defaultdict(list)
        for row, level, words, _ in self._demands:
            for word in words:
                found[word].append(row + level * height)
        return {word: mask_of(bits) for word, bits in found.items()}


def _names(fact: str, shares: Iterable[_Share]) -> NameTable:
    flips: defaultdict[object, int] = defaultdict(int)
    otherwise = 0
    for clauses, rows in shares:
        mask = _mask_of(rows)
        named = [(frozenset(values_of(compare)), denied) for compare, denied in clauses]
        stands = all([denied for _, denied in named])
        otherwise |= 0 if stands else mask
        for value in frozenset().union(*(values for values, _ in named)):
            if all([(value in values) is not denied for values, denied in named]) is not stands:
                flips[value] |= mask
    return NameTable(fact, {value: otherwise ^ mask for value, mask in flips.items()}, otherwise)


def _mask_of(rows: list[int]) -> int:
    return 1 << rows[0] if len(rows) == 1 else mask_of(rows)


def _stands(predicates: list[tuple[Predicate, bool]], fact: str, value: int | None) -> bool:
    return all([holds({fact: value}) is not denied for holds, denied in predicates])


def _indexable(condition: Condition) -> Condition | None:
    """What of a condition may strike it out unread: all of it, or what stands before the first comparison that may
    fail whatever the value is; None where nothing does. What fails behind a false clause is never met."""
    if all([is_total(compare) for compare in comparisons(condition)]):
        return condition
    parts: list[Condition] = []
    for part in condition.parts if isinstance(condition, AllOf) else ():
        if not all([is_total(compare) for compare in comparisons(part)]):
            break
        parts.append(part)
    return AllOf(parts=tuple(parts)) if parts else None


def _key(compare: Compare) -> tuple[object, ...]:
    """What two comparisons that are the same have in common. The hash of a text is quicker than an enumeration's."""
    return str(compare.type), compare.field, compare.value


def _cost(compare: Compare) -> int:
    """What needs no engine comes first, then what may need none, then the rest."""
    if compare.type is ConditionType.CONTAINS:
        return 0
    needs = needs_of(str(compare.value))
    return 0 if needs.decides else 1 if needs.literals else 2


def _cost_of(asked: _Asked) -> int:
    return asked.cost
