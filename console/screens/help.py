"""Which keys are there, and what do they do? All of them by place; typing searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from console.actions import ACTIONS, PLACE_TITLES
from console.keys import STANDARD_KEYMAP, Keymap, shown_key
from console.widgets.rows import Cell, Column, Row, Rows

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.actions import Place

_COLUMNS = (
    Column(key="place", title="where", width=15, priority=2),
    Column(key="keys", title="key", width=12, priority=9),
    Column(key="title", title="what", width=max(len(action.title) for action in ACTIONS), priority=8),
    Column(key="help", title="", width=32, is_flex=True, priority=1),
)


def help_rows(keymap: Keymap = STANDARD_KEYMAP, search: str = "", first: Place = "sessions") -> tuple[Row, ...]:
    """One row for each action whose place, key or words hold every word of the search; a place is named once. On top
    stands the place where it was asked."""
    wanted = search.casefold().split()
    rows = []
    for place, place_title in sorted(PLACE_TITLES.items(), key=lambda each: each[0] != first):
        is_first = True
        for action in ACTIONS:
            keys = " ".join(shown_key(key) for key in keymap.of(action.id))
            if action.place != place or not _holds(wanted, (place_title, keys, action.title, action.help)):
                continue
            cells = (
                Cell(place_title if is_first else "", "muted"),
                Cell(keys or "no key", "accent" if keys else "muted"),
                Cell(action.title, "failed" if action.is_destructive else "text"),
                Cell(action.help, "muted"),
            )
            rows.append(Row(action.id, cells))
            is_first = False
    return tuple(rows)


def _holds(wanted: list[str], texts: tuple[str, ...]) -> bool:
    line = " ".join(texts).casefold()
    return all(word in line for word in wanted)


class HelpScreen(ModalScreen["str | None"]):
    """All keys. Escape or enter closes it; its result is the action of a row that was clicked on twice, or None."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Vertical {
        width: 90%; max-width: 120; height: 90%; background: $background; border: round $structure;
        border-title-color: $foreground; border-subtitle-color: $muted; padding: 0 1;
    }
    HelpScreen Input { border: none; height: 1; padding: 0; background: $background; margin-bottom: 1; }
    HelpScreen Input:focus { border: none; background: $background; background-tint: $background 0%; }
    HelpScreen Rows { height: 1fr; }
    HelpScreen #meaning { height: 1; color: $muted; margin-top: 1; }
    """
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "close", "Close", show=False),
        Binding("down", "move('list_down')", "Down", show=False),
        Binding("up", "move('list_up')", "Up", show=False),
        Binding("pagedown", "move('list_page_down')", "Page down", show=False),
        Binding("pageup", "move('list_page_up')", "Page up", show=False),
    ]

    def __init__(self, keymap: Keymap = STANDARD_KEYMAP, first: Place = "sessions") -> None:
        super().__init__()
        self._keymap = keymap
        self._first = first

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Keys"
            box.border_subtitle = "type to search · a double click does it · esc closes"
            yield Input(placeholder="search keys and actions")
            yield Rows(_COLUMNS, empty_text="No key does that.\nUse fewer letters, or ctrl+p for everything.")
            yield Static(id="meaning", markup=False)

    def on_mount(self) -> None:
        self._show("")
        self.query_one(Rows).can_focus = False

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def on_input_submitted(self) -> None:
        self.action_close()

    def on_rows_cursor_moved(self, event: Rows.CursorMoved) -> None:
        self._explain(event.key)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        self.dismiss(event.key)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_move(self, action_id: str) -> None:
        getattr(self.query_one(Rows), f"action_{action_id}")()

    def _show(self, search: str) -> None:
        rows = self.query_one(Rows)
        rows.set_rows(help_rows(self._keymap, search, self._first), keeps_order=False)
        self._explain(rows.cursor_key)

    def _explain(self, action_id: str | None) -> None:
        """The sentence of the row under the cursor: a narrow screen has no room for it in the row."""
        meaning = next((action.help for action in ACTIONS if action.id == action_id), "")
        self.query_one("#meaning", Static).update(meaning)
