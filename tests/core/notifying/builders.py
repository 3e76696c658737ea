"""Which notifications do the tests speak of?"""

from __future__ import annotations

from core.domain.ids import SeatId, SessionId
from core.notifying.delivering import Delivery, delivery_id
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from core.ports.outbox import Told

SESSION = SessionId("ab12" * 8)
AT_MS = 1_790_000_000_000


def notification(
    number: int = 1,
    *,
    type: NotificationType = NotificationType.DEBATE_COMPLETED,
    priority: Priority = Priority.NORMAL,
    session: SessionId = SESSION,
    flow: str = "debate",
    at_ms: int = AT_MS,
    text: str = "It is over.",
    asks: str = "",
    reminds: str = "",
    seat: str = "",
) -> Notification:
    return Notification(
        id=f"{session}-{number}-{type.value.lower()}",
        type=type,
        priority=priority,
        session=session,
        seq=number,
        position=number,
        at_ms=at_ms,
        flow=flow,
        title="The release train leaves on Fridays.",
        text=text,
        asks=asks,
        reminds=reminds,
        seat=SeatId(seat),
    )


def delivery(told: Notification | None = None, channel: str = "log") -> Delivery:
    each = told or notification()
    return Delivery(id=delivery_id(each.id, channel), notification=each, channel=channel, due_ms=each.at_ms)


def told(each: Notification, *channels: str) -> Told:
    return Told(notification=each, deliveries=tuple(delivery(each, channel) for channel in channels or ("log",)))
