"""How is a text read that is more than a line and less than a debate: an explanation, a rule, a prompt?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.widgets.cells import WIDTH_CELLS_MIN, LineWrapper, clean, fit, one_line
from console.widgets.painted import Painted, strip_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from console.presenters.paragraphs import Paragraph
    from console.presenters.shown import Part

LEAD_SHARE_MAX = 2
"""A lead takes at most one part in so many of the width: what follows it must still be readable."""


class Prose(Painted, ScrollView, can_focus=True):
    """Lines that wrap and scroll. Texts may come from models and files: whatever a terminal would obey is taken out."""

    DEFAULT_CSS = """
    Prose {
        width: 1fr; height: 1fr; overflow: hidden auto; scrollbar-size-vertical: 1; background: $background;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False),
        Binding("k,up", "scroll_up", "Up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("g,home", "scroll_home", "Beginning", show=False),
        Binding("G,end", "scroll_end", "End", show=False),
    ]

    def __init__(self, lines: Sequence[Paragraph] = (), *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines = tuple(lines)
        self._strips: list[list[Segment]] = []
        self._width = 0

    @property
    def text(self) -> str:
        """All of it as plain text, for the clipboard."""
        return "\n".join(clean(line.text) for line in self._lines)

    @property
    def line_cells(self) -> int:
        """How wide a line may be that is not to wrap, whether there is a scroll bar or will be one."""
        width = self.scrollable_content_region.width
        return width if self.show_vertical_scrollbar else max(0, width - self.styles.scrollbar_size_vertical)

    def show(self, lines: Sequence[Paragraph]) -> None:
        """Show other lines; where the reader had scrolled to stays, as far as there is text."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self._arrange()

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._width:
            self._arrange()

    def watch_show_vertical_scrollbar(self) -> None:
        """The bar takes a column, of which no resize tells."""
        self.call_after_refresh(self.on_resize)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_attached:
            self._arrange()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """With `height: auto`: as many lines as the text takes."""
        return max(1, sum(len(wrapped(line, width)) for line in self._lines))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        ground = self.palette.style("text")
        index = y + self.scroll_offset.y
        if index >= len(self._strips):
            return Strip.blank(width, ground)
        return strip_of(self._strips[index], width, ground)

    def _arrange(self) -> None:
        if not self.is_attached:
            return
        self._width = self.scrollable_content_region.width
        self._strips = [
            [Segment(text, self.palette.style(style)) for text, style in pieces]
            for line in self._lines
            for pieces in wrapped(line, self._width)
        ]
        self.virtual_size = Size(self._width, len(self._strips))
        self.refresh(layout=self.styles.is_auto_height)


def wrapped(line: Paragraph, width: int) -> list[list[Part]]:
    """A line's rows within `width` cells, each as styled pieces."""
    lead = one_line(line.lead)
    lead_cells = min(len(lead), max(0, width // LEAD_SHARE_MAX))
    wrapper = LineWrapper(max(WIDTH_CELLS_MIN, width - lead_cells))
    pieces = [(one_line(text), style) for text, style in line.parts]
    wrapper.feed("".join(text for text, _ in pieces))
    rows = []
    for number in range(len(wrapper)):
        start, said = wrapper.start(number), wrapper.line(number)
        before = [(fit(lead if number == 0 or line.is_bar else "", lead_cells), line.lead_style)] if lead_cells else []
        rows.append([*before, *_slice(pieces, start, start + len(said))])
    return rows


def _slice(pieces: Sequence[Part], start: int, end: int) -> list[Part]:
    """The pieces' characters from `start` to `end`, each with its style."""
    found, at = [], 0
    for text, style in pieces:
        part = text[max(0, start - at) : max(0, end - at)]
        if part:
            found.append((part, style))
        at += len(text)
    return found
