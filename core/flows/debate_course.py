"""Which turns of the round under way are still to be taken, and which are skipped?

A block that is taken at once wants all its turns together. A step's condition is asked as its turn comes; in a block
that repeats, whether there is a further repetition is asked at its first step, and the others follow that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from core.domain.facts import FactValue
from core.domain.session import SessionState
from core.domain.steps import Step, StepKind
from core.flows.debate_events import StepSkipped
from core.flows.debate_facts import DEBATE_FACTS, facts_of
from core.flows.debate_state import DebateState, step_id
from core.rules.comparing import Predicate
from core.rules.condition import Condition, fields_of
from core.rules.interpreting import compile_condition
from core.templates.template import Block, StepSpec

CONDITIONS_REMEMBERED_MAX = 256

_SPECS = {spec.name: spec for spec in DEBATE_FACTS}


def wanted_now(state: SessionState) -> tuple[Step, ...]:
    """The turns to be taken now: the next one, or what is left of a block that is taken at once."""
    debate: DebateState = state.flow
    first = debate.next_step
    if first is None:
        return ()
    specs = _together(debate, first)
    steps = tuple(
        Step(
            id=step_id(debate.round, spec.name, spec.seat),
            kind=StepKind.TURN,
            seat=spec.seat,
            task=spec.task,
            round=debate.round,
        )
        for spec in specs
    )
    # A call of a round that was cut short is waited for: its turn is still heard.
    return steps if state.work.open.keys() <= {step.id for step in steps} else ()


def skipped_now(state: SessionState) -> tuple[StepSkipped, ...]:
    """The steps that are passed over before the next turn, because their conditions don't hold as their turn comes."""
    debate: DebateState = state.flow
    if not debate.is_conditional or debate.next_step is None:
        return ()
    facts = facts_of(debate)
    left_out = set(debate.skipped)
    found: list[StepSkipped] = []
    for spec in debate.steps:
        if spec.name in debate.spoken or step_id(debate.round, spec.name, spec.seat) in state.work.open:
            continue
        why = _why_skipped(debate, spec, facts, left_out)
        if not why:
            block = debate.template.block(spec.block)
            if block is not None and block.is_at_once:
                continue  # the others of its block are asked now as well
            break
        left_out.add(spec.name)
        found.append(
            StepSkipped(
                step=step_id(debate.round, spec.name, spec.seat), seat=spec.seat, round=debate.round, reason=why
            )
        )
    return tuple(found)


def is_used_up(debate: DebateState) -> bool:
    """True for a round in which every turn was skipped: another one would be no different."""
    return bool(debate.steps) and len(debate.skipped) == len(debate.steps)


def holds(condition: Condition, facts: Mapping[str, FactValue]) -> bool:
    """Whether a condition over the facts of a debate is true; a fact without a value makes it false."""
    return _predicate(condition)(facts)


def _together(debate: DebateState, first: StepSpec) -> tuple[StepSpec, ...]:
    block = debate.template.block(first.block)
    if block is None or not block.is_at_once:
        return (first,)
    return tuple(
        spec
        for spec in debate.steps
        if spec.block == first.block and spec.iteration == first.iteration and spec.name not in debate.spoken
    )


def _why_skipped(debate: DebateState, spec: StepSpec, facts: Mapping[str, FactValue], left_out: set[str]) -> str:
    block = debate.template.block(spec.block)
    if block is not None and block.until is not None and spec.iteration > 1:
        leader = _leader(debate, block, spec)
        if leader.name in left_out:
            return "the repetition that it belongs to is not taken"
        if leader is spec and holds(block.until, facts):
            return f"{_values(block.until, facts)}: that is enough"
    if spec.when is not None and not holds(spec.when, facts):
        return f"{_values(spec.when, facts)}: its condition does not hold"
    return ""


def _leader(debate: DebateState, block: Block, spec: StepSpec) -> StepSpec:
    return next(each for each in debate.steps if each.block == block.id and each.iteration == spec.iteration)


def _values(condition: Condition, facts: Mapping[str, FactValue]) -> str:
    return ", ".join(f"{name} is {_shown(facts.get(name))}" for name in fields_of(condition))


def _shown(value: FactValue) -> str:
    return "not known" if value is None else str(value)[:60]


@lru_cache(maxsize=CONDITIONS_REMEMBERED_MAX)
def _predicate(condition: Condition) -> Predicate:
    return compile_condition(condition, _SPECS)
