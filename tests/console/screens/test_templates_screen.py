"""Does the Templates screen show every format, and do its keys do what they say?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.screens.dialogs.apply_template import SessionChoice
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.looked_over import LookedOver
from console.screens.dialogs.new_debate import NewDebateDialog
from console.screens.dialogs.prompt import TextView
from console.screens.dialogs.template_editor import TemplateEditor
from console.screens.dialogs.template_history import TemplateHistory
from console.screens.dialogs.template_prompts import TemplatePrompts
from console.screens.dialogs.text import TextDialog
from console.screens.templates import TemplatesScreen
from console.widgets.choices import Choices
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from core.domain.commands import Pause
from core.domain.session import Status
from core.flows.debate_events import TemplateApplied
from core.templates.formats import COUNCIL
from tests.console.hall import entered, screen_text, start, under_way, until, until_status

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from console.settings import Settings
    from tests.console.hall import Hall


def rows(hall: Hall) -> Rows:
    screen = hall.screen
    assert isinstance(screen, TemplatesScreen)
    return screen.rows


def said(hall: Hall) -> str:
    return hall.screen.query_one("#detail", Prose).text


async def at(hall: Hall, pilot: Pilot[Any], id: str) -> None:
    """The Templates screen with the cursor on a format that has been read."""
    await pilot.press("3")
    await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen) and bool(rows(hall).keys))
    assert rows(hall).move_to(id)
    await until(pilot, lambda: hall.screen.template_read == id)  # type: ignore[attr-defined]


async def opened(hall: Hall, pilot: Pilot[Any], dialog: type) -> Any:
    await until(pilot, lambda: isinstance(hall.screen, dialog))
    return hall.screen


async def test_every_format_is_listed_and_the_one_under_the_cursor_is_drawn(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, core):
        await at(hall, pilot, "council")

        assert list(rows(hall).keys) == [row.id for row in await core.formats.rows()]
        assert "blind" in said(hall)
        assert "◆ verdict" in said(hall)
        assert "as it is cast, rehearsed: seconds, $0.00" in said(hall)


async def test_the_graph_marks_where_the_session_under_the_cursor_stands(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        await at(hall, pilot, "standard_debate")
        await until(pilot, lambda: "▶ where Split billing?" in said(hall))
        marked = [line for line in said(hall).splitlines() if line.endswith(("now", "done"))]

        assert [line.split()[-1] for line in marked[:2]] == ["done", "now"]
        assert "opponent" in marked[1]


async def test_past_results_stand_beside_what_was_expected(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await start(core, "Tabs or spaces?", template_id="simple_debate")
        await until_status(core, session, Status.COMPLETED)
        await at(hall, pilot, "simple_debate")
        await until(pilot, lambda: "came to" in said(hall))

        assert "1 session: 1 completed" in said(hall)
        assert "outcomes: for 1" in said(hall)
        assert "1 of 1 within the range" in said(hall) or "0 of 1 within the range" in said(hall)
        assert "with scripted:" in said(hall)


async def test_the_search_narrows_says_what_it_cannot_read_and_escape_shows_all_again(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        await at(hall, pilot, "council")
        every = rows(hall).keys
        await pilot.press("slash", *"peers")
        await until(pilot, lambda: rows(hall).keys == ("council",))
        await pilot.press(*["backspace"] * 5, *"zzz")
        await until(pilot, lambda: "No format matches." in screen_text(hall))
        await pilot.press(*["backspace"] * 3, *"complexity", "colon", *"hard")
        await until(pilot, lambda: "no complexity is called" in screen_text(hall))
        await pilot.press("escape")
        await until(pilot, lambda: rows(hall).keys == every)


async def test_a_debate_starts_from_the_format_under_the_cursor(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        await at(hall, pilot, "simple_debate")
        await pilot.press("s")
        dialog = await opened(hall, pilot, NewDebateDialog)

        assert dialog.query_one("#format", Choices).chosen == "simple_debate"


async def test_each_step_shows_the_prompt_that_it_will_be_sent(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, _):
        await at(hall, pilot, "council")
        await pilot.press("p")
        dialog = await opened(hall, pilot, TemplatePrompts)
        await until(pilot, lambda: "You sit as first_councillor" in dialog.query_one("#prompt", Prose).text)
        await pilot.press("G")
        await until(pilot, lambda: "You sit as chair (judge)" in dialog.query_one("#prompt", Prose).text)

        assert "Speaker A, round 1" in dialog.query_one("#prompt", Prose).text


async def test_a_format_is_cloned_edited_looked_back_on_restored_and_deleted(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        await at(hall, pilot, "council")
        await pilot.press("C")
        await opened(hall, pilot, TextDialog)
        await pilot.press("enter")
        await until(pilot, lambda: "council_copy" in rows(hall).keys)
        await until(pilot, lambda: rows(hall).cursor_key == "council_copy")

        await pilot.press("e")
        editor = await opened(hall, pilot, TemplateEditor)
        editor.text.text = editor.text.text.replace("name: Council (copy)", "name: A council of my own")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen) and "A council of my own" in said(hall))
        assert (await core.formats.template("council_copy")).version == 2

        await pilot.press("H")
        history = await opened(hall, pilot, TemplateHistory)
        await until(pilot, lambda: "+name: A council of my own" in history.query_one("#made", Prose).text)
        await pilot.press("j", "r")
        await opened(hall, pilot, ConfirmDialog)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen) and "Council (copy)" in said(hall))
        assert (await core.formats.template("council_copy")).version == 3

        await pilot.press("ctrl+d")
        await opened(hall, pilot, ConfirmDialog)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen) and "council_copy" not in rows(hall).keys)
        await pilot.press("u")
        await until(pilot, lambda: "council_copy" in rows(hall).keys)


async def test_a_text_that_is_no_format_is_refused_whole_with_its_places_and_kept(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        await at(hall, pilot, "council")
        before = await core.formats.template("council")
        await pilot.press("e")
        editor = await opened(hall, pilot, TemplateEditor)
        editor.text.text = editor.text.text.replace("role: judge", "role: jugde")
        await until(pilot, lambda: bool(editor.query_one(Rows).keys))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "ctrl+n goes to the first" in screen_text(hall))

        assert "jugde" in editor.text.text
        assert "judge" in screen_text(hall)
        assert await core.formats.template("council") == before


async def test_a_check_says_what_is_wrong_or_that_nothing_is(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        await at(hall, pilot, "council")
        await pilot.press("f")
        view = await opened(hall, pilot, TextView)

        assert "Nothing is wrong with it." in view.query_one(Prose).text


async def test_an_exported_format_is_looked_at_before_it_comes_in(settings: Settings, tmp_path: Path) -> None:
    async with entered(settings) as (hall, pilot, core):
        await at(hall, pilot, "council")
        await pilot.press("x")
        await opened(hall, pilot, TextDialog)
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "council.yaml").exists())
        await pilot.press("i")
        dialog = await opened(hall, pilot, TextDialog)
        dialog.query_one("Input").value = str(tmp_path / "council.yaml")
        await pilot.press("enter")
        look = await opened(hall, pilot, LookedOver)

        assert "template council: the same is here" in look.query_one(Prose).text
        assert "at most 10 turns in 1 rounds" in look.query_one(Prose).text
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen))
        assert await core.formats.template("council") == COUNCIL, "nothing came in"


async def test_a_running_session_goes_on_by_another_format_once_its_changes_were_seen(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await core.command(session, Pause())
        await at(hall, pilot, "complex_debate")
        await pilot.press("a")
        await opened(hall, pilot, SessionChoice)
        await pilot.press("enter")
        look = await opened(hall, pilot, LookedOver)
        assert "standard_debate → complex_debate, from round 2 on" in look.query_one(Prose).text
        assert "second_proposer" in look.query_one(Prose).text
        assert not [each for each in await core.events(session) if isinstance(each.event, TemplateApplied)]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen))
        found: list[Any] = []
        while not found:
            found = [each for each in await core.events(session) if isinstance(each.event, TemplateApplied)]
            await pilot.pause()

        assert found[0].event.template == "complex_debate"


async def test_where_no_session_is_under_way_applying_says_what_to_press(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        await at(hall, pilot, "council")
        await pilot.press("a")
        await until(pilot, lambda: "No session is under way. s starts one" in screen_text(hall))


async def test_enter_gives_the_format_the_whole_screen_and_escape_takes_it_back(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, _):
        await at(hall, pilot, "council")
        await pilot.press("enter")
        assert "Templates  11" not in screen_text(hall)
        assert "ranks the others, blind" in screen_text(hall)
        await pilot.press("escape")
        assert not hall.screen.has_class("-zoomed")
        await pilot.press("escape")
        assert hall.screen is hall.sessions
