"""How do tests with real connections wait for a minute without waiting?

An event loop whose clock can be set ahead, and a Clock that does so instead of waiting for long. Short waits are real:
what polls must not drive the time on. For tests in which nobody else is being waited for meanwhile, since every timer
comes nearer by as much.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
START_MS = 1_790_000_000_000
JUMPED_MS_MIN = 250
"""Shorter waits are those of whoever polls."""


class HurriedLoop(asyncio.SelectorEventLoop):
    """An event loop that can be set ahead; its time is in seconds and never goes back."""

    def __init__(self) -> None:
        self.ahead_ms = 0
        super().__init__()

    def time(self) -> float:
        return super().time() + self.ahead_ms / 1_000


class HurriedClock:
    """The Clock port over a hurried loop. `waited_ms` are the waits that were jumped over."""

    def __init__(self) -> None:
        self.waited_ms: list[int] = []

    def now_ms(self) -> int:
        return START_MS + self._loop().ahead_ms

    async def sleep(self, milliseconds: int) -> None:
        if milliseconds < JUMPED_MS_MIN:
            await asyncio.sleep(milliseconds / 1_000)
            return
        self.waited_ms.append(milliseconds)
        self._loop().ahead_ms += milliseconds
        await asyncio.sleep(0)

    def _loop(self) -> HurriedLoop:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, HurriedLoop)
        return loop


def in_hurried_time(work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` to its end; tasks that it leaves behind are cancelled."""

    async def awaited() -> T:
        return await work()

    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(awaited())
