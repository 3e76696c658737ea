"""Does the console show what happens, and do what its keys say, over a real core?"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from console import acting
from console.acting import Acting
from console.bootstrap import open_orchestrator
from console.hosting import CoreHost
from console.presenters import transcript
from console.screens.help import HelpScreen
from console.screens.leaving import LeavingScreen
from console.theme_files import load_themes
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.rows import Rows
from core.domain.commands import Escalate
from core.domain.events import RulesChanged, RunResumed
from core.domain.session import Status
from core.flows.debate_events import MotionAmended, StatementAdded
from tests.console.hall import (
    CLAIM,
    NOW_MS,
    REPLY,
    Hall,
    a_hall,
    asking,
    entered,
    filled,
    keep_picture,
    screen_text,
    start,
    under_way,
    until,
    until_status,
)

if TYPE_CHECKING:
    from pathlib import Path

    from console.settings import Settings
    from core.orchestrator import Orchestrator

WIDE = (120, 40)
NARROW = (80, 24)


async def test_a_console_without_debates_says_which_key_starts_one(settings: Settings) -> None:
    async with entered(settings, size=NARROW) as (hall, _, _):
        for said in (
            "No sessions yet.",
            "c  starts a debate",
            "W  has a text",
            "4  says which models",
            "?  lists all keys",
            "moot demo",
        ):
            assert said in screen_text(hall)
        assert screen_text(hall).splitlines()[-1].startswith(" c new   ? help"), "there is nothing else to do yet"


async def test_a_debate_started_elsewhere_comes_into_the_list_and_its_turns_beside_it(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall) and "Verdict: for" in screen_text(hall))

        assert "Tabs or spaces?" in screen_text(hall)
        assert "✓ verdict for" in screen_text(hall)


async def test_ages_go_on_while_nothing_happens(settings: Settings) -> None:
    async with entered(settings, size=(200, 40)) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall))
        feed = hall.feed
        assert feed is not None

        feed._now_ms = lambda: NOW_MS + 3 * 60_000
        await until(pilot, lambda: "3 min" in screen_text(hall))


async def test_what_ran_is_said_to_be_left_once_nobody_drives_it(settings: Settings) -> None:
    driver = await asyncio.to_thread(open_orchestrator, settings)
    await driver.start()
    session = await under_way(driver, "Split billing?")
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        assert not core.is_driver
        await until(pilot, lambda: "● running" in screen_text(hall))
        await driver.stop(drain=False)

        await until(pilot, lambda: "○ left" in screen_text(hall) and "● running" not in screen_text(hall))
        assert "nobody drives it" in screen_text(hall)
        assert f"moot sessions resume {session[:8]}" in screen_text(hall)
        await until(pilot, lambda: "○ 1 left" in screen_text(hall).splitlines()[0])
        assert "● 0 running" in screen_text(hall).splitlines()[0]


async def test_an_event_of_a_newer_release_shows_in_its_session_and_hides_no_other(settings: Settings) -> None:
    driver = await asyncio.to_thread(open_orchestrator, settings)
    await driver.start()
    newer = await start(driver, "Sing the motion?")
    await until_status(driver, newer, Status.COMPLETED)
    await start(driver, "Tabs or spaces?")
    await driver.stop()
    with closing(sqlite3.connect(settings.database)) as database:
        last = "(SELECT max(position) FROM events JOIN log_sessions ON key = session_key WHERE id = ?)"
        database.execute(f"UPDATE events SET kind = 'MotionSung' WHERE position = {last}", (newer,))
        database.execute("DELETE FROM summaries")
        database.execute("DELETE FROM positions WHERE name = 'index'")
        database.commit()

    async with entered(settings, size=WIDE) as (hall, pilot, core):
        assert core.is_driver
        await until(pilot, lambda: "Tabs or spaces?" in screen_text(hall))
        hall.sessions.rows.move_to(newer)
        await until(pilot, lambda: "✗ not readable here" in screen_text(hall))

        assert "holds a MotionSung" in " ".join(screen_text(hall).split())
        hall.sessions.transcript.action_transcript_top()
        await until(pilot, lambda: CLAIM[:20] in screen_text(hall))  # what can be read is shown
        assert hall.header_view.failed == 1
        assert not hall.header_view.notice


async def test_a_call_in_doubt_is_settled_with_what_it_cost(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        casting = {"": "scripted:judge", "proposer": "scripted:claude", "opponent": "scripted:dear"}
        session = await core.start_debate(question="Split billing?", casting=casting)
        await until(pilot, lambda: any(each.seat == "opponent" for each in core.speaking(session)))
        await until(pilot, lambda: hall.sessions.session == session)
        await core.stop_spending()
        await until(pilot, lambda: "in doubt" in screen_text(hall))
        before = (await core.summary(session)).spent_microusd

        await pilot.press("S")
        await until(pilot, lambda: "What r1." in screen_text(hall))
        hall.screen.query_one(Input).value = "0"
        await pilot.press("enter")
        await until(pilot, lambda: "It turned out to have cost $0.00" in screen_text(hall))

        assert (await core.summary(session)).spent_microusd < before
        await pilot.press("S")
        await until(pilot, lambda: "Nothing is in doubt here." in screen_text(hall))


async def test_a_transcript_that_grows_too_long_keeps_its_newest_turns(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript, "TURNS_KEPT_MAX", 6)
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "Verdict: for" in screen_text(hall) and "… earlier" in screen_text(hall))

        assert len(hall.sessions._turns) <= 6 + 1
        assert f"moot sessions show {session[:8]}" in hall.sessions.transcript.text_of(transcript.EARLIER)


async def test_words_appear_while_they_are_spoken(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        speaking = core.speaking(session)[0]
        key = f"{speaking.step}#1"
        await until(pilot, lambda: key in hall.sessions._turns and CLAIM in hall.sessions.transcript.text_of(key))

        await until(pilot, lambda: "next round 2" in screen_text(hall))
        assert "speaking" in screen_text(hall)


async def test_the_question_of_an_escalated_session_stands_above_its_transcript_with_the_key_that_answers(
    settings: Settings,
) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        sessions = await filled(core)
        await until(pilot, lambda: len(hall.sessions.rows.keys) == len(sessions))
        hall.sessions.rows.move_to(sessions["asks"])
        await until(pilot, lambda: "a shows all seven answers" in screen_text(hall))

        text = screen_text(hall)
        assert "The sides stay apart after two rounds. Shall they go on?" in text
        assert "◆ 1 needs you" in text
        keep_picture(hall, "asks")


async def test_the_answer_key_first_goes_to_the_session_that_asks_and_then_asks_for_the_answer(
    settings: Settings,
) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        sessions = await filled(core)
        await until(pilot, lambda: len(hall.sessions.rows.keys) == len(sessions))
        hall.sessions.rows.move_to(sessions["running"])
        await pilot.press("a")
        await until(pilot, lambda: hall.sessions.session == sessions["asks"])
        await pilot.press("a")
        await until(pilot, lambda: type(hall.screen).__name__ == "AnswerDialog")
        await pilot.press("7", "ctrl+s")
        await until(pilot, lambda: type(hall.screen).__name__ == "ConfirmDialog")
        await pilot.press("y")
        await until_status(core, sessions["asks"], Status.CANCELLED)


async def test_pausing_is_told_and_undone(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("p")
        await until_status(core, session, Status.PAUSED)
        await until(pilot, lambda: hall.acting.can_undo and "p goes on" in screen_text(hall))
        assert any("u undoes it" in each.message for each in hall._notifications)

        await pilot.press("u")
        await until_status(core, session, Status.RUNNING)


async def test_marked_sessions_are_paused_together_and_one_that_refuses_keeps_none_from_it(
    settings: Settings,
) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        first, second = await under_way(core, "First?"), await under_way(core, "Second?")
        await until(pilot, lambda: len(hall.sessions.rows.keys) == 2)
        await pilot.press("g", "space", "space", "p")
        await until_status(core, first, Status.PAUSED)
        await until_status(core, second, Status.PAUSED)


async def test_a_refusal_is_said_above_the_keys_and_leaves_with_escape(settings: Settings) -> None:
    async with entered(settings, size=NARROW) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall))
        await pilot.press("f")
        await until(pilot, lambda: "✗ session" in screen_text(hall))
        await pilot.press("escape")
        await pilot.pause()

        assert "✗ session" not in screen_text(hall)
        assert not [each for each in hall._notifications if each.severity == "error"], "it is said once"


async def test_what_is_over_is_refused_before_a_word_or_a_number_is_asked_for(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall))
        for key in ("r", "b", "s", "m", "e", "ctrl+x"):
            await pilot.press(key)
            await until(pilot, lambda: "✗ It is over, and stays as it is." in screen_text(hall))
            assert type(hall.screen).__name__ == "SessionsScreen"
            await pilot.press("escape")
            await until(pilot, lambda: "✗ It is over" not in screen_text(hall))


async def test_a_statement_and_an_amended_motion_reach_the_session(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("s")
        await until(pilot, lambda: type(hall.screen).__name__ == "StatementDialog")
        await pilot.press(*"Think", "ctrl+s")
        await until(pilot, lambda: "Think" in screen_text(hall))
        await pilot.press("m")
        await until(pilot, lambda: type(hall.screen).__name__ == "TextDialog")
        await pilot.press("!", "ctrl+s")
        await until(pilot, lambda: "Split billing?!" in screen_text(hall))

        kinds = {type(record.event) for record in await core.events(session)}
        assert {StatementAdded, MotionAmended} <= kinds


async def test_budget_and_rounds_are_raised_while_it_runs(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("r")
        await until(pilot, lambda: type(hall.screen).__name__ == "NumberDialog")
        await pilot.press("enter")
        await until(pilot, lambda: "round 1 of 4" in screen_text(hall))
        await pilot.press("b")
        await until(pilot, lambda: type(hall.screen).__name__ == "NumberDialog")
        await pilot.press("enter")
        await until(pilot, lambda: "of $1.00" in screen_text(hall))

        summary = await core.summary(session)
        assert (summary.rounds_limit, summary.cap_microusd) == (4, 1_000_000)


async def test_a_session_is_named_tagged_archived_and_found_again(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("R")
        await until(pilot, lambda: type(hall.screen).__name__ == "TextDialog")
        hall.screen.query_one(Input).value = "Billing"
        await pilot.press("enter")
        await until(pilot, lambda: "Billing  standard debate" in screen_text(hall))
        await pilot.press("t")
        await until(pilot, lambda: type(hall.screen).__name__ == "TextDialog")
        await pilot.press(*"money", "enter")
        await until(pilot, lambda: "#money" in screen_text(hall))
        await pilot.press("A")
        await until(pilot, lambda: "Every session is archived" in screen_text(hall))
        await pilot.press("u")
        await until(pilot, lambda: hall.sessions.rows.keys == (session,))


async def test_deleting_takes_the_first_digits_of_its_id(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall))
        await pilot.press("ctrl+d")
        await until(pilot, lambda: type(hall.screen).__name__ == "ConfirmDialog")
        await pilot.press("enter")
        await pilot.pause()
        assert type(hall.screen).__name__ == "ConfirmDialog"
        await pilot.press(*session[:8], "enter")
        await until(pilot, lambda: "No sessions yet" in screen_text(hall))


async def test_export_writes_a_file_that_reads_as_the_debate(settings: Settings, tmp_path: Path) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall))
        await pilot.press("x")
        await until(pilot, lambda: type(hall.screen).__name__ == "ExportDialog")
        await pilot.press("enter")
        written = tmp_path / f"moot-{session[:8]}.md"
        await until(pilot, lambda: written.exists() and any(str(written) in n.message for n in hall._notifications))

        assert "# Tabs or spaces?" in written.read_text()


async def test_an_export_asks_before_it_replaces_a_file(settings: Settings, tmp_path: Path) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall))
        written = tmp_path / f"moot-{session[:8]}.html"
        written.write_text("mine")
        for answer in ("n", "y"):
            await pilot.press("x")
            await until(pilot, lambda: type(hall.screen).__name__ == "ExportDialog")
            await pilot.press("2", "enter")
            await until(pilot, lambda: type(hall.screen).__name__ == "ConfirmDialog")
            await until(pilot, lambda: written.name in screen_text(hall))
            assert written.read_text() == "mine"
            await pilot.press(answer)
            await until(pilot, lambda: type(hall.screen).__name__ == "SessionsScreen")
        await until(pilot, lambda: any(str(written) in n.message for n in hall._notifications))

        assert written.read_text().startswith("<!DOCTYPE html>")


async def test_a_bundle_is_written_and_one_from_elsewhere_taken_in(settings: Settings, tmp_path: Path) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall))
        await pilot.press("x")
        await until(pilot, lambda: type(hall.screen).__name__ == "ExportDialog")
        await pilot.press("4", "enter")
        written = tmp_path / f"moot-{session[:8]}.bundle.zip"
        await until(pilot, lambda: written.exists() and any(str(written) in n.message for n in hall._notifications))
    elsewhere = replace(settings, database=tmp_path / "elsewhere.db")
    async with entered(elsewhere, size=WIDE) as (hall, pilot, core):
        for answer, is_here in (("n", False), ("y", True)):
            await hall.act("import_session")
            await until(pilot, lambda: type(hall.screen).__name__ == "TextDialog")
            hall.screen.query_one(Input).value = str(written)
            await pilot.press("enter")
            await until(pilot, lambda: type(hall.screen).__name__ == "ConfirmDialog")
            await until(pilot, lambda: "everything comes out the same" in screen_text(hall))
            await pilot.press(answer)
            await until(pilot, lambda: type(hall.screen).__name__ == "SessionsScreen")
            if not is_here:
                assert len(await core.summaries()) == 0
        await until(pilot, lambda: "Tabs or spaces?" in screen_text(hall))
        await hall.act("import_session")
        await until(pilot, lambda: type(hall.screen).__name__ == "TextDialog")
        hall.screen.query_one(Input).value = str(written)
        await pilot.press("enter")
        await until(pilot, lambda: "byte for byte" in screen_text(hall))
        await hall.act("import_session")
        await until(pilot, lambda: type(hall.screen).__name__ == "TextDialog")
        hall.screen.query_one(Input).value = "/nowhere.zip"
        await pilot.press("enter")
        await until(pilot, lambda: "there is no such file" in screen_text(hall))


async def test_the_prompt_of_the_chosen_turn_is_shown(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session and "Opponent" in screen_text(hall))
        await pilot.press("enter", "left_square_bracket", "left_square_bracket", "i")
        await until(pilot, lambda: type(hall.screen).__name__ == "PromptView")

        assert "opening_proposer" in screen_text(hall)


async def test_the_list_is_filtered_as_one_types_and_a_word_that_is_no_filter_is_said(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        sessions = await filled(core)
        await until(pilot, lambda: len(hall.sessions.rows.keys) == len(sessions))
        await pilot.press("slash", *"state", "colon", *"paus")
        await until(pilot, lambda: hall.sessions.rows.keys == (sessions["paused"],))
        assert "1 of 6" in screen_text(hall)

        await pilot.press("space", *"stat", "colon", "x")
        await until(pilot, lambda: "Did you mean 'state'?" in screen_text(hall))
        await pilot.press("escape")
        await until(pilot, lambda: len(hall.sessions.rows.keys) == len(sessions))


async def test_a_text_is_found_in_the_transcript(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "Verdict: for" in screen_text(hall))
        await pilot.press("enter", "slash", *"nobodysaidthat", "enter")
        await until(pilot, lambda: "'nobodysaidthat' is not said here" in screen_text(hall))


async def test_narrow_screens_open_the_transcript_over_the_list(settings: Settings) -> None:
    async with entered(settings, size=NARROW) as (hall, pilot, core):
        await under_way(core, "Split billing?")
        await until(pilot, lambda: "● running" in screen_text(hall))
        assert REPLY[:20] not in screen_text(hall)
        assert "Proposer" not in screen_text(hall)

        await pilot.press("enter")
        await until(pilot, lambda: "Proposer" in screen_text(hall))
        await pilot.press("escape")
        await until(pilot, lambda: "Proposer" not in screen_text(hall) and hall.focused is hall.sessions.rows)


async def test_where_there_is_room_for_one_pane_a_debate_that_is_started_is_what_shows(settings: Settings) -> None:
    async with entered(settings, size=NARROW) as (hall, pilot, _):
        hall.acting.ask(acting.start(asking("Split billing?", talks=True)), hall.sessions)
        await until(pilot, lambda: "Proposer" in screen_text(hall) and hall.focused is hall.sessions.transcript)
        await pilot.press("escape")
        await until(pilot, lambda: hall.focused is hall.sessions.rows)

    async with entered(settings, size=WIDE) as (hall, pilot, _):
        hall.acting.ask(acting.start(asking("Tabs or spaces?")), hall.sessions)
        await until(pilot, lambda: "Tabs or spaces?" in screen_text(hall))
        assert hall.focused is hall.sessions.rows


async def test_a_demo_shows_its_debate_at_once_also_where_there_is_room_for_one_pane_alone(settings: Settings) -> None:
    async def begin(core: Orchestrator) -> None:
        await core.start_debate(request=asking("Split billing?", talks=True))

    host = CoreHost(lambda: open_orchestrator(settings), after_opening=begin)
    hall = Hall(host, themes=load_themes(), now_ms=lambda: NOW_MS, opens_running=True)
    async with hall.run_test(size=NARROW) as pilot:
        await until(pilot, lambda: "Proposer" in screen_text(hall) and hall.focused is hall.sessions.transcript)


async def test_a_terminal_of_40_by_10_still_shows_the_list_and_a_smaller_one_says_what_it_takes(
    settings: Settings,
) -> None:
    async with entered(settings, size=(40, 10)) as (hall, pilot, core):
        await under_way(core, "Split billing?")
        await until(pilot, lambda: "● running" in screen_text(hall) and "Split billing?" in screen_text(hall))
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert "moot needs" in screen_text(hall)

        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "Split billing?" in screen_text(hall))


async def test_on_a_screen_of_ten_lines_the_room_goes_to_what_was_said(settings: Settings) -> None:
    async with entered(settings, size=(40, 10)) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ done" in screen_text(hall))
        await pilot.press("enter")
        await until(pilot, lambda: "✓ verdict for" in screen_text(hall))
        assert hall.sessions.transcript.size.height >= 5
        assert "starts another" not in screen_text(hall)

        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "starts another" in screen_text(hall))


async def test_what_is_asked_stays_in_sight_on_a_screen_of_ten_lines(settings: Settings) -> None:
    async with entered(settings, size=(40, 10)) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await core.command(session, Escalate(question="Shall they go on?", reason="asked"))
        await until(pilot, lambda: "◆ asks" in screen_text(hall))
        await pilot.press("enter")
        await until(pilot, lambda: "Shall they go on?" in screen_text(hall))


async def test_zoom_gives_the_pane_in_focus_the_whole_width(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        await under_way(core, "Split billing?")
        await until(pilot, lambda: "Proposer" in screen_text(hall))
        await pilot.press("enter", "z")
        await pilot.pause()
        assert hall.sessions.transcript.size.width > 110
        await pilot.press("z")
        await pilot.pause()
        assert hall.sessions.transcript.size.width < 80


async def test_rules_are_a_key_away_and_switching_one_reaches_the_running_session(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("2")
        await until(pilot, lambda: "complete_on_consensus" in screen_text(hall))
        assert hall.screen.query_one(HeaderBar).view.running == 1
        await pilot.press("t")
        await until(pilot, lambda: hall.acting.can_undo)
        assert any(isinstance(each.event, RulesChanged) for each in await core.events(session))

        await pilot.press("escape")
        await until(pilot, lambda: hall.screen is hall.sessions)


async def test_the_kill_switch_is_confirmed_stops_everything_and_is_released_the_same_way(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("ctrl+k")
        await until(pilot, lambda: type(hall.screen).__name__ == "ConfirmDialog")
        await pilot.press("enter")
        await pilot.pause()
        assert (await core.summary(session)).status is Status.RUNNING
        await pilot.press("y")
        await until_status(core, session, Status.PAUSED)
        await until(pilot, lambda: "spending is stopped" in hall.header_view.notice)

        await pilot.press("ctrl+k")
        await until(pilot, lambda: type(hall.screen).__name__ == "ConfirmDialog")
        await pilot.press("enter")
        await until(pilot, lambda: hall.header_view.notice == "")


async def test_holding_all_sessions_is_one_key_and_going_on_another(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await pilot.press("ctrl+g")
        await until_status(core, session, Status.PAUSED)
        await pilot.press("ctrl+g")
        await until_status(core, session, Status.RUNNING)
        assert hall.is_running


async def test_a_joined_console_sees_turns_as_they_are_recorded_and_acts_through_the_inbox(settings: Settings) -> None:
    driver = await asyncio.to_thread(open_orchestrator, settings)
    await driver.start()
    try:
        async with entered(settings, size=WIDE) as (hall, pilot, core):
            assert not core.is_driver
            session = await under_way(driver, "Split billing?")
            await until(pilot, lambda: "Proposer" in screen_text(hall) and CLAIM[:30] in screen_text(hall))
            assert "joined" in hall.header_view.notice

            await pilot.press("p")
            await until_status(driver, session, Status.PAUSED)
            await until(pilot, lambda: "‖ paused" in screen_text(hall))
    finally:
        await driver.stop()


async def test_a_joined_console_takes_the_wheel_once_nobody_drives_and_goes_on_with_what_was_left(
    settings: Settings, tmp_path: Path
) -> None:
    driver = await asyncio.to_thread(open_orchestrator, settings)
    await driver.start()
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(driver, "Split billing?")
        await until(pilot, lambda: "joined" in hall.header_view.notice and "Proposer" in screen_text(hall))
        await pilot.press("w")
        await until(pilot, lambda: "another moot drives this database" in screen_text(hall))
        (tmp_path / "talking").write_text(json.dumps({"answers": {"default": REPLY}}))
        told = until(pilot, lambda: any("Nobody drives any more" in each.message for each in hall._notifications))
        await asyncio.gather(driver.stop(drain=False), told)  # what is told goes again, maybe before all is stopped

        (said,) = [each.message for each in hall._notifications if "Nobody drives" in each.message]
        assert said == "Nobody drives any more; 1 session was left. w takes the wheel, and goes on with it here."
        await until(pilot, lambda: "w takes the wheel: what was left goes on here" in screen_text(hall))
        assert screen_text(hall).splitlines()[-1].startswith(" w drive")

        await pilot.press("w")
        await until(pilot, lambda: core.is_driver and not hall.header_view.notice)
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "✓ verdict for" in screen_text(hall) and "another moot" not in screen_text(hall))
        assert any(isinstance(each.event, RunResumed) for each in await core.events(session))
        await pilot.press("w")
        await until(pilot, lambda: "this console drives already." in screen_text(hall))


async def test_leaving_with_a_debate_under_way_asks_once_and_says_what_it_waits_for(settings: Settings) -> None:
    hall = a_hall(settings)
    async with hall.run_test(size=WIDE) as pilot:
        core = await hall.core()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        session = await under_way(core, "Split billing?")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: type(hall.screen).__name__ == "ConfirmDialog")
        await pilot.press("escape")
        await pilot.pause()
        assert hall.is_running
        await pilot.press("ctrl+q")
        await until(pilot, lambda: type(hall.screen).__name__ == "ConfirmDialog")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(hall.screen, LeavingScreen) or hall.return_value is not None)
        await until(pilot, lambda: hall.return_value is not None)

    again = await asyncio.to_thread(open_orchestrator, settings)
    await again.start(drive=False)
    try:
        assert (await again.summary(session)).status in (Status.RUNNING, Status.ESCALATED)
    finally:
        await again.stop()


async def test_what_a_model_wrote_is_never_read_as_markup_or_obeyed(settings: Settings, tmp_path: Path) -> None:
    hostile = "[/red] [bold]loud[/bold] \x1b]0;owned\x07 \x1b[2J end"
    (tmp_path / "gemini").write_text(json.dumps({"answers": {"default": hostile}}))
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await start(core, "[/red] Tabs [or] spaces?")
        await until_status(core, session, Status.COMPLETED)
        await until(pilot, lambda: "Verdict: for" in screen_text(hall))
        await pilot.press("R")
        await until(pilot, lambda: type(hall.screen).__name__ == "TextDialog")
        await pilot.press("[", "enter")
        await until(pilot, lambda: any("[/red]" in each.message for each in hall._notifications))

        assert "[/red] Tabs [or] spaces?" in screen_text(hall)
        assert "\x1b" not in screen_text(hall)


async def test_a_key_pressed_before_the_core_is_open_is_carried_out_once_it_is(settings: Settings) -> None:
    hall = a_hall(settings)
    async with hall.run_test(size=WIDE) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: type(hall.screen).__name__ == "NewDebateDialog")


@pytest.mark.parametrize("theme", ["moot-dark", "moot-light", "moot-contrast"])
async def test_every_theme_shows_the_console(settings: Settings, theme: str) -> None:
    async with entered(settings, size=WIDE, theme=theme) as (hall, pilot, core):
        await under_way(core, "Split billing?")
        await until(pilot, lambda: "Proposer" in screen_text(hall))
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert hall.theme != theme


async def test_a_click_on_a_key_does_what_the_key_does(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        bar = hall.screen.query_one(KeyBar)
        x = next(x for x in range(bar.size.width) if bar.action_at(x) == "pause_resume")
        await pilot.click(KeyBar, offset=(x, 0))
        await until_status(core, session, Status.PAUSED)


async def test_whatever_has_a_key_can_be_done_with_the_mouse_alone(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.click("#title", offset=(3, 0))
        await until(pilot, lambda: bool(hall.screen.query("Prompt")))
        await pilot.press("escape")

        await pilot.click(HeaderBar, offset=(2, 0))
        await until(pilot, lambda: type(hall.screen).__name__ == "CommandPalette")
        await pilot.press("escape")

        bar = hall.screen.query_one(KeyBar)
        await pilot.click(bar, offset=(next(x for x in range(120) if bar.action_at(x) == "help"), 0))
        await until(pilot, lambda: isinstance(hall.screen, HelpScreen))
        rows = hall.screen.query_one(Rows)
        await pilot.click(rows, offset=(20, 1 + rows.keys.index("escalate")), times=2)
        await until(pilot, lambda: type(hall.screen).__name__ == "TextDialog")
        await until(pilot, lambda: "What is to be decided?" in screen_text(hall))


async def test_undo_without_anything_done_says_so(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, _):
        await pilot.press("u")
        await until(pilot, lambda: "There is nothing to take back." in screen_text(hall))
        assert isinstance(hall.acting, Acting)


async def test_one_key_leads_to_the_providers_and_from_there_to_any_other_place(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (hall, pilot, _):
        await pilot.press("4")
        await until(pilot, lambda: "ANTHROPIC_API_KEY is not set" in screen_text(hall))
        assert "✓ database" in screen_text(hall)

        await pilot.press("2")
        await until(pilot, lambda: "complete_on_consensus" in screen_text(hall))
        await pilot.press("4")
        await until(pilot, lambda: "driven by this process" in screen_text(hall))
        await pilot.press("escape")
        await until(pilot, lambda: "c  starts a debate" in screen_text(hall))


async def test_a_broken_file_of_rules_is_said_once_and_again_when_it_is_broken_otherwise(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    file = folder / "mine.yaml"
    file.write_text("- {id: mine}")

    async with entered(replace(settings, rules_folder=folder)) as (hall, pilot, core):
        await until(pilot, lambda: bool(said_of_rules(hall)))
        assert said_of_rules(hall) == [
            "mine.yaml:1:3: this rule has no 'name'. Add it.\nThe rules in force are as they were."
        ]
        assert hall.feed is not None
        hall.feed.refresh()
        file.write_text("- [")
        await core.rulebook.look_at_folder()
        hall.feed.refresh()
        await until(pilot, lambda: "mine.yaml:2:1:" in said_of_rules(hall)[0])

        assert [said[:14] for said in said_of_rules(hall)] == ["mine.yaml:2:1:"], "what it was before is over"


def said_of_rules(hall: Hall) -> list[str]:
    return [each.message for each in hall._notifications if each.title == "rules folder"]
