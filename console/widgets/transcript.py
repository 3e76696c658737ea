"""What is being said, and how does it stay readable and cheap to draw while it streams in?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.bindings import bindings_for
from console.widgets.arrangement import Arrangement, Block, Layout
from console.widgets.cells import cut, one_line, width_of
from console.widgets.extent import set_extent
from console.widgets.hits import Hits
from console.widgets.painted import Painted, strip_of
from console.widgets.turn_lines import body_line, heading
from console.widgets.turns import Turn, TurnView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType

    from console.widgets.hits import Hit

__all__ = ["Layout", "Transcript", "TurnView"]

SETTLE_ROUNDS_MAX = 256
"""Each round measures a block that a guess put wrongly in or out of view; no screen shows more blocks."""

CONTEXT_LINES = 2
"""Lines shown above what the view jumps to."""


class Transcript(Painted, ScrollView, can_focus=True):
    """The turns of one session. It follows what is said until the operator scrolls up."""

    DEFAULT_CSS = """
    Transcript {
        width: 1fr; height: 1fr; overflow: hidden scroll; scrollbar-size-vertical: 1; background: $background;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("transcript")]

    class TurnChosen(Message):
        """The operator chose a turn: what is done to a turn is done to this one."""

        def __init__(self, transcript: Transcript, key: str) -> None:
            super().__init__()
            self.transcript = transcript
            self.key = key

        @property
        def control(self) -> Transcript:
            return self.transcript

    class Found(Message):
        """The view went to the match with this number of so many; 0 of 0 where there is none."""

        def __init__(self, transcript: Transcript, number: int, total: int) -> None:
            super().__init__()
            self.transcript = transcript
            self.number = number
            self.total = total

        @property
        def control(self) -> Transcript:
            return self.transcript

    def __init__(
        self,
        *,
        empty_text: str = "Nothing has been said yet.",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._empty_lines = tuple(one_line(line) for line in empty_text.splitlines())
        self._layout_wanted: Layout = "sequence"
        self._arrangement = Arrangement()
        self._index: dict[str, int] = {}
        self._is_following = True
        self._is_settling = False
        self._anchor = (0, 0)
        self._new_lines = 0
        self._grown: dict[int, bool] = {}
        self._chosen: int | None = None
        self._hits = Hits()

    # What others ask and say.

    def set_empty_text(self, text: str) -> None:
        """What to say where nothing has been said."""
        self._empty_lines = tuple(one_line(line) for line in text.splitlines())
        if not self._index:
            self.refresh()

    @property
    def is_following(self) -> bool:
        """Does the view stay with what is being said?"""
        return self._is_following

    @property
    def new_lines(self) -> int:
        """Lines that came in below since the operator scrolled up."""
        return self._new_lines

    @property
    def layout_shown(self) -> Layout:
        """`columns` only where they were asked for and there is room."""
        return "columns" if self._arrangement.seats else "sequence"

    @property
    def current_key(self) -> str | None:
        """The chosen turn, or the last one where none was chosen."""
        if not self._arrangement.turns:
            return None
        return self._arrangement.turns[-1 if self._chosen is None else self._chosen].view.key

    def text_of(self, key: str) -> str:
        """What is shown of a turn, with what streamed in."""
        return self._arrangement.turns[self._index[key]].text

    def set_turns(self, turns: Sequence[TurnView]) -> None:
        """Show another transcript, from its end."""
        self._arrangement.show([Turn(view) for view in turns])
        self._index = {view.key: index for index, view in enumerate(turns)}
        self._chosen = None
        self._hits.look_for("")
        self._is_following = True
        self._new_lines = 0
        self._arrange()
        self._settle()

    def append_turn(self, view: TurnView) -> None:
        """Add a turn at the end."""
        if view.key in self._index:
            raise KeyError(f"the transcript already has a turn {view.key!r}")
        index = len(self._arrangement.turns)
        self._arrangement.turns.append(Turn(view))
        self._index[view.key] = index
        self._hits.turns_changed()
        if self._layout_wanted == "columns" and self._arrangement.seats_fitting("columns") != self._arrangement.seats:
            self._arrange()
        elif self.is_attached:
            self._count_new(self._arrangement.place(index))
        self.paint_soon()

    def replace_turn(self, view: TurnView) -> None:
        """Show another value for the turn with this key: its end, another state."""
        index = self._index[view.key]
        before = self._arrangement.turns[index].view
        self._arrangement.replace(index, Turn(view))
        self._hits.turns_changed()
        if before.seat_index != view.seat_index:
            self._arrange()
        else:
            self._changed(index)
        self.paint_soon()

    def extend_text(self, key: str, piece: str) -> None:
        """More was said in this turn. Costs what the piece costs; shown with the next frame."""
        index = self._index[key]
        self._arrangement.turns[index].extend(piece)
        self._hits.turns_changed()
        self._changed(index)
        self.paint_soon()

    def set_layout(self, layout: Layout) -> None:
        """Seats side by side or turns in sequence; columns wait for a width of 100."""
        self._layout_wanted = layout
        self._arrange()
        self._settle()

    def find(self, text: str) -> int:
        """Look for a text, whatever its case, and go to the match nearest to the view; the number of matches."""
        self._hits.look_for(text)
        hits = self._hits.among(self._arrangement.turns)
        self._hits.go_to(self._first_in_view(), hits)
        self._show_hit(hits)
        return len(hits)

    # Keys and mouse.

    def action_transcript_down(self) -> None:
        self.scroll_to(y=self.scroll_offset.y + 1, animate=False)

    def action_transcript_up(self) -> None:
        self.scroll_to(y=self.scroll_offset.y - 1, animate=False)

    def action_transcript_page_down(self) -> None:
        self.scroll_to(y=self.scroll_offset.y + self._page, animate=False)

    def action_transcript_page_up(self) -> None:
        self.scroll_to(y=self.scroll_offset.y - self._page, animate=False)

    def action_transcript_top(self) -> None:
        self._show(0, 0)

    def action_transcript_end(self) -> None:
        self._follow()
        self._settle()

    def action_turn_next(self) -> None:
        if self._arrangement.turns:
            self._choose(
                min(
                    len(self._arrangement.turns) - 1,
                    self._first_in_view() if self._chosen is None else self._chosen + 1,
                )
            )

    def action_turn_previous(self) -> None:
        if self._arrangement.turns:
            self._choose(max(0, len(self._arrangement.turns) - 1 if self._chosen is None else self._chosen - 1))

    def action_find_next(self) -> None:
        self._step_hit(1)

    def action_find_previous(self) -> None:
        self._step_hit(-1)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not self._arrangement.turns:
            return
        if self._has_hint and offset.y == self.scrollable_content_region.height - 1:
            hint_cells = width_of(self._hint(self._arrangement.width))
            if offset.x >= self._arrangement.width - hint_cells:
                self.action_transcript_end()
                return
        line = offset.y + self.scroll_offset.y
        if line >= self._arrangement.height:
            return
        for index, column in self._arrangement.blocks[self._arrangement.block_at(line)].slots:
            left, cells = self._arrangement.slot(column)
            if left <= offset.x < left + cells:
                self._choose(index, is_scrolled_to=False)

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._arrangement.width:
            self._arrange()
        self._settle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._is_settling and round(old_value) != round(new_value):
            if self.scroll_offset.y >= self.max_scroll_y:
                self._follow()
            else:
                self._is_following = False
                block = self._arrangement.block_at(self.scroll_offset.y)
                self._anchor = (block, self.scroll_offset.y - self._arrangement.top(block))
            self._settle()

    # Arrangement: which turns stand in which block, and where each block begins.

    @property
    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _arrange(self) -> None:
        """Build the blocks anew: another transcript, width or layout. Nothing is wrapped here."""
        if not self.is_attached:
            return
        arrangement, (block, line) = self._arrangement, self._anchor
        turn = arrangement.blocks[block].slots[0][0] if block < len(arrangement.blocks) else 0
        arrangement.rebuild(self.scrollable_content_region.width, self._layout_wanted)
        self._grown.clear()
        self._anchor = (arrangement.block_of[turn] if turn < len(arrangement.block_of) else 0, line)

    def _changed(self, index: int) -> None:
        if index < len(self._arrangement.block_of):
            number = self._arrangement.block_of[index]
            self._grown.setdefault(number, self._arrangement.blocks[number].is_measured)
            self._arrangement.blocks[number].is_measured = False

    # Settling: measure what is in view, keep the reader's place.

    def paint_changes(self) -> None:
        for number, was_measured in self._grown.items():
            change = self._arrangement.measure(number)
            if was_measured:
                self._count_new(change)
        self._grown.clear()
        self._settle()

    def _settle(self) -> None:
        """Wrap what is in view and put the view where it belongs: at the end, or where the operator left it."""
        if not self.is_attached or not self._arrangement.width:
            return
        self._is_settling = True
        try:
            for _ in range(SETTLE_ROUNDS_MAX):
                self._scroll_to_place()
                if not self._measure_view():
                    break
        finally:
            self._is_settling = False
        self.refresh()

    def _scroll_to_place(self) -> None:
        total = self._arrangement.height
        height = self.scrollable_content_region.height
        size = Size(self._arrangement.width, total)
        set_extent(self, size)
        if self._is_following:
            y = max(0, total - height)
        else:
            block, line = self._anchor
            y = (
                self._arrangement.top(block) + min(line, max(0, self._arrangement.blocks[block].height - 1))
                if self._arrangement.blocks
                else 0
            )
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False)

    def _measure_view(self) -> bool:
        """Wrap the blocks in view that changed or were only guessed; was any height not as it was?"""
        if not self._arrangement.blocks:
            return False
        top = self.scroll_offset.y
        first, last = (
            self._arrangement.block_at(top),
            self._arrangement.block_at(top + self.scrollable_content_region.height - 1),
        )
        moved = [self._arrangement.measure(number) for number in range(first, last + 1)]
        return any(moved)

    def _count_new(self, lines: int) -> None:
        if not self._is_following:
            self._new_lines += max(0, lines)

    def _follow(self) -> None:
        self._is_following = True
        self._new_lines = 0

    def _show(self, block: int, line: int) -> None:
        """Leave the end and put this line of this block at the top, as far as there is room."""
        if self._arrangement.blocks:
            self._is_following = False
            self._anchor = (block, line)
            self._settle()
            if self.scroll_offset.y >= self.max_scroll_y:
                self._follow()

    # The chosen turn, and what was searched for.

    def _first_in_view(self) -> int:
        blocks = self._arrangement.blocks
        return blocks[self._arrangement.block_at(self.scroll_offset.y)].slots[0][0] if blocks else 0

    def _choose(self, index: int, *, is_scrolled_to: bool = True) -> None:
        self._chosen = index
        if is_scrolled_to and index < len(self._arrangement.block_of):
            self._bring_into_view(self._arrangement.block_of[index], 0)
        self.refresh()
        self.post_message(self.TurnChosen(self, self._arrangement.turns[index].view.key))

    def _bring_into_view(self, block: int, line: int) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        wanted = self._arrangement.top(block) + line
        if not top <= wanted < top + height - 1:
            above = max(0, wanted - CONTEXT_LINES)
            block = self._arrangement.block_at(above)
            self._show(block, above - self._arrangement.top(block))

    def _step_hit(self, step: int) -> None:
        if hits := self._hits.among(self._arrangement.turns):
            self._hits.number = (self._hits.number + step) % len(hits)
            self._show_hit(hits)

    def _show_hit(self, hits: Sequence[Hit]) -> None:
        if hits and self._arrangement.blocks:
            index, offset = hits[self._hits.number]
            block = self._arrangement.block_of[index]
            line = self._arrangement.line_of(index, offset)
            self._bring_into_view(block, line)
        self.refresh()
        if self._hits.needle:
            self.post_message(self.Found(self, self._hits.number + 1 if hits else 0, len(hits)))

    # Drawing.

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.palette.style("text")
        if not self._arrangement.turns:
            return self._empty_line(y, width)
        line = y + self.scroll_offset.y
        if width != self._arrangement.width or line >= self._arrangement.height:  # a resize is on its way, or the end
            return Strip.blank(width, base)
        number = self._arrangement.block_at(line)
        strip = strip_of(
            self._block_line(self._arrangement.blocks[number], line - self._arrangement.top(number)), width, base
        )
        if y == self.scrollable_content_region.height - 1 and self._has_hint:
            return self._with_hint(strip, width)
        return strip

    @property
    def _has_hint(self) -> bool:
        return bool(self._new_lines) and not self._is_following

    def _hint(self, width: int) -> str:
        lines = "line" if self._new_lines == 1 else "lines"
        return cut(f" ↓ {self._new_lines:,} new {lines} ", width)

    def _with_hint(self, strip: Strip, width: int) -> Strip:
        hint = self._hint(width)
        left = strip.crop(0, width - width_of(hint))
        return Strip.join([left, Strip([Segment(hint, self.palette.style("accent strong", "panel"))])])

    def _block_line(self, block: Block, row: int) -> list[Segment]:
        base = self.palette.style("text")
        segments: list[Segment] = []
        edge = 0
        for index, column in sorted(block.slots, key=lambda slot: slot[1]):
            left, cells = self._arrangement.slot(column)
            if left > edge:
                segments.append(Segment(" " * (left - edge), base))
            segments += self._turn_line(index, row, column, cells)
            edge = left + cells
        return segments

    def _turn_line(self, index: int, row: int, column: int, cells: int) -> list[Segment]:
        turn = self._arrangement.turns[index]
        if row == 0:
            return heading(turn.view, cells, self.palette, is_chosen=index == self._chosen)
        return body_line(turn, row - 1, cells, self._hits.needle, self.palette)

    def _empty_line(self, y: int, width: int) -> Strip:
        first = max(0, (self.size.height - len(self._empty_lines)) // 2)
        if not first <= y < first + len(self._empty_lines):
            return Strip.blank(width, self.palette.style("text"))
        text = cut(self._empty_lines[y - first], width)
        indent = " " * ((width - width_of(text)) // 2)
        ink = self.palette.style("text" if y == first else "muted")
        return strip_of([Segment(indent + text, ink)], width, ink)
