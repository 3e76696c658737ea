"""What does the console do while 100,000 updates a second come in? A console whose core announces far too often.

What debates really say is announced again and again, a little more each time, to whoever listens to progress.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import OrderedDict
from collections.abc import Callable

from console.run import run_console
from console.settings import Settings, load_settings
from core.orchestrator import Orchestrator, Progress

UPDATES_PER_SECOND = 100_000
BURST_SECONDS = 0.005
UPDATES_PER_CHARACTER = 50
SPEAKERS_MAX = 20

Listener = Callable[[Progress], None]


class Flood:
    """Announces the progress of those who speak to `listener`, `UPDATES_PER_SECOND` times a second."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._speaking: OrderedDict[str, Progress] = OrderedDict()
        self.announced = 0

    def heard(self, progress: Progress) -> None:
        """A real one."""
        self._speaking[progress.session] = progress
        if len(self._speaking) > SPEAKERS_MAX:
            self._speaking.popitem(last=False)
        self._listener(progress)

    async def run(self) -> None:
        """In bursts, until cancelled; what a burst came too late for is made up for by the next."""
        began = time.perf_counter()
        while True:
            await asyncio.sleep(BURST_SECONDS)
            due = int((time.perf_counter() - began) * UPDATES_PER_SECOND)
            speaking = tuple(self._speaking.values())
            if not speaking:
                began, self.announced = time.perf_counter(), 0
                continue
            while self.announced < due:
                self.announced += 1
                progress = speaking[self.announced % len(speaking)]
                if self.announced % UPDATES_PER_CHARACTER == 0:
                    progress.pieces.append("~")
                    progress.characters += 1
                self._listener(progress)


def flooded(moot: Orchestrator) -> Orchestrator:
    """`moot`, of which each listener to progress is flooded."""
    listen = moot.on_progress
    floods: set[asyncio.Task[None]] = set()

    def on_progress(listener: Listener) -> Callable[[], None]:
        flood = Flood(listener)
        task = asyncio.get_running_loop().create_task(flood.run(), name="flood")
        floods.add(task)
        task.add_done_callback(floods.discard)
        stop = listen(flood.heard)

        def end() -> None:
            stop()
            task.cancel()

        return end

    moot.on_progress = on_progress  # type: ignore[method-assign]
    return moot


def main() -> int:
    """The console over the database that the environment names."""
    settings: Settings = load_settings()

    def opened() -> Orchestrator:
        from console.bootstrap import open_orchestrator

        return flooded(open_orchestrator(settings))

    return run_console(opened, settings)


if __name__ == "__main__":
    sys.exit(main())
