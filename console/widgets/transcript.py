"""What is being said, and how does it stay readable and cheap to draw while it streams in?"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.bindings import bindings_for
from console.widgets.cells import clean, cut, one_line, width_of
from console.widgets.painted import Painted, strip_of
from console.widgets.turn_lines import body_line, heading, text_cells
from console.widgets.turns import Block, Turn, TurnView, in_columns, in_sequence, place_in_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType

__all__ = ["Layout", "Transcript", "TurnView"]

Layout = Literal["sequence", "columns"]

COLUMNS_WIDTH_MIN = 100
COLUMN_CELLS_MIN = 30
"""Side by side needs this much room in all and for each seat; with less the turns stand in sequence."""

WRAPPED_TURNS_MAX = 512
"""Turns whose wrapped lines are kept: more than fit on any screen, however long the transcript."""

SETTLE_ROUNDS_MAX = 256
"""Each round measures a block that a guess put wrongly in or out of view; no screen shows more blocks."""

CONTEXT_LINES = 2
"""Lines shown above what the view jumps to."""

_COLUMN_GAP_CELLS = 2
_HEADING_LINES = 1
_BLANK_LINES = 1


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
        self._turns: list[Turn] = []
        self._index: dict[str, int] = {}
        self._blocks: list[Block] = []
        self._block_of: list[int] = []
        self._seats: tuple[int, ...] = ()
        self._tops: list[int] = [0]
        self._tops_valid = 0
        self._wrapped: OrderedDict[int, None] = OrderedDict()
        self._width = 0
        self._is_following = True
        self._is_settling = False
        self._anchor = (0, 0)
        self._new_lines = 0
        self._grown: dict[int, bool] = {}
        self._chosen: int | None = None
        self._needle: re.Pattern[str] | None = None
        self._hits: list[tuple[int, int]] | None = None
        self._hit_number = 0

    # What others ask and say.

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
        return "columns" if self._seats else "sequence"

    @property
    def current_key(self) -> str | None:
        """The chosen turn, or the last one where none was chosen."""
        if not self._turns:
            return None
        return self._turns[-1 if self._chosen is None else self._chosen].view.key

    def text_of(self, key: str) -> str:
        """What is shown of a turn, with what streamed in."""
        return self._turns[self._index[key]].text

    def set_turns(self, turns: Sequence[TurnView]) -> None:
        """Show another transcript, from its end."""
        self._turns = [Turn(view) for view in turns]
        self._index = {view.key: index for index, view in enumerate(turns)}
        self._wrapped.clear()
        self._chosen = None
        self._needle = None
        self._hits = None
        self._is_following = True
        self._new_lines = 0
        self._arrange()
        self._settle()

    def append_turn(self, view: TurnView) -> None:
        """Add a turn at the end."""
        if view.key in self._index:
            raise KeyError(f"the transcript already has a turn {view.key!r}")
        index = len(self._turns)
        turn = Turn(view)
        self._turns.append(turn)
        self._index[view.key] = index
        self._hits = None
        if self._layout_wanted == "columns" and self._seats_fitting() != self._seats:
            self._arrange()
        else:
            self._place(index, turn)
        self.paint_soon()

    def replace_turn(self, view: TurnView) -> None:
        """Show another value for the turn with this key: its end, another state."""
        index = self._index[view.key]
        before = self._turns[index].view
        self._turns[index] = Turn(view)
        self._wrapped.pop(index, None)
        self._hits = None
        if before.seat_index != view.seat_index:
            self._arrange()
        else:
            self._changed(index)
        self.paint_soon()

    def extend_text(self, key: str, piece: str) -> None:
        """More was said in this turn. Costs what the piece costs; shown with the next frame."""
        index = self._index[key]
        self._turns[index].extend(piece)
        self._hits = None
        self._changed(index)
        self.paint_soon()

    def set_layout(self, layout: Layout) -> None:
        """Seats side by side or turns in sequence; columns wait for a width of 100."""
        self._layout_wanted = layout
        self._arrange()
        self._settle()

    def find(self, text: str) -> int:
        """Look for a text, whatever its case, and go to the match nearest to the view; the number of matches."""
        self._needle = re.compile(re.escape(clean(text)), re.IGNORECASE) if text else None
        self._hits = None
        hits = self._all_hits()
        top = self._block_at(self.scroll_offset.y) if self._blocks else 0
        self._hit_number = next(
            (number for number, (index, _) in enumerate(hits) if self._blocks and self._block_of[index] >= top),
            max(0, len(hits) - 1),
        )
        self._show_hit()
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
        if self._turns:
            self._choose(min(len(self._turns) - 1, self._first_in_view() if self._chosen is None else self._chosen + 1))

    def action_turn_previous(self) -> None:
        if self._turns:
            self._choose(max(0, len(self._turns) - 1 if self._chosen is None else self._chosen - 1))

    def action_find_next(self) -> None:
        self._step_hit(1)

    def action_find_previous(self) -> None:
        self._step_hit(-1)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not self._turns:
            return
        line = offset.y + self.scroll_offset.y
        if line >= self._total:
            return
        for index, column in self._blocks[self._block_at(line)].slots:
            left, cells = self._slot(column)
            if left <= offset.x < left + cells:
                self._choose(index, is_scrolled_to=False)

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._width:
            self._arrange()
        self._settle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._is_settling and round(old_value) != round(new_value):
            if self.scroll_offset.y >= self.max_scroll_y:
                self._follow()
            else:
                self._is_following = False
                block = self._block_at(self.scroll_offset.y)
                self._anchor = (block, self.scroll_offset.y - self._tops[block])
            self._settle()

    # Arrangement: which turns stand in which block, and where each block begins.

    @property
    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    @property
    def _total(self) -> int:
        """Height of everything, some of it guessed."""
        self._mend_tops()
        return self._tops[-1]

    def _arrange(self) -> None:
        """Build the blocks anew: another transcript, width or layout. Nothing is wrapped here."""
        if not self.is_attached:
            return
        place = self._blocks[self._anchor[0]].slots[0][0] if self._anchor[0] < len(self._blocks) else 0
        self._width = self.scrollable_content_region.width
        self._seats = self._seats_fitting()
        self._blocks = in_columns(self._turns, self._seats) if self._seats else in_sequence(self._turns)
        self._block_of = [number for number, block in enumerate(self._blocks) for _ in block.slots]
        for index in self._wrapped:
            self._turns[index].forget()
        self._wrapped.clear()
        for block in self._blocks:
            self._guess(block)
        self._tops_valid = 0
        self._grown.clear()
        self._anchor = (self._block_of[place] if place < len(self._block_of) else 0, self._anchor[1])

    def _place(self, index: int, turn: Turn) -> None:
        """Put a turn that came in at the end into its block."""
        if not self.is_attached:
            return
        if self._seats:
            place_in_columns(self._blocks, index, turn, self._seats)
        else:
            self._blocks.append(Block([(index, -1)]))
        number = len(self._blocks) - 1
        self._block_of.append(number)
        before = self._blocks[number].height
        self._guess(self._blocks[number])
        self._tops_valid = min(self._tops_valid, number)
        self._count_new(self._blocks[number].height - before)

    def _seats_fitting(self) -> tuple[int, ...]:
        """The seats to show side by side, or none where they don't fit or weren't asked for."""
        if self._layout_wanted == "sequence" or self._width < COLUMNS_WIDTH_MIN:
            return ()
        seats = sorted({turn.view.seat_index for turn in self._turns if turn.view.seat_index > 0})
        is_roomy = self._width >= len(seats) * (COLUMN_CELLS_MIN + _COLUMN_GAP_CELLS)
        return tuple(seats) if is_roomy and len(seats) > 1 else ()

    def _slot(self, column: int) -> tuple[int, int]:
        """Left edge and width of a column."""
        if column < 0:
            return 0, self._width
        share = (self._width + _COLUMN_GAP_CELLS) // len(self._seats)
        return column * share, share - _COLUMN_GAP_CELLS

    def _text_cells(self, column: int) -> int:
        return text_cells(self._slot(column)[1])

    def _guess(self, block: Block) -> None:
        heights = (self._turns[index].guessed_height(self._text_cells(column)) for index, column in block.slots)
        block.height = max(heights) + _HEADING_LINES + _BLANK_LINES
        block.is_measured = False

    def _changed(self, index: int) -> None:
        if index < len(self._block_of):
            number = self._block_of[index]
            self._grown.setdefault(number, self._blocks[number].is_measured)
            self._blocks[number].is_measured = False

    def _mend_tops(self) -> None:
        """Bring the blocks' first lines up to date, from the first block whose height changed."""
        if self._tops_valid < len(self._blocks) or len(self._tops) != len(self._blocks) + 1:
            start = self._tops_valid
            heights = (block.height for block in self._blocks[start:])
            self._tops[start:] = accumulate(heights, initial=self._tops[start] if start else 0)
            self._tops_valid = len(self._blocks)

    def _block_at(self, line: int) -> int:
        self._mend_tops()
        return max(0, min(len(self._blocks) - 1, bisect_right(self._tops, line) - 1))

    # Settling: measure what is in view, keep the reader's place.

    def paint_changes(self) -> None:
        for number, was_measured in self._grown.items():
            before = self._blocks[number].height
            if self._measure(number) and was_measured:
                self._count_new(self._blocks[number].height - before)
        self._grown.clear()
        self._settle()

    def _settle(self) -> None:
        """Wrap what is in view and put the view where it belongs: at the end, or where the operator left it."""
        if not self.is_attached or not self._width:
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
        total = self._total
        height = self.scrollable_content_region.height
        size = Size(self._width, total)
        if size != self.virtual_size:
            self.virtual_size = size
        if self._is_following:
            y = max(0, total - height)
        else:
            block, line = self._anchor
            y = self._tops[block] + min(line, max(0, self._blocks[block].height - 1)) if self._blocks else 0
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False)

    def _measure_view(self) -> bool:
        """Wrap the blocks in view that changed or were only guessed; was any height not as it was?"""
        if not self._blocks:
            return False
        top = self.scroll_offset.y
        first, last = self._block_at(top), self._block_at(top + self.scrollable_content_region.height - 1)
        moved = [self._measure(number) for number in range(first, last + 1)]
        return any(moved)

    def _measure(self, number: int) -> bool:
        """Wrap a block that changed or was only guessed; was its height not as it was?"""
        block = self._blocks[number]
        if block.is_measured:
            return False
        height = max(self._wrapped_height(index, column) for index, column in block.slots)
        height += _HEADING_LINES + _BLANK_LINES
        block.is_measured = True
        if height == block.height:
            return False
        block.height = height
        self._tops_valid = min(self._tops_valid, number)
        return True

    def _wrapped_height(self, index: int, column: int) -> int:
        """Wrap a turn, and drop the lines of the one that has gone unseen for longest where too many are kept."""
        self._wrapped[index] = None
        self._wrapped.move_to_end(index)
        while len(self._wrapped) > WRAPPED_TURNS_MAX:
            unseen, _ = self._wrapped.popitem(last=False)
            self._turns[unseen].forget()
        return self._turns[index].height(self._text_cells(column))

    def _count_new(self, lines: int) -> None:
        if not self._is_following:
            self._new_lines += max(0, lines)

    def _follow(self) -> None:
        self._is_following = True
        self._new_lines = 0

    def _show(self, block: int, line: int) -> None:
        """Leave the end and put this line of this block at the top, as far as there is room."""
        if self._blocks:
            self._is_following = False
            self._anchor = (block, line)
            self._settle()
            if self.scroll_offset.y >= self.max_scroll_y:
                self._follow()

    # The chosen turn, and what was searched for.

    def _first_in_view(self) -> int:
        return self._blocks[self._block_at(self.scroll_offset.y)].slots[0][0]

    def _choose(self, index: int, *, is_scrolled_to: bool = True) -> None:
        self._chosen = index
        if is_scrolled_to and index < len(self._block_of):
            self._bring_into_view(self._block_of[index], 0)
        self.refresh()
        self.post_message(self.TurnChosen(self, self._turns[index].view.key))

    def _bring_into_view(self, block: int, line: int) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        self._mend_tops()
        wanted = self._tops[block] + line
        if not top <= wanted < top + height - 1:
            above = max(0, wanted - CONTEXT_LINES)
            block = self._block_at(above)
            self._show(block, above - self._tops[block])

    def _all_hits(self) -> list[tuple[int, int]]:
        """Where the text was found: (turn, place in its text). Kept until the transcript changes."""
        if self._hits is None:
            needle = self._needle
            self._hits = (
                [(i, match.start()) for i, turn in enumerate(self._turns) for match in needle.finditer(turn.text)]
                if needle
                else []
            )
        return self._hits

    def _step_hit(self, step: int) -> None:
        if hits := self._all_hits():
            self._hit_number = (self._hit_number + step) % len(hits)
            self._show_hit()

    def _show_hit(self) -> None:
        hits = self._all_hits()
        if hits and self._blocks:
            index, offset = hits[self._hit_number]
            block = self._block_of[index]
            column = next(column for turn, column in self._blocks[block].slots if turn == index)
            self._wrapped_height(index, column)
            line = _HEADING_LINES + self._turns[index].line_at(offset, self._text_cells(column))
            self._bring_into_view(block, line)
        self.refresh()
        if self._needle:
            self.post_message(self.Found(self, self._hit_number + 1 if hits else 0, len(hits)))

    # Drawing.

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.palette.style("text")
        if not self._turns:
            return self._empty_line(y, width)
        line = y + self.scroll_offset.y
        if line >= self._total:
            return Strip.blank(width, base)
        number = self._block_at(line)
        strip = strip_of(self._block_line(self._blocks[number], line - self._tops[number]), width, base)
        if y == self.scrollable_content_region.height - 1 and self._new_lines and not self._is_following:
            return self._with_hint(strip, width)
        return strip

    def _with_hint(self, strip: Strip, width: int) -> Strip:
        lines = "line" if self._new_lines == 1 else "lines"
        hint = cut(f" ↓ {self._new_lines:,} new {lines} ", width)
        left = strip.crop(0, width - width_of(hint))
        return Strip.join([left, Strip([Segment(hint, self.palette.style("accent strong", "panel"))])])

    def _block_line(self, block: Block, row: int) -> list[Segment]:
        base = self.palette.style("text")
        segments: list[Segment] = []
        edge = 0
        for index, column in sorted(block.slots, key=lambda slot: slot[1]):
            left, cells = self._slot(column)
            if left > edge:
                segments.append(Segment(" " * (left - edge), base))
            segments += self._turn_line(index, row, column, cells)
            edge = left + cells
        return segments

    def _turn_line(self, index: int, row: int, column: int, cells: int) -> list[Segment]:
        turn = self._turns[index]
        if row == 0:
            return heading(turn.view, cells, self.palette, is_chosen=index == self._chosen)
        return body_line(turn, row - 1, cells, self._needle, self.palette)

    def _empty_line(self, y: int, width: int) -> Strip:
        first = max(0, (self.size.height - len(self._empty_lines)) // 2)
        if not first <= y < first + len(self._empty_lines):
            return Strip.blank(width, self.palette.style("text"))
        text = cut(self._empty_lines[y - first], width)
        indent = " " * ((width - width_of(text)) // 2)
        ink = self.palette.style("text" if y == first else "muted")
        return strip_of([Segment(indent + text, ink)], width, ink)
