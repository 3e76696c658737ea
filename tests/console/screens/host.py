"""Where does a screen stand while a test presses keys at it? In an app that keeps what comes of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.app import App

from console.theme_files import DEFAULT_THEME, load_themes, textual_theme, theme_variables

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot
    from textual.screen import Screen

    from console.acting import Acting

PATIENCE_SECONDS = 60
"""Only a test that fails waits this long."""


class Host(App[None]):
    """Shows one screen; `results` are what it was dismissed with, `done` what was done in words."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, make: Callable[[Host], Screen[Any]]) -> None:
        super().__init__()
        self._make = make
        self.results: list[Any] = []
        self.done: list[str] = []
        self.acting: Acting | None = None
        for theme in load_themes().values():
            self.register_theme(textual_theme(theme))
        self.theme = DEFAULT_THEME

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(load_themes()[DEFAULT_THEME])

    def on_mount(self) -> None:
        self.push_screen(self._make(self), self.results.append)

    def on_acting_finished(self, event: Acting.Finished) -> None:
        self.done.append(event.done.text)


async def typed(pilot: Pilot[Any], text: str) -> None:
    """Press the keys that write `text`."""
    names = {" ": "space", "?": "question_mark", "/": "slash", ".": "full_stop", "=": "equals_sign", "-": "minus"}
    names |= {":": "colon", "'": "apostrophe", "$": "dollar_sign", "~": "tilde", "_": "underscore", "\n": "ctrl+j"}
    await pilot.press(*(names.get(character, character) for character in text))


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Let the app work until something holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await pilot.pause(0.01)


def text_of(app: App[Any]) -> str:
    """What the screen that shows says, line by line."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines)
