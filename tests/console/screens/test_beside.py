"""Does a fork stand beside the session that it goes on from, in any width?"""

from __future__ import annotations

import pytest

from console.screens.beside import BesideScreen, Sides
from console.settings import Settings
from core.domain.session import Status
from core.orchestrator import Orchestrator
from core.runtime.requests import ForkRequest
from tests.console.hall import entered, keep_picture, screen_text, start, until, until_status
from tests.console.hall import settings as settings

MOTION = "Tabs or spaces?"


async def forked(core: Orchestrator, **fields: object) -> tuple[str, str]:
    """A session and its fork from the second turn on, both over."""
    session = await start(core, MOTION)
    await until_status(core, session, Status.COMPLETED)
    records = await core.events(session)
    starts = [record.seq for record in records if record.envelope is not None]
    fork = await core.fork(ForkRequest(session=session, at_seq=starts[4] - 1, title="Longer", **fields))  # type: ignore[arg-type]
    await until_status(core, fork, Status.COMPLETED)
    return session, fork


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_both_are_read_from_the_fork_on_and_it_is_said_where_they_part(
    settings: Settings, size: tuple[int, int]
) -> None:
    async with entered(settings, size=size) as (hall, pilot, core):
        session, fork = await forked(core, rounds=4)
        hall.sessions.go_to(fork)  # type: ignore[arg-type]
        await until(pilot, lambda: hall.sessions.session == fork)

        await pilot.press("d")
        await until(pilot, lambda: isinstance(hall.screen, BesideScreen))
        await until(pilot, lambda: "they part where the fork alone has: ◇ rounds" in screen_text(hall))
        keep_picture(hall, f"beside-{size[0]}")

        text = screen_text(hall)
        assert f"of {session[:8]}" in text
        sides = hall.screen.query_one(Sides)
        if sides.has_both:
            assert "its origin" in text
            assert "├ the fork" in text
            await pilot.press("tab")
            assert "its origin" in screen_text(hall)
        else:
            assert "its origin" not in text
            await pilot.press("tab")
            assert "its origin" in screen_text(hall)
            assert "├ the fork" not in screen_text(hall)
        await pilot.press("G")
        assert sides.scroll_offset.y > 0
        await pilot.press("k", "g")
        assert sides.scroll_offset.y == 0
        await pilot.press("j", "pagedown", "pageup", "n", "escape")
        await until(pilot, lambda: hall.screen is hall.sessions)


async def test_what_is_no_fork_stands_beside_nothing(settings: Settings) -> None:
    async with entered(settings, size=(120, 40)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until(pilot, lambda: hall.sessions.session == session)

        await pilot.press("d")

        await until(pilot, lambda: "This is no fork" in screen_text(hall))
        assert hall.screen is hall.sessions


async def test_a_fork_whose_origin_is_gone_stands_alone_and_says_so(settings: Settings) -> None:
    async with entered(settings, size=(140, 40)) as (hall, pilot, core):
        session, fork = await forked(core)
        await core.delete(session)  # type: ignore[arg-type]
        hall.sessions.go_to(fork)  # type: ignore[arg-type]
        await until(pilot, lambda: hall.sessions.session == fork)

        await pilot.press("d")

        await until(pilot, lambda: "not on record here any more" in screen_text(hall))
