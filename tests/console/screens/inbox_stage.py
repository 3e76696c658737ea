"""How does a test stand before the inbox, with what it wants to see in it?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from console.screens.notifications import NotificationsScreen
from console.widgets.prose import Prose
from core.domain.commands import Escalate
from core.domain.ids import SessionId
from core.notifying.delivering import Delivery, DeliveryState, delivery_id
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from core.ports.outbox import Told
from tests.console.hall import NOW_MS, screen_text, under_way, until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.pilot import Pilot

    from core.orchestrator import Orchestrator
    from core.ports.outbox import Outbox
    from tests.console.hall import Hall

QUESTION = "The sides stay apart after two rounds. Shall they go on?"
MINUTE_MS = 60_000


def notice(
    number: int,
    text: str = "It is over.",
    *,
    type: NotificationType = NotificationType.DEBATE_COMPLETED,
    priority: Priority = Priority.NORMAL,
    title: str = "Tabs or spaces?",
    session: str = "",
    minutes: int = 0,
) -> Notification:
    """Told `minutes` ago; of a session that was deleted since, where none is named."""
    return Notification(
        id=f"{number:08x}{'e' * 8}",
        type=type,
        priority=priority,
        session=SessionId(session or f"{number:032x}"),
        seq=0,
        position=0,
        at_ms=NOW_MS - minutes * MINUTE_MS,
        flow="debate",
        title=title,
        text=text,
    )


def told(each: Notification, *channels: str, **change: Any) -> Told:
    """It has arrived by these channels; `change` is what became of the deliveries otherwise."""
    arrived: dict[str, Any] = {"state": DeliveryState.DELIVERED, "tries": 1, "ended_ms": each.at_ms, **change}
    sent = [
        Delivery(id=delivery_id(each.id, channel), notification=each, channel=channel, due_ms=each.at_ms)
        for channel in channels or ("log",)
    ]
    return Told(notification=each, deliveries=tuple(replace(one, **arrived) for one in sent))


def outbox_of(core: Orchestrator) -> Outbox:
    return core.notifications._at_hand.outbox


async def filled_with(core: Orchestrator, *every: Told) -> None:
    """The outbox holds these too, as if they had been told."""
    await outbox_of(core).put(every)


async def all_told(core: Orchestrator) -> Sequence[Told]:
    from core.ports.outbox import Wanted

    return await core.notifications.find(Wanted())


async def asking(core: Orchestrator, motion: str = "Adopt Rust for the parser?", question: str = QUESTION) -> SessionId:
    """A session that asks the operator something."""
    session = await under_way(core, motion)
    await core.command(session, Escalate(question=question, reason="low_consensus"))
    return session


def inbox(hall: Hall) -> NotificationsScreen:
    screen = hall.screen
    assert isinstance(screen, NotificationsScreen)
    return screen


async def at_inbox(hall: Hall, pilot: Pilot[Any], *, rows: int = 0) -> NotificationsScreen:
    """The inbox once it was read and, where a number is named, has so many rows."""
    await pilot.press("5")
    await until(pilot, lambda: isinstance(hall.screen, NotificationsScreen) and inbox(hall).read_count > 0)
    if rows:
        await until(pilot, lambda: len(inbox(hall).rows.keys) == rows)
        await until(pilot, lambda: inbox(hall).read_key == inbox(hall).rows.cursor_key)
    return inbox(hall)


def states(hall: Hall) -> dict[str, str]:
    """The word of each row's state, by its key."""
    rows = inbox(hall).rows
    return {key: rows._rows[key].cells[0].text.split()[-1] for key in rows.keys}


def said(hall: Hall) -> str:
    return inbox(hall).query_one("#detail", Prose).text


def shown(hall: Hall) -> str:
    """All that is painted, on one line."""
    return " ".join(screen_text(hall).split())
