"""What is true of a session, as its log has it?"""

from __future__ import annotations

from core.domain.errors import WrongUse
from core.domain.ids import SessionId
from core.domain.session import SessionState
from core.engine.evolve import unopened
from core.engine.replay import fold
from core.ports.event_log import READ_EVENTS_MAX
from core.runtime.ports import Ports


async def folded(ports: Ports, session: SessionId, *, at_seq: int | None = None) -> SessionState:
    """The state that a session's log leaves, up to `at_seq` where given. Raises WrongUse for an unknown session."""
    state = unopened(session)
    while True:
        records = await ports.log.read(session, after_seq=state.seq, limit=READ_EVENTS_MAX, with_envelopes=False)
        if at_seq is not None:
            records = [record for record in records if record.seq <= at_seq]
        if not records:
            break
        await ports.library.prepare(record.event for record in records)
        state = fold(ports.engine, records, state=state)
    if state.opening is None:
        raise WrongUse(f"there is no session {session!r}.", now="`moot sessions list` names those that there are.")
    return state
