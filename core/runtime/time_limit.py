"""How long may something take before it is broken off?

As `asyncio.timeout`, for what nearly always ends in time: beginning anew sets a number and no timer, and a timer that
comes too early looks again later. A model that speaks begins anew with every piece.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from types import TracebackType
from typing import Self

_NO_CONTEXT = Context()
"""Each timer would take a copy of its caller's context along; ours has no use for it."""


class TimeLimit:
    """Cancels the task that entered it `seconds` later, or `anew_seconds` after it last began `anew`, and raises
    TimeoutError in the place of that."""

    __slots__ = ("_anew_seconds", "_cancels_before", "_due", "_loop", "_task", "_timer", "is_over")

    def __init__(self, seconds: float, *, anew_seconds: float | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + seconds
        self._anew_seconds = seconds if anew_seconds is None else anew_seconds
        self.is_over = False

    def anew(self) -> None:
        """What was waited for has come, and more is waited for."""
        self._due = self._loop.time() + self._anew_seconds

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None  # whatever has a limit is awaited by a task
        self._task = task
        self._cancels_before = task.cancelling()
        self._wake()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        # Where somebody else cancelled the task too, that goes on.
        if self.is_over and self._task.uncancel() <= self._cancels_before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _wake(self) -> None:
        """No later than it can be due by then: it may begin anew at once, which can bring the moment forward."""
        at = min(self._due, self._loop.time() + self._anew_seconds)
        self._timer = self._loop.call_at(at, self._look, context=_NO_CONTEXT)

    def _look(self) -> None:
        if self._loop.time() < self._due:
            self._wake()
            return
        self.is_over = True
        self._task.cancel()
