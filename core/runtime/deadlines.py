"""Who wakes a session when time alone makes a rule true?"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable

from core.domain.ids import SessionId
from core.ports.clock import Clock
from core.runtime.session_time import steady_now_ms

STALE_ENTRIES_MAX = 10_000
"""Replaced deadlines stay in the heap until they come up; beyond this many it is rebuilt from those that count."""


SLEEP_MILLISECONDS_MAX = 10_000
"""A clock that is set, or a machine that slept, is noticed this soon: sleeping itself is not told of it."""


class Deadlines:
    """One sleeper for all sessions: a heap of moments and, beside it, the one moment that counts for each session.

    Moments are of the event loop: one that the machine's clock is set past, or away from, comes when it is due.
    """

    def __init__(self, clock: Clock, wake: Callable[[SessionId], Awaitable[None]]) -> None:
        self._clock = clock
        self._wake = wake
        self._due_ms: dict[SessionId, int] = {}
        self._heap: list[tuple[int, SessionId]] = []
        self._earlier = asyncio.Event()

    def set(self, session: SessionId, in_ms: int | None) -> None:
        """Wake `session` so many milliseconds from now instead of at any other time; None wakes it not at all."""
        if in_ms is None:
            self._due_ms.pop(session, None)
            return
        at_ms = steady_now_ms() + in_ms
        if self._due_ms.get(session) == at_ms:
            return
        self._due_ms[session] = at_ms
        if not self._heap or at_ms < self._heap[0][0]:
            self._earlier.set()
        heapq.heappush(self._heap, (at_ms, session))
        if len(self._heap) > STALE_ENTRIES_MAX + len(self._due_ms):
            self._heap = [(due_ms, each) for each, due_ms in self._due_ms.items()]
            heapq.heapify(self._heap)

    def waits_for(self, session: SessionId) -> bool:
        """True where a moment is set for it."""
        return session in self._due_ms

    def next_ms(self) -> int | None:
        """The earliest moment that still counts."""
        while self._heap and self._due_ms.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    async def run(self) -> None:
        """Wake sessions as their moments come, until cancelled."""
        while True:
            self._earlier.clear()
            next_ms = self.next_ms()
            wait_ms = None if next_ms is None else next_ms - steady_now_ms()
            if wait_ms is None:
                await self._earlier.wait()
            elif wait_ms > 0:
                await self._sleep_or_earlier(min(wait_ms, SLEEP_MILLISECONDS_MAX))
            else:
                _, session = heapq.heappop(self._heap)
                del self._due_ms[session]
                await self._wake(session)

    async def _sleep_or_earlier(self, wait_ms: int) -> None:
        sleeping = asyncio.ensure_future(self._clock.sleep(wait_ms))
        earlier = asyncio.ensure_future(self._earlier.wait())
        try:
            await asyncio.wait((sleeping, earlier), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            earlier.cancel()
