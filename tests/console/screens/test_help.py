"""Does the help know every key, and does typing find it?"""

from __future__ import annotations

from types import MappingProxyType

from textual.app import App
from textual.widgets import Static

from console.actions import ACTIONS
from console.keys import STANDARD_KEYMAP
from console.screens.help import HelpScreen, help_rows
from console.theme_files import DEFAULT_THEME, load_themes, theme_variables
from console.widgets.rows import Rows


class Host(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(load_themes()[DEFAULT_THEME])


def test_every_action_is_in_the_help_once() -> None:
    assert sorted(row.key for row in help_rows()) == sorted(action.id for action in ACTIONS)


def test_a_place_is_named_on_its_first_row_alone() -> None:
    places = [row.cells[0].text for row in help_rows() if row.cells[0].text]

    beyond = ["Drafts of a refinement", "In the past of a session", "Beside its origin"]
    named = ["Rules", "Templates", "System", "Notifications", "Analytics", "Events and log lines"]
    assert places == ["Sessions", *beyond, *named, "In a transcript", "In a list", "Anywhere"]


def test_every_word_of_the_search_must_be_found_somewhere() -> None:
    assert [row.key for row in help_rows(search="ctrl+x")] == ["cancel"]
    assert [row.key for row in help_rows(search="BUDGET raise")] == ["raise_budget", "drafts_budget"]
    assert help_rows(search="budget nonsense") == ()


def test_the_help_shows_the_keys_of_the_keymap_in_force() -> None:
    keymap = STANDARD_KEYMAP._replace(keys=MappingProxyType({**STANDARD_KEYMAP.keys, "undo": ("ctrl+z",), "zoom": ()}))
    keys = {row.key: row.cells[1].text for row in help_rows(keymap)}

    assert keys["undo"] == "ctrl+z"
    assert keys["zoom"] == "no key"


async def test_typing_narrows_the_list_arrows_move_in_it_and_escape_closes() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(HelpScreen())
        await pilot.press(*"raise")
        rows = app.screen.query_one(Rows)
        assert rows.keys == ("raise_budget", "raise_rounds", "drafts_budget")
        await pilot.press("down")
        assert rows.cursor_key == "raise_rounds"
        meaning = str(app.screen.query_one("#meaning", Static).render())
        assert meaning == "Let this session run longer: more rounds, or more drafts."
        await pilot.press("escape")

        assert not isinstance(app.screen, HelpScreen)


async def test_a_question_mark_can_be_searched_for_and_enter_closes() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(HelpScreen())
        await pilot.press("question_mark")
        assert app.screen.query_one(Rows).keys == ("help",)
        await pilot.press("enter")

        assert not isinstance(app.screen, HelpScreen)


async def test_a_search_for_nothing_known_says_what_to_do() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(HelpScreen())
        await pilot.press(*"zzzz")
        rows = app.screen.query_one(Rows)

        assert any("No key does that." in rows.render_line(y).text for y in range(rows.size.height))


async def test_on_a_small_screen_every_key_says_what_it_does_in_full() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(HelpScreen())
        await pilot.press(*"acknowledge")
        rows = app.screen.query_one(Rows)
        await pilot.pause()

        assert any("Acknowledge all shown" in rows.render_line(y).text for y in range(rows.size.height))
