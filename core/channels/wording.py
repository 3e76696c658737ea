"""In which words is somebody told, where no template of the operator's says otherwise?"""

from __future__ import annotations

from core.notifying.delivering import Delivery
from core.notifying.notification import NotificationType

HEADLINE_CHARACTERS_MAX = 120

_IN_WORDS = {
    NotificationType.DEBATE_STARTED: "has begun",
    NotificationType.DEBATE_COMPLETED: "is over",
    NotificationType.ESCALATION_NOTICE: "asks you",
    NotificationType.ARGUMENT_REQUEST: "waits for you",
    NotificationType.RESPONSE_REQUEST: "waits for you",
    NotificationType.CLARIFICATION_REQUEST: "wants to know",
    NotificationType.ERROR_NOTIFICATION: "has a problem",
}


def headline(delivery: Delivery, *, characters_max: int = HEADLINE_CHARACTERS_MAX) -> str:
    """What it is about, in one line: a line break in a title would begin another header of a mail."""
    told = delivery.notification
    what = _IN_WORDS.get(told.type, told.type.value.lower().replace("_", " "))
    line = " ".join(f"[moot] {what}: {told.title}".split())
    return line if len(line) <= characters_max else f"{line[: characters_max - 1]}…"


def about(delivery: Delivery) -> str:
    """Which one it is, for whoever looks it up."""
    told = delivery.notification
    return f"{told.type.value}, {told.priority.value}; session {told.session[:8]}, event {told.seq}"
