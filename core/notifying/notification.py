"""What can somebody be told, and how urgent is it?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.ids import NO_SEAT, SeatId, SessionId
from core.notifying.terms import Priority


class NotificationType(StrEnum):
    """What is told of, in the names that receivers outside know."""

    DEBATE_STARTED = "DEBATE_STARTED"
    ROUND_STARTED = "ROUND_STARTED"
    TURN_NOTIFICATION = "TURN_NOTIFICATION"
    ARGUMENT_REQUEST = "ARGUMENT_REQUEST"
    RESPONSE_REQUEST = "RESPONSE_REQUEST"
    CLARIFICATION_REQUEST = "CLARIFICATION_REQUEST"
    CONSENSUS_UPDATE = "CONSENSUS_UPDATE"
    DEBATE_COMPLETED = "DEBATE_COMPLETED"
    ESCALATION_NOTICE = "ESCALATION_NOTICE"
    REMINDER = "REMINDER"
    ERROR_NOTIFICATION = "ERROR_NOTIFICATION"
    DIGEST = "DIGEST"
    """Several that were less urgent, in one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Something that somebody may want to know. It follows from event `seq` of a session at global `position`, so that
    the same log tells the same ones, with the same `id`, whenever it is read. What follows from no event, such as a
    reminder or an alert, has `seq` 0.

    `title` is the session's, `text` one or two sentences, `seat` whom it is about where it is about one. `asks` names
    what is asked of somebody, so that the log tells when it was answered (`core.notifying.life`); "" where nothing is.
    `reminds` is the id of the notification that this one reminds of.
    """

    id: str
    type: NotificationType
    priority: Priority
    session: SessionId
    seq: int
    position: int
    at_ms: int
    flow: str
    title: str
    text: str
    seat: SeatId = NO_SEAT
    asks: str = ""
    reminds: str = ""
