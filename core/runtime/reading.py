"""What can be read of sessions, whoever drives them?

Everything here follows from the database alone, so that a console that joins reads what a console that drives reads.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.errors import WrongUse, nearest
from core.domain.events import AttemptStarted, Recorded
from core.domain.facts import Facts
from core.domain.ids import SessionId, StepId
from core.domain.session import SessionState
from core.domain.steps import Message, Step, StepKind
from core.ports.event_log import READ_EVENTS_MAX
from core.runtime.ports import Ports
from core.runtime.supervisor import folded

MATCHES_NAMED_MAX = 5


class Reader:
    """Questions about recorded sessions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def find(self, prefix: str) -> SessionId:
        """The one session whose id begins with `prefix`. Raises WrongUse for none, or for several, naming them."""
        wanted = prefix.strip().lower()
        found = await self._ports.log.session_ids(wanted, limit=MATCHES_NAMED_MAX + 1) if wanted else []
        exact = [session for session in found if session == wanted]
        if len(found) == 1 or exact:
            return exact[0] if exact else found[0]
        if not found:
            raise WrongUse(
                f"no session's id begins with {prefix!r}.", now="`moot sessions list` shows those there are."
            )
        named = ", ".join(session[: len(wanted) + 4] for session in found[:MATCHES_NAMED_MAX])
        raise WrongUse(f"{prefix!r} could be several sessions: {named}.", now="Give more of the id.")

    async def events(self, session: SessionId, *, after_seq: int, limit: int) -> Sequence[Recorded]:
        return await self._ports.log.read(session, after_seq=after_seq, limit=limit)

    async def state(self, session: SessionId, *, at_seq: int | None = None) -> SessionState:
        """The state that the log leaves, up to `at_seq` where given."""
        return await folded(self._ports, session, at_seq=at_seq)

    async def facts(self, session: SessionId, *, at_seq: int | None = None) -> Facts:
        """What rules see of a session: now, or at the moment of event `at_seq`."""
        state = await folded(self._ports, session, at_seq=at_seq)
        now_ms = self._ports.clock.now_ms() if at_seq is None else state.at_ms
        return self._ports.engine.facts(state, now_ms=now_ms)

    async def prompt(self, session: SessionId, step: StepId) -> tuple[Message, ...]:
        """The exact prompt of the newest recorded attempt at `step`: rendered again from the log as it then stood."""
        started = await self._started(session, step)
        state = await folded(self._ports, session, at_seq=started.seq - 1)
        flow = self._ports.engine.flow(state)
        wanted = next((each for each in flow.plan(state) if each.id == step), None)
        if wanted is None:
            event = started.event
            assert isinstance(event, AttemptStarted)  # `_started` returns nothing else
            wanted = Step(id=step, kind=StepKind.TURN, seat=event.seat, task="", round=1)
        return flow.request(state, wanted).messages

    async def _started(self, session: SessionId, step: StepId) -> Recorded:
        found: Recorded | None = None
        steps: set[str] = set()
        seq = 0
        while records := await self._ports.log.read(session, after_seq=seq, limit=READ_EVENTS_MAX):
            for record in records:
                if isinstance(record.event, AttemptStarted):
                    steps.add(record.event.step)
                    if record.event.step == step:
                        found = record
            seq = records[-1].seq
        if found is None:
            raise WrongUse(
                f"it has no turn {step!r}.",
                where=f"session {session[:8]}",
                now=nearest(step, steps) or f"It has {', '.join(sorted(steps)) or 'none yet'}.",
            )
        return found
