"""Does the Events screen look as it did? Look at new pictures before keeping them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from console.locations import find_locations
from console.screens.events import EventsScreen
from core.domain.chain import Head
from core.domain.ids import Digest
from core.domain.session import Status
from core.runtime.all_events import AllEvents
from tests.console.hall import a_hall, start, under_way, until, until_status
from tests.console.hall import settings as settings
from tests.console.test_pictures import settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from console.settings import Settings
    from core.domain.ids import SessionId
    from tests.console.hall import Hall

WIDE, SMALL = (140, 40), (80, 24)

LINES = (
    ("info", "core.runtime.driver", "this process drives", {"left": 0, "goes_on": True}),
    ("info", "core.runtime.office", "asked for", {"verb": "start_debate", "actor": "operator"}),
    ("info", "core.runtime.logged_events", "SessionOpened", {"session": "00a1b2c3" * 4, "seq": 1}),
    ("info", "core.runtime.gateway.gateway", "it is not sent yet", {"waits_for": "its turn with anthropic"}),
    (
        "warning",
        "core.runtime.logged_events",
        "AttemptFailed",
        {
            "session": "00a1b2c3" * 4,
            "seq": 14,
            "step": "r2.rebuttal_opponent.opponent",
            "attempt": 1,
            "error": "rate_limited",
            "correlation": "r2.rebuttal_opponent.opponent#1",
        },
    ),
    ("warning", "core.runtime.gateway.gateway", "the provider asks to be left alone", {"rest_ms": 12_000}),
    (
        "error",
        "core.runtime.schedule",
        "the job metrics failed",
        {"job": "metrics", "error": "No space left on device"},
    ),
)


@pytest.fixture(autouse=True)
def _a_link_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a turn took is on record, and so each log has links of its own."""

    async def head(_: AllEvents, session: SessionId, seq: int) -> Head:
        return Head(seq=seq, digest=Digest("5eed" * 16))

    monkeypatch.setattr(AllEvents, "head", head)


async def _on_events(hall: Hall, pilot: Pilot[Any]) -> EventsScreen:
    await pilot.press("7")
    await until(pilot, lambda: isinstance(hall.screen, EventsScreen) and hall.screen.is_read)
    screen = hall.screen
    assert isinstance(screen, EventsScreen)
    await _looked(pilot, screen)
    return screen


async def _looked(pilot: Pilot[Any], screen: EventsScreen) -> None:
    """Until all there is to say of what the cursor is on stands there."""
    await until(pilot, lambda: screen.is_read and (not screen.rows.keys or screen.looked_key == screen.rows.cursor_key))
    await settled(pilot)


async def _two_debates(hall: Hall) -> None:
    core = await hall.core()
    await until_status(core, await start(core, "Tabs or spaces?"), Status.COMPLETED)
    await until_status(
        core, await start(core, "Rename main?", breaks=True), Status.FAILED, Status.ESCALATED, Status.PAUSED
    )
    await under_way(core, "Should a team of six split its billing into services?")


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_the_events_screen_looks_as_it_did_while_it_follows(
    settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        await _two_debates(hall)
        await _on_events(hall, pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_a_filter_looks_as_it_did(settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        await _two_debates(hall)
        screen = await _on_events(hall, pilot)
        await pilot.press("slash")
        screen.query_one("#search").value = "level>=info -kind:Round"  # type: ignore[attr-defined]
        await until(pilot, lambda: screen.is_read and "-kind:Round" in screen._reader.asked.wanted.text)
        await pilot.press("enter", *"kkkkk")
        await _looked(pilot, screen)

    assert snap_compare(hall, terminal_size=size, run_before=before)


def test_the_detail_on_a_small_screen_looks_as_it_did(settings: Settings, snap_compare: Callable[..., bool]) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        await _two_debates(hall)
        screen = await _on_events(hall, pilot)
        screen.filter_to("kind:ArgumentPresented")
        await until(pilot, lambda: screen.is_read and bool(screen._reader.asked.wanted.text))
        await _looked(pilot, screen)
        await pilot.press("enter")
        await settled(pilot)

    assert snap_compare(hall, terminal_size=SMALL, run_before=before)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_the_log_lines_look_as_they_did(
    settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings)
    path = find_locations().log_file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as log:
        for second, (level, logger, message, fields) in enumerate(LINES):
            head = {"at": f"2026-11-20T14:31:{second:02}.000Z", "level": level, "logger": logger, "process": 4711}
            log.write(json.dumps(head | {"message": message} | fields) + "\n")

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        await hall.core()
        screen = await _on_events(hall, pilot)
        await pilot.press("l")
        await until(pilot, lambda: screen.source == "lines" and screen.is_read and bool(screen.rows.keys))
        await pilot.press("k", "k")
        await _looked(pilot, screen)

    assert snap_compare(hall, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_with_nothing_on_record_it_looks_as_it_did(
    settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        await hall.core()
        await _on_events(hall, pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)
