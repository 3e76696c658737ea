"""When is the inbox read again, how far back, and what has the operator looked at long enough to have read it?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from textual.message import Message

from console import notice_acts as acts
from console.presenters.notifications import NEW, standing
from console.screens.notification_actions import NotificationActions
from console.screens.notification_reading import DEPTH_FIRST, DEPTH_MAX, EVERYTHING, Asked, NotificationReader, Reading
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from console.presenters.notifications import Entry
    from core.orchestrator import Orchestrator

READ_SECONDS = 0.2
PULSE_SECONDS = 1.0
"""Deliveries and mutes change without anything being committed to a log."""

LOOKED_SECONDS = 0.6
"""Who looks at one so long has read it."""

DEEPER_ROWS = 100
"""Nearer to the last row than this, more are read."""


class NotificationWatching(NotificationActions):
    """The screen's base: it reads while the screen is shown, and says what it found. What it shows is the screen's."""

    class Read(Message):
        """The door has been looked through."""

        def __init__(self, reading: Reading) -> None:
            super().__init__()
            self.reading = reading

    def __init__(self, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]) -> None:
        super().__init__(core, now_ms=now_ms)
        self._wanted = EVERYTHING
        self._depth = DEPTH_FIRST
        self._is_resting = False
        self._is_anew = False
        self._looked = ("", 0.0)
        self._due = asyncio.Event()
        self._reader = NotificationReader()

    @property
    def is_detail_in_sight(self) -> bool:
        """Is there room for what there is to say of a row?"""
        raise NotImplementedError

    def look_soon(self) -> None:
        """Something may have changed."""
        self._due.set()

    def look_anew(self) -> None:
        self._is_anew = True
        self._due.set()

    def on_screen_suspend(self) -> None:
        self._is_resting = True

    def on_screen_resume(self) -> None:
        self._is_resting = False
        self._due.set()

    async def read_on(self) -> None:
        """Until the screen is left."""
        core = await self._core()
        stop = core.on_committed(lambda _: self._due.set())
        try:
            while True:
                began = monotonic()
                self._due.clear()
                if not self._is_resting:
                    self.post_message(self.Read(await self._reader.read(core, self._asked())))
                    await self._mark_read(core)
                took = monotonic() - began
                await asyncio.sleep(max(READ_SECONDS / 4, took))
                with suppress(TimeoutError):
                    async with asyncio.timeout(PULSE_SECONDS):
                        await self._due.wait()
        finally:
            stop()

    def _asked(self) -> Asked:
        feed, is_anew = self.app.feed, self._is_anew
        self._is_anew = False
        return Asked(
            wanted=self._wanted,
            depth=self._depth,
            key=self.rows.cursor_key,
            rows=feed.summaries if feed is not None else {},
            labels=feed.labels if feed is not None else {},
            now_ms=self._now_ms(),
            is_anew=is_anew,
        )

    def look_deeper(self) -> None:
        """Older ones are read as somebody comes near the last row."""
        reading, rows = self._reading, self.rows
        if reading is None or not reading.has_more or self._depth >= DEPTH_MAX or rows.cursor_key is None:
            return
        if rows.cursor_key in rows.keys[-DEEPER_ROWS:]:
            self._depth = min(DEPTH_MAX, max(self._depth, 2 * len(rows.keys)))

    async def _mark_read(self, core: Orchestrator) -> None:
        """What the operator has had in sight for a moment is read."""
        current, now = self.current, monotonic()
        is_looking = self.is_detail_in_sight and self.app.app_focus  # nobody reads in a window behind others
        key = current.key if current is not None and is_looking else ""
        if key != self._looked[0]:
            self._looked = (key, now)
            self.set_timer(LOOKED_SECONDS, self.look_soon, name="looked at")
        id = self._unread_id(current)
        if not key or now - self._looked[1] < LOOKED_SECONDS or not id:
            return
        with suppress(MootError):  # whether it was read is worth no refusal
            await acts.mark_read(core, [id])
            self.look_anew()

    def _unread_id(self, entry: Entry | None) -> str:
        """What the operator looks at for the first time; "" where nobody has to be told of that."""
        told = entry.told if entry is not None else None
        if entry is None or told is None or told.read_ms:
            return ""
        is_new = entry.asking is not None or standing(entry, now_ms=self._now_ms()) is NEW
        return told.notification.id if is_new else ""
