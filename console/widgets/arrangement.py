"""Which turn stands where in a transcript, and on which line does each begin, when most are never looked at?"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from console.widgets.turn_lines import text_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.widgets.turns import Turn

Layout = Literal["sequence", "columns"]

COLUMNS_WIDTH_MIN = 100
COLUMN_CELLS_MIN = 30
"""Side by side needs this much room in all and for each seat; with less the turns stand in sequence."""

WRAPPED_TURNS_MAX = 512
"""Turns whose wrapped lines are kept: more than fit on any screen, however long the transcript."""

HEADING_LINES = 1
_BLANK_LINES = 1
_COLUMN_GAP_CELLS = 2


@dataclass(slots=True)
class Block:
    """Turns that stand side by side: one in a sequence, at most one of each seat in columns.

    `slots` pairs each turn's index with its column; column -1 takes the whole width.
    """

    slots: list[tuple[int, int]]
    height: int = 0
    is_measured: bool = False


class Arrangement:
    """The turns of a transcript in blocks, one below the other.

    Heights are guessed until a block is measured, so that a transcript of any length is arranged at once. What scrolls
    past is measured, and only so many turns keep their wrapped lines.
    """

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.blocks: list[Block] = []
        self.block_of: list[int] = []
        """The block of each turn."""
        self.seats: tuple[int, ...] = ()
        """The seats that stand side by side, none in sequence."""
        self.width = 0
        self._tops: list[int] = [0]
        self._tops_valid = 0
        self._wrapped: OrderedDict[int, None] = OrderedDict()

    @property
    def height(self) -> int:
        """Of everything, some of it guessed."""
        return self.top(len(self.blocks))

    @property
    def wrapped_turns(self) -> int:
        """How many turns keep their wrapped lines."""
        return len(self._wrapped)

    def show(self, turns: list[Turn]) -> None:
        """Take other turns; `rebuild` arranges them."""
        self.turns = turns
        self.blocks = []
        self.block_of = []
        self._wrapped.clear()
        self._tops_valid = 0

    def rebuild(self, width: int, layout: Layout) -> None:
        """Build the blocks anew: other turns, another width or layout. Nothing is wrapped here."""
        self.width = width
        self.seats = self.seats_fitting(layout)
        self.blocks = _in_columns(self.turns, self.seats) if self.seats else _in_sequence(self.turns)
        self.block_of = [number for number, block in enumerate(self.blocks) for _ in block.slots]
        for index in self._wrapped:
            self.turns[index].forget()
        self._wrapped.clear()
        for block in self.blocks:
            self._guess(block)
        self._tops_valid = 0

    def place(self, index: int) -> int:
        """Put the turn that came in at the end into its block; how many lines that added."""
        if self.seats:
            _place_in_columns(self.blocks, index, self.turns[index], self.seats)
        else:
            self.blocks.append(Block([(index, -1)]))
        number = len(self.blocks) - 1
        self.block_of.append(number)
        before = self.blocks[number].height
        self._guess(self.blocks[number])
        self._tops_valid = min(self._tops_valid, number)
        return self.blocks[number].height - before

    def replace(self, index: int, turn: Turn) -> None:
        """Another value for a turn, in the same place."""
        self.turns[index] = turn
        self._wrapped.pop(index, None)

    def seats_fitting(self, layout: Layout) -> tuple[int, ...]:
        """The seats to show side by side, or none where they don't fit or weren't asked for."""
        if layout == "sequence" or self.width < COLUMNS_WIDTH_MIN:
            return ()
        seats = sorted({turn.view.seat_index for turn in self.turns if turn.view.seat_index > 0})
        is_roomy = self.width >= len(seats) * (COLUMN_CELLS_MIN + _COLUMN_GAP_CELLS)
        return tuple(seats) if is_roomy and len(seats) > 1 else ()

    def slot(self, column: int) -> tuple[int, int]:
        """Left edge and width of a column."""
        if column < 0:
            return 0, self.width
        share = (self.width + _COLUMN_GAP_CELLS) // len(self.seats)
        return column * share, share - _COLUMN_GAP_CELLS

    def top(self, number: int) -> int:
        """The line on which a block begins."""
        if self._tops_valid < len(self.blocks) or len(self._tops) != len(self.blocks) + 1:
            start = self._tops_valid
            heights = (block.height for block in self.blocks[start:])
            self._tops[start:] = accumulate(heights, initial=self._tops[start] if start else 0)
            self._tops_valid = len(self.blocks)
        return self._tops[number]

    def block_at(self, line: int) -> int:
        """The block that has this line."""
        self.top(0)
        return max(0, min(len(self.blocks) - 1, bisect_right(self._tops, line) - 1))

    def measure(self, number: int) -> int:
        """Wrap a block that changed or was only guessed; by how many lines its height was wrong."""
        block = self.blocks[number]
        if block.is_measured:
            return 0
        heights = (self._wrapped_height(index, column) for index, column in block.slots)
        height = max(heights) + HEADING_LINES + _BLANK_LINES
        block.is_measured = True
        change = height - block.height
        if change:
            block.height = height
            self._tops_valid = min(self._tops_valid, number)
        return change

    def line_of(self, index: int, offset: int) -> int:
        """The line of its block on which the character at `offset` of a turn stands."""
        column = next(column for turn, column in self.blocks[self.block_of[index]].slots if turn == index)
        self._wrapped_height(index, column)
        return HEADING_LINES + self.turns[index].line_at(offset, self._text_cells(column))

    def _wrapped_height(self, index: int, column: int) -> int:
        """Wrap a turn, and drop the lines of the one that has gone unseen for longest where too many are kept."""
        self._wrapped[index] = None
        self._wrapped.move_to_end(index)
        while len(self._wrapped) > WRAPPED_TURNS_MAX:
            unseen, _ = self._wrapped.popitem(last=False)
            self.turns[unseen].forget()
        return self.turns[index].height(self._text_cells(column))

    def _text_cells(self, column: int) -> int:
        return text_cells(self.slot(column)[1])

    def _guess(self, block: Block) -> None:
        heights = (self.turns[index].guessed_height(self._text_cells(column)) for index, column in block.slots)
        block.height = max(heights) + HEADING_LINES + _BLANK_LINES
        block.is_measured = False


def _in_sequence(turns: Sequence[Turn]) -> list[Block]:
    """One turn below the other."""
    return [Block([(index, -1)]) for index in range(len(turns))]


def _in_columns(turns: Sequence[Turn], seats: Sequence[int]) -> list[Block]:
    """The seats side by side: a block ends when a seat speaks again, or somebody without a seat does."""
    blocks: list[Block] = []
    for index, turn in enumerate(turns):
        _place_in_columns(blocks, index, turn, seats)
    return blocks


def _place_in_columns(blocks: list[Block], index: int, turn: Turn, seats: Sequence[int]) -> None:
    """Put one more turn at the end."""
    if turn.view.seat_index not in seats:
        blocks.append(Block([(index, -1)]))
        return
    column = seats.index(turn.view.seat_index)
    taken = {slot for _, slot in blocks[-1].slots} if blocks else {-1}
    if -1 in taken or column in taken:
        blocks.append(Block([(index, column)]))
    else:
        blocks[-1].slots.append((index, column))
        blocks[-1].is_measured = False
