"""How do tests wait for hours without waiting?

An event loop whose clock jumps: when nothing is ready, time moves to the next timer at once. Only for code that neither
opens sockets nor uses threads; where nothing is left to wait for, the loop says so instead of hanging.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")
START_MS = 1_790_000_000_000
SECONDS_MAX = 5_000


class NothingLeftToWaitFor(AssertionError):
    """Every task waits for something that no timer will bring about."""


class WaitedTooLong(AssertionError):
    """What a test waits for never comes, while timers go on for ever."""


class _JumpingSelector(selectors.BaseSelector):
    def __init__(self, jump: Callable[[float], None]) -> None:
        self._real = selectors.SelectSelector()
        self._jump = jump
        self.is_closing = False

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout == 0:
            return []  # something is ready already: what comes from outside is looked at before time moves on
        ready = self._real.select(0)
        if ready:
            return ready
        if self.is_closing:  # a thread ends in real time, also where a process that crashed has left timers behind
            return self._real.select(1)
        if timeout is None:
            raise NothingLeftToWaitFor("every task waits, and no timer is set")
        if timeout > 0:
            self._jump(timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> Any:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> Any:
        return self._real.unregister(fileobj)

    def get_map(self) -> Any:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own, in seconds from 0."""

    def __init__(self) -> None:
        self._now = 0.0
        self._selector_of_ours = _JumpingSelector(self._jump)
        self._begun: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()
        self._numbers = count()
        super().__init__(self._selector_of_ours)

    def time(self) -> float:
        return self._now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        """What would run in a thread is done at once: when a real one ends has no place in virtual time."""
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def create_task(self, coro: Any, **how: Any) -> asyncio.Task[Any]:
        task = super().create_task(coro, **how)
        self._begun[task] = next(self._numbers)
        return task

    def tasks(self) -> list[asyncio.Task[Any]]:
        """Every task that has not ended, in the order in which they were begun; asyncio has them in none."""
        return sorted(asyncio.all_tasks(self), key=lambda task: self._begun.get(task, 0))

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as asyncio names it
        """Threads end in real time, which no timer tells of."""
        self._selector_of_ours.is_closing = True
        await super().shutdown_default_executor()

    def _jump(self, seconds: float) -> None:
        self._now += seconds
        if self._now > SECONDS_MAX:
            raise WaitedTooLong(f"nothing of what was waited for had come after {SECONDS_MAX} seconds")


class VirtualClock:
    """The Clock port over a virtual loop. `shift_ms` is a clock that somebody set."""

    def __init__(self, start_ms: int = START_MS) -> None:
        self.start_ms = start_ms
        self.shift_ms = 0

    def now_ms(self) -> int:
        return self.start_ms + self.shift_ms + round(asyncio.get_running_loop().time() * 1_000)

    async def sleep(self, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1_000)


class ShuffledLoop(VirtualLoop):
    """Whatever is ready at the same moment runs in an order that a seed draws: what holds here hangs on no luck."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = random.Random(f"order {seed}")

    def _run_once(self) -> None:
        ready: deque[asyncio.Handle] = self._ready  # type: ignore[attr-defined]  # asyncio names no other place
        if len(ready) > 1:
            drawn = list(ready)
            self._chance.shuffle(drawn)
            ready.clear()
            ready.extend(drawn)
        super()._run_once()  # type: ignore[misc]


def in_virtual_time(work: Callable[[], Awaitable[T]], *, make_loop: Callable[[], VirtualLoop] = VirtualLoop) -> T:
    """Run `work` to its end on a virtual loop; tasks that it leaves behind are cancelled."""
    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(_awaited(work))


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
