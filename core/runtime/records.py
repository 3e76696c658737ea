"""Which sessions were recorded elsewhere and are only kept here?

Of a session that was taken from another log nothing is done unasked: no call of it is in doubt here, nothing of it was
spent here, and nobody goes on with it. Once somebody has, it is a session like any other from there on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.domain.errors import CommandRefused
from core.domain.ids import SessionId
from core.domain.status import Status
from core.domain.summary import SessionSummary
from core.ports.event_log import EventLog

RECORDED_ELSEWHERE = "recorded_elsewhere"
"""Why such a session stands still, where it was not over."""


async def is_record(log: EventLog, session: SessionId) -> bool:
    """True where a session was taken from another log and nothing was added to it here."""
    until = (await log.taken()).get(session)
    return until is not None and await _is_as_taken(log, session, until)


async def records(log: EventLog, among: Iterable[SessionId]) -> frozenset[SessionId]:
    """Those among these sessions."""
    taken = await log.taken()
    found = [each for each in among if each in taken and await _is_as_taken(log, each, taken[each])]
    return frozenset(found)


async def as_kept(log: EventLog, rows: Sequence[SessionSummary]) -> list[SessionSummary]:
    """The rows as lists show them: a record that isn't over stands still, whatever it stood at elsewhere, and asks
    nobody anything."""
    taken = await log.taken()
    return [_standing(row) if row.position <= taken.get(row.session, 0) else row for row in rows]


def _standing(row: SessionSummary) -> SessionSummary:
    if row.status.is_over or row.status is Status.FAILED:
        return row
    return replace(row, status=Status.PAUSED, reason=RECORDED_ELSEWHERE, question="", attempts_open=0)


async def require_own(log: EventLog, session: SessionId) -> None:
    """Raise CommandRefused for a record: what is said to it would be said to a debate that went on elsewhere."""
    if await is_record(log, session):
        raise CommandRefused(
            "it is a record of another place.",
            where=f"session {session[:8]}",
            now="Fork it to go on from it, or go on with it as it stands: `moot sessions resume`.",
        )


async def _is_as_taken(log: EventLog, session: SessionId, until: int) -> bool:
    head = await log.head(session)
    last = await log.read(session, after_seq=head.seq - 1, limit=1) if head is not None else ()
    return bool(last) and last[0].position <= until
