"""How do the list of sessions and the sums of what was spent keep up with the log?

The projector follows the log by position: whatever was committed beyond the position that the rows reflect is folded
into them, and rows and position are stored in one transaction. Events that this process has just appended are handed
over so that they need not be read back; where there is a gap the log is read. What somebody is to be told does not wait
for rows to be stored: it is folded ahead of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from core.domain.errors import StorageFailed
from core.domain.events import Recorded, Unreadable
from core.domain.flow import Flow
from core.domain.ids import SessionId
from core.domain.summary import SessionSummary
from core.engine.summarise import listed
from core.ports.clock import Clock
from core.ports.event_log import EventLog
from core.ports.session_index import SessionIndex
from core.runtime.correlating import fields
from core.runtime.costs import CostKeeper
from core.runtime.notifier import Notifier

EVENTS_HELD_MAX = 20_000
ROWS_REMEMBERED_MAX = 2_000
FLUSH_MILLISECONDS = 80
"""How long rows may lag behind the log: short enough for an eye, long enough that turns share a transaction."""

NOTHING_AHEAD: Mapping[SessionId, SessionSummary] = MappingProxyType({})

_log = logging.getLogger(__name__)


class Projector:
    """Call `offer` after each commit; `catch_up` makes the rows true now."""

    def __init__(
        self,
        log: EventLog,
        index: SessionIndex,
        costs: CostKeeper,
        flows: Mapping[str, Flow],
        clock: Clock,
        *,
        on_advanced: Callable[[Sequence[SessionSummary]], None],
        notifier: Notifier | None = None,
    ) -> None:
        self._log = log
        self._index = index
        self._costs = costs
        self._flows = flows
        self._clock = clock
        self._on_advanced = on_advanced
        self._notifier = notifier
        self._position = 0
        self._offered = 0
        self._held: list[Recorded] = []
        self._rows: OrderedDict[SessionId, SessionSummary] = OrderedDict()
        self._ahead: dict[SessionId, SessionSummary] = {}
        self._told = 0
        self._wanted = asyncio.Event()
        self._tells = asyncio.Event()
        self._advancing = asyncio.Lock()
        self._telling = asyncio.Lock()

    @property
    def position(self) -> int:
        """Up to which position of the log the stored rows are true."""
        return self._position

    async def start(self) -> None:
        """Begin where the stored rows stand, and make them true, also those of logs that could not be read before."""
        await self._costs.start()
        self._position = await self._index.position()
        async with self._advancing:
            while await self._advance():
                pass
            for session in await self._index.unreadable():
                await self._read_again(session)

    def offer(self, records: Sequence[Recorded]) -> None:
        """Take note of what was just committed."""
        if len(self._held) + len(records) <= EVENTS_HELD_MAX:
            self._held.extend(records)
        self._offered = max(self._offered, records[-1].position)
        self._wanted.set()
        if self._notifier is not None and self._notifier.may_tell(records):
            self._tells.set()

    def extend(self, position: int) -> None:
        """Take note of what was committed up to `position` and has to be read back."""
        self._offered = max(self._offered, position)
        self._wanted.set()

    def forget(self, session: SessionId) -> None:
        """Drop what is remembered of a deleted session."""
        self._rows.pop(session, None)
        self._ahead.pop(session, None)
        self._held = [record for record in self._held if record.session != session]

    async def run(self) -> None:
        """Keep the rows true, until cancelled."""
        while True:
            await self._wanted.wait()
            await self._tell_until_flush()
            self._wanted.clear()
            try:
                await self.catch_up()
            except StorageFailed as failed:
                _log.warning("the list of sessions waits for the disk", extra=fields(error=str(failed)))
                self._wanted.set()

    async def _tell_until_flush(self) -> None:
        """Wait until rows are stored again, and tell meanwhile what somebody is to be told."""
        flush = asyncio.ensure_future(self._clock.sleep(FLUSH_MILLISECONDS))
        try:
            while self._notifier is not None and not flush.done():
                tells = asyncio.ensure_future(self._tells.wait())
                try:
                    await asyncio.wait((flush, tells), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    tells.cancel()
                if self._tells.is_set():
                    self._tells.clear()
                    await self._tell(self._notifier)
            await flush
        finally:
            flush.cancel()

    async def _tell(self, notifier: Notifier) -> None:
        """Have the notifier hear what was committed since it was told last. Where something is missing it hears that
        with the rows."""
        async with self._telling:
            behind = max(self._told, self._position)
            news = sorted((each for each in self._held if each.position > behind), key=lambda each: each.position)
            if not news or any(each.position != behind + 1 + offset for offset, each in enumerate(news)):
                return
            try:
                changed, told = await self._folded(news, ahead=self._ahead)
                await notifier.add(told)
            except StorageFailed as failed:
                _log.warning("what is told waits for the disk", extra=fields(error=str(failed)))
                return
            self._go_ahead(changed, news[-1].position)

    def _go_ahead(self, rows: Sequence[SessionSummary], position: int) -> None:
        if position > self._told:
            self._ahead.update({row.session: row for row in rows})
            self._told = position

    async def catch_up(self) -> None:
        """Fold everything that was committed before the call into the rows.

        What is committed meanwhile waits for the next call: while sessions speak, more comes as fast as it is stored.
        """
        until = self._offered
        async with self._advancing:
            while self._position < until and await self._advance():
                pass

    async def _advance(self) -> bool:
        """One step further; False where the log holds nothing more."""
        async with self._telling:
            batch = await self._next_batch()
            if not batch:
                return False
            changed, told = await self._folded(batch)
            if self._notifier is not None:
                await self._notifier.add(told)
                self._go_ahead(changed, batch[-1].position)
        await self._costs.add(batch)  # it and the notifier have positions of their own: what is refused is not twice
        await self._index.advance(changed, position=batch[-1].position)
        self._position = batch[-1].position
        self._remember(changed)  # only now: what the disk refused is folded again, from the rows as they are stored
        if self._position >= self._told:
            self._ahead.clear()
        self._on_advanced(changed)
        return True

    async def _read_again(self, session: SessionId) -> None:
        """Make a row anew from the whole log, of which it says that it can't be read to the end: perhaps it now can."""
        row: SessionSummary | None = None
        while records := await self._log.read(session, after_seq=row.seq if row is not None else 0):
            for record in records:
                event = record.event
                if isinstance(event, Unreadable):
                    said = fields(session=session, seq=record.seq, kind=event.kind, error=event.why)
                    _log.warning("an event can't be read", extra=said)
                    return
                row = listed(row, record, self._flows)
        if row is not None:
            await self._costs.count_again(session)  # first: while the row says that it can't be read, this comes again
            await self._index.advance([row], position=self._position)
            self._remember([row])

    async def _next_batch(self) -> Sequence[Recorded]:
        held, self._held = self._held, []
        held = [record for record in held if record.position > self._position]
        held.sort(key=lambda record: record.position)
        expected = self._position + 1
        is_gapless = all(record.position == expected + offset for offset, record in enumerate(held))
        if held and is_gapless:
            return held
        return await self._log.read_all(after_position=self._position)

    async def _folded(
        self, records: Sequence[Recorded], *, ahead: Mapping[SessionId, SessionSummary] = NOTHING_AHEAD
    ) -> tuple[list[SessionSummary], list[tuple[Recorded, SessionSummary]]]:
        """The rows behind `records`, and each record with its session's row as it was then. Rows that lie `ahead` of
        those that are stored are gone on from."""
        changed: dict[SessionId, SessionSummary] = {}
        told: list[tuple[Recorded, SessionSummary]] = []
        for record in records:
            before = changed.get(record.session) or ahead.get(record.session) or await self._remembered(record)
            changed[record.session] = row = listed(before, record, self._flows)
            told.append((record, row))
        return list(changed.values()), told

    def _remember(self, rows: Sequence[SessionSummary]) -> None:
        for row in rows:
            self._rows[row.session] = row
            self._rows.move_to_end(row.session)
        while len(self._rows) > ROWS_REMEMBERED_MAX:
            self._rows.popitem(last=False)

    async def _remembered(self, record: Recorded) -> SessionSummary | None:
        if record.seq == 1:
            return None
        row = self._rows.get(record.session)
        return row if row is not None else await self._index.summary(record.session)
