"""Which words narrow the list, or are looked for in a transcript?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

Purpose = Literal["filter", "find"]


class Prompt(Horizontal):
    """One line to type in, above the keys. It says what is typed as it is typed, and when it is meant."""

    class Changed(Message):
        """The text changed."""

        def __init__(self, prompt: Prompt, text: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.text = text

    class Submitted(Message):
        """Enter was pressed."""

        def __init__(self, prompt: Prompt, text: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.text = text

    def __init__(self, purpose: Purpose, placeholder: str, text: str) -> None:
        super().__init__()
        self.purpose = purpose
        self._placeholder = placeholder
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static("/", markup=False)
        line = Input(value=self._text, placeholder=self._placeholder, select_on_focus=False)
        line.cursor_blink = False
        yield line

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_attached and event.value != self._text:
            self._text = event.value
            self.post_message(self.Changed(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self, event.value))
