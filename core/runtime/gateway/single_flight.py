"""How do identical questions that are asked at the same time share one answer?

Only for what is marked shareable: counting, looking whether a provider is well. Turns and ballots are never shared,
because each of them is to be an answer of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class SingleFlight(Generic[T]):
    """One caller's giving up doesn't take the answer from the others; the last one's ends the call."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def share(self, key: Hashable, call: Coroutine[Any, Any, T]) -> T:
        """The answer of the call that is under way for `key`; where none is, of `call`, which is begun."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(task=asyncio.create_task(call, name=f"shared {key}"))
            flight.task.add_done_callback(lambda task: self._landed(key, task))
        else:
            call.close()
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._landed(key, flight.task)
                flight.task.cancel()

    def _landed(self, key: Hashable, task: asyncio.Task[T]) -> None:
        flight = self._flights.get(key)
        if flight is not None and flight.task is task:  # a later one may have taken its place
            del self._flights[key]
        if task.done() and not task.cancelled():
            task.exception()  # looked at, so that one whose callers have all gone is not reported as lost
