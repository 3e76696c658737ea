"""What does a transcript show of a turn, and how is it kept while it grows?"""

from __future__ import annotations

from io import StringIO

from console.presenters.shown import TurnState, TurnView
from console.widgets.cells import LineWrapper, clean

__all__ = ["TEXT_CHARS_MAX", "Turn", "TurnState", "TurnView"]

TEXT_CHARS_MAX = 200_000
"""Of one turn on the screen. A model that writes a megabyte must not make the console wrap it; the log has it all."""


class Turn:
    """A turn being shown: the value last given, and the text that streamed in since."""

    __slots__ = ("_cut_chars", "_shown", "_unfed", "_width", "_wrapper", "view")

    def __init__(self, view: TurnView) -> None:
        self.view = view
        self._shown: StringIO | None = None
        self._cut_chars = 0
        self._wrapper: LineWrapper | None = None
        self._width = 0
        self._unfed: list[str] = []

    @property
    def text(self) -> str:
        """What is shown of it, clean."""
        return self._opened().getvalue()

    def extend(self, piece: str) -> None:
        """Add to the text. Wrapping waits until the turn is looked at."""
        shown = self._opened()
        piece = self._fitting(piece, shown.tell())
        shown.write(piece)
        if self._wrapper is not None:
            self._unfed.append(piece)

    def guessed_height(self, width: int) -> int:
        """Lines it will take, without reading it: enough for a scroll bar until it is looked at."""
        text = self.view.text if self._shown is None else self.text
        return text.count("\n", 0, TEXT_CHARS_MAX) + min(len(text), TEXT_CHARS_MAX) // max(1, width) + 1

    def _opened(self) -> StringIO:
        """The text shown, cleaned when it is first asked for: most turns of a long transcript never are."""
        if self._shown is None:
            self._shown = StringIO()
            self._shown.write(self._fitting(self.view.text, 0))
        return self._shown

    def _fitting(self, piece: str, used_chars: int) -> str:
        piece = clean(piece)
        room = TEXT_CHARS_MAX - used_chars
        self._cut_chars += max(0, len(piece) - room)
        return piece[:room]

    def wrapped(self, width: int) -> LineWrapper:
        """Its lines, wrapped once for a width and then only where it grew. `forget` drops them."""
        if self._wrapper is None or self._width != width:
            self._wrapper = LineWrapper(width)
            self._width = width
            self._unfed = [self.text]
        if self._unfed:
            self._wrapper.feed("".join(self._unfed))
            self._unfed.clear()
        return self._wrapper

    def height(self, width: int) -> int:
        return len(self.wrapped(width)) + bool(self._cut_chars)

    def line(self, index: int, width: int) -> str:
        """The line at `index`, the last of which says how much was left out."""
        wrapper = self.wrapped(width)
        if index < len(wrapper):
            return wrapper.line(index)
        return f"… {self._cut_chars:,} characters more in the log"

    def line_at(self, offset: int, width: int) -> int:
        """The line on which the character at `offset` of the text stands."""
        wrapper = self.wrapped(width)
        low, high = 0, len(wrapper) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if wrapper.start(middle) <= offset:
                low = middle
            else:
                high = middle - 1
        return low

    def forget(self) -> None:
        """Drop the wrapped lines: out of view, or the width changed."""
        self._wrapper = None
        self._unfed.clear()
