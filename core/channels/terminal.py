"""How is the operator told in the terminal in which moot runs?

A bell and a line, at most once a second: many things that happen together would ring as many times. What happens while
no console and no `moot drive` is open rings nowhere, and is not rung later.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.channels.wording import Template, Words, headline
from core.notifying.delivering import Delivery
from core.notifying.routing import TERMINAL
from core.ports.channel import Part
from core.ports.clock import Clock
from core.ports.terminal_target import TerminalTarget

LINE = "line"
APART_MS = 1_000


class Terminal:
    """Rings in one target."""

    name = TERMINAL
    at_once_max = 1
    where = "the terminal of the console, or of `moot drive`"

    def __init__(self, target: TerminalTarget, clock: Clock, templates: Mapping[str, Template] | None = None) -> None:
        self._target = target
        self._clock = clock
        self._words = Words({LINE: headline}, templates)
        self._rang_ms: int | None = None
        self._unsaid = 0

    async def deliver(self, delivery: Delivery) -> str | None:
        now_ms = self._clock.now_ms()
        # A clock that was set back must not keep the bell silent for hours.
        if self._rang_ms is not None and 0 <= now_ms - self._rang_ms < APART_MS:
            self._unsaid += 1
            return None
        said, note = await self._words.said(delivery)
        others = f" (and {self._unsaid} more before it)" if self._unsaid else ""
        silent = self._target.tell(f"{said[LINE]}{others}")
        if silent:
            return f"nothing rang: {silent}"
        self._rang_ms, self._unsaid = now_ms, 0
        return note

    def wording(self, delivery: Delivery) -> tuple[Part, ...]:
        return self._words.parts(delivery)

    async def close(self) -> None:
        pass
