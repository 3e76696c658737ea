"""At what time of the day may what is told reach somebody, and what is gathered into one message?

In quiet hours what is less urgent waits for their end. By a channel that gathers, what is less urgent goes in one
message every so many minutes. What is urgent enough for both goes at once. The time of the day comes as data: whoever
calls knows where the operator is, and that a day there may have 23 hours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from core.notifying.delivering import Delivery, DeliveryState, Held
from core.notifying.terms import DIGEST_PARTS_DEFAULT, MINUTE_MS, Batch, Priority, Quiet

MINUTES_OF_DAY = 24 * 60
LEAP_MINUTES_MAX = 180
"""No clock is set by more at once because of the season."""

LocalMinute = Callable[[int], int]
"""The minutes since midnight, where the operator is, at a moment in Unix ms."""


def minute_of_utc(at_ms: int) -> int:
    """The minute of the day in Greenwich."""
    return at_ms // MINUTE_MS % MINUTES_OF_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """`batches` by channel; a digest has at most `parts_max` parts."""

    quiet: Quiet | None = None
    batches: Mapping[str, Batch] = field(default_factory=dict)
    parts_max: int = DIGEST_PARTS_DEFAULT


def is_quiet(table: Timetable, channel: str, minute: int) -> bool:
    """Whether less urgent things are to wait on this channel at that minute of the day."""
    return table.quiet is not None and table.quiet.is_of(channel) and table.quiet.is_at(minute)


def held_for(table: Timetable, priority: Priority, channel: str, minute: int) -> Held:
    """What something so urgent waits for that goes by a channel at that minute of the day."""
    if table.quiet is not None and is_quiet(table, channel, minute) and priority.rank > table.quiet.priority.rank:
        return Held.QUIET
    batch = table.batches.get(channel)
    return Held.DIGEST if batch is not None and priority.rank > batch.priority.rank else Held.NOTHING


def planned(sent: Delivery, table: Timetable, *, now_ms: int, local_minute: LocalMinute) -> Delivery:
    """A delivery as it is to wait from now on; one that waits for nothing is due now, or at its own later moment."""
    waits = held_for(table, sent.notification.priority, sent.channel, local_minute(now_ms))
    match waits:
        case Held.NOTHING:
            return replace(sent, state=DeliveryState.PENDING, held_for=waits, due_ms=sent.due_ms)
        case Held.QUIET:
            due_ms = end_of_quiet_ms(table, now_ms=now_ms, local_minute=local_minute)
        case Held.DIGEST:
            due_ms = now_ms + table.batches[sent.channel].every_ms
    return replace(sent, state=DeliveryState.HELD, held_for=waits, due_ms=due_ms)


def retried_ms(table: Timetable, priority: Priority, channel: str, *, due_ms: int, local_minute: LocalMinute) -> int:
    """When something is to be tried again that would be at `due_ms`: not within quiet hours."""
    if held_for(table, priority, channel, local_minute(due_ms)) is Held.QUIET:
        return end_of_quiet_ms(table, now_ms=due_ms, local_minute=local_minute)
    return due_ms


def end_of_quiet_ms(table: Timetable, *, now_ms: int, local_minute: LocalMinute) -> int:
    """When the quiet hours end that hold now: `now_ms` itself where none do. Clocks are set forward and back in the
    middle of a night: the end is looked for minute by minute around where the wall clock expects it."""
    quiet = table.quiet
    if quiet is None or not quiet.is_at(local_minute(now_ms)):
        return now_ms
    expected = (quiet.to_minute - local_minute(now_ms)) % MINUTES_OF_DAY
    first_ms = now_ms - now_ms % MINUTE_MS + max(1, expected - LEAP_MINUTES_MAX) * MINUTE_MS
    for minutes in range(MINUTES_OF_DAY + LEAP_MINUTES_MAX):
        at_ms = first_ms + minutes * MINUTE_MS
        if not quiet.is_at(local_minute(at_ms)):
            return at_ms
    return now_ms + MINUTES_OF_DAY * MINUTE_MS
