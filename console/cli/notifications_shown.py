"""How does a notification read in a shell, for a person and for a script?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.cli.tables import Column

if TYPE_CHECKING:
    from core.notifying.muting import Mute
    from core.notifying.rates import ChannelRate
    from core.notifying.routing import Route
    from core.ports.outbox import Attempt, Told

ID_SHOWN_CHARACTERS = 8
COLUMNS = (
    Column("id"),
    Column("when"),
    Column("priority"),
    Column("type"),
    Column("told"),
    Column("what", is_flexible=True),
)
MUTE_COLUMNS = (Column("id"), Column("session"), Column("type"), Column("until"), Column("by"))
RATE_COLUMNS = tuple(
    map(Column, ("channel", "tries", "arrived", "failed", "median", "95 % within", "waits", "given up"))
)
TYPE_COLUMNS = (Column("type"), Column("priority"), Column("channels", is_flexible=True))
OFF = "off:"
"""So begins where a channel is that nobody has switched on."""

_DELIVERIES = {"pending": "waits", "held": "held", "delivered": "✓", "dead": "✗ given up"}


def row(told: Told) -> tuple[str, ...]:
    each = told.notification
    return (
        each.id[:ID_SHOWN_CHARACTERS],
        when(each.at_ms, form="%m-%d %H:%M"),
        each.priority.value if told.is_open else f"{each.priority.value}, {_ended(told)}",
        each.type.value,
        ", ".join(f"{sent.channel} {_DELIVERIES[sent.state.value]}" for sent in told.deliveries),
        f"{each.title}: {each.text}",
    )


def channel_standing(lacks: str, place: str) -> str:
    """Whether a channel can be used, and where it is; one that is switched off says so as its place."""
    if lacks or place.startswith(OFF):
        return f"– {lacks or place}"
    return f"✓ {place}".rstrip()


def _ended(told: Told) -> str:
    return "seen" if told.acknowledged_ms else told.state.value


def lines(told: Told, attempts: Sequence[Attempt]) -> list[str]:
    """One notification whole: what it says, what became of it with people, what became of it on its way."""
    each = told.notification
    channels = {sent.id: sent.channel for sent in told.deliveries}
    about = f"session {each.session[:ID_SHOWN_CHARACTERS]}, event {each.seq}" if each.session else "no session"
    shown = [
        f"{each.type.value} · {each.priority.value} · {when(each.at_ms)} · {', '.join(_life(told)) or 'open'}",
        f"{each.title} ({about})",
        each.text,
        "",
    ]
    shown += [
        f"{when(attempt.at_ms)}  {channels[attempt.delivery]}  try {attempt.number}: "
        f"{attempt.error or 'arrived'}{f', {attempt.note}' if attempt.note else ''} ({attempt.took_ms} ms)"
        for attempt in attempts
    ]
    shown += [f"{when(sent.due_ms)}  {sent.channel}  is due" for sent in told.deliveries if sent.state == "pending"]
    shown += [
        f"{when(sent.due_ms)}  {sent.channel}  is held for {_HELD[sent.held_for.value]}"
        for sent in told.deliveries
        if sent.state == "held"
    ]
    return shown


_HELD = {"quiet": "the end of quiet hours", "digest": "the next digest", "": "its digest, which is on its way"}


def _life(told: Told) -> list[str]:
    """What became of it, in the order of the list of states."""
    found = [f"read by {told.read_by}, {when(told.read_ms)}"] if told.read_ms else []
    if told.acknowledged_ms:
        found.append(f"acknowledged by {told.acknowledged_by}, {when(told.acknowledged_ms)}")
    if told.answered_ms:
        found.append(f"answered by {told.answered_by}, {when(told.answered_ms)}")
    if told.expired_ms:
        found.append(f"expired, {when(told.expired_ms)}: {told.expired_why}")
    if told.snoozed_until_ms:
        found.append(f"rests until {when(told.snoozed_until_ms)}")
    if told.reminded:
        found.append(f"reminded of {told.reminded} times" if told.reminded > 1 else "reminded of once")
    return found


def as_plain(told: Told) -> dict[str, object]:
    each = told.notification
    return {
        "id": each.id,
        "type": each.type.value,
        "priority": each.priority.value,
        "session": each.session,
        "seq": each.seq,
        "at_ms": each.at_ms,
        "flow": each.flow,
        "title": each.title,
        "text": each.text,
        "seat": each.seat,
        "asks": each.asks,
        "reminds": each.reminds,
        "state": told.state.value,
        "delivered_ms": told.delivered_ms,
        "read_by": told.read_by,
        "read_ms": told.read_ms,
        "acknowledged_by": told.acknowledged_by,
        "acknowledged_ms": told.acknowledged_ms,
        "answered_by": told.answered_by,
        "answered_ms": told.answered_ms,
        "expired_why": told.expired_why,
        "expired_ms": told.expired_ms,
        "snoozed_until_ms": told.snoozed_until_ms,
        "reminded": told.reminded,
        "deliveries": [
            {
                "id": sent.id,
                "channel": sent.channel,
                "state": sent.state.value,
                "held_for": sent.held_for.value,
                "tries": sent.tries,
                "due_ms": sent.due_ms,
                "ended_ms": sent.ended_ms,
                "last_error": sent.last_error,
            }
            for sent in told.deliveries
        ],
    }


def attempt_as_plain(attempt: Attempt, told: Told) -> dict[str, object]:
    channel = next(sent.channel for sent in told.deliveries if sent.id == attempt.delivery)
    return {
        "channel": channel,
        "number": attempt.number,
        "at_ms": attempt.at_ms,
        "took_ms": attempt.took_ms,
        "error": attempt.error,
        "note": attempt.note,
    }


def mute_row(mute: Mute, now_ms: int) -> tuple[str, ...]:
    ends = when(mute.until_ms, form="%Y-%m-%d %H:%M") if mute.until_ms else "it is ended"
    return (
        mute.id,
        mute.session[:ID_SHOWN_CHARACTERS] or "every one",
        mute.type.value if mute.type else "every one",
        ends if mute.holds_at(now_ms) else f"{ends}, over",
        mute.by,
    )


def mute_as_plain(mute: Mute) -> dict[str, object]:
    return {
        "id": mute.id,
        "session": mute.session,
        "type": mute.type.value if mute.type else "",
        "until_ms": mute.until_ms,
        "by": mute.by,
        "at_ms": mute.at_ms,
    }


def rate_row(rate: ChannelRate) -> tuple[str, ...]:
    took = (f"{rate.median_ms:,} ms", f"{rate.p95_ms:,} ms") if rate.delivered else ("–", "–")
    counts = (rate.attempts, rate.delivered, rate.failed)
    return (rate.channel, *map(str, counts), *took, str(rate.pending), str(rate.dead))


def route_line(number: int, route: Route) -> str:
    """What a route takes and where it leads."""
    types = ", ".join(sorted(route.types)) or "everything"
    parts = [f"{number}  {types} from {route.priority.value} up"]
    parts += [f"of {_listed(route.flows)}"] if route.flows else []
    parts += [f"about {_listed(route.seats)}"] if route.seats else []
    return f"{' '.join(parts)} → {', '.join(route.channels)}{', and no further' if route.is_last else ''}"


def _listed(words: Collection[str]) -> str:
    return ", ".join(sorted(words))


def when(at_ms: int, *, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """The moment where this machine stands."""
    return datetime.fromtimestamp(at_ms // 1_000, tz=UTC).astimezone().strftime(form)
