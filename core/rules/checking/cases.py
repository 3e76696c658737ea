"""In which ways can one fact stand, as far as some comparisons of it can tell?

All values between two that are compared with are alike to every comparison, so that a few of them stand for all. Where
texts are searched, the searches that may succeed together stand for the texts in which they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from core.domain.facts import FactSpec, FactUnit, FactValue, PluginName
from core.rules.comparing import Predicate, predicate_of, values_of
from core.rules.condition import Compare, ConditionType
from core.rules.texts import folded
from core.rules.units import INTEGER_MAX

SEARCHES_MAX = 6
"""Searches of one text, or words of one list, whose answers are looked at together: each doubles the cases. Those
beyond are taken to be free of each other, so that less is found, and nothing wrong."""

_SEARCHES = frozenset({ConditionType.CONTAINS, ConditionType.REGEX_MATCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How each of a fact's comparisons comes out, and a value with which they do; `is_known` where there is one."""

    truth: Mapping[Compare, bool]
    value: FactValue = None
    is_known: bool = True


def cases_of(spec: FactSpec, compares: Sequence[Compare]) -> tuple[tuple[Case, ...], ...]:
    """Ways in which a fact can stand, as independent choices: whatever its value, one case of each choice is true of
    it. The first choice holds the cases with a value; further ones are searches that nothing is known of."""
    told, free = _split(spec, compares)
    predicates = {compare: predicate_of(compare, spec) for compare in told}
    values = _values(spec, told)
    if not spec.is_always_known:
        values = (*values, None)
    known = [Case(truth=_truth(predicates, spec.name, value), value=value) for value in values]
    choices = [_distinct((*known, *_unnamed(spec, told)))]
    choices += [
        (Case(truth={compare: False}, is_known=False), Case(truth={compare: True}, is_known=False)) for compare in free
    ]
    return tuple(choices)


def _split(spec: FactSpec, compares: Sequence[Compare]) -> tuple[tuple[Compare, ...], tuple[Compare, ...]]:
    """The comparisons that can be looked at together, and those that nothing is known of: what a plugin says, and the
    searches beyond."""
    plugged = [compare for compare in compares if isinstance(compare.type, PluginName)]
    searches = [compare for compare in compares if compare.type in _SEARCHES and _may_succeed(spec, compare)]
    is_closed = bool(spec.words) and spec.unit is not FactUnit.WORDS
    free = (*plugged, *(() if is_closed else searches[SEARCHES_MAX:]))
    return tuple(compare for compare in compares if compare not in free), free


def _may_succeed(spec: FactSpec, search: Compare) -> bool:
    return not spec.words or search.value in spec.words


def _truth(predicates: Mapping[Compare, Predicate], field: str, value: FactValue) -> Mapping[Compare, bool]:
    facts = {field: value}
    return {compare: holds(facts) for compare, holds in predicates.items()}


def _distinct(cases: Iterable[Case]) -> tuple[Case, ...]:
    """One case for each way in which the comparisons come out, the first: those with a value stand before the rest."""
    first: dict[tuple[bool, ...], Case] = {}
    for case in cases:
        first.setdefault(tuple(case.truth.values()), case)
    return tuple(first.values())


def _values(spec: FactSpec, compares: Sequence[Compare]) -> tuple[FactValue, ...]:
    match spec.unit:
        case FactUnit.FLAG:
            return (False, True)
        case FactUnit.WORDS:
            return tuple(_lists(spec, compares))
        case FactUnit.TEXT | FactUnit.WORD:
            return spec.words or tuple(dict.fromkeys(_texts(compares)))
        case _:
            return tuple(_numbers(spec, compares))


def _numbers(spec: FactSpec, compares: Sequence[Compare]) -> Iterator[int]:
    """Each number that is compared with, its neighbours, and the ends: every other number is like one of these."""
    least, most = range_of(spec)
    named = (value for compare in compares for value in values_of(compare) if isinstance(value, int))
    near = {number + step for number in named for step in (-1, 0, 1)}
    yield from sorted({least, most} | {number for number in near if least <= number <= most})


def range_of(spec: FactSpec) -> tuple[int, int]:
    """The least and the greatest value that a number can have."""
    least = -INTEGER_MAX if spec.unit is FactUnit.PPM else 0
    return (
        least if spec.least is None else spec.least,
        INTEGER_MAX if spec.most is None else spec.most,
    )


def _lists(spec: FactSpec, searches: Sequence[Compare]) -> Iterator[tuple[str, ...]]:
    """Every choice of the words that are looked for: any other word makes no difference."""
    words = list(dict.fromkeys(str(search.value) for search in searches if _may_succeed(spec, search)))
    for chosen in product((False, True), repeat=len(words)):
        yield tuple(word for word, is_in in zip(words, chosen, strict=True) if is_in)


def _texts(compares: Sequence[Compare]) -> Iterator[str]:
    """The texts that are named, and a few in which searches may succeed."""
    yield ""
    for compare in compares:
        if compare.type not in _SEARCHES:
            yield from (str(value) for value in values_of(compare))
    parts = [str(compare.value) for compare in compares if compare.type in _SEARCHES]
    yield from parts
    for chosen in product((False, True), repeat=len(parts)):
        yield " ".join(part for part, is_in in zip(parts, chosen, strict=True) if is_in)


def _unnamed(spec: FactSpec, compares: Sequence[Compare]) -> Iterator[Case]:
    """The texts that nobody named, by which searches succeed in them; a combination that can't be is left out."""
    if spec.words or spec.unit not in (FactUnit.TEXT, FactUnit.WORD):
        return
    searches = [compare for compare in compares if compare.type in _SEARCHES]
    for chosen in product((False, True), repeat=len(searches)):
        truth = dict.fromkeys(compares, False) | dict(zip(searches, chosen, strict=True))
        if not _is_contradictory(truth):
            yield Case(truth=truth, is_known=False)


def _is_contradictory(truth: Mapping[Compare, bool]) -> bool:
    """A text that contains `round table` contains `table`."""
    contained = [search for search in truth if search.type is ConditionType.CONTAINS]
    found = [folded(str(search.value)) for search in contained if truth[search]]
    missed = [folded(str(search.value)) for search in contained if not truth[search]]
    return any(part in whole for part in missed for whole in found)
