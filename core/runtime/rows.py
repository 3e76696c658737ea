"""What does the list say of each session, also where nobody has stored it yet?

Rows are stored by whoever drives, a moment behind the log; what a killed driver left lies beyond them until somebody
drives again. Whoever only reads adds it here, in memory, and stores nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from core.domain.events import Recorded, SessionOpened, Unreadable
from core.domain.flow import Flow
from core.domain.ids import SessionId
from core.domain.summary import SessionSummary
from core.engine.summarise import summarise
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.ports.session_index import NOT_OPENED, PAGE_MAX, SESSIONS_LISTED_MAX, Opened, SessionIndex

EVENTS_BEYOND_MAX = 100_000
"""A reader looks so far beyond the stored rows. More is left to the driver, which folds it once and for all."""


class RowsBeyond:
    """The stored rows, and over them what the log has beyond their position."""

    def __init__(self, log: EventLog, index: SessionIndex, flows: Mapping[str, Flow]) -> None:
        self._log = log
        self._index = index
        self._flows = flows
        self._stored = 0
        self._read = 0
        self._rows: dict[SessionId, SessionSummary] = {}
        self._reading = asyncio.Lock()

    async def summaries(self, *, changed_after: int = 0) -> Sequence[SessionSummary]:
        """Rows whose newest event lies after position `changed_after`, newest opened first."""
        beyond = await self._beyond()
        stored = await self._index.summaries(changed_after=changed_after)
        newer = [row for row in beyond.values() if row.position > changed_after]
        if not newer:
            return stored
        rows = {row.session: row for row in reversed(newer)}
        rows |= {row.session: row for row in stored if row.session not in rows or rows[row.session].seq <= row.seq}
        ordered = sorted(rows.values(), key=lambda row: row.opened_at_ms, reverse=True)
        return ordered[:SESSIONS_LISTED_MAX]

    async def summary(self, session: SessionId) -> SessionSummary | None:
        """One row, None where there is none."""
        beyond = (await self._beyond()).get(session)
        stored = await self._index.summary(session)
        if beyond is None or (stored is not None and stored.seq >= beyond.seq):
            return stored
        return beyond

    async def opened_page(self, *, after: Opened = NOT_OPENED, limit: int = PAGE_MAX) -> Sequence[SessionSummary]:
        """Rows of sessions that were opened after that one, oldest opened first, at most `limit`."""
        beyond = await self._beyond()
        stored = {row.session: row for row in await self._index.opened_page(after=after, limit=limit)}
        newer = {
            row.session: row
            for row in beyond.values()
            if _opened(row) > after and (row.session not in stored or stored[row.session].seq <= row.seq)
        }
        return sorted((stored | newer).values(), key=_opened)[:limit]

    async def _beyond(self) -> Mapping[SessionId, SessionSummary]:
        async with self._reading:
            stored = await self._index.position()
            if stored != self._stored:
                self._stored = self._read = stored
                self._rows = {}
            while self._read - self._stored < EVENTS_BEYOND_MAX:
                records = await self._log.read_all(after_position=self._read)
                for record in records:
                    await self._take(record)
                    self._read = record.position
                if len(records) < READ_EVENTS_MAX:
                    break
            return self._rows

    async def _take(self, record: Recorded) -> None:
        before = self._rows.get(record.session)
        if before is None and record.seq > 1:
            before = await self._index.summary(record.session)
        if before is None and not isinstance(record.event, SessionOpened | Unreadable):
            return  # deleted meanwhile
        if before is None or before.seq < record.seq:
            self._rows[record.session] = summarise(before, record, self._flows)


def _opened(row: SessionSummary) -> Opened:
    return row.opened_at_ms, row.session
