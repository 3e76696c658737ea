"""Where are events kept, and what may the core rely on?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.chain import Head, Stored
from core.domain.commands import Envelope
from core.domain.events import Event, Recorded, kind_of
from core.domain.ids import SessionId

READ_EVENTS_MAX = 1_000
"""The most that one read returns: readers page on from the last position they saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Events that one command brought about. `expected_seq` is the log's length before them (0 for a new session)."""

    session: SessionId
    envelope: Envelope
    events: tuple[Event, ...]
    expected_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which events are looked for: all that is given holds. None and "" say nothing.

    `kinds` are stable names, also of kinds that this release can't read, and none of them is in `without`; `session`
    begins a session's id; events were recorded at or behind `from_ms` (Unix).
    """

    kinds: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    session: str = ""
    from_ms: int | None = None

    def holds(self, record: Recorded) -> bool:
        """Is this event one of them?"""
        return (
            (self.kinds is None or kind_of(record.event) in self.kinds)
            and kind_of(record.event) not in self.without
            and record.session.startswith(self.session)
            and (self.from_ms is None or record.at_ms >= self.from_ms)
        )


ANY_EVENT = Sought()


class EventLog(Protocol):
    """An append-only log for each session, in one global order.

    Order: within a session `seq` counts from 1 without gaps; over all sessions `position` grows with every event, in
    commit order, and a reader that has seen position p has seen all before it.
    Durability: `append` returns after the commit. With SQLite in WAL mode and `synchronous=NORMAL` that survives a
    killed process; with FULL also a loss of power.
    Errors: LogConflict where `expected_seq` does not hold; StorageFailed where the disk or database refuses. Either
    way nothing of the call was written, and appends of other callers are unaffected.
    Chain: each event is kept with the link that `core.domain.chain` makes of it and of the one before.
    What this release can't read, because a newer one wrote it or because it is damaged, is read as `Unreadable`: one
    such event must not stand between a reader and all the others.
    """

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        """Write all `appends` in one transaction, in order, or none of them.

        Several for one session may follow one another: each expects the length that the one before leaves.
        """
        ...

    async def read(
        self,
        session: SessionId,
        *,
        after_seq: int = 0,
        limit: int = READ_EVENTS_MAX,
        with_envelopes: bool = True,
    ) -> Sequence[Recorded]:
        """A session's events with `seq > after_seq`, at most `limit`, oldest first; empty for an unknown session.

        Who only folds them reads them `with_envelopes` False, which takes half the time: then no event has one.
        """
        ...

    async def read_all(
        self, *, after_position: int = 0, limit: int = READ_EVENTS_MAX, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        """Every session's events with `position > after_position`, at most `limit`, in order of position;
        `with_envelopes` as for `read`."""
        ...

    async def read_back(
        self,
        *,
        before_position: int | None = None,
        after_position: int = 0,
        sought: Sought = ANY_EVENT,
        limit: int = READ_EVENTS_MAX,
    ) -> Sequence[Recorded]:
        """Every session's events that are `sought`, newest first, at most `limit`: those before `before_position` (the
        newest where None) and behind `after_position`, which bounds how many are looked through."""
        ...

    async def last_position(self) -> int:
        """The position of the newest committed event; 0 for an empty log."""
        ...

    async def session_ids(self, prefix: str = "", *, limit: int = READ_EVENTS_MAX) -> Sequence[SessionId]:
        """Ids of recorded sessions that begin with `prefix`, newest opened first."""
        ...

    async def head(self, session: SessionId, *, at_seq: int | None = None) -> Head | None:
        """The link of a session's last event, or of event `at_seq`, as it is kept: nothing is checked. None where there
        is no such event."""
        ...

    async def stored(self, session: SessionId, *, after_seq: int = 0, limit: int = READ_EVENTS_MAX) -> Sequence[Stored]:
        """As `read`, but the bytes as they are kept, with their links; nothing is checked."""
        ...

    async def take(self, session: SessionId, events: Sequence[Stored]) -> int:
        """Write another log's whole session, byte for byte, in one transaction; the position of its last event.
        From then on `taken` names it.

        Raises LogConflict where the session is on record already, and WrongUse where `events` are not one chain from
        the first on: then nothing was written.
        """
        ...

    async def taken(self) -> Mapping[SessionId, int]:
        """Sessions that were recorded elsewhere and taken from there, and up to which position they are of that log."""
        ...

    async def delete(self, session: SessionId) -> None:
        """Forget a session's events for good. Positions of others do not change and are never given out again."""
        ...

    async def close(self) -> None:
        """Write what is queued, then release the files. A closed log refuses with StorageFailed."""
        ...
