"""Who tells, in tests: with an outbox in memory, and a clock that stands where it is put?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.notifying.delivering import Delivery, DeliveryState, Held
from core.notifying.notification import Notification, NotificationType
from core.notifying.routing import Route
from core.notifying.terms import SENSIBLE_REMINDERS, Reminders
from core.notifying.timetable import Timetable, minute_of_utc
from core.ports.outbox import Attempt, Told, Wanted
from core.runtime.notifier import Notifier, Times
from core.runtime.telling_rounds import Rounds
from tests.core.notifying.builders import AT_MS
from tests.memory_outbox import MemoryOutbox

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
NOON_MS = AT_MS - AT_MS % (24 * HOUR_MS) + 12 * HOUR_MS
EVERYTHING = (Route(channels=("log", "ops")),)


@dataclass
class At:
    """A clock that stands."""

    at_ms: int = NOON_MS

    def now_ms(self) -> int:
        return self.at_ms

    async def sleep(self, milliseconds: int) -> None:
        raise AssertionError("nobody waits here")


@dataclass
class Desk:
    """What tells, over one outbox, with the time in its hands."""

    outbox: MemoryOutbox = field(default_factory=lambda: MemoryOutbox(stands=100))
    clock: At = field(default_factory=At)
    woken: int = 0

    def over(
        self,
        *,
        routes: Sequence[Route] = EVERYTHING,
        reminders: Reminders = SENSIBLE_REMINDERS,
        table: Timetable | None = None,
    ) -> tuple[Notifier, Rounds]:
        """A notifier and its rounds, as one process has them."""
        times = Times(self.clock, table or Timetable(), minute_of_utc)
        notifier = Notifier(self.outbox, routes, {}, times, on_added=self.wake)
        return notifier, Rounds(self.outbox, notifier, times, reminders, on_released=self.wake)

    def wake(self) -> None:
        self.woken += 1

    async def tell(self, notifier: Notifier, *notifications: Notification) -> None:
        await notifier.follow_mutes()
        await notifier.put(notifications)

    async def of_type(self, type: NotificationType) -> list[Told]:
        """Oldest first."""
        found = await self.outbox.find(Wanted(types=frozenset({type})))
        return sorted(found, key=lambda told: told.notification.at_ms)

    def held(self, held_for: Held) -> list[Delivery]:
        return [sent for sent in self.outbox.sent.values() if sent.held_for is held_for]

    def waiting(self, channel: str = "ops") -> list[int]:
        """The numbers of what is on its way by a channel."""
        return self._numbers(lambda sent: sent.state is DeliveryState.PENDING and sent.channel == channel)

    async def deliver(self) -> list[Delivery]:
        """Hand over what is due, as a dispatcher would."""
        due = await self.outbox.due(now_ms=self.clock.at_ms, limit=1_000, busy=())
        for sent in due:
            await self.outbox.tried(
                Delivery(
                    id=sent.id,
                    notification=sent.notification,
                    channel=sent.channel,
                    state=DeliveryState.DELIVERED,
                    tries=1,
                    ended_ms=self.clock.at_ms,
                ),
                Attempt(delivery=sent.id, number=1, at_ms=self.clock.at_ms, took_ms=1),
            )
        return list(due)

    def _numbers(self, is_meant: Callable[[Delivery], bool]) -> list[int]:
        return sorted(sent.notification.seq for sent in self.outbox.sent.values() if is_meant(sent))
