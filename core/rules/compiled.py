"""Which rules hold for these facts, and when could time alone make another one hold?

A set is made ready once. What that gives knows no switches, so that sets which differ in them share it: switching a
rule is a bit. Few rules are read one after the other, which is quickest for them; many are looked up in an index. Both
say exactly what `core.rules.interpreting` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from core.domain.errors import WrongUse
from core.domain.facts import Facts, FactSpec
from core.domain.ids import Digest, RuleId
from core.rules.comparing import Predicate
from core.rules.index import IndexMemory
from core.rules.interpreting import compile_condition, fault_against, holds_without, reason_of, unknown_fact
from core.rules.moments import milliseconds_until
from core.rules.prepared import Prepared
from core.rules.rule import Repeat, Rule, rule_set_digest
from core.rules.shelves import Shelf
from core.rules.word_rows import mask_of, places

__all__ = [
    "CompiledRules",
    "Evaluation",
    "Memory",
    "RuleError",
    "RuleErrors",
    "compile_condition",
    "compile_rules",
    "fault_against",
    "reason_of",
    "unknown_fact",
]

READ_IN_TURN_MAX = 16
"""So many rules are read in turn: an index costs no less for looking at the facts."""


class RuleError(NamedTuple):
    """A rule could not be evaluated; `message` says why in words that are the same on every machine."""

    rule: RuleId
    message: str


RuleErrors = tuple[RuleError, ...]


class Evaluation(NamedTuple):
    """Which enabled rules' conditions hold, and which could not be told."""

    true_ids: frozenset[RuleId]
    errors: RuleErrors


_NOTHING_HOLDS = Evaluation(frozenset(), ())


class Memory:
    """What was found in the texts of the facts that were looked at last.

    It spares looking for the same in the same text again, and changes nothing of what is found. Belongs to whoever
    evaluates the facts of one session again and again, and is not recorded.
    """

    __slots__ = ("shelves",)

    def __init__(self) -> None:
        self.shelves: list[IndexMemory] = []


@dataclass(frozen=True, kw_only=True, eq=False)
class CompiledRules:
    """A set of rules made ready. `rules` are all of them in the order in which they are heard: highest priority first,
    then by id.
    """

    digest: Digest
    rules: tuple[Rule, ...]
    _prepared: Prepared = field(repr=False)
    _rows: dict[Shelf, int] = field(default_factory=dict, repr=False)

    @cached_property
    def enabled(self) -> tuple[Rule, ...]:
        """The rules that are evaluated, in the order in which they are heard."""
        return tuple(rule for rule in self.rules if rule.enabled)

    @cached_property
    def by_id(self) -> Mapping[RuleId, Rule]:
        return MappingProxyType(dict(zip(self._prepared.ids, self.rules, strict=True)))

    @cached_property
    def unusable(self) -> RuleErrors:
        """Enabled rules that don't fit the facts; each evaluation returns them among its errors."""
        faults = self._prepared.faults.items()
        return tuple(RuleError(self.rules[number].id, fault) for number, fault in faults if self.rules[number].enabled)

    def checks(self, begin: int = 0, end: int | None = None) -> tuple[tuple[RuleId, Predicate], ...]:
        """The conditions of the rules that are evaluated as functions of the facts, for looking at rules one by one;
        all, or those between two places in the order in which they are heard."""
        return tuple([(self.rules[at].id, self._prepared.predicate(at)) for at in self._evaluated[begin:end]])

    @cached_property
    def on_every_event(self) -> frozenset[RuleId]:
        """The enabled rules that fire again while their condition stays true."""
        return frozenset(rule.id for rule in self.rules if rule.enabled and rule.repeat is Repeat.EVENT)

    @property
    def wait_for_time(self) -> bool:
        """True where time alone may change what some rule says."""
        return bool(self._prepared.moments)

    def in_order(self, ids: Iterable[RuleId]) -> tuple[Rule, ...]:
        """The rules with these ids, in the order in which they are heard."""
        numbers = self._prepared.numbers
        return tuple([self.rules[number] for number in sorted([numbers[id] for id in ids])])

    def evaluate(self, facts: Facts, memory: Memory | None = None) -> Evaluation:
        """Which enabled rules hold. One that fails is among the errors and stops none of the others."""
        if self._in_turn is not None:
            return _read(self._in_turn, facts, self.unusable)
        prepared = self._prepared
        odd = prepared.odd(facts)
        to_read = prepared.looking_at(odd) if odd else frozenset()
        sound = {**facts, **dict.fromkeys(odd)} if odd else facts
        remembered = memory.shelves if memory is not None else []
        true: list[RuleId] = []
        for place, shelf in enumerate(prepared.shelves.holding(sound)):
            if place == len(remembered):
                remembered.append(IndexMemory())
            standing, unread = shelf.index.look(sound, self._rows_of(shelf, without=to_read), remembered[place])
            true += map(shelf.ids.__getitem__, places(standing))
            if unread:
                to_read = to_read.union([shelf.numbers[row] for row in places(unread)])
        ids = frozenset(true)
        if not to_read:
            return Evaluation(ids, self.unusable)
        numbers = [number for number in sorted(to_read) if self.rules[number].enabled]
        checks = ((self.rules[number].id, prepared.predicate(number)) for number in numbers)
        read = _read(checks, facts, self.unusable)
        return Evaluation(ids | read.true_ids, read.errors)

    def holds_without(self, rule: RuleId, facts: Facts, *, unknown: Collection[str]) -> bool:
        """Whether a rule's condition holds whatever the `unknown` facts are."""
        return holds_without(self.by_id[rule].when, facts, self._prepared.facts, unknown=unknown)

    def milliseconds_until_change(self, facts: Facts) -> int | None:
        """The least active time after which a time condition changes its answer by itself; None where none will.

        Becoming false counts too: a rule that is never seen to be false is never armed again. A fact without a value,
        or with a wrong one, is passed over: `evaluate` reports it.
        """
        return milliseconds_until(self._prepared.moments, facts, self._heard)

    @cached_property
    def _evaluated(self) -> tuple[int, ...]:
        rules = self.rules
        return tuple([number for number in self._prepared.sound if rules[number].enabled])

    @cached_property
    def _in_turn(self) -> tuple[tuple[RuleId, Predicate], ...] | None:
        return self.checks() if len(self._evaluated) <= READ_IN_TURN_MAX else None

    @cached_property
    def _heard(self) -> int:
        """A bit for each rule that is evaluated."""
        return mask_of(self._evaluated)

    def _rows_of(self, shelf: Shelf, *, without: frozenset[int]) -> int:
        """The rows of a shelf's rules that are evaluated."""
        rows = self._rows.get(shelf)
        if rows is None:
            rules = self.rules
            off = mask_of([row for row, number in enumerate(shelf.numbers) if not rules[number].enabled])
            rows = self._rows[shelf] = ((1 << len(shelf.numbers)) - 1) ^ off
        if without:
            rows &= ~mask_of(row for row, number in enumerate(shelf.numbers) if number in without)
        return rows


