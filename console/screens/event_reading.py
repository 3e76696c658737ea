"""Where do entries come from: from the log of events, or from the log file?

Both give the newest, what lies further back, and what has come in since; each knows when it is worth asking again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from console.logs.reading import LogFiles
from console.presenters.event_detail import Looked
from console.presenters.event_entries import EventEntry

if TYPE_CHECKING:
    from pathlib import Path

    from console.presenters.event_entries import Entry
    from console.presenters.event_filter import EventFilter, Vocabulary
    from core.orchestrator import Orchestrator

EVENTS, LINES = "events", "lines"

LOG_LOOK_SECONDS = 0.2
"""How often the log file is looked at again: nobody says when another process writes into it."""

LINES_LOOKED_AT_MAX = 4_000
BEHIND_EVENTS_MAX = 5_000
"""Whoever comes back after more than this was recorded begins with the newest again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries, oldest first. Further back begins before place `before`, unless it `is_whole`."""

    entries: tuple[Entry, ...]
    before: tuple[int, ...]
    is_whole: bool


class Source(Protocol):
    """What the screen lists."""

    name: str

    async def newest(self, wanted: EventFilter, *, limit: int) -> Page:
        """The newest that are wanted, as far as one look goes. From there on `news` counts."""
        ...

    async def older(self, before: tuple[int, ...], wanted: EventFilter, *, limit: int) -> Page:
        """What lies before a place, as far as one look goes."""
        ...

    async def news(self, wanted: EventFilter) -> Sequence[Entry] | None:
        """What came in since and is wanted; None where that is too much, and the newest are to be asked for again."""
        ...

    async def moved(self) -> None:
        """Wait until something may have come in."""
        ...

    async def look(self, entry: Entry) -> Looked:
        """What else there is to say of an entry."""
        ...


class RecordedEvents:
    """The events of all sessions, in the order in which they were committed."""

    name = EVENTS

    def __init__(self, core: Orchestrator, vocabulary: Vocabulary) -> None:
        self._core = core
        self._vocabulary = vocabulary
        self._position = 0

    async def newest(self, wanted: EventFilter, *, limit: int) -> Page:
        self._position = await self._core.all_events.last_position()
        return await self.older((self._position + 1,), wanted, limit=limit)

    async def older(self, before: tuple[int, ...], wanted: EventFilter, *, limit: int) -> Page:
        look = await self._core.all_events.back(
            before_position=before[0],
            sought=wanted.sought(self._vocabulary),
            is_wanted=lambda record: wanted.holds(EventEntry(record=record)),
            limit=limit,
        )
        entries = tuple(EventEntry(record=record) for record in look.records)
        return Page(entries=entries, before=(look.from_position,), is_whole=look.is_whole)

    async def news(self, wanted: EventFilter) -> Sequence[Entry] | None:
        records = await self._core.all_events.after(self._position)
        if not records:
            return ()
        if await self._core.all_events.last_position() - self._position > BEHIND_EVENTS_MAX:
            return None
        self._position = records[-1].position
        return [entry for record in records if wanted.holds(entry := EventEntry(record=record))]

    async def moved(self) -> None:
        await self._core.committed_beyond(self._position)

    async def look(self, entry: Entry) -> Looked:
        if not isinstance(entry, EventEntry):
            return Looked(key=entry.key)
        record = entry.record
        return Looked(
            key=entry.key,
            appended=await self._core.all_events.appended_with(record),
            head=await self._core.all_events.head(record.session, record.seq),
        )


class LogLines:
    """The lines of the log file and of those that it was before, whichever process writes them."""

    name = LINES

    def __init__(self, path: Path) -> None:
        self._files = LogFiles(path)
        self._place = (0, 0)
        self.fields: frozenset[str] = frozenset()

    async def newest(self, wanted: EventFilter, *, limit: int) -> Page:
        self._place = await asyncio.to_thread(self._files.end)
        return await self.older(self._place, wanted, limit=limit)

    async def older(self, before: tuple[int, ...], wanted: EventFilter, *, limit: int) -> Page:
        first, second = before
        look = await asyncio.to_thread(
            lambda: self._files.back(
                before=(first, second), is_wanted=wanted.holds, limit=limit, read_max=LINES_LOOKED_AT_MAX
            )
        )
        self._note(look.lines)
        return Page(entries=look.lines, before=look.from_place, is_whole=look.is_whole)

    async def news(self, wanted: EventFilter) -> Sequence[Entry] | None:
        lines, self._place = await asyncio.to_thread(self._files.after, self._place)
        self._note(lines)
        return [line for line in lines if wanted.holds(line)]

    async def moved(self) -> None:
        await asyncio.sleep(LOG_LOOK_SECONDS)

    async def look(self, entry: Entry) -> Looked:
        return Looked(key=entry.key)

    def _note(self, lines: Sequence[Entry]) -> None:
        self.fields |= {name for line in lines for name in line.as_plain()}
