"""What exactly was asked in a session, call by call?

Prompts are never recorded: each follows from the log as it stood when the call began, and is rendered again from there.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.events import AttemptStarted
from core.domain.ids import SessionId
from core.domain.steps import ModelRequest, Step, StepKind
from core.engine.evolve import unopened
from core.engine.replay import fold
from core.ports.event_log import READ_EVENTS_MAX
from core.runtime.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call that was begun, and what its seat's model was asked."""

    at_ms: int
    call: AttemptStarted
    step: Step
    request: ModelRequest


async def asked_in(ports: Ports, session: SessionId) -> tuple[Asked, ...]:
    """Every call of a session's own log, oldest first; what a fork took along is its origin's. The log is folded once.
    Raises NotVerifiableHere where it can't be read to the end here."""
    state, seq = unopened(session), 0
    found: list[Asked] = []
    while page := await ports.log.read(session, after_seq=seq, limit=READ_EVENTS_MAX):
        await ports.library.prepare(record.event for record in page)
        for record in page:
            event = record.event
            if isinstance(event, AttemptStarted):
                flow = ports.engine.flow(state)
                wanted = next((step for step in flow.plan(state) if step.id == event.step), None)
                step = wanted or Step(id=event.step, kind=StepKind.TURN, seat=event.seat, task="", round=1)
                found.append(Asked(at_ms=record.at_ms, call=event, step=step, request=flow.request(state, step)))
            state = fold(ports.engine, (record,), state=state)
        seq = page[-1].seq
    return tuple(found)
