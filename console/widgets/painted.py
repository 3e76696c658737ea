"""How does a widget take any number of changes and still paint at most once a frame?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from console.widgets.cells import width_of
from console.widgets.palette import Palette

if TYPE_CHECKING:
    from rich.style import Style

FRAME_SECONDS = 0.05
"""Twenty frames a second for what streams; a key paints at once and does not wait for this."""


class Painted(Widget):
    """A widget that draws its own lines in the colours of the palette and collects changes until the next frame."""

    GROUND: ClassVar[str] = "background"
    """The colour under everything it draws."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._palette: Palette | None = None
        self._is_frame_due = False

    @property
    def palette(self) -> Palette:
        if self._palette is None:
            self._palette = Palette(self.app.theme_variables, self.GROUND)
        return self._palette

    def notify_style_update(self) -> None:
        self._palette = None
        super().notify_style_update()

    def paint_soon(self) -> None:
        """Ask for `paint_changes` within a frame. Free when one is due already, and off screen."""
        if not self._is_frame_due and self.is_attached:
            self._is_frame_due = True
            self.set_timer(FRAME_SECONDS, self._frame, name="frame")

    def paint_changes(self) -> None:
        """Refresh what changed since the last frame."""
        self.refresh()

    def _frame(self) -> None:
        self._is_frame_due = False
        self.paint_changes()


def strip_of(segments: list[Segment], width: int, ground: Style | None = None) -> Strip:
    """A line of exactly `width` cells, padded with `ground`."""
    used = sum(width_of(segment.text) for segment in segments)
    if used < width:
        segments = [*segments, Segment(" " * (width - used), ground)]
    strip = Strip(segments, max(used, width))
    return strip.crop(0, width) if used > width else strip
