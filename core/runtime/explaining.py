"""Why does a rule hold in a session or not, at any point of its log?

The log of the session that was asked about last is kept as a trail of its facts, so that moving along its events folds
nothing again, and what was recorded since is read on.
"""

from __future__ import annotations

import asyncio

from core.domain.errors import WrongUse, nearest
from core.domain.ids import RuleId, SessionId
from core.domain.session import SessionState
from core.engine.provenance import FactTrail, Point
from core.ports.event_log import READ_EVENTS_MAX
from core.rules.explanation import Explanation, explain
from core.rules.rule import Rule
from core.runtime.folding import folded
from core.runtime.ports import Ports

SLICE_EVENTS = 200
"""Read between two looks of the event loop at everything else: a few milliseconds of work."""


class Explaining:
    """Questions about the rules of recorded sessions. Belongs to one event loop."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._trail: tuple[SessionId, FactTrail] | None = None
        self._reading = asyncio.Lock()

    async def explain(self, session: SessionId, rule_id: str, *, at_seq: int | None = None) -> Explanation:
        """Why a rule holds behind event `at_seq`, at the moment that is on record; without it, now.

        The rules in force at that point are asked. One that they don't have is taken from the catalogue, and the
        explanation's moment says that it is not in force. Raises WrongUse for an unknown rule, session or event.
        """
        point = await self._point(session, at_seq)
        rules = await self._ports.library.rules(point.ruling.digest)
        rule = rules.by_id.get(RuleId(rule_id))
        if rule is not None:
            return point.explain(rule)
        return point.explain(await self._in_the_catalogue(rule_id), is_in_force=False)

    async def explanations_at(self, session: SessionId, seq: int) -> tuple[Explanation, ...]:
        """Every rule of those in force behind event `seq`, switched on or off, in the order in which they are heard."""
        point = await self._point(session, seq)
        rules = await self._ports.library.rules(point.ruling.digest)
        return tuple(point.explain(rule) for rule in rules.rules)

    async def explanations(self, session: SessionId, *, state: SessionState | None = None) -> tuple[Explanation, ...]:
        """Every enabled rule of the session's own, looked at in one state: `state`, or what its log folds to."""
        state = state or await folded(self._ports, session)
        rules = await self._ports.library.rules(state.ruling.digest)
        facts = self._ports.engine.facts(state, now_ms=self._ports.clock.now_ms())
        return tuple(explain(rule, facts, self._ports.library.fact_specs) for rule in rules.rules if rule.enabled)

    async def _in_the_catalogue(self, rule_id: str) -> Rule:
        known = {str(rule.id): rule for rule in await self._ports.catalogue.rules()}
        if rule_id not in known:
            raise WrongUse(f"no rule is called {rule_id!r}.", now=nearest(rule_id, known))
        return known[rule_id]

    async def _point(self, session: SessionId, at_seq: int | None) -> Point:
        trail = await self._read_on(session, None if at_seq is None or at_seq < 1 else at_seq)
        last = trail.state.seq
        if not last:
            raise WrongUse(f"there is no session {session!r}.", now="`moot sessions list` shows those there are.")
        if at_seq is None:
            return trail.now(self._ports.clock.now_ms())
        if not 0 < at_seq <= last:
            raise WrongUse(
                f"it has no event {at_seq}.",
                where=f"session {session[:8]}",
                now=f"Its events are numbered from 1 to {last}; `moot sessions show ID --json` lists them.",
            )
        return trail.at(at_seq)

    async def _read_on(self, session: SessionId, until_seq: int | None) -> FactTrail:
        """The trail up to event `until_seq` at least, where the log has it: what is beyond may not be readable here."""
        async with self._reading:  # of two that read on at once, neither may take an event twice
            trail = self._trail_of(session)
            while until_seq is None or trail.state.seq < until_seq:
                left = READ_EVENTS_MAX if until_seq is None else min(READ_EVENTS_MAX, until_seq - trail.state.seq)
                records = await self._ports.log.read(session, after_seq=trail.state.seq, limit=left)
                await self._ports.library.prepare(record.event for record in records)
                for start in range(0, len(records), SLICE_EVENTS):
                    trail.read(records[start : start + SLICE_EVENTS])
                    await asyncio.sleep(0)
                if len(records) < left:
                    break
            self._trail = (session, trail)
            return trail

    def _trail_of(self, session: SessionId) -> FactTrail:
        """The one kept, unless it is another's. It is kept again once it was read on whole."""
        kept, self._trail = self._trail, None
        if kept is not None and kept[0] == session:
            return kept[1]
        return FactTrail(self._ports.engine, session, self._ports.library.fact_specs)
