"""Where does a widget stand while a test presses keys at it? In an app with nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

from console.theme_files import DEFAULT_THEME, load_themes, textual_theme, theme_variables

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.message import Message
    from textual.widget import Widget


class Stage(App[None]):
    """Shows one widget, gives it the focus and keeps the messages it posts."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.shown = widgets
        self.heard: list[Message] = []
        for theme in load_themes().values():
            self.register_theme(textual_theme(theme))
        self.theme = DEFAULT_THEME

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(load_themes()[DEFAULT_THEME])

    def compose(self) -> ComposeResult:
        yield from self.shown

    def on_mount(self) -> None:
        if self.shown[0].can_focus:
            self.shown[0].focus()

    def keep(self, message: Message) -> None:
        self.heard.append(message)

    on_rows_cursor_moved = on_rows_opened = on_rows_marked = keep
    on_transcript_turn_chosen = on_transcript_found = on_key_bar_chosen = keep
    on_header_bar_chosen = keep

    def heard_of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.heard if isinstance(message, kind)]


def screen_lines(widget: Any) -> list[str]:
    """What the widget draws, line by line, without trailing spaces."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def line_widths(widget: Any) -> set[int]:
    """How many cells each drawn line takes: a single number where all is well."""
    return {widget.render_line(y).cell_length for y in range(widget.size.height)}
