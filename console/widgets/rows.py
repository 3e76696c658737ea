"""How are thousands of rows shown, a few of them changing all the time, without the cursor ever losing its row?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.bindings import bindings_for
from console.presenters.shown import Cell, Row
from console.widgets.cells import Align, cut, fit, fit_both, one_line, width_of
from console.widgets.extent import set_extent
from console.widgets.painted import Painted, strip_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events
    from textual.binding import BindingType

__all__ = ["Cell", "Column", "Row", "Rows", "fitted"]

HIGHLIGHT_SECONDS = 0.6
FLEX_WIDTH_MIN = 12
"""Below this a flexible column says too little, unless it names another: less important columns give way first."""

_GUTTER_CELLS = 3
_GAP_CELLS = 2
_HEADER_LINES = 1


class Column(NamedTuple):
    """A column of `width` cells. The flexible one takes what is left, at least its `width`, and is cut with `…`.

    When the table is narrow, columns with the lowest `priority` go first. A change in a column that `announces`
    lights its row up once, briefly.
    """

    key: str
    title: str
    width: int = 0
    is_flex: bool = False
    align: Align = "left"
    priority: int = 0
    announces: bool = False


def fitted(columns: Sequence[Column], width: int) -> tuple[tuple[int, int], ...]:
    """Which columns fit into `width` cells and how wide each is: pairs of (index, cells), in order."""
    shown = list(range(len(columns)))
    while len(shown) > 1 and _width_min(columns, shown) > width:
        shown.remove(min(reversed(shown), key=lambda index: columns[index].priority))
    spare = width - sum(columns[index].width for index in shown if not columns[index].is_flex)
    spare -= _GAP_CELLS * (len(shown) - 1)
    return tuple((index, max(1, spare) if columns[index].is_flex else columns[index].width) for index in shown)


def _cells_min(column: Column) -> int:
    return column.width or FLEX_WIDTH_MIN


def _width_min(columns: Sequence[Column], shown: Sequence[int]) -> int:
    widths = (_cells_min(columns[index]) for index in shown)
    return sum(widths) + _GAP_CELLS * (len(shown) - 1)


class Rows(Painted, ScrollView, can_focus=True):
    """A table that draws only the rows in view. `update_row` costs the same however many rows there are."""

    DEFAULT_CSS = """
    Rows { width: 1fr; height: 1fr; overflow: hidden scroll; scrollbar-size-vertical: 1; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("list")]

    class CursorMoved(Message):
        """The cursor is on another row; `key` is None when no row is left."""

        def __init__(self, rows: Rows, key: str | None) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> Rows:
            return self.rows

    class Opened(Message):
        """The operator wants to see what is behind this row."""

        def __init__(self, rows: Rows, key: str) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> Rows:
            return self.rows

    class Marked(Message):
        """The marks changed."""

        def __init__(self, rows: Rows, keys: frozenset[str]) -> None:
            super().__init__()
            self.rows = rows
            self.keys = keys

        @property
        def control(self) -> Rows:
            return self.rows

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        empty_text: str,
        takes_in: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`empty_text` says, where there are no rows, what would be here and the key that brings it. A table that
        `takes_in` puts rows that came in below to their places once a key moves the cursor on."""
        super().__init__(name=name, id=id, classes=classes)
        self._columns = tuple(columns)
        self._announcing = tuple(index for index, column in enumerate(self._columns) if column.announces)
        self._empty_lines = tuple(one_line(line) for line in empty_text.splitlines())
        self._takes_in = takes_in
        self._given: tuple[str, ...] = ()
        self._late: set[str] = set()
        self._order: list[str] = []
        self._rows: dict[str, Row] = {}
        self._cursor = 0
        self._marks: set[str] = set()
        self._changed: set[str] = set()
        self._lit: set[str] = set()
        self._is_light_due = False
        self._fitted: tuple[tuple[int, int], ...] = ()

    # What others ask and say.

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._order[self._cursor] if self._order else None

    @property
    def marks(self) -> frozenset[str]:
        return frozenset(self._marks)

    @property
    def keys(self) -> tuple[str, ...]:
        """The rows' keys, from top to bottom."""
        return tuple(self._order)

    @property
    def keys_in_sight(self) -> tuple[str, ...]:
        """The keys of the rows on the screen, from top to bottom."""
        first = self.scroll_offset.y
        return tuple(self._order[first : first + self._page + 1])

    @property
    def chosen(self) -> tuple[str, ...]:
        """What an action applies to: the marked rows in order, or the one under the cursor."""
        if self._marks:
            return tuple(key for key in self._order if key in self._marks)
        return (self._order[self._cursor],) if self._order else ()

    def unmark(self) -> None:
        """Take every mark away: what was meant by them is done."""
        if self._marks:
            self._marks.clear()
            self.refresh()
            self.post_message(self.Marked(self, self.marks))

    def set_rows(self, rows: Sequence[Row], *, keeps_order: bool = True) -> None:
        """Show these rows and no others.

        Rows already shown keep their places and new ones come in below, so that nothing moves while it is being read;
        `keeps_order=False` takes the order given, for when the operator asked for another one. Either way the cursor
        stays on its row and that row on its line of the screen, as far as there is room.
        """
        key_before, line_before = self.cursor_key, self._cursor - self.scroll_offset.y
        arrived = {row.key: row for row in rows}
        for key, row in arrived.items():
            self._note_change(self._rows.get(key), row)
        if keeps_order:
            stayed = [key for key in self._order if key in arrived]
            self._late |= arrived.keys() - self._rows.keys()
            self._order = stayed + [key for key in arrived if key not in self._rows]
        else:
            self._late = set()
            self._order = list(arrived)
        self._late &= arrived.keys()
        self._given = tuple(arrived)
        self._rows = arrived
        marks_before = len(self._marks)
        self._marks &= arrived.keys()
        self._cursor = self._place_of(key_before)
        self._resized(keep_line=line_before)
        if self.cursor_key != key_before:
            self.post_message(self.CursorMoved(self, self.cursor_key))
        if len(self._marks) != marks_before:
            self.post_message(self.Marked(self, self.marks))

    def set_titles(self, titles: Mapping[str, str]) -> None:
        """Call these columns otherwise, by their keys."""
        columns = tuple(each._replace(title=titles.get(each.key, each.title)) for each in self._columns)
        if columns != self._columns:
            self._columns = columns
            self.refresh()

    def update_row(self, row: Row) -> None:
        """Show new values for a row; one not shown yet comes in at the bottom. Painted with the next frame."""
        before = self._rows.get(row.key)
        if before is row:
            return
        self._rows[row.key] = row
        if before is None:
            self._order.append(row.key)
            self._resized(keep_line=None)
            if len(self._order) == 1:
                self.post_message(self.CursorMoved(self, row.key))
            return
        self._note_change(before, row)
        self._changed.add(row.key)
        self.paint_soon()

    def move_to(self, key: str) -> bool:
        """Put the cursor on this row; False where it isn't shown."""
        if key not in self._rows:
            return False
        self._move(self._order.index(key))
        return True

    def set_empty_text(self, text: str) -> None:
        """What to say where there are no rows, for instance when a filter hides them all."""
        self._empty_lines = tuple(one_line(line) for line in text.splitlines())
        if not self._order:
            self.refresh()

    # Keys and mouse.

    def action_list_down(self) -> None:
        self._go(self._cursor + 1)

    def action_list_up(self) -> None:
        self._go(self._cursor - 1)

    def action_list_page_down(self) -> None:
        self._go(self._cursor + self._page)

    def action_list_page_up(self) -> None:
        self._go(self._cursor - self._page)

    def action_list_top(self) -> None:
        self._take_in()  # who goes to the top wants to see what stands there
        self._move(0)

    def action_list_end(self) -> None:
        self._go(len(self._order) - 1)

    def action_list_open(self) -> None:
        if (key := self.cursor_key) is not None:
            self.post_message(self.Opened(self, key))

    def action_list_mark(self) -> None:
        """Mark or unmark, and go on to the next row: marking a run of rows is one key held down."""
        if self._order:
            self._mark(self._cursor)
            self._move(self._cursor + 1)

    def _mark(self, index: int) -> None:
        self._marks ^= {self._order[index]}
        self._refresh_row(index)
        self.post_message(self.Marked(self, self.marks))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y < _HEADER_LINES:
            return
        index = offset.y - _HEADER_LINES + self.scroll_offset.y
        if index >= len(self._order):
            return
        self._move(index)
        if offset.x < _GUTTER_CELLS:
            self._mark(index)
        elif event.chain == 2:
            self.action_list_open()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def on_resize(self) -> None:
        self._resized(keep_line=self._cursor - self.scroll_offset.y)

    # Drawing.

    def paint_changes(self) -> None:
        """Refresh the changed rows that are in view."""
        if self._changed:
            first = self.scroll_offset.y
            for index in range(first, min(len(self._order), first + self.size.height)):
                if self._order[index] in self._changed:
                    self._refresh_row(index)
            self._changed.clear()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y < _HEADER_LINES:
            return self._header(width)
        if not self._order:
            return self._empty_line(y - _HEADER_LINES, width)
        index = y - _HEADER_LINES + self.scroll_offset.y
        if index >= len(self._order):
            return Strip.blank(width, self.palette.style("text"))
        return self._row_line(index, width)

    def _header(self, width: int) -> Strip:
        style = self.palette.style("muted")
        segments = [Segment(" " * _GUTTER_CELLS, style)]
        for position, (index, cells) in enumerate(self._fitted):
            column = self._columns[index]
            gap = " " * _GAP_CELLS if position else ""
            segments.append(Segment(gap + fit(column.title, cells, column.align), style))
        return strip_of(segments, width, style)

    def _row_line(self, index: int, width: int) -> Strip:
        key = self._order[index]
        is_cursor = index == self._cursor
        ground = "panel" if is_cursor and self.has_focus else "surface" if is_cursor else ""
        if key in self._lit:
            ground = "highlight"
        style = self.palette.style
        base = style("text", ground)
        segments = [
            Segment("▸" if is_cursor else " ", style("accent strong" if self.has_focus else "muted", ground)),
            Segment("•" if key in self._marks else " ", style("accent strong", ground)),
            Segment(" ", base),
        ]
        cells = self._rows[key].cells
        for position, (column_index, width_cells) in enumerate(self._fitted):
            if position:
                segments.append(Segment(" " * _GAP_CELLS, base))
            cell = cells[column_index]
            said = one_line(cell.text)
            if cell.tail:
                text = fit_both(said, one_line(cell.tail), width_cells)
            else:
                text = fit(said, width_cells, self._columns[column_index].align)
            segments.append(Segment(text, style(cell.style_name, ground)))
        return strip_of(segments, width, base)

    def _empty_line(self, y: int, width: int) -> Strip:
        style = self.palette.style("text")
        first = max(0, (self.size.height - _HEADER_LINES - len(self._empty_lines)) // 2)
        if not first <= y < first + len(self._empty_lines):
            return Strip.blank(width, style)
        text = cut(self._empty_lines[y - first], width)
        led = max((width_of(line) for line in self._empty_lines[1:]), default=0)
        indent = " " * (max(0, width - (width_of(text) if y == first else led)) // 2)
        name = "text" if y == first else "muted"
        return strip_of([Segment(indent + text, self.palette.style(name))], width, style)

    # Places.

    @property
    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - _HEADER_LINES - 1)

    def _place_of(self, key: str | None) -> int:
        if key is not None and key in self._rows:
            return self._order.index(key)
        return max(0, min(self._cursor, len(self._order) - 1))

    def _move(self, index: int) -> None:
        index = max(0, min(index, len(self._order) - 1))
        if index == self._cursor or not self._order:
            return
        before, self._cursor = self._cursor, index
        self._refresh_row(before)
        self._refresh_row(index)
        self._bring_into_view()
        self.post_message(self.CursorMoved(self, self.cursor_key))

    def _go(self, index: int) -> None:
        """Move by a key. Where the cursor lands is what was seen there; around it late rows go to their places."""
        self._move(index)
        self._take_in()

    def _take_in(self) -> None:
        """Put rows that came in below to their places, but the one under the cursor, which stays on its line as far as
        there is room. While rows are marked all stay: a run of them is marked as it was seen."""
        late = self._late - {self.cursor_key}
        if not (self._takes_in and late) or self._marks:
            return
        line = self._cursor - self.scroll_offset.y
        key_before = self.cursor_key
        behind: dict[str, list[str]] = {"": []}
        before = ""
        for key in self._given:
            if key in late:
                behind[before].append(key)
            elif key not in self._late:
                behind[key], before = [], key
        seen = (key for key in self._order if key not in late)
        order = behind[""] + [each for key in seen for each in (key, *behind.get(key, ()))]
        self._order, self._late = order, self._late - late
        self._cursor = self._place_of(key_before)
        self._resized(keep_line=line)

    def _bring_into_view(self) -> None:
        rows_in_view = max(1, self.scrollable_content_region.height - _HEADER_LINES)
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False)
        elif self._cursor >= top + rows_in_view:
            self.scroll_to(y=self._cursor - rows_in_view + 1, animate=False)

    def _resized(self, *, keep_line: int | None) -> None:
        """The number of rows or the room for them changed."""
        if not self.is_attached:
            return
        width = self.scrollable_content_region.width
        self._fitted = fitted(self._columns, max(1, width - _GUTTER_CELLS))
        set_extent(self, Size(width, len(self._order) + _HEADER_LINES))
        if keep_line is not None:
            self.scroll_to(y=max(0, self._cursor - max(0, keep_line)), animate=False)
            self._bring_into_view()
        self.refresh()

    def _refresh_row(self, index: int) -> None:
        self.refresh_line(index + _HEADER_LINES)

    # The brief light.

    def _note_change(self, before: Row | None, after: Row) -> None:
        if before is None or not self._announcing or not self.is_attached or self.app.animation_level == "none":
            return
        if any(before.cells[index].text != after.cells[index].text for index in self._announcing):
            self._lit.add(after.key)
            self._changed.add(after.key)
            if not self._is_light_due:
                self._is_light_due = True
                self.set_timer(HIGHLIGHT_SECONDS, self._put_out, name="highlight")
            self.paint_soon()

    def _put_out(self) -> None:
        self._changed |= self._lit
        self._lit.clear()
        self._is_light_due = False
        self.paint_soon()
