"""Do the Templates screen, the composer and a person's turn look as they did? Look at new ones before keeping them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.screens.dialogs.speak import SpeakDialog
from console.screens.templates import TemplatesScreen
from core.domain.session import Status
from core.orchestrator import DebateRequest
from tests.console.hall import a_hall, screen_text, start, under_way, until, until_status
from tests.console.hall import settings as settings
from tests.console.test_pictures import settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from console.settings import Settings
    from tests.console.hall import Hall

WIDE, SMALL = (140, 40), (80, 24)


async def _on_templates(hall: Hall, pilot: Pilot[Any], id: str) -> None:
    await pilot.press("3")
    await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen) and bool(hall.screen.rows.keys))
    screen = hall.screen
    assert isinstance(screen, TemplatesScreen)
    assert screen.rows.move_to(id)
    await until(pilot, lambda: screen.template_read == id)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_the_templates_screen_looks_as_it_did(
    settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        core = await hall.core()
        await until_status(core, await start(core, "Tabs or spaces?"), Status.COMPLETED)
        session = await under_way(core, "Should a team of six split its billing into services?")
        hall.sessions.go_to(session)
        await until(pilot, lambda: hall.sessions.session == session)
        await _on_templates(hall, pilot, "standard_debate")
        await settled(pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_the_composer_looks_as_it_did(
    settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        await hall.core()
        await _on_templates(hall, pilot, "council")
        await pilot.press("c")
        await settled(pilot)
        library = hall.screen.query_one("#library")
        for step in ("opening_arguments", "rebuttal", "final_decision"):
            assert library.move_to(f"step {step}")  # type: ignore[attr-defined]
            await pilot.press("enter")
        await settled(pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [(120, 40), SMALL])
def test_a_person_s_turn_looks_as_it_did(
    settings: Settings, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        core = await hall.core()
        casting = {"": "scripted:judge", "proposer": "scripted:claude", "opponent": "human:10m"}
        request = DebateRequest(question="Should we split billing?", template_id="simple_debate", casting=casting)
        session = await core.start_debate(request=request)
        await until(pilot, lambda: hall.feed is not None and hall.feed.is_asking(session))
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(hall.screen, SpeakDialog) and "left, then" in screen_text(hall))
        await pilot.press(*"Who", "space", *"says", "space", *"so", "question_mark")
        hall.clear_notifications()
        await until(pilot, lambda: "Who says so?" in screen_text(hall) and not hall._notifications)

    assert snap_compare(hall, terminal_size=size, run_before=before)
