"""What does the operator see, and what can they do, while the core is still being opened?"""

from __future__ import annotations

from contextlib import asynccontextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

from console.bootstrap import open_orchestrator
from console.hosting import CoreHost
from console.theme_files import load_themes
from console.widgets.bar import header_parts
from core.domain.ids import SessionId
from core.domain.status import Status
from storage.first_look import first_look
from tests.console.hall import CLAIM, NOW_MS, Hall, entered, screen_text, start, under_way, until, until_status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

    from console.settings import Settings
    from core.orchestrator import Orchestrator


@asynccontextmanager
async def opening(settings: Settings) -> AsyncIterator[tuple[Hall, Pilot[Any], Callable[[], None]]]:
    """The console with its first rows shown, whose core is opened once the function is called."""
    may_open = Event()

    def open_core() -> Orchestrator:
        may_open.wait()
        return open_orchestrator(settings)

    hall = Hall(
        CoreHost(open_core),
        themes=load_themes(),
        now_ms=lambda: NOW_MS,
        first_look=lambda: first_look(settings.database),
    )
    async with hall.run_test(size=(120, 40), notifications=True) as pilot:
        try:
            await until(pilot, lambda: "Opening" not in screen_text(hall))
            yield hall, pilot, may_open.set
        finally:
            may_open.set()  # or leaving would wait for it


async def two_debates(settings: Settings) -> None:
    """One that is done; one that moved on until its process went away."""
    async with entered(settings) as (_, __, core):
        done = await start(core, "Tabs or spaces?")
        await until_status(core, done, Status.COMPLETED)
        await under_way(core, "Buy or build?")


async def test_rows_are_shown_before_the_core_is_open_and_stay_when_it_is(settings: Settings) -> None:
    await two_debates(settings)

    async with opening(settings) as (hall, pilot, open_it):
        before = screen_text(hall)
        await pilot.press("down")
        chosen = hall.sessions.rows.cursor_key
        open_it()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        await until(pilot, lambda: CLAIM.split()[0] in screen_text(hall))
        stayed = hall.sessions.rows.cursor_key

    assert "Tabs or spaces?" in before
    assert "✓ done" in before
    assert CLAIM.split()[0] not in before
    assert chosen == stayed


async def test_what_nobody_drives_is_not_said_to_run(settings: Settings) -> None:
    await two_debates(settings)

    async with opening(settings) as (hall, _, __):
        said = screen_text(hall)

    assert "○ left" in said
    assert "● running" not in said
    assert "○ 1 left" in said.splitlines()[0]
    assert "● 0 running" in said.splitlines()[0]


async def test_nothing_is_said_that_is_not_known_yet(settings: Settings) -> None:
    await two_debates(settings)

    async with opening(settings) as (hall, pilot, open_it):
        early = screen_text(hall)
        open_it()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        await until(pilot, lambda: "today" in screen_text(hall).splitlines()[0])

    assert "today" not in early
    assert "Nothing has been said" not in early


async def test_whose_turn_it_is_is_not_said_before_it_is_known(settings: Settings) -> None:
    await two_debates(settings)

    async with opening(settings) as (hall, pilot, _):
        await pilot.press("a")
        await until(pilot, lambda: "The database is still being opened" in screen_text(hall))

        assert "No session asks you anything" not in screen_text(hall)


async def test_the_first_frame_counts_no_sessions(settings: Settings) -> None:
    hall = Hall(CoreHost(lambda: open_orchestrator(settings)), themes=load_themes())

    assert header_parts(hall.header_view, 120) == (
        [(("moot", "text strong"),), (("opening the database …", "attention strong"),)],
        [],
    )


async def test_a_key_pressed_before_the_core_is_open_is_obeyed_once_it_is(settings: Settings) -> None:
    await two_debates(settings)

    async with opening(settings) as (hall, pilot, open_it):
        waiting = hall.sessions.rows.cursor_key
        await pilot.press("p")
        open_it()
        core = await hall.core()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        await until_status(core, SessionId(waiting or ""), Status.PAUSED)


async def test_a_console_left_before_the_core_is_open_is_left_at_once(settings: Settings) -> None:
    await two_debates(settings)

    async with opening(settings) as (hall, pilot, _):
        await pilot.press("ctrl+q")
        await until(pilot, lambda: hall.return_value is not None)

    assert hall.return_value == 0


async def test_an_empty_list_says_how_to_fill_it_before_the_core_is_open(settings: Settings) -> None:
    async with entered(settings):
        pass

    async with opening(settings) as (hall, _, __):
        said, opened = screen_text(hall), hall.host.opened

    assert "No sessions yet" in said
    assert opened is None
