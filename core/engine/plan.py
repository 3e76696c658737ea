"""Given this state alone, which steps are wanted now?

There is no queue of pending work to restore: after a crash, fold the log and ask again.
"""

from __future__ import annotations

from core.domain.ids import StepId
from core.domain.session import SessionState, Status
from core.domain.steps import Step
from core.engine.engine import Engine
from core.engine.facts import time_facts


def plan(engine: Engine, state: SessionState) -> tuple[Step, ...]:
    """Steps to begin now, in order: wanted by the flow, not under way, not given up."""
    if state.life.status is not Status.RUNNING:
        return ()
    wanted = engine.flow(state).plan(state)
    return tuple(step for step in wanted if step.id not in state.work.open and step.id not in state.work.exhausted)


def next_attempt(state: SessionState, step: StepId) -> int:
    """The number (from 1) of the attempt that would be begun next at a step."""
    return state.work.tries.get(step, 0) + 1


def next_deadline(engine: Engine, state: SessionState, *, now_ms: int) -> int | None:
    """The Unix time in ms at which time alone may make a rule true; None where it can't."""
    if state.life.status is not Status.RUNNING or state.life.completing is not None:
        return None
    rules = engine.rules(state)
    if not rules.wait_for_time:
        return None
    wait_ms = rules.milliseconds_until_change(time_facts(state, now_ms))
    return None if wait_ms is None else now_ms + wait_ms
