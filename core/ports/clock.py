"""What time is it, and who wakes us?"""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Unix time in milliseconds and a way to wait. Tests drive a virtual one."""

    def now_ms(self) -> int:
        """Unix time in milliseconds. May jump when the machine's clock is set."""
        ...

    async def sleep(self, milliseconds: int) -> None:
        """Return after that much time; cancellable."""
        ...
