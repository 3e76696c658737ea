"""Which sessions hold a place, and which wait for one?

At most `sessions_running_max` run at once; the others wait in the order in which they came.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from core.domain.commands import RUNTIME, Admit, Command, Queue
from core.domain.errors import CommandRefused, MootError
from core.domain.events import Event
from core.domain.ids import SessionId
from core.domain.session import Status
from core.ports.clock import Clock
from core.runtime.correlating import fields
from core.runtime.session_loop import SessionLoop

RETRY_MILLISECONDS = 1_000
"""How long what the disk refused waits before it is tried again, where nobody else would."""

_log = logging.getLogger(__name__)


class Places:
    """Those of one driver, on its event loop. `loops` are the sessions in memory, `readable` brings one there. Once it
    `is_closing` nobody is given a place any more."""

    def __init__(
        self,
        loops: Mapping[SessionId, SessionLoop],
        *,
        sessions_running_max: int,
        clock: Clock,
        readable: Callable[[SessionId], Awaitable[SessionLoop | None]],
    ) -> None:
        self.is_closing = False
        self._loops = loops
        self._sessions_running_max = sessions_running_max
        self._clock = clock
        self._readable = readable
        self._waiting: deque[SessionId] = deque()
        self._admitting: set[asyncio.Task[None]] = set()
        self._promised: set[SessionId] = set()

    @property
    def taken(self) -> int:
        """Sessions that hold a place, and those that are being given one."""
        promised = self._promised
        return sum(
            (_holds_a_place(loop) or loop.session in promised) and not self._is_in_its_parents_place(loop)
            for loop in self._loops.values()
        )

    def close(self) -> None:
        self.is_closing = True
        self.let_nobody_wait()
        for task in tuple(self._admitting):
            task.cancel()

    def let_nobody_wait(self) -> None:
        """Those that wait are admitted when somebody asks for it."""
        self._waiting.clear()

    def have_room_for(self, loop: SessionLoop) -> bool:
        return self.taken < self._sessions_running_max or self._is_in_its_parents_place(loop)

    async def admit_or_queue(self, loop: SessionLoop, *, correlation: str = "") -> None:
        """Give it a place or have it wait for one, unless somebody paused or ended it meanwhile."""
        try:
            is_first = not self._waiting or self._is_in_its_parents_place(loop)
            if self.have_room_for(loop) and is_first and not self.is_closing:
                await self.give(loop, Admit(), actor=RUNTIME, correlation=correlation or "admit")
                return
            if loop.state.life.status is Status.CREATED:
                await loop.submit(Queue(), actor=RUNTIME, correlation=correlation or "queue")
        except CommandRefused:
            if not _waits(loop):
                return
            raise
        if _waits(loop):
            self.wait(loop.session)

    async def give(self, loop: SessionLoop, command: Command, *, actor: str, correlation: str) -> tuple[Event, ...]:
        """Submit what makes it run; its place is taken from this moment on, not only from when that is recorded."""
        self._promised.add(loop.session)
        try:
            return await loop.submit(command, actor=actor, correlation=correlation)
        finally:
            self._promised.discard(loop.session)
            self.look_at(loop)

    def wait(self, session: SessionId) -> None:
        """Have it wait behind those that wait already."""
        if session not in self._waiting:
            self._waiting.append(session)
        self._admit_waiting()

    def look_at(self, loop: SessionLoop) -> None:
        """It may have made room: only a session that holds no place can have."""
        if self._waiting and not _holds_a_place(loop):
            self._admit_waiting()

    def _is_in_its_parents_place(self, loop: SessionLoop) -> bool:
        """True for a child whose parent runs and waits for its end: the place that both need is the parent's."""
        opening = loop.state.opening
        parent = self._loops.get(opening.parent) if opening is not None and opening.is_awaited else None
        return parent is not None and _holds_a_place(parent)

    def _admit_waiting(self) -> None:
        """Admitting is an append of its own, so it runs beside the session that made room."""
        if self.is_closing or self._admitting or self.taken >= self._sessions_running_max:
            return
        task = asyncio.create_task(self._admit_next(), name="admit")
        self._admitting.add(task)
        task.add_done_callback(self._admitted)

    def _admitted(self, task: asyncio.Task[None]) -> None:
        self._admitting.discard(task)
        if self._waiting and not task.cancelled():  # room made while the last one was being admitted
            self._admit_waiting()

    async def _admit_next(self) -> None:
        while self._waiting and self.taken < self._sessions_running_max:
            session = self._waiting.popleft()
            loop = await self._readable(session)
            if loop is None or not _waits(loop):
                continue
            loop.is_driven = not self.is_closing
            try:
                await self.give(loop, Admit(), actor=RUNTIME, correlation="admit")
            except Exception as error:
                # Nobody else would admit it: it stays first in the queue.
                said = fields(session=session, error=str(error))
                _log.warning("a session waits on", extra=said, exc_info=not isinstance(error, MootError))
                await self._clock.sleep(RETRY_MILLISECONDS)
                if _waits(loop) and session not in self._waiting:
                    self._waiting.appendleft(session)


def _waits(loop: SessionLoop) -> bool:
    return loop.state.life.status in (Status.CREATED, Status.WAITING)


def _holds_a_place(loop: SessionLoop) -> bool:
    return loop.is_driven and loop.state.life.status is Status.RUNNING
