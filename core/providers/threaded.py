"""How does an event loop listen to an SDK that blocks?

One thread for a call, which ends with the process whatever it waits for. It keeps at most a few items ahead of whoever
listens, and is told to stop when nobody does.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextvars import copy_context
from functools import partial
from typing import Final, Generic, TypeVar

T = TypeVar("T")
ITEMS_AHEAD_MAX = 64

_END: Final = object()


class FromThread(Generic[T]):
    """What `source` gives, as it comes. `hang_up` is called from the event loop when nobody listens any more: it must
    not block, and should wake `source` where it waits."""

    def __init__(self, source: Callable[[], Iterator[T]], *, hang_up: Callable[[], None]) -> None:
        self._source = source
        self._hang_up = hang_up
        self._room = threading.Semaphore(ITEMS_AHEAD_MAX)
        self._is_left = threading.Event()

    async def items(self) -> AsyncGenerator[T, None]:
        loop = asyncio.get_running_loop()
        # Bounded by the semaphore: the end and an error come on top of what there is room for.
        queue: asyncio.Queue[object] = asyncio.Queue(ITEMS_AHEAD_MAX + 1)
        # A daemon: a call that waits for a silent server must not hold up the end of the process.
        # What the SDK logs there says whose call it is, as it would on the loop.
        listen = partial(copy_context().run, self._listen, loop, queue)
        threading.Thread(target=listen, name="provider-call", daemon=True).start()
        try:
            while (item := await queue.get()) is not _END:
                if isinstance(item, _Raised):
                    raise item.error
                self._room.release()
                yield item  # type: ignore[misc]  # the queue carries T, the end and errors
        finally:
            self._is_left.set()
            self._room.release()
            self._hang_up()

    def _listen(self, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[object]) -> None:
        last: object = _END
        try:
            for item in self._source():
                self._room.acquire()
                if self._is_left.is_set():
                    return
                if not _handed_over(loop, queue, item):
                    return
        except Exception as error:
            last = _Raised(error)
        _handed_over(loop, queue, last)


class _Raised:
    """An exception on its way from the thread to whoever listens."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _handed_over(loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[object], item: object) -> bool:
    """Whether there was still a loop to give `item` to."""
    try:
        loop.call_soon_threadsafe(queue.put_nowait, item)
    except RuntimeError:
        return False
    return True
