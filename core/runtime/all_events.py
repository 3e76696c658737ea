"""What was recorded in all sessions, looked through from the newest back, and what belongs to one event?

A log may hold millions: what is looked for is left to the log as far as it can tell by kind, session and time, and how
much is read for one look is bounded. Who wants more looks on from where that ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.domain.chain import Head
from core.domain.events import Recorded
from core.domain.ids import SessionId
from core.ports.event_log import ANY_EVENT, READ_EVENTS_MAX, EventLog, Sought

PAGE_EVENTS = 500
READ_ONCE_EVENTS_MAX = 10_000
"""So many are read for one look, of those that may be the ones; about a quarter of a second."""

PASSED_OVER_EVENTS_MAX = 200_000
"""So many positions the log passes over at once, looking for those that may be: about as long."""

APPEND_EVENTS_MAX = 256
"""Events that one command brought about, as far as they are shown together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """What one look found, oldest first. It went back to position `from_position`; what lies before was not looked at.
    `looked_at` events were read for it."""

    records: tuple[Recorded, ...]
    from_position: int
    looked_at: int

    @property
    def is_whole(self) -> bool:
        """True where nothing lies further back."""
        return self.from_position <= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """All that one command brought about, of which an event is one; oldest first. The first has the envelope."""

    records: tuple[Recorded, ...]

    @property
    def first(self) -> Recorded:
        return self.records[0]


class AllEvents:
    """Reads only, in a process that drives and in one that has joined. `kinds` are those of events that this release
    knows."""

    def __init__(self, log: EventLog, kinds: tuple[type, ...]) -> None:
        self.kinds = kinds
        self._log = log

    async def last_position(self) -> int:
        """The position of the newest event; 0 where there is none."""
        return await self._log.last_position()

    async def after(self, position: int, *, limit: int = READ_EVENTS_MAX) -> Sequence[Recorded]:
        """What was recorded behind a position, oldest first, at most `limit`."""
        return await self._log.read_all(after_position=position, limit=limit)

    async def back(
        self,
        *,
        before_position: int | None = None,
        sought: Sought = ANY_EVENT,
        is_wanted: Callable[[Recorded], bool] = lambda record: True,
        limit: int = PAGE_EVENTS,
        read_max: int = READ_ONCE_EVENTS_MAX,
    ) -> LookBack:
        """The newest events before a position that are `sought` and wanted, at most `limit`."""
        before = before_position if before_position is not None else await self._log.last_position() + 1
        passed_over_to = max(0, before - 1 - PASSED_OVER_EVENTS_MAX)
        found: list[Recorded] = []
        looked_at = 0
        while before > passed_over_to + 1 and looked_at < read_max and len(found) < limit:
            page = await self._log.read_back(
                before_position=before, after_position=passed_over_to, sought=sought, limit=PAGE_EVENTS
            )
            looked_at += len(page)
            # A page that is not full holds all there is down to where the look was bounded.
            before = passed_over_to + 1
            for record in page:
                if is_wanted(record):
                    found.append(record)
                if len(found) == limit:
                    before = record.position
                    break
            else:
                if len(page) == PAGE_EVENTS:
                    before = page[-1].position
        return LookBack(records=tuple(reversed(found)), from_position=max(1, before), looked_at=looked_at)

    async def appended_with(self, record: Recorded) -> Appended:
        """What was recorded together with an event: one command brought all of it about."""
        before = await self._log.read(
            record.session, after_seq=max(0, record.seq - APPEND_EVENTS_MAX), limit=min(record.seq, APPEND_EVENTS_MAX)
        )
        behind = await self._log.read(record.session, after_seq=record.seq, limit=APPEND_EVENTS_MAX)
        begin = next((at for at in range(len(before) - 1, -1, -1) if before[at].envelope is not None), 0)
        end = next((at for at, each in enumerate(behind) if each.envelope is not None), len(behind))
        return Appended(records=(*(before[begin:] or [record]), *behind[:end]))

    async def head(self, session: SessionId, seq: int) -> Head | None:
        """The link of an event in its session's chain, as it is kept."""
        return await self._log.head(session, at_seq=seq)
