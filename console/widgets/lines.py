"""How are a few lines shown that change often: a heading, a question, figures?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from console.widgets.cells import LineWrapper, cut, one_line, width_of
from console.widgets.painted import Painted, strip_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.presenters.shown import Line, Part

_EDGE_GLYPH = "▌"
_MARGIN_CELLS = 1
_GAP_CELLS = 2
_RIGHT_CELLS_MIN = 16
"""What stands at the right and has no more room than this is left out: the beginning of a word says nothing."""


class Lines(Painted):
    """As high as its lines need; with none it takes no room. `edge` names the style of a bar at the left."""

    DEFAULT_CSS = "Lines { width: 1fr; height: auto; box-sizing: content-box; display: none; }"

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        ground: str = "background",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines = tuple(lines)
        self._edge = ""
        self._ground = ground
        self._drawn: list[tuple[tuple[Part, ...], tuple[Part, ...]]] = []

    @property
    def lines(self) -> tuple[Line, ...]:
        return self._lines

    def show(self, lines: Sequence[Line], *, edge: str = "") -> None:
        """Show other lines, at once where their number changes and with the next frame where not."""
        if (tuple(lines), edge) != (self._lines, self._edge):
            self._lines, self._edge = tuple(lines), edge
            self._arrange()

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Wrap what wraps, and take as much height as that needs."""
        if not self.is_attached:
            return
        width = max(1, (self.size.width or self.container_size.width) - 2 * _MARGIN_CELLS - self._edge_cells)
        self._drawn = [drawn for line in self._lines for drawn in _wrapped(line, width)]
        if self.styles.height is None or self.styles.height.value != len(self._drawn):
            self.styles.height = len(self._drawn)
            self.display = bool(self._drawn)
        self.refresh()

    @property
    def _edge_cells(self) -> int:
        return 2 if self._edge else 0

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.palette.style("text", self._ground)
        if y >= len(self._drawn):
            return Strip.blank(width, base)
        left, right = self._drawn[y]
        segments = [Segment(" " * _MARGIN_CELLS, base)]
        if self._edge:
            segments.append(Segment(f"{_EDGE_GLYPH} ", self.palette.style(self._edge, self._ground)))
        room = width - 2 * _MARGIN_CELLS - self._edge_cells
        right_cells = sum(width_of(one_line(text)) for text, _ in right)
        left_cells = sum(width_of(one_line(text)) for text, _ in left)
        if right and left_cells + right_cells + _GAP_CELLS > room and left_cells < room:
            right_cells = max(0, room - left_cells - _GAP_CELLS)
        if right_cells < min(_RIGHT_CELLS_MIN, sum(width_of(one_line(text)) for text, _ in right)):
            right, right_cells = (), 0
        segments += self._inked(left, room - right_cells - (_GAP_CELLS if right else 0), is_padded=True)
        if right:
            segments.append(Segment(" " * _GAP_CELLS, base))
            segments += self._inked(right, right_cells, is_padded=True)
        return strip_of(segments, width, base)

    def _inked(self, parts: Sequence[Part], room: int, *, is_padded: bool) -> list[Segment]:
        segments = []
        for text, style in parts:
            shown = cut(one_line(text), room)
            if shown:
                segments.append(Segment(shown, self.palette.style(style, self._ground)))
                room -= width_of(shown)
            if room <= 0 or shown != one_line(text):
                break
        if is_padded and room > 0:
            segments.append(Segment(" " * room, self.palette.style("text", self._ground)))
        return segments


def _wrapped(line: Line, width: int) -> list[tuple[tuple[Part, ...], tuple[Part, ...]]]:
    """The line as it will be drawn: one that wraps in several, the last of them cut."""
    if line.lines_max == 1 or not line.parts:
        return [(line.parts, line.right)]
    style = line.parts[-1][1]
    wrapper = LineWrapper(width)
    text = one_line("".join(text for text, _ in line.parts))
    wrapper.feed(text)
    if len(wrapper) <= line.lines_max:
        return [(((wrapper.line(index), style),), ()) for index in range(len(wrapper))]
    last = cut(text[wrapper.start(line.lines_max - 1) :], width)
    return [*((((wrapper.line(index), style),), ()) for index in range(line.lines_max - 1)), (((last, style),), ())]
