"""How is what the Events screen asks for read beside it, and what comes in told to it?

It is asked by setting `asked` or `wants_older`; what is found comes back as messages, each with what it answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from console.presenters.event_detail import Looked
from console.presenters.event_filter import NO_FILTER, EventFilter, Vocabulary, vocabulary_of
from console.presenters.event_window import PAGE_ENTRIES
from console.screens.event_reading import EVENTS, LINES, LogLines, Page, RecordedEvents, Source
from core.domain.errors import MootError

if TYPE_CHECKING:
    from pathlib import Path

    from console.presenters.event_entries import Entry
    from core.orchestrator import Orchestrator

READ_SECONDS = 0.1
"""What comes in is told at most ten times a second."""
AGAIN_SECONDS = 2.0
"""How long a log that can't be read is left alone."""

LOOKS_MAX = 20
"""So often it is looked further back by itself, for a filter that matches little; from there on when asked to."""
SCREENFUL_ENTRIES = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown: of which source, narrowed by what. `number` tells a question from one before it."""

    number: int = 0
    source: str = EVENTS
    wanted: EventFilter = NO_FILTER


class EventReader:
    """`run` reads until it is cancelled. `vocabulary` is what can be named, None until the core is open; `current` is
    asked which entry is to be looked at, `before` from where to look further back."""

    class Ready(Message):
        """What can be named is known."""

    class Found(Message):
        """The newest, or what lies further back where it `is_older`; it `goes_on` looking for more."""

        def __init__(self, asked: Asked, page: Page, *, is_older: bool, goes_on: bool) -> None:
            super().__init__()
            self.asked, self.page, self.is_older, self.goes_on = asked, page, is_older, goes_on

    class Arrived(Message):
        """These came in."""

        def __init__(self, asked: Asked, entries: Sequence[Entry]) -> None:
            super().__init__()
            self.asked, self.entries = asked, entries

    class LookedAt(Message):
        """What else there is to say of an entry."""

        def __init__(self, looked: Looked) -> None:
            super().__init__()
            self.looked = looked

    class Troubled(Message):
        """The log can't be read; `why` is empty once it can again."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        log_file: Path,
        *,
        tell: Callable[[Message], object],
        current: Callable[[], Entry | None],
        before: Callable[[], tuple[int, ...]],
    ) -> None:
        self.vocabulary: Vocabulary | None = None
        self.asked = Asked()
        self.wants_older = False
        self.is_resting = False
        self._lines = LogLines(log_file)
        self._tell = tell
        self._current = current
        self._before = before
        self._due = asyncio.Event()
        self._read = Asked(number=-1)
        self._looked_key = ""
        self._is_troubled = False

    def look_soon(self) -> None:
        """Something is asked for."""
        self._due.set()

    async def run(self, opening: Callable[[], Awaitable[Orchestrator]]) -> None:
        """Read what is asked for, and go along with what comes in."""
        core = await opening()
        known = self.vocabulary = vocabulary_of(core.all_events.kinds)
        sources: dict[str, Source] = {EVENTS: RecordedEvents(core, known), LINES: self._lines}
        self._tell(self.Ready())
        while True:
            self._due.clear()
            source = sources[self.asked.source]
            try:
                if not self.is_resting:
                    await self._answer(source, self.asked)
                    self.vocabulary = known.with_fields(sorted(self._lines.fields))
            except MootError as error:
                self._is_troubled = True
                self._tell(self.Troubled(str(error)))
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if self._is_troubled:
                self._is_troubled = False
                self._tell(self.Troubled(""))
            await asyncio.sleep(READ_SECONDS)
            await self._until_due(source)

    async def _answer(self, source: Source, asked: Asked) -> None:
        if self._read != asked:
            await self._look(source, asked, is_older=False)
            self._read = asked
        elif self.wants_older:
            self.wants_older = False
            await self._look(source, asked, is_older=True)
        else:
            news = await source.news(asked.wanted)
            if news is None:  # more than anybody wants to see run by
                self._read = Asked(number=-1)
                self._due.set()
            elif news:
                self._tell(self.Arrived(asked, news))
        entry = self._current()
        if entry is not None and entry.key != self._looked_key:
            self._looked_key = entry.key
            self._tell(self.LookedAt(await source.look(entry)))

    async def _look(self, source: Source, asked: Asked, *, is_older: bool) -> None:
        """One look, and further ones back as long as they give too little to fill a screen."""
        before, found = self._before(), 0
        for number in range(1, LOOKS_MAX + 1):
            is_first = number == 1 and not is_older
            page = (
                await source.newest(asked.wanted, limit=PAGE_ENTRIES)
                if is_first
                else await source.older(before, asked.wanted, limit=PAGE_ENTRIES)
            )
            before, found = page.before, found + len(page.entries)
            goes_on = not page.is_whole and found < SCREENFUL_ENTRIES and number < LOOKS_MAX
            self._tell(self.Found(asked, page, is_older=not is_first, goes_on=goes_on))
            if not goes_on or self.asked != asked:
                return

    async def _until_due(self, source: Source) -> None:
        """Until something is asked for, or something may have come in."""
        if self._due.is_set():
            return
        waits = [asyncio.create_task(self._is_asked())]
        if not self.is_resting:
            waits.append(asyncio.create_task(_moved(source)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _is_asked(self) -> None:
        await self._due.wait()


async def _moved(source: Source) -> None:
    await source.moved()
