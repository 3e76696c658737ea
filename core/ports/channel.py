"""What must a way of telling somebody something answer?"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from core.domain.errors import MootError
from core.notifying.delivering import Delivery


class NotDelivered(MootError):
    """A try that failed. `is_final` where no further one can help; `retry_after_ms` is how long the receiver asked to
    be left alone, None where it said nothing."""

    def __init__(self, what: str, *, is_final: bool = False, retry_after_ms: int | None = None) -> None:
        super().__init__(what)
        self.is_final = is_final
        self.retry_after_ms = retry_after_ms


class ChannelUnready(MootError):
    """A channel that is set up lacks something that is not in the settings. What goes by it waits."""


@runtime_checkable
class LacksSomething(Protocol):
    """A channel that can't be used yet."""

    @property
    def lacks(self) -> str: ...


class Channel(Protocol):
    """One way to somebody. A delivery may be handed over more than once, always with the same id."""

    @property
    def name(self) -> str: ...

    @property
    def at_once_max(self) -> int:
        """So many deliveries may be under way by it at the same moment."""
        ...

    async def deliver(self, delivery: Delivery) -> None:
        """Return once the receiver has it. Raises NotDelivered. Takes a bounded time, and may be cancelled."""
        ...

    async def close(self) -> None: ...
