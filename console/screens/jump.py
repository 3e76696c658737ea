"""How does one key lead to any pane? A letter is shown on each; pressing it goes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.screen import Screen
    from textual.widget import Widget

LETTERS = "asdfghjkl"
"""The middle row: a screen has fewer panes than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpTarget:
    """A pane, its letter, and where the letter is shown."""

    letter: str
    x: int
    y: int
    widget: Widget


def jump_targets(screen: Screen[object]) -> tuple[JumpTarget, ...]:
    """The panes of a screen that can be focused and seen, in reading order."""
    panes = [each for each in screen.focus_chain if each.display and screen.region.overlaps(each.region)]
    ordered = sorted(panes, key=lambda each: (each.region.y, each.region.x))
    return tuple(
        JumpTarget(letter=letter, x=pane.region.x, y=pane.region.y, widget=pane)
        for letter, pane in zip(LETTERS, ordered, strict=False)
    )


class JumpScreen(ModalScreen["Widget | None"]):
    """Lays a letter over each pane; its result is the chosen pane, or None. The caller gives it the focus."""

    DEFAULT_CSS = """
    JumpScreen { background: $background 40%; }
    JumpScreen > Static {
        position: absolute; width: 3; height: 1; background: $accent; color: $background; text-style: bold;
    }
    """
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+o", "leave", "Back", show=False)]

    def __init__(self, targets: tuple[JumpTarget, ...]) -> None:
        super().__init__()
        self._targets = targets

    def compose(self) -> ComposeResult:
        for target in self._targets:
            label = Static(f" {target.letter} ", markup=False)
            label.styles.offset = (target.x, target.y)
            yield label

    def on_key(self, event: events.Key) -> None:
        for target in self._targets:
            if event.key == target.letter:
                event.stop()
                self.dismiss(target.widget)
                return

    def on_click(self, event: events.Click) -> None:
        """The pane that was clicked on, by its letter or anywhere."""
        event.stop()
        panes = (target.widget for target in self._targets)
        self.dismiss(next((pane for pane in panes if pane.region.contains_point(event.screen_offset)), None))

    def action_leave(self) -> None:
        self.dismiss(None)
