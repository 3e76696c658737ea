"""How do two texts stand beside one another, row by row, and how is one read where there is no room for both?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.widgets.painted import Painted, strip_of
from console.widgets.prose import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.presenters.paragraphs import Paragraph
    from console.presenters.shown import Part

    SideRow = tuple[Sequence[Paragraph], Sequence[Paragraph]]

BOTH_WIDTH_MIN = 100
"""Narrower, one side stands alone."""

GAP = " │ "


class Sides(Painted, ScrollView, can_focus=True):
    """Rows of two sides that scroll together, or of one where there is no room for both. A blank line parts the rows
    where they are `apart`."""

    DEFAULT_CSS = """
    Sides { width: 1fr; height: 1fr; overflow: hidden scroll; scrollbar-size-vertical: 1; background: $background; }
    """

    def __init__(self, *, id: str | None = None, both_width_min: int = BOTH_WIDTH_MIN, apart: bool = True) -> None:
        super().__init__(id=id)
        self.is_right_shown = True
        self._both_width_min = both_width_min
        self._apart = apart
        self._paragraphs: tuple[SideRow, ...] = ()
        self._rows: list[tuple[list[Part], list[Part]]] = []
        self._tops: list[int] = []
        self._cells = 0

    @property
    def has_both(self) -> bool:
        return self.scrollable_content_region.width >= self._both_width_min

    def show(self, rows: Sequence[SideRow]) -> None:
        """Show other rows, of a left and a right side each; where the reader had scrolled to stays."""
        if tuple(rows) != self._paragraphs:
            self._paragraphs = tuple(rows)
            self.wrap_anew()

    def show_other(self) -> None:
        """Where one side stands alone: the other."""
        if not self.has_both:
            self.is_right_shown = not self.is_right_shown
            self.wrap_anew()

    def wrap_anew(self) -> None:
        """Wrap all rows anew: other words, another width, the other side."""
        width = self.scrollable_content_region.width
        if not self.is_attached or not width:
            return
        self._cells = (width - len(GAP)) // 2 if self.has_both else width
        self._rows, self._tops = [], []
        for row in self._paragraphs:
            sides = [self._wrapped(each) for each in row]
            if not self.has_both:
                sides = [sides[self.is_right_shown], []]
            self._tops.append(len(self._rows))
            height = max(len(sides[0]), len(sides[1]))
            if not height:
                continue
            self._rows += [(_at(sides[0], line), _at(sides[1], line)) for line in range(height)]
            self._rows += [([], [])] if self._apart else []
        self.virtual_size = Size(width, len(self._rows))
        self.refresh()

    def line_of(self, row: int) -> int:
        """The line at which a row begins."""
        return self._tops[row] if row < len(self._tops) else 0

    def next_line(self, step: int) -> int:
        """The line of the row behind the one on top, or with -1 before it."""
        here = self.scroll_offset.y
        if step > 0:
            return next((top for top in self._tops if top > here), here)
        return next((top for top in reversed(self._tops) if top < here), 0)

    def on_mount(self) -> None:
        self.wrap_anew()

    def on_resize(self) -> None:
        self.wrap_anew()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.wrap_anew()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        ground = self.palette.style("text")
        index = y + self.scroll_offset.y
        if index >= len(self._rows):
            return Strip.blank(width, ground)
        left, right = self._rows[index]
        segments = self._inked(left)
        if self.has_both:
            used = sum(segment.cell_length for segment in segments)
            segments.append(Segment(" " * max(0, self._cells - used), ground))
            segments.append(Segment(GAP, self.palette.style("muted")))
            segments += self._inked(right)
        return strip_of(segments, width, ground)

    def _inked(self, parts: Sequence[Part]) -> list[Segment]:
        return [Segment(text, self.palette.style(style)) for text, style in parts]

    def _wrapped(self, paragraphs: Sequence[Paragraph]) -> list[list[Part]]:
        return [list(row) for paragraph in paragraphs for row in wrapped(paragraph, self._cells)]


def _at(rows: Sequence[list[Part]], index: int) -> list[Part]:
    return rows[index] if index < len(rows) else []