def _read(checks: Iterable[tuple[RuleId, Predicate]], facts: Facts, errors: RuleErrors) -> Evaluation:
    """Each rule as it is read, one after the other; what fails is added to `errors`."""
    true: list[RuleId] = []
    for rule, holds in checks:
        try:
            if holds(facts):
                true.append(rule)
        except Exception as error:  # whatever a rule meets, the others are heard; the error is returned
            errors = (*errors, RuleError(rule, reason_of(error)))
    return Evaluation(frozenset(true), errors) if true or errors else _NOTHING_HOLDS


def compile_rules(
    rules: Iterable[Rule], *, facts: Mapping[str, FactSpec], earlier: Iterable[CompiledRules] = ()
) -> CompiledRules:
    """Make rules ready. Raises WrongUse for two with one id; one that doesn't fit the facts is kept as `unusable`.

    A log may pin rules that an older release took: a session has to go on, and say so, without them. What was made of
    the first of the `earlier` sets that differs from it in nothing but switches and names is used again.
    """
    heard = tuple(sorted(sorted(rules, key=attrgetter("id")), key=attrgetter("priority"), reverse=True))
    for known in earlier:
        if facts is known._prepared.facts and _are_asked_alike(heard, known.rules):
            kept = tuple(old if new is old or new == old else new for new, old in zip(heard, known.rules, strict=True))
            return CompiledRules(digest=rule_set_digest(kept), rules=kept, _prepared=known._prepared)
    if len({rule.id for rule in heard}) < len(heard):
        raise WrongUse(f"Two rules are called {_first_double(heard)!r}.", now="Rename or remove one of them.")
    return CompiledRules(digest=rule_set_digest(heard), rules=heard, _prepared=Prepared(heard, facts))


def _are_asked_alike(some: tuple[Rule, ...], others: tuple[Rule, ...]) -> bool:
    """Whether a rule can be asked hangs on its actions too: a plugin may bring them, which isn't here."""
    return len(some) == len(others) and all(
        one is other
        or (
            one.id == other.id
            and (one.when is other.when or one.when == other.when)
            and (one.then is other.then or one.then == other.then)
            and one.plugins == other.plugins
        )
        for one, other in zip(some, others, strict=True)
    )


def _first_double(rules: Iterable[Rule]) -> RuleId:
    times = Counter(rule.id for rule in rules)
    return next(id_ for id_, count in times.items() if count > 1)
