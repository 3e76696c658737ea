"""Given this state alone, which steps are wanted now?

There is no queue of pending work to restore: after a crash, fold the log and ask again.
"""

from __future__ import annotations

from core.domain.ids import NO_SEAT, StepId
from core.domain.session import SessionState, Status
from core.domain.steps import Step, StepKind
from core.engine.answering import next_answer_due_ms
from core.engine.engine import Engine
from core.engine.facts import time_facts


def plan(engine: Engine, state: SessionState) -> tuple[Step, ...]:
    """Steps to begin now, in order: wanted by the flow, not under way, not given up; and the ends of children that are
    awaited."""
    if state.life.status is not Status.RUNNING:
        return ()
    steps, work = engine.flow(state).plan(state), state.work
    if work.open or work.exhausted:
        steps = tuple([step for step in steps if step.id not in work.open and step.id not in work.exhausted])
    if not work.children:
        return steps
    awaited = (Step(id=step, kind=StepKind.CHILD_END, seat=NO_SEAT, task="", round=0) for step in work.children)
    return *(step for step in steps if step.id not in work.children), *awaited


def next_attempt(state: SessionState, step: StepId) -> int:
    """The number (from 1) of the attempt that would be begun next at a step."""
    return state.work.tries.get(step, 0) + 1


def next_deadline(engine: Engine, state: SessionState, *, now_ms: int) -> int | None:
    """The Unix time in ms at which time alone may make a rule true, or nobody is waited for any longer; None where
    neither can be."""
    if state.life.status is Status.ESCALATED:
        return next_answer_due_ms(state.life, engine.flow(state).answer_terms(state))
    if state.life.status is not Status.RUNNING or state.life.completing is not None:
        return None
    rules = engine.rules(state)
    if not rules.wait_for_time:
        return None
    wait_ms = rules.milliseconds_until_change(time_facts(state, now_ms))
    return None if wait_ms is None else now_ms + wait_ms
