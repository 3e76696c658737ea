"""How long may something take before it is broken off?

As `asyncio.timeout`, for what nearly always ends in time: a limit is a number, and one timer serves all of them. It is
set for the one that can be over first, and looks again later where it came too early. A model that speaks begins anew
with every piece.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from types import TracebackType
from typing import Self

_NO_CONTEXT = Context()
"""A timer would take a copy of its caller's context along; ours has no use for it."""


class Watch:
    """Sets limits, and keeps those under way. Of one event loop at a time."""

    __slots__ = ("_limits", "_looks_at", "_loop", "_timer")

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._limits: dict[TimeLimit, None] = {}  # in the order in which they began
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = 0.0

    def limit(self, seconds: float, *, anew_seconds: float | None = None) -> TimeLimit:
        """One that counts from now; `anew_seconds` long once something has come."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # an earlier one is gone, and with it whoever waited
            self._loop, self._limits, self._timer = loop, {}, None
        return TimeLimit(self, loop, seconds, seconds if anew_seconds is None else anew_seconds)

    def begin(self, limit: TimeLimit) -> None:
        """Look out for it from here on."""
        self._limits[limit] = None
        looks_at = limit.looks_at
        if self._timer is None or looks_at < self._looks_at:
            self._look_at(looks_at)

    def end(self, limit: TimeLimit) -> None:
        """It no longer counts. The timer stays: the next call would set it again, and heaps are slow to forget."""
        self._limits.pop(limit, None)

    def _look_at(self, moment: float) -> None:
        assert self._loop is not None  # a limit is set before anybody looks out for it
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = moment
        self._timer = self._loop.call_at(moment, self._look, context=_NO_CONTEXT)

    def _look(self) -> None:
        assert self._loop is not None
        self._timer = None
        now = self._loop.time()
        for limit in [limit for limit in self._limits if limit.due <= now]:
            del self._limits[limit]
            limit.break_off()
        if self._limits:
            self._look_at(min(limit.could_be_due(now) for limit in self._limits))


class TimeLimit:
    """Cancels the task that entered it `seconds` after it was made, or `anew_seconds` after it last began `anew`, and
    raises TimeoutError in the place of that."""

    __slots__ = ("_anew_seconds", "_cancels_before", "_loop", "_task", "_watch", "due", "is_over", "looks_at")

    def __init__(self, watch: Watch, loop: asyncio.AbstractEventLoop, seconds: float, anew_seconds: float) -> None:
        now = loop.time()
        self._watch = watch
        self._loop = loop
        self._anew_seconds = anew_seconds
        self.due = now + seconds
        self.looks_at = self.due if seconds <= anew_seconds else now + anew_seconds
        self.is_over = False

    def anew(self) -> None:
        """What was waited for has come, and more is waited for."""
        self.due = self._loop.time() + self._anew_seconds

    def could_be_due(self, now: float) -> float:
        """The earliest moment at which it can be over: it may begin anew at once, which can bring that forward."""
        return min(self.due, now + self._anew_seconds)

    def break_off(self) -> None:
        """Its time is over."""
        self.is_over = True
        self._task.cancel()

    def __enter__(self) -> Self:
        task = asyncio.current_task(self._loop)
        assert task is not None  # whatever has a limit is awaited by a task
        self._task = task
        self._cancels_before = task.cancelling()
        self._watch.begin(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.end(self)
        # Where somebody else cancelled the task too, that goes on.
        if self.is_over and self._task.uncancel() <= self._cancels_before and kind is asyncio.CancelledError:
            raise TimeoutError from error
