"""Do a refinement's screens look as they did? Look at what `--snapshot-update` takes before keeping it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.domain.session import Status
from tests.console.hall import Hall, a_hall, in_review, refined, start, until, until_status
from tests.console.test_pictures import settled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from console.settings import Settings


def shown(hall: Hall, *keys: str, is_over: bool = True) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """A debate and a refinement, the cursor on the latter, and then these keys."""

    async def work(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        core = await hall.core()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        await until_status(core, await start(core, "Tabs or spaces?"), Status.COMPLETED)
        session = await refined(core) if is_over else await in_review(core)
        await until(pilot, lambda: len(hall.sessions.rows.keys) == 2)
        hall.sessions.put_in_order()
        hall.sessions.rows.move_to(session)
        await until(pilot, lambda: hall.sessions.session == session)
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return work


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_drafts_side_by_side(snap_compare: Any, settings: Settings, size: tuple[int, int]) -> None:
    hall = a_hall(settings)

    assert snap_compare(hall, terminal_size=size, run_before=shown(hall, "D"))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_refinement_among_the_sessions(snap_compare: Any, settings: Settings, size: tuple[int, int]) -> None:
    hall = a_hall(settings)

    assert snap_compare(hall, terminal_size=size, run_before=shown(hall, is_over=False))


def test_what_a_new_refinement_is_asked_for(snap_compare: Any, settings: Settings) -> None:
    hall = a_hall(settings)

    assert snap_compare(hall, terminal_size=(80, 24), run_before=shown(hall, "W"))
