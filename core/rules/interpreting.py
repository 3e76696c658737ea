"""What does a condition say, read from left to right, and why can it not be told?

This is what a rule means. Groups are looked at part by part up to the first that decides, and a comparison that makes
no sense counts only where it is reached. The index over many rules says the same, faster; where it can't, the rule is
read as here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.domain.errors import nearest
from core.domain.facts import Facts, FactSpec
from core.rules.comparing import Predicate, Senseless, fault_of_compare, predicate_of
from core.rules.condition import AllOf, AnyOf, Compare, Condition, Not, comparisons
from core.rules.pinning import fault_of_plugins
from core.rules.rule import Rule


def compile_condition(condition: Condition, facts: Mapping[str, FactSpec]) -> Predicate:
    """The condition as a function of the facts. It raises where a comparison that is reached makes no sense."""
    match condition:
        case Compare():
            return predicate_of(condition, facts[condition.field])
        case AllOf(parts=parts):
            return _all(tuple(compile_condition(part, facts) for part in parts))
        case AnyOf(parts=parts):
            return _any(tuple(compile_condition(part, facts) for part in parts))
        case Not(part=part):
            return _not(compile_condition(part, facts))


def fault_against(rule: Rule, facts: Mapping[str, FactSpec]) -> str:
    """Why a rule can't be asked of these facts; "" where it can."""
    fault = fault_of_plugins(rule, facts)
    if fault:
        return fault
    for compare in comparisons(rule.when):
        spec = facts.get(compare.field)
        fault = unknown_fact(compare.field, facts) if spec is None else fault_of_compare(compare, spec)
        if fault:
            return fault
    return ""


def holds_without(
    condition: Condition, facts: Facts, specs: Mapping[str, FactSpec], *, unknown: Collection[str]
) -> bool:
    """Whether the condition holds whatever the `unknown` facts are, going by the others alone."""
    return _told_without(condition, facts, specs, unknown) is True


def _told_without(
    condition: Condition, facts: Facts, specs: Mapping[str, FactSpec], unknown: Collection[str]
) -> bool | None:
    """None where it is up to what is unknown, or makes no sense."""
    match condition:
        case Compare(field=field) if field in unknown:
            return None
        case Compare():
            try:
                return predicate_of(condition, specs[condition.field])(facts)
            except Exception:  # the condition was read before, up to what decided it: this part decided nothing
                return None
        case AllOf(parts=parts):
            told = [_told_without(part, facts, specs, unknown) for part in parts]
            return False if False in told else None if None in told else True
        case AnyOf(parts=parts):
            told = [_told_without(part, facts, specs, unknown) for part in parts]
            return True if True in told else None if None in told else False
        case Not(part=part):
            inner = _told_without(part, facts, specs, unknown)
            return None if inner is None else not inner


def unknown_fact(name: str, facts: Collection[str]) -> str:
    return f"no fact is called {name!r}. {nearest(name, facts)}".strip()


def reason_of(error: Exception) -> str:
    """Why evaluating a rule failed, without words of Python's own: those differ between its versions."""
    match error:
        case Senseless():
            return str(error)
        case KeyError():
            return f"the session has no fact {error.args[0]!r}."
        case _:
            return f"the rule failed with {type(error).__name__}."


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
