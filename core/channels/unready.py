"""What becomes of what is to go by a channel that is set up but lacks something, such as a variable of the environment?

It waits and is tried again as with any fault, so that nothing is lost, and nothing else stands still because of it.
"""

from __future__ import annotations

from core.notifying.delivering import Delivery
from core.ports.channel import NotDelivered


class Unready:
    """`why` says what it lacks."""

    at_once_max = 1

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self._why = why

    @property
    def lacks(self) -> str:
        return self._why

    async def deliver(self, delivery: Delivery) -> None:
        raise NotDelivered(self._why)

    async def close(self) -> None:
        pass
