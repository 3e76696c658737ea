"""When does a child begin and end whose end its parent waits for?"""

from __future__ import annotations

from core.domain.commands import RecordChild, RecordChildEnd
from core.domain.events import ChildEnded, ChildStarted, Event
from core.domain.session import SessionState
from core.engine.refusing import refused, require_unfinished


def child_started(state: SessionState, command: RecordChild) -> tuple[Event, ...]:
    if not command.is_awaited or not command.child:
        return ()
    if command.step in state.work.children:
        raise refused(state, f"told twice of the child of {command.step}", "It is under way.")
    return (ChildStarted(step=command.step, child=command.child, cap_microusd=command.cap_microusd),)


def child_ended(state: SessionState, command: RecordChildEnd) -> tuple[Event, ...]:
    require_unfinished(state)
    awaited = state.work.children.get(command.step)
    if awaited is None or awaited.child != command.child:
        raise refused(state, f"told of the end of {command.child[:8]}", "Nobody waits for that one here.")
    return (
        ChildEnded(
            step=command.step,
            child=command.child,
            status=command.status,
            outcome=command.outcome,
            cost_microusd=command.cost_microusd,
            why=command.why,
        ),
    )
