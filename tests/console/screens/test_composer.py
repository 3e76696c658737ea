"""Can a format be put together by keys alone, seeing its way and what is wrong with it as one picks?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.screens.dialogs.composer import Composer
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.template_editor import TemplateEditor
from console.screens.templates import TemplatesScreen
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from tests.console.hall import entered, screen_text, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.settings import Settings
    from tests.console.hall import Hall


async def composing(hall: Hall, pilot: Pilot[Any]) -> Composer:
    await pilot.press("3")
    await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen) and bool(hall.screen.rows.keys))
    await pilot.press("c")
    await until(pilot, lambda: isinstance(hall.screen, Composer))
    dialog = hall.screen
    assert isinstance(dialog, Composer)
    await until(pilot, lambda: bool(dialog.query_one("#library", Rows).keys))
    return dialog


async def pick(pilot: Pilot[Any], dialog: Composer, *steps: str) -> None:
    library = dialog.query_one("#library", Rows)
    library.focus()
    for step in steps:
        assert library.move_to(f"step {step}")
        await pilot.press("enter")


def way(dialog: Composer) -> str:
    return dialog.query_one("#way", Prose).text


async def test_a_format_is_picked_seen_and_kept_on_a_small_screen(settings: Settings) -> None:
    async with entered(settings, size=(80, 24)) as (hall, pilot, core):
        dialog = await composing(hall, pilot)
        await until(pilot, lambda: "1 in the way" in screen_text(hall))
        await pick(pilot, dialog, "opening_arguments", "rebuttal", "final_decision")
        await until(pilot, lambda: "◆ verdict" in way(dialog))
        before = screen_text(hall).splitlines()[-5]
        mine = dialog.query_one("#mine", Rows)
        assert mine.move_to("step 1")
        await pilot.press("t", "minus")
        await until(pilot, lambda: "2 times" in way(dialog) and "2 rounds" in screen_text(hall))
        assert screen_text(hall).splitlines()[-5] != before
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(hall.screen, TemplatesScreen))
        await until(pilot, lambda: hall.screen.template_read == "my_format")  # type: ignore[attr-defined]
        kept = await core.formats.template("my_format")

        assert kept.rounds == 2
        assert [block.times for block in kept.blocks] == [2]
        await pilot.press("u")
        await until(pilot, lambda: "my_format" not in hall.screen.rows.keys)  # type: ignore[attr-defined]


async def test_what_stands_in_the_way_is_said_and_nothing_is_kept(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        dialog = await composing(hall, pilot)
        await pick(pilot, dialog, "review")
        await until(pilot, lambda: "review is for" in way(dialog))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "review is for reviewer" in screen_text(hall))
        assert isinstance(hall.screen, Composer)
        assert "my_format" not in [row.id for row in await core.formats.rows()]


async def test_rows_are_moved_and_taken_out_by_keys(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        dialog = await composing(hall, pilot)
        await pick(pilot, dialog, "opening_arguments", "rebuttal")
        mine = dialog.query_one("#mine", Rows)
        assert mine.move_to("step 1")
        await pilot.press("K")
        assert [each.step for each in dialog.draft.steps] == ["rebuttal", "opening_arguments"]
        assert mine.cursor_key == "step 0"
        await pilot.press("d")
        assert [each.step for each in dialog.draft.steps] == ["opening_arguments"]


async def test_it_is_gone_on_with_as_yaml(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        dialog = await composing(hall, pilot)
        await pick(pilot, dialog, "opening_arguments", "rebuttal", "final_decision")
        await until(pilot, lambda: "◆ verdict" in way(dialog))
        await pilot.press("ctrl+e")
        await until(pilot, lambda: isinstance(hall.screen, TemplateEditor))
        editor = hall.screen
        assert isinstance(editor, TemplateEditor)

        assert editor.text.text.startswith("id: my_format\n")


async def test_leaving_asks_where_something_would_be_lost(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        dialog = await composing(hall, pilot)
        await pick(pilot, dialog, "rebuttal")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(hall.screen, ConfirmDialog))
        await pilot.press("n")
        await until(pilot, lambda: hall.screen is dialog)
