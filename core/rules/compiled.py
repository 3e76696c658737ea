"""Which rules hold for these facts, and when could time alone make another one hold?"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from core.domain.errors import WrongUse, nearest
from core.domain.facts import Facts, FactSpec
from core.domain.ids import Digest, RuleId
from core.rules.comparing import Predicate, fault_of_compare, predicate_of
from core.rules.condition import AllOf, AnyOf, Compare, Condition, Not, comparisons
from core.rules.rule import Rule, rule_set_digest


class RuleError(NamedTuple):
    """A rule could not be evaluated; `message` says why in words that are the same on every machine."""

    rule: RuleId
    message: str


RuleErrors = tuple[RuleError, ...]


class Evaluation(NamedTuple):
    """Which enabled rules' conditions hold, and which could not be told."""

    true_ids: frozenset[RuleId]
    errors: RuleErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCondition:
    """A comparison of a fact that grows by itself: `moments` are the values, ascending, at which its answer changes."""

    field: str
    moments: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRules:
    """A set of rules made ready. `rules` are all of them in the order in which they are heard: highest priority first,
    then by id; `enabled` those that are evaluated, in the same order.
    """

    digest: Digest
    rules: tuple[Rule, ...]
    enabled: tuple[Rule, ...]
    by_id: Mapping[RuleId, Rule] = field(compare=False, repr=False)
    unusable: RuleErrors
    """Enabled rules that don't fit the facts; each evaluation returns them among its errors."""
    checks: tuple[tuple[RuleId, Predicate], ...] = field(compare=False, repr=False)
    time_conditions: tuple[TimeCondition, ...] = field(compare=False, repr=False)

    def evaluate(self, facts: Facts) -> Evaluation:
        """Look at every enabled rule. One that fails is among the errors and stops none of the others."""
        true: list[RuleId] = []
        errors = self.unusable
        for rule, holds in self.checks:
            try:
                if holds(facts):
                    true.append(rule)
            except Exception as error:  # whatever a rule meets, the others are heard; the error is returned
                errors = (*errors, RuleError(rule, reason_of(error)))
        return Evaluation(frozenset(true), errors)

    def milliseconds_until_change(self, facts: Facts) -> int | None:
        """The least active time after which a time condition changes its answer by itself; None where none will.

        Becoming false counts too: a rule that is never seen to be false is never armed again. A fact without a value,
        or with a wrong one, is passed over: `evaluate` reports it.
        """
        least: int | None = None
        for condition in self.time_conditions:
            now = facts.get(condition.field)
            if not isinstance(now, int):
                continue
            place = bisect_right(condition.moments, now)
            if place < len(condition.moments):
                wait = condition.moments[place] - now
                least = wait if least is None or wait < least else least
        return least


def compile_rules(rules: Iterable[Rule], *, facts: Mapping[str, FactSpec]) -> CompiledRules:
    """Make rules ready. Raises WrongUse for two with one id; one that doesn't fit the facts is kept as `unusable`.

    A log may pin rules that an older release took: a session has to go on, and say so, without them.
    """
    heard = tuple(sorted(rules, key=lambda rule: (-rule.priority, rule.id)))
    by_id = {rule.id: rule for rule in heard}
    if len(by_id) < len(heard):
        raise WrongUse(f"Two rules are called {_first_double(heard)!r}.", now="Rename or remove one of them.")
    enabled = tuple(rule for rule in heard if rule.enabled)
    faults = {rule.id: fault for rule in enabled if (fault := fault_against(rule, facts))}
    usable = [rule for rule in enabled if rule.id not in faults]
    return CompiledRules(
        digest=rule_set_digest(heard),
        rules=heard,
        enabled=enabled,
        by_id=MappingProxyType(by_id),
        unusable=tuple(RuleError(rule, fault) for rule, fault in faults.items()),
        checks=tuple((rule.id, compile_condition(rule.when, facts)) for rule in usable),
        time_conditions=tuple(found for rule in usable for found in _time_conditions(rule.when, facts)),
    )


def _first_double(rules: Iterable[Rule]) -> RuleId:
    times = Counter(rule.id for rule in rules)
    return next(id_ for id_, count in times.items() if count > 1)


def fault_against(rule: Rule, facts: Mapping[str, FactSpec]) -> str:
    """Why a rule can't be asked of these facts; "" where it can."""
    for compare in comparisons(rule.when):
        spec = facts.get(compare.field)
        fault = unknown_fact(compare.field, facts) if spec is None else fault_of_compare(compare, spec)
        if fault:
            return fault
    return ""


def unknown_fact(name: str, facts: Collection[str]) -> str:
    return f"no fact is called {name!r}. {nearest(name, facts)}".strip()


def reason_of(error: Exception) -> str:
    """Why evaluating a rule failed, without words of Python's own: those differ between its versions."""
    match error:
        case KeyError():
            return f"the session has no fact {error.args[0]!r}."
        case TypeError() | AttributeError():
            return "a fact has a value of another type than the rule compares."
        case _:
            return f"the rule failed with {type(error).__name__}."


def compile_condition(condition: Condition, facts: Mapping[str, FactSpec]) -> Predicate:
    """The condition as a function of the facts."""
    match condition:
        case Compare():
            return predicate_of(condition, facts[condition.field])
        case AllOf(parts=parts):
            return _all(tuple(compile_condition(part, facts) for part in parts))
        case AnyOf(parts=parts):
            return _any(tuple(compile_condition(part, facts) for part in parts))
        case Not(part=part):
            return _not(compile_condition(part, facts))


def _all(parts: tuple[Predicate, ...]) -> Predicate:
    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110  # all() with a generator takes three times as long
            if not part(facts):
                return False
        return True

    return parts[0] if len(parts) == 1 else holds


def _any(parts: tuple[Predicate, ...]) -> Predicate:
    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110  # any() with a generator takes three times as long
            if part(facts):
                return True
        return False

    return parts[0] if len(parts) == 1 else holds


def _not(part: Predicate) -> Predicate:
    return lambda facts: not part(facts)


def _time_conditions(condition: Condition, facts: Mapping[str, FactSpec]) -> Iterable[TimeCondition]:
    for compare in comparisons(condition):
        found = _time_condition(compare, facts[compare.field])
        if found.moments:
            yield found


def _time_condition(compare: Compare, spec: FactSpec) -> TimeCondition:
    """What a comparison says of a growing number changes only at the values it names and just after each of them."""
    holds = predicate_of(compare, spec)
    named = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    numbers = [number for number in named if isinstance(number, int)] if spec.grows_with_time else []
    steps = sorted({step for number in numbers for step in (number, number + 1)})
    moments = tuple(step for step in steps if holds({compare.field: step}) != holds({compare.field: step - 1}))
    return TimeCondition(field=compare.field, moments=moments)
