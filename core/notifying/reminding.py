"""When is somebody reminded of what nobody has acknowledged, and how urgently?

Each reminder is one step more urgent than the one before, and there are only so many. Whether one is due follows from
the notification and the time alone: whoever has not looked for a day finds one that is due, not a day's.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from core.domain.text import clean_text
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import MINUTE_MS, Priority, Reminders

HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
REMINDER_CHARACTERS_MAX = 1_100
ID_CHARACTERS = 16


def is_due(
    reminders: Reminders, priority: Priority, *, reminded: int, since_ms: int, snoozed_until_ms: int, now_ms: int
) -> bool:
    """Whether somebody is to be reminded now of what is open and was reminded of `reminded` times. `since_ms` is when
    it was told, or last reminded of. What was snoozed is reminded of once, when that is over, whatever else holds."""
    if snoozed_until_ms:
        return now_ms >= snoozed_until_ms
    after_ms = reminders.after_ms.get(priority)
    return after_ms is not None and reminded < reminders.times_max and now_ms - since_ms >= after_ms


def reminder(of: Notification, *, reminded: int, position: int, now_ms: int) -> Notification:
    """The next reminder of what was reminded of `reminded` times; the same at each look, until it is kept."""
    return replace(
        of,
        id=sha256(f"{of.id}:reminder:{reminded + 1}".encode()).hexdigest()[:ID_CHARACTERS],
        type=NotificationType.REMINDER,
        priority=raised(of.priority, steps=reminded + 1),
        seq=0,
        position=position,
        at_ms=now_ms,
        text=clean_text(f"Nobody has seen to this{_for(now_ms - of.at_ms)}: {of.text}")[:REMINDER_CHARACTERS_MAX],
        reminds=of.id,
    )


def raised(priority: Priority, *, steps: int) -> Priority:
    """So many steps more urgent, and never more than urgent."""
    return tuple(Priority)[max(0, priority.rank - steps)]


def _for(age_ms: int) -> str:
    for unit_ms, word in ((DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute")):
        if age_ms >= unit_ms:
            count = age_ms // unit_ms
            return f" for {count} {word}{'' if count == 1 else 's'}"
    return ""
