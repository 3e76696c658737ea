"""Can the operator step along a session's past, play it, and fork it from there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.screens.dialogs.fork import ForkDialog
from console.screens.past import PastScreen
from console.settings import Settings
from console.widgets.lines import Lines
from console.widgets.prose import Prose
from console.widgets.transcript import Transcript
from core.domain.commands import Pause
from core.domain.events import RuleFired
from core.domain.session import Status
from core.flows.debate_events import ArgumentPresented
from tests.console.hall import Hall, entered, keep_picture, screen_text, start, under_way, until, until_status
from tests.console.hall import settings as settings

if TYPE_CHECKING:
    from typing import Any

    from textual.pilot import Pilot

    from core.domain.ids import SessionId

MOTION = "Tabs or spaces?"


async def looked_back(hall: Hall, pilot: Pilot[Any], session: SessionId) -> PastScreen:
    """The past of the session that the list's cursor is on, read."""
    await until(pilot, lambda: hall.sessions.session == session)
    await pilot.press("h")
    await until(pilot, lambda: isinstance(hall.screen, PastScreen))
    screen = hall.screen
    assert isinstance(screen, PastScreen)
    await until(pilot, lambda: screen.seq > 0)
    return screen


def said(screen: PastScreen) -> str:
    return screen.query_one("#side", Prose).text


def when(screen: PastScreen) -> str:
    lines = screen.query_one("#when", Lines).lines
    return "".join(text for line in lines for text, _ in (*line.parts, *line.right))


async def test_stepping_shows_what_was_said_and_how_it_stood_behind_each_event(settings: Settings) -> None:
    async with entered(settings, size=(140, 40)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until_status(core, session, Status.COMPLETED)
        records = await core.events(session)
        first = next(record for record in records if isinstance(record.event, ArgumentPresented))
        fired = next(record for record in records if isinstance(record.event, RuleFired))
        screen = await looked_back(hall, pilot, session)

        assert screen.seq == records[-1].seq
        assert "◀ the past" in when(screen)
        await until(pilot, lambda: "✗ complete_at_max_rounds" in said(screen))
        keep_picture(hall, "past")
        await pilot.press("g", "n")
        assert screen.seq == first.seq
        assert screen.query_one(Transcript).current_key == "r1.opening_proposer.proposer#1"
        assert "ArgumentPresented" in said(screen)
        assert "round 1 of" in said(screen)
        await pilot.press("k")
        assert screen.seq == first.seq - 1
        assert screen.query_one(Transcript).text_of("r1.opening_proposer.proposer#1") == ""
        await pilot.press("j", "pagedown", "pageup")
        assert screen.seq == first.seq
        while screen.seq < fired.seq:
            await pilot.press("n")
        await until(pilot, lambda: "fired here" in said(screen))
        await pilot.press("N")
        assert screen.seq < fired.seq
        await pilot.press("G")
        await pilot.press("n")
        assert "Nobody spoke and no rule fired after this event." in screen_text(hall)
        await pilot.press("escape")
        await until(pilot, lambda: hall.screen is hall.sessions)


async def test_it_plays_by_itself_to_the_end_and_can_be_held_and_hastened(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until_status(core, session, Status.COMPLETED)
        screen = await looked_back(hall, pilot, session)
        last = screen.seq
        keep_picture(hall, "past-narrow")

        await pilot.press("space")
        assert screen.is_playing
        assert "▶ ×1" in when(screen)
        await until(pilot, lambda: screen.seq > 1)
        await pilot.press("space")
        assert not screen.is_playing
        held = screen.seq
        assert "‖ ×1" in when(screen)
        await pilot.press(*["plus"] * 9, "minus")
        assert "×32" in when(screen)
        assert screen.seq == held
        await pilot.press("space")
        await until(pilot, lambda: screen.seq == last)
        await until(pilot, lambda: not screen.is_playing)


async def test_a_key_that_steps_holds_what_plays(settings: Settings) -> None:
    async with entered(settings, size=(100, 30)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until_status(core, session, Status.COMPLETED)
        screen = await looked_back(hall, pilot, session)

        await pilot.press("space")
        await pilot.press("j")

        assert not screen.is_playing


async def test_the_panes_scroll_by_tab_and_escape_goes_back_to_the_events_first(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until_status(core, session, Status.COMPLETED)
        screen = await looked_back(hall, pilot, session)
        before = screen.seq

        await pilot.press("tab")
        assert isinstance(screen.focused, Transcript)
        await pilot.press("k")
        assert screen.seq == before
        await pilot.press("tab")
        assert isinstance(screen.focused, Prose)
        await pilot.press("escape")
        assert screen.focused is None
        assert hall.screen is screen
        await pilot.press("k")
        assert screen.seq == before - 1


async def test_a_session_that_runs_is_read_on_when_its_end_is_asked_for(settings: Settings) -> None:
    async with entered(settings, size=(120, 40)) as (hall, pilot, core):
        session = await under_way(core, MOTION)
        screen = await looked_back(hall, pilot, session)
        before = screen.seq
        assert "speaking" not in said(screen)

        await core.command(session, Pause())
        await pilot.press("G")
        await until(pilot, lambda: screen.seq > before)

        assert "SessionPaused" in said(screen)
        assert "‖ paused" in said(screen)


async def test_a_fork_begins_at_the_event_that_is_shown_and_its_session_comes_up(settings: Settings) -> None:
    async with entered(settings, size=(160, 40)) as (hall, pilot, core):
        session = await start(core, MOTION)
        await until_status(core, session, Status.COMPLETED)
        records = await core.events(session)
        screen = await looked_back(hall, pilot, session)
        await pilot.press("g", "n", "k", "f")
        await until(pilot, lambda: isinstance(hall.screen, ForkDialog))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "lies in the midst" in screen_text(hall))
        keep_picture(hall, "fork-refused")
        assert len(await core.summaries()) == 1
        place = next(each.seq for each in records if each.seq > screen.seq and each.envelope is not None) - 1
        written = hall.screen.query_one("#at")
        written.value = str(place)  # type: ignore[attr-defined]
        hall.screen.query_one("#title").value = "Another way"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: hall.screen is hall.sessions)
        await until(pilot, lambda: hall.sessions.session not in (None, session))

        fork = await core.summary(hall.sessions.session or session)
        assert (fork.forked_from, fork.forked_at_seq, fork.title) == (session, place, "Another way")
        await until_status(core, fork.session, Status.COMPLETED)
        await until(pilot, lambda: "├ Another way" in screen_text(hall))
        assert f"├ of {session[:8]} at {place}" in screen_text(hall)
