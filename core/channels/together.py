"""How is it written in one go what many want written at the same moment?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.ports.channel import NotDelivered

Item = TypeVar("Item")


@dataclass(slots=True)
class _Batch(Generic[Item]):
    items: list[Item] = field(default_factory=list)
    fault: str = ""


class Together(Generic[Item]):
    """Calls `write` in a thread with all that has come in since it was called last, in the order in which it came."""

    def __init__(self, write: Callable[[Sequence[Item]], object], *, failing: str) -> None:
        """`failing` says what can't be done where the disk refuses."""
        self._write = write
        self._failing = failing
        self._batch: _Batch[Item] = _Batch()
        self._writing = asyncio.Lock()

    async def add(self, item: Item) -> None:
        """Return once it is written. Raises NotDelivered where it may not be."""
        ours = self._batch
        ours.items.append(item)
        async with self._writing:
            if ours is self._batch:  # nobody before us has taken it along
                self._batch = _Batch()
                ours.fault = "it was broken off."  # which holds for all of them, unless we come to the end of it
                try:
                    await asyncio.to_thread(self._write, ours.items)
                    ours.fault = ""
                except OSError as error:
                    ours.fault = f"{self._failing}: {error.strerror or error}."
        if ours.fault:
            raise NotDelivered(ours.fault)
