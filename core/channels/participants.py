"""How are the models that take part in a session told what happens in it?

By way of whoever drives, since what enters a prompt is an event of the session.
"""

from __future__ import annotations

from core.notifying.delivering import Delivery
from core.ports.channel import Driving, NotDelivered, Part

PARTICIPANTS = "participants"


class Participants:
    """Tells them while a process drives; before and after that it waits."""

    name = PARTICIPANTS
    at_once_max = 1
    where = "the next prompts of the seats that it is about"

    def __init__(self) -> None:
        self._driving: Driving | None = None

    async def attend(self, driving: Driving) -> None:
        self._driving = driving

    async def deliver(self, delivery: Delivery) -> str | None:
        if self._driving is None:
            raise NotDelivered("nobody drives the session.")
        return await self._driving.tell_participants(delivery)

    def wording(self, delivery: Delivery) -> tuple[Part, ...]:
        return (Part(name="line", text=delivery.notification.text),)

    async def close(self) -> None:
        self._driving = None
