"""Which turns of the round under way are still to be taken, and which are skipped?

A block that is taken at once wants all its turns together. A step's condition is asked as its turn comes; in a block
that repeats, whether there is a further repetition is asked at its first step, and the others follow that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from core.domain.changing import changed, maker
from core.domain.facts import FactValue
from core.domain.session import SessionState
from core.domain.steps import Step, StepKind
from core.flows.debate_clarifying import clarifying_steps
from core.flows.debate_events import StepSkipped
from core.flows.debate_facts import DEBATE_FACTS, facts_of
from core.flows.debate_state import DebateState, step_id
from core.rules.comparing import Predicate
from core.rules.condition import Condition, fields_of
from core.rules.interpreting import compile_condition
from core.templates.template import Block, StepSpec

CONDITIONS_REMEMBERED_MAX = 256

_made_step = maker(Step)

_SPECS = {spec.name: spec for spec in DEBATE_FACTS}


def wanted_now(state: SessionState) -> tuple[Step, ...]:
    """The turns to be taken now: the next one, or what is left of a block that is taken at once."""
    debate: DebateState = state.flow
    first = debate.next_step
    if first is None:
        return ()
    steps: tuple[Step, ...] = (_turn(debate, first),)
    if first.block:
        steps = tuple([_turn(debate, spec) for spec in _together(debate, first)])
    if debate.asides.pending:  # who asks waits for the answer; the others don't
        waiting = {asked.step for asked in debate.asides.pending}
        steps = (*clarifying_steps(debate), *(step for step in steps if step.id not in waiting))
    if not state.work.open:
        return steps
    # A call of a round that was cut short is waited for: its turn is still heard.
    return steps if state.work.open.keys() <= {step.id for step in steps} else ()


def skipped_now(state: SessionState) -> tuple[StepSkipped, ...]:
    """The steps that are passed over before the next turn, because their conditions don't hold as their turn comes.

    That is when all before them are done; for those of a block that is taken at once, when the block begins. Whoever
    has been asked once is not passed over any more.
    """
    debate: DebateState = state.flow
    if not debate.is_conditional or debate.next_step is None:
        return ()
    facts = facts_of(debate)
    left_out, spoken = set(debate.skipped), frozenset(debate.spoken)
    found: list[StepSkipped] = []
    waiting: StepSpec | None = None
    for spec in debate.steps:
        if spec.name in spoken:
            continue
        if waiting is not None and not _is_asked_with(debate, spec, waiting):
            break
        why = "" if _has_begun(state, spec) else _why_skipped(debate, spec, facts, left_out)
        if not why:
            waiting = waiting or spec
            continue
        left_out.add(spec.name)
        step = step_id(debate.round, spec.name, spec.seat)
        found.append(StepSkipped(step=step, seat=spec.seat, round=debate.round, reason=why))
    return tuple(found)


def coming_round(debate: DebateState) -> tuple[int, tuple[StepSpec, ...]] | None:
    """The number of the next round that has turns, and these; None where none is left.

    Behind a round in which every turn was skipped it is the next one in which some turn is not: rounds that would be
    no different are not gone through.
    """
    template, limit = debate.coming_template, debate.rounds_limit
    for number in range(debate.round + 1, limit + 1):
        steps = template.steps_of_round(number, rounds_limit=limit)
        if steps and not (is_used_up(debate) and _is_skipped_whole(debate, number, steps)):
            return number, steps
    return None


def is_used_up(debate: DebateState) -> bool:
    """True behind or in a round of which every turn was skipped."""
    return bool(debate.steps) and len(debate.skipped) == len(debate.steps)


def _is_skipped_whole(debate: DebateState, number: int, steps: tuple[StepSpec, ...]) -> bool:
    """Whether every one of `steps` would be skipped, were round `number` the one under way."""
    facts = facts_of(changed(debate, template=debate.coming_template, round=number, is_round_open=True))
    return not any(spec.when is None or holds(spec.when, facts) for spec in steps)


def holds(condition: Condition, facts: Mapping[str, FactValue]) -> bool:
    """Whether a condition over the facts of a debate is true; a fact without a value makes it false."""
    return _predicate(condition)(facts)


def _turn(debate: DebateState, spec: StepSpec) -> Step:
    id = step_id(debate.round, spec.name, spec.seat)
    return _made_step(id=id, kind=StepKind.TURN, seat=spec.seat, task=spec.task, round=debate.round)


def _together(debate: DebateState, first: StepSpec) -> tuple[StepSpec, ...]:
    """What is asked at once with the `first` turn of a block that nobody has taken; that turn alone in most blocks."""
    spoken = frozenset(debate.spoken)
    return tuple(spec for spec in debate.steps if spec.name not in spoken and _is_asked_with(debate, spec, first))


def _is_asked_with(debate: DebateState, spec: StepSpec, other: StepSpec) -> bool:
    """True where both are asked at once; a step is with itself."""
    if spec.name == other.name:
        return True
    if spec.block != other.block or spec.iteration != other.iteration:
        return False
    block = debate.template.block(spec.block)
    return block is not None and block.is_at_once


def _has_begun(state: SessionState, spec: StepSpec) -> bool:
    """True where the step, or one that is asked at once with it, has been asked."""
    debate: DebateState = state.flow
    heard, tries = frozenset(debate.spoken).difference(debate.skipped), state.work.tries
    return any(
        _is_asked_with(debate, each, spec)
        for each in debate.steps
        if each.name in heard or step_id(debate.round, each.name, each.seat) in tries
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
