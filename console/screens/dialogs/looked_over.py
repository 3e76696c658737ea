"""Is it to be done, now that all of it has been looked over? A question below more text than a confirmation has."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from console.screens.dialogs.frame import Dialog
from console.widgets.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.presenters.paragraphs import Paragraph


class LookedOver(Dialog[bool]):
    """True only after yes: enter, or `y` where something would be lost. `note` stands in the lower edge."""

    DEFAULT_CSS = """
    LookedOver > .box { width: 96%; max-width: 116; height: auto; max-height: 92%; }
    LookedOver .fields { height: auto; }
    LookedOver Prose { height: auto; max-height: 64vh; }
    """
    AUTO_FOCUS = "Prose"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
        Binding("enter", "enter", "Yes", show=False),
    ]
    leave_label = "no"

    def __init__(
        self,
        title: str,
        lines: Sequence[Paragraph],
        confirm_label: str,
        note: str = "",
        *,
        is_destructive: bool = False,
    ) -> None:
        super().__init__(title)
        self._lines = tuple(lines)
        self._confirm_label = confirm_label
        self._note = note
        self._is_destructive = is_destructive

    def fields(self) -> ComposeResult:
        yield Prose(self._lines)

    def keys_shown(self) -> Sequence[tuple[str, str, str]]:
        return (("y" if self._is_destructive else "⏎", self._confirm_label, "yes"), ("j/k", "scroll", "scroll_on"))

    def on_mount(self) -> None:
        self.query_one(".box").border_subtitle = self._note

    def action_scroll_on(self) -> None:
        self.query_one(Prose).action_page_down()

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_enter(self) -> None:
        if self._is_destructive:
            self.refuse(f"Something would be replaced: press y to {self._confirm_label}, esc to leave it.")
        else:
            self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)
