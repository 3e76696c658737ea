"""Can the operator take a seat, speak, pass and leave at the console, and is nothing typed ever lost?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.screens.dialogs.apply_template import FormatChoice
from console.screens.dialogs.looked_over import LookedOver
from console.screens.dialogs.seats import SeatsDialog
from console.screens.dialogs.speak import SpeakDialog, task_of
from console.widgets.rows import Rows
from core.domain.commands import Pause
from core.domain.session import Status
from core.domain.steps import Message
from core.flows.debate_events import ArgumentPresented, ControlStarted, SeatsChanged, TemplateApplied, VerdictReached
from core.orchestrator import DebateRequest
from tests.console.hall import TRIES_MAX, entered, screen_text, under_way, until, until_status

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.settings import Settings
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator
    from tests.console.hall import Hall

CASTING = {"": "scripted:judge", "proposer": "scripted:claude", "opponent": "scripted:gemini"}


async def waiting(hall: Hall, pilot: Pilot[Any], core: Orchestrator, **casting: str) -> SessionId:
    """A debate that waits for a person, with the cursor on it."""
    session = await core.start_debate(
        request=DebateRequest(question="Split billing?", template_id="simple_debate", casting={**CASTING, **casting})
    )
    await until(pilot, lambda: hall.feed is not None and hall.feed.is_asking(session))
    await until(pilot, lambda: hall.sessions.session == session)
    return session


async def opened(hall: Hall, pilot: Pilot[Any], dialog: type) -> Any:
    await until(pilot, lambda: isinstance(hall.screen, dialog))
    return hall.screen


async def said_by(core: Orchestrator, pilot: Pilot[Any], session: SessionId, seat: str) -> list[str]:
    for _ in range(TRIES_MAX):
        events = [record.event for record in await core.events(session)]
        found = [each.text for each in events if isinstance(each, ArgumentPresented) and each.seat == seat]
        if found:
            return found
        await pilot.pause(0.01)
    raise AssertionError(f"{seat} never spoke")


async def test_a_person_is_asked_on_top_of_the_list_and_what_they_type_is_their_turn(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await waiting(hall, pilot, core, opponent="human:1h")
        await until(pilot, lambda: "◆ your turn" in screen_text(hall))
        assert "◆ speak" in screen_text(hall)
        assert "1 needs you" in screen_text(hall)
        await pilot.press("a")
        dialog = await opened(hall, pilot, SpeakDialog)
        assert "against the motion" in screen_text(hall)
        assert "then scripted:judge speaks" in screen_text(hall)
        await pilot.press(*"No", "enter", *"never", "ctrl+s")
        await until(pilot, lambda: hall.screen is not dialog)

        assert await said_by(core, pilot, session, "opponent") == ["No\nnever"]
        await until(pilot, lambda: "a person" in screen_text(hall))


async def test_what_was_typed_is_kept_when_the_dialog_is_closed_and_when_it_is_refused(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await waiting(hall, pilot, core, judge="human:1h")
        await pilot.press("a")
        await opened(hall, pilot, SpeakDialog)
        await pilot.press(*"for", "escape")
        await until(pilot, lambda: hall.screen is hall.sessions)
        await pilot.press("a")
        dialog = await opened(hall, pilot, SpeakDialog)
        assert dialog.query_one("#words").text == "for"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "it does not end as it has to" in screen_text(hall))
        assert dialog.query_one("#words").text == "for"
        assert "VERDICT: for" in screen_text(hall)
        dialog.query_one("#words").text = "They have it.\nVERDICT: for"
        await pilot.press("ctrl+s")
        await until_status(core, session, Status.COMPLETED)
        verdict = [each.event for each in await core.events(session) if isinstance(each.event, VerdictReached)]

        assert verdict[0].outcome == "for"
        assert hall.drafts == {}


async def test_who_passes_is_told_so_in_words_and_the_stand_in_speaks(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await waiting(hall, pilot, core, opponent="human:1h")
        await pilot.press("a")
        await opened(hall, pilot, SpeakDialog)
        await pilot.press("ctrl+n")
        assert (await said_by(core, pilot, session, "opponent"))[0].startswith("The figures")
        await until(pilot, lambda: "The person passed: whoever stands in speaks." in screen_text(hall))

        assert "failed attempt" not in screen_text(hall)


async def test_a_turn_that_is_over_while_one_types_says_so_and_keeps_the_words(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.screens.dialogs.speak.TICK_SECONDS", 0.02)
    async with entered(settings) as (hall, pilot, core):
        session = await waiting(hall, pilot, core, opponent="human:1h")
        await pilot.press("a")
        dialog = await opened(hall, pilot, SpeakDialog)
        await pilot.press(*"But")
        await core.pass_turn(session)
        await until(pilot, lambda: "It is no longer your turn" in screen_text(hall))

        assert dialog.query_one("#words").text == "But"
        assert list(hall.drafts.values()) == ["But"]


async def test_a_seat_is_taken_and_given_back_from_the_list_of_seats(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("T")
        dialog = await opened(hall, pilot, SeatsDialog)
        assert dialog.query_one(Rows).move_to("judge")
        await pilot.press("tab", *"soon", "enter")
        await until(pilot, lambda: "is no time to wait for a person" in screen_text(hall))
        await pilot.press(*["backspace"] * 4, *"2h", "enter")
        await until(pilot, lambda: hall.screen is hall.sessions)
        models: list[str] = []
        while models != ["human:2h"]:
            changes = [each.event for each in await core.events(session) if isinstance(each.event, SeatsChanged)]
            models = [seat.participant.model for each in changes for seat in each.seats]
            await pilot.pause(0.01)
        await pilot.press("T")
        dialog = await opened(hall, pilot, SeatsDialog)
        assert "scripted:judge stands in" in screen_text(hall)
        assert dialog.query_one(Rows).move_to("judge")
        await pilot.press("enter")
        while models != ["human:2h", "scripted:judge"]:
            changes = [each.event for each in await core.events(session) if isinstance(each.event, SeatsChanged)]
            models = [seat.participant.model for each in changes for seat in each.seats]
            await pilot.pause(0.01)


async def test_a_session_follows_another_format_from_its_own_screen(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await core.command(session, Pause())
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("o")
        dialog = await opened(hall, pilot, FormatChoice)
        assert "standard_debate" not in dialog.query_one(Rows).keys
        assert dialog.query_one(Rows).move_to("complex_debate")
        await pilot.press("enter")
        look = await opened(hall, pilot, LookedOver)
        assert "standard_debate → complex_debate" in screen_text(hall)
        await pilot.press("enter")
        await until(pilot, lambda: hall.screen is not look)
        found: list[Any] = []
        while not found:
            found = [each for each in await core.events(session) if isinstance(each.event, TemplateApplied)]
            await pilot.pause(0.01)


async def test_a_debate_and_its_control_are_shown_beside_one_another_and_a_key_leads_across(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        free = {"": "scripted:judge"}
        asked = DebateRequest(
            question="Split billing?", template_id="simple_debate", casting=free, control="consultancy"
        )
        session = await core.start_debate(request=asked)
        await until_status(core, session, Status.COMPLETED)
        while not (control := (await core.summary(session)).control):
            await pilot.pause(0.01)
        await until_status(core, control, Status.COMPLETED)  # type: ignore[arg-type]
        await until(pilot, lambda: {session, control} <= set(hall.sessions.rows.keys))
        assert hall.sessions.rows.move_to(session)
        await until(pilot, lambda: "debate: for" in screen_text(hall) and "consultancy:" in screen_text(hall))
        await pilot.press("C")
        await until(pilot, lambda: hall.sessions.session == control)
        await until(pilot, lambda: "└ control of" in screen_text(hall))
        await pilot.press("C")
        await until(pilot, lambda: hall.sessions.session == session)
        events = [each.event for each in await core.events(session)]

        assert any(isinstance(each, ControlStarted) for each in events)


async def test_a_session_without_a_control_says_where_one_comes_from(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await pilot.press("C")
        await until(pilot, lambda: "It has no control" in screen_text(hall))


def test_the_task_is_what_the_prompt_ends_with() -> None:
    asked = (Message(author="system", text="You"), Message(author="user", text="Motion\n\nYour task now: Open."))

    assert task_of(asked) == "Open."
    assert task_of((Message(author="user", text="Conclude."),)) == "Conclude."
