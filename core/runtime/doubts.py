"""Which calls are in doubt, what may each have cost, and what becomes of it?

A call is in doubt where its intent is on record and nobody will learn its end: the process that made it is gone, or it
was broken off. Everything here follows from the database, whoever drives it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import MootError, WrongUse
from core.domain.ids import SessionId, StepId
from core.domain.session import DoubtfulAttempt, OpenAttempt, SessionState, Status
from core.domain.summary import SessionSummary
from core.engine.decide import waiting_doubts
from core.ports.cost_book import DOUBTFUL_SESSIONS_MAX
from core.ports.session_index import SessionIndex
from core.runtime.folding import folded
from core.runtime.ports import Limits, Ports
from core.runtime.records import records
from core.runtime.rows import RowsBeyond

_log = logging.getLogger(__name__)


class DoubtStands(StrEnum):
    """What has become of a doubt."""

    LEFT = "left"
    """The process that asked is gone, and nobody has taken the session up since: its policy says what then happens."""
    WAITS = "waits"
    """Its session stands still until the operator has it asked again, or gives it up."""
    CHARGED = "charged"
    """Its session went on; what it can have cost at most stays charged until it is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A call of which nobody knows how it ended. `since_ms` (Unix) is when it was made where it was only just left, and
    when it was found in doubt otherwise. `policy` is what is done by itself with one that was left: retry, ask or fail.
    """

    session: SessionId
    title: str
    status: Status
    step: StepId
    attempt: int
    route: str
    cost_microusd_max: int
    since_ms: int
    why: str
    policy: str
    stands: DoubtStands


class Doubts:
    """Lists them. What was folded once is not folded again until its session changes."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        self._ports = ports
        self._limits = limits
        self._known: dict[SessionId, tuple[int, bool, tuple[Doubt, ...]]] = {}

    async def listed(self, rows: SessionIndex | RowsBeyond, *, is_driven: Callable[[], bool]) -> tuple[Doubt, ...]:
        """Every call in doubt that may have cost something, oldest first, of at most `DOUBTFUL_SESSIONS_MAX` sessions.

        Where somebody drives, a call without an end is under way and in no doubt.
        """
        driven = is_driven()
        suspects = await self._suspects(rows, is_driven=driven)
        known: dict[SessionId, tuple[int, bool, tuple[Doubt, ...]]] = {}
        for row in suspects:
            before = self._known.get(row.session)
            if before is None or before[:2] != (row.seq, driven):
                before = (row.seq, driven, await self._of(row, is_driven=driven))
            known[row.session] = before
        self._known = known
        return tuple(
            sorted(
                (doubt for _, _, doubts in known.values() for doubt in doubts),
                key=lambda each: (each.since_ms, each.session, each.step),
            )
        )

    async def _suspects(self, rows: SessionIndex | RowsBeyond, *, is_driven: bool) -> Sequence[SessionSummary]:
        """Sessions that may have one: those the book names, and those of which it lacks the newest events."""
        position = await self._ports.costs.position()
        found = {row.session: row for row in await rows.summaries(changed_after=position)}
        if not is_driven:
            for session in await self._ports.index.unfinished():
                await _add(found, rows, session, lambda row: row.attempts_open > 0)
        for session in await self._ports.costs.doubtful():
            await _add(found, rows, session, lambda row: True)
        kept = await records(self._ports.log, found)
        return [row for row in found.values() if row.session not in kept][:DOUBTFUL_SESSIONS_MAX]

    async def _of(self, row: SessionSummary, *, is_driven: bool) -> tuple[Doubt, ...]:
        try:
            state = await folded(self._ports, row.session)
        except WrongUse:
            return ()  # deleted meanwhile; its costs stay counted
        except MootError as error:
            _log.warning("what is in doubt in session %s can't be told: %s", row.session[:8], error)
            return ()
        return doubts_of(state, self._limits, title=row.title or row.motion, is_driven=is_driven)


def doubts_of(state: SessionState, limits: Limits, *, title: str, is_driven: bool) -> tuple[Doubt, ...]:
    """What is in doubt in one session; calls that cost nothing leave no doubt that matters."""
    waiting = waiting_doubts(state)
    left = () if is_driven else tuple(state.work.open.values())
    found: tuple[tuple[DoubtfulAttempt | OpenAttempt, int, DoubtStands, str], ...] = (
        *((each, each.since_ms, _standing(each, waiting), each.why) for each in state.work.doubtful),
        *((each, each.started_at_ms, DoubtStands.LEFT, "the process that asked is gone") for each in left),
    )
    return tuple(
        Doubt(
            session=state.session,
            title=title,
            status=state.life.status,
            step=each.step,
            attempt=each.attempt,
            route=each.route,
            cost_microusd_max=each.cost_microusd_max,
            since_ms=since_ms,
            why=why,
            policy=limits.in_doubt_policy_of(each.route),
            stands=stands,
        )
        for each, since_ms, stands, why in found
        if each.cost_microusd_max
    )


def _standing(doubt: DoubtfulAttempt, waiting: Sequence[DoubtfulAttempt]) -> DoubtStands:
    return DoubtStands.WAITS if doubt in waiting else DoubtStands.CHARGED


async def _add(
    found: dict[SessionId, SessionSummary],
    rows: SessionIndex | RowsBeyond,
    session: SessionId,
    is_meant: Callable[[SessionSummary], bool],
) -> None:
    row = None if session in found else await rows.summary(session)
    if row is not None and is_meant(row):
        found[session] = row
