"""Which of a few is it? One is always chosen; arrows or its number choose another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip

from console.widgets.cells import cut, fit, one_line, width_of
from console.widgets.painted import Painted, strip_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType
    from textual.geometry import Size

CHOICES_MAX = 9
"""Each has a digit. A longer list scrolls within `lines_max`; the first ones have a digit there."""

_GAP_CELLS = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """`key` is what it stands for, `label` its name, `help` what it means; `is_destructive` colours it as a loss."""

    key: str
    label: str
    help: str = ""
    is_destructive: bool = False


class Choices(Painted, can_focus=True):
    """A choice below each other, or `is_across` side by side on one line."""

    DEFAULT_CSS = "Choices { width: 1fr; height: auto; background: $background; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,right", "choose_next", "Next", show=False),
        Binding("up,k,left", "choose_previous", "Previous", show=False),
        Binding("home,g", "choose_first", "First", show=False),
        Binding("end,G", "choose_last", "Last", show=False),
        Binding("enter", "accept", "Accept", show=False),
        *(Binding(str(number), f"choose({number - 1})", show=False) for number in range(1, CHOICES_MAX + 1)),
    ]

    class Changed(Message):
        """Another one is chosen."""

        def __init__(self, choices: Choices, key: str) -> None:
            super().__init__()
            self.choices = choices
            self.key = key

        @property
        def control(self) -> Choices:
            return self.choices

    class Accepted(Message):
        """Enter was pressed on the chosen one."""

        def __init__(self, choices: Choices, key: str) -> None:
            super().__init__()
            self.choices = choices
            self.key = key

        @property
        def control(self) -> Choices:
            return self.choices

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        chosen: str = "",
        is_across: bool = False,
        is_numbered: bool = True,
        lines_max: int = 0,
        id: str | None = None,
    ) -> None:
        """With `lines_max` there may be more choices than digits; so many are in sight, those about the chosen one."""
        super().__init__(id=id)
        self._lines_max = lines_max
        self._choices = self._taken(choices)
        keys = [each.key for each in self._choices]
        self._at = keys.index(chosen) if chosen in keys else 0
        self._is_across = is_across
        self._is_numbered = is_numbered

    @property
    def chosen(self) -> str:
        return self._choices[self._at].key if self._choices else ""

    def show(self, choices: Sequence[Choice]) -> None:
        """The same choices in other words: whichever is chosen stays so."""
        chosen = self.chosen
        self._choices = self._taken(choices)
        self._at = next((at for at, each in enumerate(self._choices) if each.key == chosen), 0)
        self.refresh()

    def _taken(self, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        return tuple(choices) if self._lines_max else tuple(choices)[:CHOICES_MAX]

    @property
    def _lines(self) -> int:
        return min(len(self._choices), self._lines_max) if self._lines_max else len(self._choices)

    @property
    def _top(self) -> int:
        """The first choice in sight: the chosen one stands in the middle, as far as there is something around it."""
        return max(0, min(self._at - self._lines // 2, len(self._choices) - self._lines))

    def choose(self, key: str) -> None:
        """Choose the one of that key, where there is one."""
        self.action_choose(next((at for at, each in enumerate(self._choices) if each.key == key), self._at))

    def action_choose(self, index: int) -> None:
        if 0 <= index < len(self._choices) and index != self._at:
            self._at = index
            self.refresh()
            self.post_message(self.Changed(self, self.chosen))

    def action_choose_next(self) -> None:
        self.action_choose(self._at + 1)

    def action_choose_previous(self) -> None:
        self.action_choose(self._at - 1)

    def action_choose_first(self) -> None:
        self.action_choose(0)

    def action_choose_last(self) -> None:
        self.action_choose(len(self._choices) - 1)

    def action_accept(self) -> None:
        self.post_message(self.Accepted(self, self.chosen))

    def on_click(self, event: events.Click) -> None:
        if not self._is_across:
            self.action_choose(self._top + event.y)
            return
        for index, (left, right) in enumerate(self._spans()):
            if left <= event.x < right:
                self.action_choose(index)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 if self._is_across else self._lines

    def render_line(self, y: int) -> Strip:
        width, style = self.size.width, self.palette.style
        if self._is_across:
            segments: list[Segment] = []
            for index in range(len(self._choices)):
                segments += self._label(index, "")
                segments.append(Segment(" " * _GAP_CELLS, style("text")))
            return strip_of(segments, width, style("text"))
        if y >= self._lines:
            return Strip.blank(width, style("text"))
        index = self._top + y
        ground = "panel" if index == self._at and self.has_focus else ""
        more = self._more(y)
        label_cells = max(width_of(one_line(each.label)) for each in self._choices)
        segments = self._label(index, ground, cells=label_cells)
        left = width - sum(width_of(segment.text) for segment in segments) - _GAP_CELLS - width_of(more)
        said = cut(one_line(self._choices[index].help), max(0, left))
        segments.append(Segment(" " * _GAP_CELLS + said, style("muted", ground)))
        if more:
            segments.append(Segment(" " * max(0, left - width_of(said)) + more, style("muted", ground)))
        return strip_of(segments, width, style("text", ground))

    def _more(self, y: int) -> str:
        """How many more there are above the first line in sight, or below the last one."""
        above, below = self._top, len(self._choices) - self._top - self._lines
        if y == 0 and above:
            return f"  ↑ {above} more"
        return f"  ↓ {below} more" if y == self._lines - 1 and below else ""

    def _label(self, index: int, ground: str, *, cells: int = 0) -> list[Segment]:
        choice, style = self._choices[index], self.palette.style
        is_chosen = index == self._at
        mark = "●" if is_chosen else "○"
        colour = "failed" if choice.is_destructive else "text" if is_chosen else "muted"
        number = (f"{index + 1} " if index < CHOICES_MAX else "  ") if self._is_numbered else ""
        text = one_line(choice.label)
        return [
            Segment(f"{mark} ", style("accent" if is_chosen and self.has_focus else "muted", ground)),
            Segment(number, style("accent", ground)),
            Segment(fit(text, cells) if cells else text, style(f"{colour} strong" if is_chosen else colour, ground)),
        ]

    def _spans(self) -> list[tuple[int, int]]:
        spans, at = [], 0
        for index in range(len(self._choices)):
            cells = sum(width_of(segment.text) for segment in self._label(index, ""))
            spans.append((at, at + cells))
            at += cells + _GAP_CELLS
        return spans
