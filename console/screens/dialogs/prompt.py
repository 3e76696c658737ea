"""What exactly was sent, or is kept? A text to read, scroll and copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from console.presenters.figures import counted
from console.presenters.paragraphs import Paragraph, paragraphs
from console.screens.dialogs.frame import Dialog
from console.widgets.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.domain.steps import Message

_AUTHORS = {"system": "system · who it is", "user": "user · what it is asked", "assistant": "assistant · what it said"}


class TextView(Dialog[None]):
    """Paragraphs to read, over most of the screen. `y` copies the text as it is, without what was added to show it."""

    DEFAULT_CSS = """
    TextView > .box { width: 96%; max-width: 116; height: 92%; }
    TextView .fields { height: 1fr; }
    TextView Prose { height: 1fr; }
    """
    AUTO_FOCUS = "Prose"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", show=False),
        Binding("enter,q", "leave", "Close", show=False),
    ]
    hints = (("j/k", "scroll", "scroll_on"), ("g/G", "ends", "scroll_on"), ("y", "copy", "copy"))
    leave_label = "close"

    def __init__(self, title: str, lines: Sequence[Paragraph], *, copied: str | None = None, note: str = "") -> None:
        """`note` stands in the lower edge of the box; `copied` is what `y` copies, where not just the lines."""
        super().__init__(title)
        self._lines = tuple(lines)
        self._copied = copied
        self._note = note

    def fields(self) -> ComposeResult:
        yield Prose(self._lines)

    def on_mount(self) -> None:
        self.query_one(".box").border_subtitle = self._note

    def action_scroll_on(self) -> None:
        self.query_one(Prose).action_page_down()

    def action_copy(self) -> None:
        text = self.query_one(Prose).text if self._copied is None else self._copied
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {counted(len(text), 'character')}", markup=False)


class PromptView(TextView):
    """The exact prompt of a turn, message by message."""

    def __init__(self, messages: Sequence[Message], title: str = "Prompt") -> None:
        texts = [message.text for message in messages]
        size = counted(sum(len(text) for text in texts), "character")
        super().__init__(
            title,
            prompt_lines(messages),
            copied="\n\n".join(texts),
            note=f"{counted(len(texts), 'message')} · {size}",
        )


def prompt_lines(messages: Sequence[Message]) -> tuple[Paragraph, ...]:
    """Each message under the name of its author, with a bar at its left that says where it ends."""
    lines: list[Paragraph] = []
    for number, message in enumerate(messages):
        if number:
            lines.append(Paragraph())
        lines.append(Paragraph(((_AUTHORS.get(message.author, message.author), "accent strong"),)))
        for paragraph in paragraphs(message.text):
            lines.append(Paragraph(paragraph.parts, "▏ ", "structure", is_bar=True))
    return tuple(lines) or (Paragraph((("Nothing was sent.", "muted"),)),)
