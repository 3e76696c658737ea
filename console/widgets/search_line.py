"""How are the words written that a list is narrowed by?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.suggester import Suggester
    from textual.widget import Widget


class SearchLine(Input):
    """One line above a list, there while it is open. What is typed comes as `Input.Changed`; Enter leads back to the
    list, which stays narrowed, and closes a line without words."""

    DEFAULT_CSS = """
    SearchLine { display: none; height: 1; border: none; padding: 0 1; background: $surface; }
    SearchLine.-open { display: block; }
    SearchLine:focus { border: none; background: $panel; background-tint: $background 0%; }
    """

    def __init__(
        self, leads_to: Callable[[], Widget], *, words: str = "", placeholder: str, suggester: Suggester | None = None
    ) -> None:
        """`leads_to` is the list that has the focus once the line is left."""
        super().__init__(words, placeholder=placeholder, id="search", select_on_focus=False, suggester=suggester)
        self.cursor_blink = False
        self._leads_to = leads_to

    def open(self) -> None:
        """Show it, to be written in."""
        self.add_class("-open")
        self.focus()

    def leave(self) -> bool:
        """Take the words back and close it; False where it was not open."""
        if not self.has_class("-open"):
            return False
        self.value = ""
        self.remove_class("-open")
        self._leads_to().focus()
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self.remove_class("-open")
        self._leads_to().focus()
