"""Which words does the operator give?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widgets import Input

from console.screens.dialogs.frame import Dialog, Words, field, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

_LINES_SHOWN = 6


class TextDialog(Dialog[str]):
    """A text without blanks around it, or None after escape.

    Enter accepts a single line; several lines take ctrl+s, and enter breaks the line. An empty text is refused where
    it `is_required`; unless said, several lines are and a single one is not, because emptying a name or tags is a wish.
    A single line that `is_proposal` gives way to what is typed.
    """

    DEFAULT_CSS = f"TextDialog TextArea {{ height: {_LINES_SHOWN}; }}"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,ctrl+enter", "accept", "Accept", priority=True)]

    def __init__(
        self,
        title: str,
        label: str,
        initial: str = "",
        help: str = "",
        is_multiline: bool = False,
        *,
        is_required: bool | None = None,
        is_proposal: bool = False,
    ) -> None:
        super().__init__(title)
        self._label = label
        self._initial = initial
        self._help = help
        self._is_multiline = is_multiline
        self._is_required = is_multiline if is_required is None else is_required
        self._is_proposal = is_proposal

    def fields(self) -> ComposeResult:
        yield label(self._label)
        line = field(self._initial, is_proposal=self._is_proposal)
        yield _Paragraphs(self._initial) if self._is_multiline else line
        if self._help:
            yield label(self._help, gap=True)

    def keys_shown(self) -> Sequence[tuple[str, str, str]]:
        return (("ctrl+s" if self._is_multiline else "⏎", "accept", "accept"),)

    def on_mount(self) -> None:
        if self._is_multiline:
            words = self.query_one(Words)
            words.move_cursor(words.document.end)

    def on_input_submitted(self) -> None:
        self.action_accept()

    def on_input_changed(self) -> None:
        self.refuse("")

    def on_text_area_changed(self) -> None:
        self.refuse("")

    def action_accept(self) -> None:
        written = (self.query_one(Words).text if self._is_multiline else self.query_one(Input).value).strip()
        if self._is_required and not written:
            self.refuse("There is nothing written yet.")
        else:
            self.dismiss(written)


class _Paragraphs(Words):
    """Nothing comes after it in its dialog, so that enter breaks the line here."""

    def action_move_on(self) -> None:
        self.action_break_line()
