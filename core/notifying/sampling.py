"""How would a notification of each type read, before one of it has come?"""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.ids import NO_SEAT, SeatId, SessionId
from core.notifying.delivering import Delivery, delivery_id
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority

AT_MS = 1_790_000_000_000
SESSION = SessionId("5a3b1e00" * 4)
TITLE = "The release train leaves on Fridays"

_TEXTS: Mapping[NotificationType, tuple[Priority, str]] = {
    NotificationType.DEBATE_STARTED: (Priority.NORMAL, "It has begun."),
    NotificationType.ROUND_STARTED: (Priority.LOW, "Round 2 of 5 begins."),
    NotificationType.TURN_NOTIFICATION: (Priority.LOW, "It is the turn of opponent."),
    NotificationType.ARGUMENT_REQUEST: (Priority.HIGH, "It is your turn: proposer is waited for."),
    NotificationType.RESPONSE_REQUEST: (Priority.HIGH, "It is your turn: proposer is waited for."),
    NotificationType.CLARIFICATION_REQUEST: (Priority.HIGH, "opponent asks: which of the two trains is meant?"),
    NotificationType.CONSENSUS_UPDATE: (Priority.LOW, "Consensus is at 62 % after round 2 of 5."),
    NotificationType.DEBATE_COMPLETED: (Priority.NORMAL, "It is over (consensus reached), for $0.12 at most."),
    NotificationType.ESCALATION_NOTICE: (Priority.URGENT, "Two rounds brought them no closer. Go on? (deadlock)"),
    NotificationType.DIGEST: (Priority.NORMAL, "2 notifications were gathered."),
    NotificationType.ERROR_NOTIFICATION: (Priority.HIGH, "A call was not made: the cap of the day forbids it."),
}
"""What is told of anything else is told in the words of a reminder."""

_OTHERWISE = (Priority.HIGH, "Nobody has answered for 30 minutes: Two rounds brought them no closer. Go on?")


_GATHERED = (NotificationType.DEBATE_STARTED, NotificationType.DEBATE_COMPLETED)


def sample(type: NotificationType, *, channel: str) -> Delivery:
    """An invented one, as it would go by `channel`."""
    told = _sample(type)
    return Delivery(
        id=delivery_id(told.id, channel),
        notification=told,
        channel=channel,
        due_ms=AT_MS,
        gathered=tuple(map(_sample, _GATHERED)) if type is NotificationType.DIGEST else (),
    )


def _sample(type: NotificationType) -> Notification:
    priority, text = _TEXTS.get(type, _OTHERWISE)
    return Notification(
        id=f"sample-{type.value.lower()}",
        type=type,
        priority=priority,
        session=SESSION,
        seq=7,
        position=7,
        at_ms=AT_MS,
        flow="debate",
        title=TITLE,
        text=text,
        seat=SeatId("proposer") if "REQUEST" in type.value else NO_SEAT,
    )
