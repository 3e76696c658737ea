"""What can be read of sessions, whoever drives them?

Everything here follows from the database alone, so that a console that joins reads what a console that drives reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.domain.errors import WrongUse, nearest
from core.domain.events import AttemptStarted, Recorded, SessionForked
from core.domain.facts import Facts
from core.domain.ids import SessionId, StepId
from core.domain.session import SessionState
from core.domain.steps import Message, Step, StepKind
from core.engine.replay import fold_session
from core.ports.event_log import READ_EVENTS_MAX
from core.runtime.folding import folded
from core.runtime.ports import Ports

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
        """The exact prompt of the newest recorded attempt at `step`: rendered again from the log as it then stood. Of a
        fork also that of a turn that it took along."""
        records = await self._up_to(session, step)
        await self._ports.library.prepare(record.event for record in records)
        *before, started = records
        state = fold_session(self._ports.engine, session, before)
        flow = self._ports.engine.flow(state)
        wanted = next((each for each in flow.plan(state) if each.id == step), None)
        if wanted is None:
            event = started.event
            assert isinstance(event, AttemptStarted)  # `_up_to` ends with nothing else
            wanted = Step(id=step, kind=StepKind.TURN, seat=event.seat, task="", round=1)
        return flow.request(state, wanted).messages

    async def _up_to(self, session: SessionId, step: StepId) -> Sequence[Recorded]:
        """The log up to the newest attempt at `step`; of a fork, where it took that along, what it took along."""
        records: list[Recorded] = []
        while page := await self._ports.log.read(session, after_seq=len(records), limit=READ_EVENTS_MAX):
            records += page
        steps: set[str] = set()
        for log in (records, _taken_along(records)):
            at = 0
            for number, record in enumerate(log, start=1):
                if isinstance(record.event, AttemptStarted):
                    steps.add(record.event.step)
                    at = number if record.event.step == step else at
            if at:
                return log[:at]
        raise WrongUse(
            f"it has no turn {step!r}.",
            where=f"session {session[:8]}",
            now=nearest(step, steps) or f"It has {', '.join(sorted(steps)) or 'none yet'}.",
        )


def _taken_along(records: Sequence[Recorded]) -> list[Recorded]:
    """A fork's opening and the events that it took along, as one log; nothing of a session that is no fork."""
    forked = next((record for record in records if isinstance(record.event, SessionForked)), None)
    if forked is None:
        return []
    assert isinstance(forked.event, SessionForked)
    first, carried = records[0], forked.event.prefix.events
    opened = replace(first, at_ms=carried[0].at_ms if carried else first.at_ms)
    return [opened, *(replace(forked, at_ms=each.at_ms, event=each.event, envelope=None) for each in carried)]
