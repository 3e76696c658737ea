"""Is the operator sure? Asked in proportion: the more is lost, the more there is to press."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widgets import Input

from console.screens.dialogs.frame import Dialog, field, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


class ConfirmDialog(Dialog[bool]):
    """True only after yes. Escape and `n` say no.

    Enter says yes where nothing is lost; where something is, it takes `y`; and where `typed` is given, those characters
    have to be typed, so that no slip of a finger can do it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
        Binding("enter", "enter", "Yes", show=False),
    ]
    leave_label = "no"

    def __init__(
        self, title: str, text: str, confirm_label: str = "yes", is_destructive: bool = False, typed: str = ""
    ) -> None:
        super().__init__(title)
        self._text = text
        self._confirm_label = confirm_label
        self._is_destructive = is_destructive
        self._typed = typed

    def fields(self) -> ComposeResult:
        yield label(self._text, style="said")
        if self._typed:
            yield label(f"Type {self._typed} to {self._confirm_label}:", gap=True)
            yield field()

    def keys_shown(self) -> Sequence[tuple[str, str, str]]:
        key = "⏎" if self._typed or not self._is_destructive else "y"
        return ((key, self._confirm_label, "enter" if self._typed else "yes"),)

    def on_input_submitted(self) -> None:
        self.action_enter()

    def on_input_changed(self) -> None:
        self.refuse("")

    def action_yes(self) -> None:
        if self._typed:
            self.action_enter()
        else:
            self.dismiss(True)

    def action_enter(self) -> None:
        if self._typed:
            written = self.query_one(Input).value.strip()
            if written == self._typed:
                self.dismiss(True)
            else:
                self.refuse(f"That is not {self._typed}. Nothing has been done.")
        elif self._is_destructive:
            self.refuse(f"Something would be lost: press y to {self._confirm_label}, esc to leave it.")
        else:
            self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)
