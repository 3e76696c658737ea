"""How is the operator told in the terminal in which moot runs?

A bell and a line, at most once a second: many things that happen together would ring as many times. What happens while
no console and no `moot drive` is open rings nowhere, and is not rung later.
"""

from __future__ import annotations

from core.channels.wording import headline
from core.notifying.delivering import Delivery
from core.notifying.routing import TERMINAL
from core.ports.channel import Part
from core.ports.clock import Clock
from core.ports.terminal_target import TerminalTarget

APART_MS = 1_000


class Terminal:
    """Rings in one target."""

    name = TERMINAL
    at_once_max = 1
    where = "the terminal of the console, or of `moot drive`"

    def __init__(self, target: TerminalTarget, clock: Clock) -> None:
        self._target = target
        self._clock = clock
        self._rang_ms: int | None = None
        self._unsaid = 0

    async def deliver(self, delivery: Delivery) -> None:
        now_ms = self._clock.now_ms()
        # A clock that was set back must not keep the bell silent for hours.
        if self._rang_ms is not None and 0 <= now_ms - self._rang_ms < APART_MS:
            self._unsaid += 1
            return
        others = f" (and {self._unsaid} more before it)" if self._unsaid else ""
        self._rang_ms, self._unsaid = now_ms, 0
        self._target.tell(f"{headline(delivery)}{others}")

    def wording(self, delivery: Delivery) -> tuple[Part, ...]:
        return (Part(name="line", text=headline(delivery)),)

    async def close(self) -> None:
        pass
