"""What is cleared out by itself, and when does the database give back its room?

Only what the operator has set a number of days for, is over, and is neither archived nor tagged `keep`. It goes the way
of what an operator deletes, so that whatever refuses that refuses this.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from core.domain.errors import MootError
from core.domain.ids import SessionId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.ports.catalogue import Label
from core.ports.compaction import Compaction, Room
from core.ports.session_index import NOT_OPENED, Opened
from core.runtime.correlating import fields
from core.runtime.ports import Ports

KEEP = "keep"
"""The tag of what is kept however old it is."""

CLEARED_MAX = 500
"""So many sessions are deleted in one round: the next one takes the others."""

MEBIBYTE = 1_048_576
FREE_BYTES_WORTH_IT = 16 * MEBIBYTE
FREE_PARTS_WORTH_IT = 4
"""A quarter of the file, and not less than that: SQLite fills room that is free again anyway."""

COMPACTED_BYTES_MAX = 1_024 * MEBIBYTE
"""A larger file takes longer than a writer waits. The operator compacts it when it suits them."""

MS_PER_DAY = 24 * 3_600 * 1_000

_log = logging.getLogger(__name__)

Delete = Callable[[SessionId], Awaitable[None]]


def outlived(
    rows: Iterable[SessionSummary], labels: Mapping[SessionId, Label], *, days: int, now_ms: int
) -> tuple[SessionSummary, ...]:
    """The sessions that are kept no longer, those that ended first before the others. Nothing where `days` is 0.

    A failed session can be gone on with, and is kept; so is what another one's row names, while that is kept: who had
    it begun, what it is a fork of, what answered beside it. And with a session that is kept, those that it began.
    """
    if not days:
        return ()
    every = list(rows)
    old = {row.session: row for row in every if _is_outlived(row, labels.get(row.session, Label()), days, now_ms)}
    while True:
        kept = [row for row in every if row.session not in old]
        named = {name for row in kept for name in (row.parent, row.forked_from, row.control)}
        parents = {row.session for row in kept}
        still = {
            session: row
            for session, row in old.items()
            if session not in named and SessionId(row.parent) not in parents
        }
        if len(still) == len(old):
            return tuple(sorted(old.values(), key=lambda row: (row.ended_at_ms, row.session)))
        old = still


def _is_outlived(row: SessionSummary, label: Label, days: int, now_ms: int) -> bool:
    return (
        row.status in (Status.COMPLETED, Status.CANCELLED)
        and 0 < row.ended_at_ms < now_ms - days * MS_PER_DAY
        and not row.attempts_open
        and not label.is_archived
        and KEEP not in label.tags
    )


def _opened(row: SessionSummary) -> Opened:
    return row.opened_at_ms, row.session


def is_worth_it(room: Room) -> bool:
    """Whether compacting gives back enough to be worth the wait."""
    return (
        room.free_bytes >= FREE_BYTES_WORTH_IT
        and room.free_bytes * FREE_PARTS_WORTH_IT >= room.bytes
        and room.bytes <= COMPACTED_BYTES_MAX
    )


class Upkeep:
    """`clear_out` and `compact` are jobs of whoever drives."""

    def __init__(self, ports: Ports, compaction: Compaction | None, *, keep_days: int, delete: Delete) -> None:
        self._ports = ports
        self._compaction = compaction
        self._keep_days = keep_days
        self._delete = delete

    async def outlived(self) -> tuple[SessionSummary, ...]:
        """What `clear_out` would delete now."""
        if not self._keep_days:
            return ()
        rows: list[SessionSummary] = []
        while page := await self._ports.index.opened_page(after=_opened(rows[-1]) if rows else NOT_OPENED):
            rows += page
        labels = await self._ports.catalogue.labels()
        return outlived(rows, labels, days=self._keep_days, now_ms=self._ports.clock.now_ms())

    async def clear_out(self) -> int:
        """Delete what is kept no longer, the oldest first; how many. What refuses stays, and is said in the log."""
        cleared = 0
        for row in (await self.outlived())[:CLEARED_MAX]:
            try:
                await self._delete(row.session)
            except MootError as error:
                _log.warning("a session was not cleared out", extra=fields(session=row.session, error=str(error)))
            else:
                cleared += 1
                _log.info("a session was cleared out", extra=fields(session=row.session, days=self._keep_days))
        return cleared

    async def compact(self, *, is_idle: bool) -> Room | None:
        """Give back the room of what was deleted, where that is worth it and nothing runs; None where it is not."""
        if self._compaction is None or not is_idle:
            return None
        before = await self._compaction.room()
        if not is_worth_it(before):
            return None
        after = await self._compaction.compact()
        _log.info("the database was compacted", extra=fields(bytes_before=before.bytes, bytes_after=after.bytes))
        return after
