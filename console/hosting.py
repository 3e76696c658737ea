"""Who owns the core while a screen comes and goes?

Not the screen: what runs inside it dies with it. The host opens the core behind the first frame, keeps it when the
screen is left or breaks, and closes it in order: turns under way are recorded or marked in doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING

from core.domain.errors import MootError

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

AfterOpening = Callable[["Orchestrator"], Awaitable[None]]

NEEDED_AT_ONCE = (
    "console.feed",
    "console.acting",
    "apscheduler.schedulers.asyncio",
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.interval",
    "filelock",
)
"""What is loaded when it is first used, which is when the core starts: on the loop it would keep a key waiting."""

LEFT_ALONE_SECONDS = 0.5
"""How often it is looked whether sessions that run without a screen are done."""


class CoreHost:
    """Call `begin` once the first frame is painted; `core()` waits until it is open."""

    def __init__(self, open_core: Callable[[], Orchestrator], *, after_opening: AfterOpening | None = None) -> None:
        self._open_core = open_core
        self._after_opening = after_opening
        self._opening: asyncio.Task[Orchestrator] | None = None
        self._closing: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Open the core; a second call changes nothing."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open(), name="open the core")

    async def core(self) -> Orchestrator:
        """The core, once it is open. Raises what opening it raised."""
        self.begin()
        assert self._opening is not None  # `begin` has just made it
        return await asyncio.shield(self._opening)

    @property
    def opened(self) -> Orchestrator | None:
        """The core where it is open already."""
        is_open = self._opening is not None and self._opening.done() and not self._opening.cancelled()
        if not is_open or self._opening is None or self._opening.exception() is not None:
            return None
        return self._opening.result()

    @property
    def failure(self) -> BaseException | None:
        """Why it could not be opened."""
        if self._opening is None or not self._opening.done() or self._opening.cancelled():
            return None
        return self._opening.exception()

    async def close(self) -> None:
        """Drain and close. Whoever waits for it may go away; it goes on."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="close the core")
        await asyncio.shield(self._closing)

    def give_up(self) -> None:
        """Wait for nothing any more: turns under way are found in doubt by the next start."""
        if self._closing is not None:
            self._closing.cancel()

    async def until_done(self, stop: asyncio.Event) -> None:
        """Let what runs here run on to where it stands still, or until `stop` is set."""
        core = self.opened
        while core is not None and core.is_driver and not stop.is_set():
            if not await running(core):
                return
            try:
                async with asyncio.timeout(LEFT_ALONE_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _open(self) -> Orchestrator:
        core = await asyncio.to_thread(self._loaded)
        await core.start()
        if self._after_opening is not None:
            await self._after_opening(core)
        return core

    def _loaded(self) -> Orchestrator:
        """Imports take long; here they hold up nobody."""
        core = self._open_core()
        for module in NEEDED_AT_ONCE:
            import_module(module)
        return core

    async def _close(self) -> None:
        if self._opening is None:
            return
        try:
            core = await self._opening
        except (MootError, OSError):
            return  # it was never open; `failure` says why
        await core.stop()


async def running(core: Orchestrator) -> int:
    """How many sessions move on by themselves."""
    from core.domain.session import Status

    moving = (Status.RUNNING, Status.WAITING, Status.CREATED)
    return sum(1 for each in await core.active_debates() if each.status in moving)
