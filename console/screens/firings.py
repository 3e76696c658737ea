"""How often did each rule fire? Counted in the sessions' own logs, a few pages at a time, so that no key waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from console.presenters.rules import RECENT_MS, Counts, FiringsBook
from core.ports.event_log import READ_EVENTS_MAX

if TYPE_CHECKING:
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

PAGES_A_READING_MAX = 20
"""One reading ends here and says what is left; the next goes on from there. A key waits for one page at most."""


class Firings:
    """Logs once read are not read again: each reading goes on where the last one ended."""

    def __init__(self) -> None:
        self._book = FiringsBook()

    async def read(self, core: Orchestrator, here: SessionId | None, *, now_ms: int) -> Counts:
        """Read on: first in the session `here`, then in those in which rules fired in the last 30 days, newest first.
        Sessions in which none ever fired are known by their summaries and not read."""
        summaries = await core.summaries()
        self._book.keep_only(row.session for row in summaries)
        recent = [row for row in summaries if row.rules_fired and row.changed_at_ms >= now_ms - RECENT_MS]
        first = [row for row in summaries if row.session == here and row.rules_fired]
        unread = {row.session: row.seq for row in (*first, *recent) if self._book.seq_of(row.session) < row.seq}
        pages = 0
        for session in tuple(unread):
            while pages < PAGES_A_READING_MAX and not self._book.is_full:
                records = await core.events(session, after_seq=self._book.seq_of(session), limit=READ_EVENTS_MAX)
                self._book.take(session, records)
                pages += 1
                if len(records) < READ_EVENTS_MAX:
                    del unread[session]
                    break
                await asyncio.sleep(0)
        return self._book.counts(here, now_ms=now_ms, sessions_left=len(unread))
