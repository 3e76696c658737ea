"""Is what was given up left alone, whatever the flow would want?"""

from __future__ import annotations

from core.domain.events import StepExhausted
from core.domain.session import Status
from core.engine.evolve import evolve
from core.engine.plan import plan
from tests.builders import after, opened


def test_a_step_that_gave_up_is_not_wanted_while_its_session_runs() -> None:
    played = after(*opened())
    step, flow = played.next_step(), played.engine.flow(played.state)
    gave_up = StepExhausted(step=step.id, attempts=3, error="overloaded", message="The model is overloaded.")

    behind = evolve(played.state, gave_up, at_ms=played.now_ms, flow=flow)

    assert behind.life.status is Status.RUNNING
    assert step.id in {each.id for each in flow.plan(behind)}
    assert step.id not in {each.id for each in plan(played.engine, behind)}
