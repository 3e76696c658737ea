"""Does the inbox look as it did? Look at new pictures before keeping them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from console.screens.dialogs.channels import ChannelsDialog
from console.widgets.rows import Rows
from core.notifying.delivering import DeliveryState
from core.notifying.notification import NotificationType
from core.notifying.terms import Priority
from tests.console.hall import a_hall, screen_text, until
from tests.console.hall import settings as settings
from tests.console.screens.inbox_stage import asking, at_inbox, filled_with, inbox, notice, outbox_of, said, told
from tests.console.test_pictures import settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from console.settings import Settings
    from core.orchestrator import Orchestrator
    from core.ports.outbox import Told
    from tests.console.hall import Hall

SIZES = [(80, 24), (140, 40)]
ROUTES = ({"channels": ["log"], "priority": "normal"},)
REFUSED = "it answered 503, and says nothing of when to come back"


async def entered(settings: Settings, hall: Hall, pilot: Pilot[Any]) -> Orchestrator:
    hall.animation_level = "none"
    core = await hall.core()
    await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
    return core


def lost(number: int) -> Told:
    """One that its webhook would not have."""
    each = notice(
        number,
        "It failed: a turn was given up. It can be gone on with.",
        type=NotificationType.ERROR_NOTIFICATION,
        priority=Priority.HIGH,
        title="Rename main?",
        minutes=number,
    )
    arrived = told(each, "log", "ops")
    dead = replace(arrived.deliveries[1], state=DeliveryState.DEAD, tries=8, last_error=REFUSED)
    return replace(arrived, deliveries=(arrived.deliveries[0], dead))


def some() -> list[Told]:
    """As a day brings them."""
    began = {"type": NotificationType.DEBATE_STARTED, "title": "Should a team of six split its billing into services?"}
    seen = told(notice(7, "It is over (asked). For.", minutes=150))
    return [
        lost(3),
        told(notice(4, "It has begun.", minutes=4, **began)),  # type: ignore[arg-type]  # as it stands above
        told(notice(5, "It is over (stalled), for $0.02 at most. For: it was never answered.", minutes=65)),
        seen,
    ]


async def looked_at(hall: Hall, pilot: Pilot[Any]) -> None:
    """Until the row under the cursor counts as read, where there is room to read it, and nothing moves any more."""
    if inbox(hall).is_detail_in_sight:
        await until(pilot, lambda: "by you" in said(hall))
    hall.clear_notifications()
    await settled(pilot)
    hall.clear_notifications()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_inbox(settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        await entered(settings, hall, pilot)
        await at_inbox(hall, pilot)
        await settled(pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES)
def test_what_asks_on_top_of_what_was_told(
    settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(replace(settings, notification_routes=ROUTES, escalation_answer_minutes=90))

    async def before(pilot: Pilot[Any]) -> None:
        core = await entered(settings, hall, pilot)
        await asking(core)
        await filled_with(core, *some())
        await outbox_of(core).acknowledge([notice(7).id], by="operator", at_ms=notice(7, minutes=149).at_ms)
        screen = await at_inbox(hall, pilot, rows=6)
        assert screen.rows.cursor_key == screen.rows.keys[0]
        await until(pilot, lambda: not inbox(hall).is_detail_in_sight or "✓ log" in said(hall))
        await looked_at(hall, pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES)
def test_dead_letters_found_by_a_filter(
    settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(replace(settings, notification_routes=ROUTES, escalation_answer_minutes=90))

    async def before(pilot: Pilot[Any]) -> None:
        core = await entered(settings, hall, pilot)
        await filled_with(core, *some(), lost(8), lost(9))
        await at_inbox(hall, pilot, rows=6)
        await pilot.press("slash", *"state", "colon", *"dead")
        await until(pilot, lambda: len(inbox(hall).rows.keys) == 3)
        await pilot.press("enter", "space")
        await looked_at(hall, pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)


def test_one_that_was_opened_on_a_small_screen(settings: Settings, snap_compare: Callable[..., bool]) -> None:
    hall = a_hall(replace(settings, notification_routes=ROUTES, escalation_answer_minutes=90))

    async def before(pilot: Pilot[Any]) -> None:
        core = await entered(settings, hall, pilot)
        await asking(core)
        await at_inbox(hall, pilot, rows=2)
        await pilot.press("enter")
        await until(pilot, lambda: "✓ log" in said(hall))
        await looked_at(hall, pilot)

    assert snap_compare(hall, terminal_size=(80, 24), run_before=before)


def test_the_channels(settings: Settings, snap_compare: Callable[..., bool]) -> None:
    hall = a_hall(replace(settings, notification_routes=ROUTES, escalation_answer_minutes=90))

    async def before(pilot: Pilot[Any]) -> None:
        core = await entered(settings, hall, pilot)
        await filled_with(core, *some())
        await at_inbox(hall, pilot, rows=4)
        await pilot.press("c")
        await until(
            pilot, lambda: isinstance(hall.screen, ChannelsDialog) and "ops" in hall.screen.query_one(Rows).keys
        )
        await pilot.press("G")
        await until(pilot, lambda: "given up" in screen_text(hall))
        hall.clear_notifications()
        await pilot.pause()

    assert snap_compare(hall, terminal_size=(80, 24), run_before=before)
