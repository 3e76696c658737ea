"""Which conditions of a format can never hold where they are asked, or hold always?

The facts of a debate are narrowed to what they can be as the step's turn comes: a step of the first round is never
asked in the third, and where no step expects an answer none is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.domain.facts import FactSpec
from core.domain.session import ROUNDS_MAX
from core.rules.checking.possible import Possibilities
from core.rules.checking.wording import in_short
from core.rules.comparing import fault_of_compare
from core.rules.condition import AllOf, AnyOf, Compare, Condition, Not, comparisons, fault_of_shape, fields_of
from core.rules.interpreting import unknown_fact
from core.templates.checking_votes import VOTE_NEEDS
from core.templates.findings import Finding, Kind, Part, Severity
from core.templates.template import Block, Expects, Occurs, StepSpec, Template

_ROUNDS: Mapping[Occurs, tuple[int, int]] = {
    Occurs.FIRST: (1, 1),
    Occurs.LATER: (2, ROUNDS_MAX),
    Occurs.MIDDLE: (2, ROUNDS_MAX - 1),
    Occurs.LAST: (1, ROUNDS_MAX),
    Occurs.BEFORE_LAST: (1, ROUNDS_MAX - 1),
    Occurs.EVERY: (1, ROUNDS_MAX),
}
"""From which round to which a step can be taken, however many an operator lets be played."""


def check_conditions(template: Template, facts: Mapping[str, FactSpec]) -> Iterator[Finding]:
    """Findings about `when` of steps and `until` of blocks; nothing is said where no facts are known."""
    if not facts:
        return
    for step in template.steps:
        if step.when is not None:
            yield from _of_a_step(template, step, step.when, facts)
    for block in template.blocks:
        if block.until is not None:
            yield from _of_a_block(template, block, block.until, facts)
    if template.verdict is not None and template.verdict.when is not None:
        what = "the verdict has a condition, and a debate ends with a verdict whatever holds."
        yield _found(Kind.MISUSED, Severity.ERROR, ("verdict", "when"), what, "Remove it.")


def _of_a_step(template: Template, step: StepSpec, when: Condition, facts: Mapping[str, FactSpec]) -> Iterator[Finding]:
    part = ("steps", step.name, "when")
    fault = _fault(when, facts)
    if fault:
        yield _found(Kind.UNKNOWN_FACT, Severity.ERROR, part, f"{step.name} can't be asked: {fault}", "")
        return
    narrowed = _narrowed(facts, template, step)
    possible = Possibilities(narrowed)
    said = in_short(when, facts)
    unknown = _never_known(template, when)
    if possible.is_impossible(when) or (unknown and _needs(when, unknown)):
        what = f"{step.name} is never taken: `{said}` can't hold {_where(step)}."
        if unknown:
            what = f"{step.name} is never taken: no step of the format gives {unknown} a value."
        yield _found(Kind.NEVER_TAKEN, Severity.ERROR, part, what, "Compare with another value, or remove the step.")
    elif possible.is_certain(when):
        what = f"{step.name} is always taken: `{said}` always holds {_where(step)}."
        yield _found(Kind.ALWAYS_TAKEN, Severity.WARNING, part, what, "Remove the condition, or compare otherwise.")


def _of_a_block(template: Template, block: Block, until: Condition, facts: Mapping[str, FactSpec]) -> Iterator[Finding]:
    part = ("blocks", block.id, "until")
    fault = _fault(until, facts)
    if fault:
        yield _found(Kind.UNKNOWN_FACT, Severity.ERROR, part, f"{block.id} can't be asked: {fault}", "")
        return
    inside = [step for step in template.steps if step.block == block.id]
    narrowed = _narrowed(facts, template, inside[0]) if inside else facts
    possible = Possibilities(narrowed)
    said = in_short(until, facts)
    unknown = _never_known(template, until)
    if possible.is_impossible(until) or (unknown and _needs(until, unknown)):
        what = f"the block {block.id} is always taken {block.times} times: `{said}` never holds."
        yield _found(Kind.ENDLESS, Severity.WARNING, part, what, "Compare with another value, or leave 'times' alone.")
    elif possible.is_certain(until):
        what = f"the block {block.id} is never repeated: `{said}` always holds."
        yield _found(Kind.NEVER_TAKEN, Severity.WARNING, part, what, "Compare with another value.")


def _fault(condition: Condition, facts: Mapping[str, FactSpec]) -> str:
    shape = fault_of_shape(condition)
    if shape:
        return shape
    for compare in comparisons(condition):
        spec = facts.get(compare.field)
        fault = unknown_fact(compare.field, facts) if spec is None else fault_of_compare(compare, spec)
        if fault:
            return fault
    return ""


def _narrowed(facts: Mapping[str, FactSpec], template: Template, step: StepSpec) -> Mapping[str, FactSpec]:
    first, last = _ROUNDS[step.occurs]
    expecting = {each.expects for each in template.steps}
    narrower: dict[str, dict[str, object]] = {
        "current_round": {"least": first, "most": last},
        "round_count": {"least": first - 1, "most": last - 1},
        "roles": {"words": tuple(dict.fromkeys(seat.role.value for seat in template.seats))},
        "complexity": {"words": (template.complexity.value,)},
    }
    if VOTE_NEEDS.isdisjoint(expecting):
        narrower["answer_count"] = {"most": 0}
        narrower["leading_share_ppm"] = {"most": 0}
    return {
        name: replace(spec, **narrower[name]) if name in narrower else spec  # type: ignore[arg-type]  # by name
        for name, spec in facts.items()
    }


def _never_known(template: Template, condition: Condition) -> str:
    """A fact that the condition names and that no step of the format gives a value; "" where there is none."""
    expecting = {step.expects for step in template.steps}
    missing = {
        *(("judge_outcome",) if Expects.BREAK not in expecting else ()),
        *(("leading_answer",) if VOTE_NEEDS.isdisjoint(expecting) else ()),
    }
    return next((name for name in fields_of(condition) if name in missing), "")


def _needs(condition: Condition, field: str) -> bool:
    """Whether a condition can hold only where that fact has a value."""
    match condition:
        case Compare():
            return condition.field == field
        case AllOf(parts=parts):
            return any(_needs(part, field) for part in parts)
        case AnyOf(parts=parts):
            return bool(parts) and all(_needs(part, field) for part in parts)
        case Not():
            return False


def _where(step: StepSpec) -> str:
    match step.occurs:
        case Occurs.FIRST:
            return "in the first round"
        case Occurs.EVERY:
            return "as its turn comes"
        case _:
            return f"in a {str(step.occurs).replace('_', ' ')} round"


def _found(kind: Kind, severity: Severity, part: Part, what: str, now: str) -> Finding:
    return Finding(kind=kind, severity=severity, part=part, what=what, now=now)
