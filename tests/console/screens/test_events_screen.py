"""Does the Events screen show what is recorded as it comes, hold still while somebody reads, and lead on from there?"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from console.bootstrap import open_orchestrator
from console.locations import find_locations
from console.presenters import event_window
from console.screens import event_following, event_reading
from console.screens.events import EventsScreen
from console.screens.past import PastScreen
from console.widgets.lines import Lines
from console.widgets.prose import Prose
from core.domain.commands import AddStatement, Pause
from core.domain.session import Status
from tests.console.hall import Hall, entered, screen_text, start, under_way, until, until_status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from console.settings import Settings
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

WIDE = (140, 40)


@asynccontextmanager
async def on_events(
    settings: Settings, *, size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[EventsScreen, Pilot[Any], Orchestrator, SessionId]]:
    """The screen over one debate that is over."""
    async with entered(settings, size=size) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        yield await opened(hall, pilot), pilot, core, session


async def opened(hall: Hall, pilot: Pilot[Any]) -> EventsScreen:
    await pilot.press("7")
    await until(pilot, lambda: isinstance(hall.screen, EventsScreen) and hall.screen.is_read)
    screen = hall.screen
    assert isinstance(screen, EventsScreen)
    return screen


async def narrowed(screen: EventsScreen, pilot: Pilot[Any], text: str) -> None:
    """Type a filter, and wait until that is what is shown."""
    await pilot.press("slash")
    screen.query_one("#search").value = text  # type: ignore[attr-defined]
    await pilot.press("enter")
    await until(pilot, lambda: screen.is_read and text in title_of(screen))


def title_of(screen: EventsScreen) -> str:
    (line,) = screen.query_one("#title", Lines).lines
    return "".join(text for text, _ in (*line.parts, *line.right))


def kinds(screen: EventsScreen) -> list[str]:
    return [entry.kind for entry in screen._window.entries]


def said(screen: EventsScreen) -> str:
    return str(screen.query_one("#refused").render())


def write_lines(path: Path, *lines: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.writelines(json.dumps(line) + "\n" for line in lines)


async def test_all_sessions_events_stand_there_with_the_newest_at_the_bottom(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, core, session):
        second = await under_way(core, "Split billing?")
        await until(pilot, lambda: any(entry.session == second for entry in screen._window.entries))

        positions = [int(key) for key in screen.rows.keys]
        assert positions == sorted(positions)
        assert positions[0] == 1
        assert {entry.session for entry in screen._window.entries} == {session, second}
        assert screen.is_following
        assert screen.rows.cursor_key == screen.rows.keys[-1]
        assert "in all" in title_of(screen)
        every = len(screen.rows.keys)

        await narrowed(screen, pilot, "kind:SessionOpened")
        await until(pilot, lambda: len(screen.rows.keys) == 2)
        await until(pilot, lambda: f"2 of {every} entries" in title_of(screen))


async def test_what_comes_in_moves_nothing_while_somebody_reads(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, core, _):
        await pilot.press("k", "k", "k")
        key, top = screen.rows.cursor_key, screen.rows.scroll_offset.y
        before = len(screen.rows.keys)
        assert not screen.is_following

        await until_status(core, await start(core, "Rename main?"), Status.COMPLETED)
        await until(pilot, lambda: kinds(screen)[-1] == "SessionCompleted" and len(screen.rows.keys) > before)

        assert (screen.rows.cursor_key, screen.rows.scroll_offset.y) == (key, top)
        assert "held" in title_of(screen)

        await pilot.press("G")
        assert screen.is_following


async def test_a_key_holds_the_list_at_its_end_too_and_lets_it_go(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, core, _):
        await pilot.press("f")
        key = screen.rows.cursor_key

        session = await under_way(core, "Rename main?")
        await until(pilot, lambda: any(entry.session == session for entry in screen._window.entries))
        assert screen.rows.cursor_key == key
        assert "‖ held" in title_of(screen)

        await pilot.press("f")
        assert screen.rows.cursor_key == screen.rows.keys[-1]
        assert "● following" in title_of(screen)


async def test_a_filter_narrows_as_it_is_typed_and_goes_on_with_what_comes_in(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, core, _):
        await narrowed(screen, pilot, "kind:Session level>=info")
        assert kinds(screen) == ["SessionOpened", "SessionAdmitted", "SessionCompleted"]

        await until_status(core, await start(core, "Rename main?"), Status.COMPLETED)
        await until(pilot, lambda: len(kinds(screen)) == 6)
        assert set(kinds(screen)) == {"SessionOpened", "SessionAdmitted", "SessionCompleted"}

        await pilot.press("escape")
        await until(pilot, lambda: screen.is_read and len(kinds(screen)) > 6)


async def test_a_filter_that_means_nothing_is_refused_with_what_was_meant_and_changes_nothing(
    settings: Settings,
) -> None:
    async with on_events(settings) as (screen, pilot, _, __):
        before = kinds(screen)
        await pilot.press("slash")
        screen.query_one("#search").value = "knd:Rule"  # type: ignore[attr-defined]

        await until(pilot, lambda: "Did you mean 'kind'?" in said(screen))

        assert kinds(screen) == before


async def test_an_empty_result_says_how_to_see_everything_again(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, _, __):
        await narrowed(screen, pilot, "nobody-said-this")

        assert screen.rows.keys == ()
        assert "esc shows everything again" in screen_text(screen.app)  # type: ignore[arg-type]


async def test_an_event_is_explained_with_its_command_its_link_and_all_its_fields(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, core, session):
        await narrowed(screen, pilot, "kind:ArgumentPresented")
        await until(pilot, lambda: screen.looked_key == screen.rows.cursor_key)
        entry = screen.current
        assert entry is not None

        told = screen.query_one("#detail", Prose).text
        digest = await core.digest(session, at_seq=int(str(entry.value("seq"))))
        assert f"event {entry.value('seq')} of session {session[:8]}" in told
        assert digest[:16] in told
        assert "RecordAnswer, asked for by runtime" in told
        assert "ConsensusUpdated" in told
        assert "scripted:" in told


async def test_one_key_shows_only_what_the_same_command_brought_about(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, _, __):
        await narrowed(screen, pilot, "kind:ArgumentPresented")
        await until(pilot, lambda: screen.looked_key == screen.rows.cursor_key)

        await pilot.press("t")
        await until(pilot, lambda: screen.is_read and "AttemptSucceeded" in kinds(screen))

        assert kinds(screen)[0] == "AttemptSucceeded"
        assert "ArgumentPresented" in kinds(screen)
        assert kinds(screen).count("AttemptSucceeded") == 1


async def test_one_key_leads_to_the_moment_and_another_to_the_session(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, _, session):
        hall = screen.app
        await narrowed(screen, pilot, "kind:ArgumentPresented")
        await pilot.press("o")
        await until(pilot, lambda: isinstance(hall.screen, PastScreen))

        screen = await opened(hall, pilot)  # type: ignore[arg-type]
        await pilot.press("s")
        await until(pilot, lambda: hall.screen is hall.sessions and hall.sessions.session == session)  # type: ignore[attr-defined]


async def test_a_session_s_events_are_a_key_away_from_it(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        await until_status(core, await start(core, "Rename main?"), Status.COMPLETED)
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        hall.sessions.go_to(session)
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("l")
        await until(pilot, lambda: isinstance(hall.screen, EventsScreen) and hall.screen.is_read)
        screen = hall.screen
        assert isinstance(screen, EventsScreen)
        await until(pilot, lambda: {entry.session for entry in screen._window.entries} == {session})

        assert f"session:{session[:12]}" in title_of(screen)


async def test_what_is_looked_for_is_marked_and_gone_through_without_narrowing(settings: Settings) -> None:
    async with on_events(settings) as (screen, pilot, _, __):
        before = kinds(screen)
        await pilot.press("ctrl+f", *"kind:RoundStarted")
        await pilot.press("enter")
        await until(pilot, lambda: screen.current is not None and screen.current.kind == "RoundStarted")
        newest = screen.rows.cursor_key

        await pilot.press("left_square_bracket")
        above = screen.rows.cursor_key
        await pilot.press("right_square_bracket")

        assert kinds(screen) == before
        assert screen.rows.cursor_key == newest
        assert int(str(above)) < int(str(newest))
        assert "matches" in title_of(screen)

        await pilot.press("right_square_bracket")
        assert "No further match" in said(screen)


async def test_the_log_lines_stand_there_by_the_same_filter_and_as_they_are_written(settings: Settings) -> None:
    path = find_locations().log_file
    write_lines(
        path,
        {"at": "2026-11-20T14:31:00.000Z", "level": "info", "logger": "core.runtime.driver", "message": "began"},
        {"at": "2026-11-20T14:31:01.000Z", "level": "error", "logger": "core.runtime.schedule", "message": "it failed"},
    )
    async with on_events(settings) as (screen, pilot, _, __):
        await narrowed(screen, pilot, "level>=warning")
        await pilot.press("l")
        await until(pilot, lambda: screen.source == "lines" and screen.is_read and kinds(screen) == ["schedule"])

        write_lines(path, {"level": "error", "logger": "core.runtime.gateway", "message": "the route is left alone"})
        await until(pilot, lambda: kinds(screen) == ["schedule", "gateway"])

        assert "log lines" in title_of(screen)
        await pilot.press("o")
        assert "no event" in said(screen)


async def test_a_log_file_that_is_begun_anew_is_followed(settings: Settings) -> None:
    path = find_locations().log_file
    write_lines(path, {"level": "info", "logger": "moot.first", "message": "one"})
    async with on_events(settings) as (screen, pilot, _, __):
        await pilot.press("l")
        await until(pilot, lambda: screen.is_read and kinds(screen) == ["first"])

        path.rename(f"{path}.1")
        write_lines(path, {"level": "info", "logger": "moot.second", "message": "two"})

        await until(pilot, lambda: kinds(screen) == ["first", "second"])


async def test_what_is_shown_is_written_into_a_new_file(settings: Settings, tmp_path: Path) -> None:
    async with on_events(settings) as (screen, pilot, _, __):
        await narrowed(screen, pilot, "kind:Session")
        await pilot.press("x")
        await until(pilot, lambda: screen.app.screen is not screen)
        screen.app.screen.query_one("Input").value = str(tmp_path / "out.jsonl")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, (tmp_path / "out.jsonl").exists)

        lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
        assert [line["kind"] for line in lines] == kinds(screen)
        assert lines[0]["envelope"]["command"] == "Open"


async def test_of_many_events_a_window_is_held_and_the_rest_is_read_when_it_is_asked_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_window, "WINDOW_ENTRIES_MAX", 40)
    monkeypatch.setattr(event_window, "SLACK_ENTRIES", 5)
    monkeypatch.setattr(event_following, "PAGE_ENTRIES", 20)
    monkeypatch.setattr(event_following, "SCREENFUL_ENTRIES", 10)
    async with on_events(settings) as (screen, pilot, core, _):
        end = await core.all_events.last_position()
        assert [int(key) for key in screen.rows.keys] == list(range(end - 19, end + 1))

        await pilot.press("g")
        await until(pilot, lambda: screen.rows.keys[0] == str(end - 39))
        assert screen.rows.cursor_key == str(end - 19)  # the row stays, and the cursor with it

        await pilot.press("g")
        await until(pilot, lambda: screen.rows.keys[0] == "1" and screen.is_read)
        assert len(screen.rows.keys) == 40
        assert "newer" in title_of(screen)

        await pilot.press("G")
        await until(pilot, lambda: screen.rows.keys[-1:] == (str(end),))
        assert screen.is_following


async def test_a_filter_that_matches_little_is_looked_for_further_back_by_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_events(settings) as (screen, pilot, core, _):
        monkeypatch.setattr("core.runtime.all_events.PASSED_OVER_EVENTS_MAX", 3)
        await narrowed(screen, pilot, "kind:SessionOpened")

        await until(pilot, lambda: screen.is_read and kinds(screen) == ["SessionOpened"])
        assert await core.all_events.last_position() > 30


async def test_a_console_that_has_joined_sees_what_the_driver_records(settings: Settings) -> None:
    driver = open_orchestrator(settings)
    await driver.start(must_drive=True)
    session = await under_way(driver, "Split billing?")
    try:
        async with entered(settings, size=WIDE) as (hall, pilot, core):
            assert not core.is_driver
            screen = await opened(hall, pilot)
            await driver.command(session, AddStatement(text="The rota is short."))
            await driver.command(session, Pause())

            await until(pilot, lambda: "StatementAdded" in kinds(screen) and kinds(screen)[-1] == "SessionPaused")
            assert len(set(screen.rows.keys)) == len(screen.rows.keys)
    finally:
        await driver.stop(drain=False)


async def test_back_from_elsewhere_it_goes_on_where_it_was(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_reading, "BEHIND_EVENTS_MAX", 10)
    async with on_events(settings) as (screen, pilot, core, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: screen.app.screen is not screen)
        session = await start(core, "Rename main?")
        await until_status(core, session, Status.COMPLETED)
        await pilot.press("escape")

        await until(pilot, lambda: screen.is_read and kinds(screen)[-1] == "SessionCompleted")
        await until(pilot, lambda: screen._window.entries[-1].session == session)
        assert len(set(screen.rows.keys)) == len(screen.rows.keys)


async def test_with_nothing_on_record_it_says_what_would_be_here(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, _):
        await opened(hall, pilot)

        assert "Nothing has been recorded." in screen_text(hall)
        assert "7 events" not in screen_text(hall).splitlines()[0]


async def test_on_a_small_screen_the_entry_opens_over_the_list(settings: Settings) -> None:
    async with on_events(settings, size=(80, 24)) as (screen, pilot, _, __):
        assert not screen.query_one("#below").display
        await pilot.press("enter")
        await until(pilot, lambda: "What it holds" in screen_text(screen.app))  # type: ignore[arg-type]
        assert "esc back" in screen_text(screen.app)  # type: ignore[arg-type]
        await pilot.press("escape")

        assert screen.query_one("#above").display
