"""Does one letter lead to each pane?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.containers import Horizontal
from textual.widgets import Static

from console.screens.jump import JumpScreen, jump_targets
from console.theme_files import DEFAULT_THEME, load_themes, theme_variables
from console.widgets.rows import Column, Rows

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget


class Host(App[None]):
    ENABLE_COMMAND_PALETTE = False
    chosen: Widget | str | None = "nothing yet"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(load_themes()[DEFAULT_THEME])

    def compose(self) -> ComposeResult:
        with Horizontal():
            for name in ("left", "right", "hidden"):
                yield Rows([Column(key="a", title="a", width=9)], empty_text="empty", id=name)

    def on_mount(self) -> None:
        self.query_one("#hidden").display = False

    def jump(self) -> None:
        self.push_screen(JumpScreen(jump_targets(self.screen)), self.arrive)

    def arrive(self, pane: Widget | None) -> None:
        self.chosen = pane


async def test_each_visible_pane_gets_a_letter_at_its_corner_in_reading_order() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)):
        targets = jump_targets(app.screen)

        assert [(target.letter, target.widget.id, target.x, target.y) for target in targets] == [
            ("a", "left", 0, 0),
            ("s", "right", 40, 0),
        ]


async def test_a_pane_outside_the_screen_gets_no_letter() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        for pane in app.query(Rows):
            pane.display = True
            pane.styles.width = 40
        await pilot.pause()

        assert [target.widget.id for target in jump_targets(app.screen)] == ["left", "right"]


async def test_the_letter_is_drawn_on_its_pane_and_pressing_it_goes_there() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.jump()
        await pilot.pause()
        labels = [(label.region.x, str(label.render())) for label in app.screen.query(Static)]
        await pilot.press("x", "s")
        await pilot.pause()

        assert labels == [(0, " a "), (40, " s ")]
        assert app.chosen is app.query_one("#right")


async def test_a_click_goes_to_the_pane_it_falls_on() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.jump()
        await pilot.pause()
        await pilot.click(offset=(50, 10))
        await pilot.pause()

        assert app.chosen is app.query_one("#right")
        assert not isinstance(app.screen, JumpScreen)


async def test_escape_leaves_everything_as_it_was() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.jump()
        await pilot.press("escape")
        await pilot.pause()

        assert app.chosen is None
        assert not isinstance(app.screen, JumpScreen)
