"""What do the first and the last line of the screen say, and what do they keep when there is little room?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from console.keys import KeyHint
from console.presenters.figures import bar, money
from console.presenters.shown import HeaderView
from console.widgets.cells import one_line, width_of
from console.widgets.painted import Painted, strip_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events

__all__ = ["HeaderBar", "HeaderView", "KeyBar", "header_parts", "hints_fitting"]

_SPEND_BAR_CELLS = 8
_GAP = "   "
_HINT_GAP = "   "

UNREAD_MAX = 999
"""More are not counted: whoever leaves so many unread wants no figure."""

PLACES_MIN = 4
"""Fewer of the places that the number keys lead to than this are not worth naming: one word stands for all then."""

Part = tuple[tuple[str, str], ...]
"""Pieces of text with the names of their styles, shown together or not at all."""


def header_parts(view: HeaderView, width: int) -> tuple[list[Part], list[Part]]:
    """What fits at the left and at the right. Money and what needs the operator stay longest."""
    left: list[tuple[int, Part]] = [(4, (("moot", "text strong"),))]
    if view.notice:
        left.append((9, ((one_line(view.notice), "attention strong"),)))
    if view.is_counted:
        left += _counted_parts(view)
    right: list[tuple[int, Part]] = _money_parts(view)
    if view.clock:
        right.append((1, ((view.clock, "muted"),)))
    while left and _width([part for _, part in left], [part for _, part in right]) > width:
        weakest = min((rank for rank, _ in (*left, *right)))
        if len(left) + len(right) == 1:
            break
        left = [entry for entry in left if entry[0] != weakest]
        right = [entry for entry in right if entry[0] != weakest]
    return [part for _, part in left], [part for _, part in right]


def _counted_parts(view: HeaderView) -> list[tuple[int, Part]]:
    needs = "attention strong" if view.needs_you else "muted"
    parts: list[tuple[int, Part]] = [
        (5, (("● ", "ok" if view.running else "muted"), (f"{view.running} running", "text")))
    ]
    if view.left:
        parts.append((6, (("○ ", "attention"), (f"{view.left} left", "attention"))))
    needs_words = f"{view.needs_you} needs you" if view.needs_you == 1 else f"{view.needs_you} need you"
    parts.append((8 if view.needs_you else 3, (("◆ ", needs), (needs_words, needs))))
    if view.failed:
        parts.append((6, (("✗ ", "failed"), (f"{view.failed} failed", "failed"))))
    parts.append((2, (("◌ ", "muted"), (f"{view.waiting} waiting", "text" if view.waiting else "muted"))))
    if view.unread:
        parts.append((0, (("· ", "muted"), (f"{min(view.unread, UNREAD_MAX)} unread", "muted"))))
    return parts


def _money_parts(view: HeaderView) -> list[tuple[int, Part]]:
    if view.spent_today_microusd is None:
        return []
    spent = money(view.spent_today_microusd)
    if view.cap_microusd is None:
        return [(7, (("today ", "muted"), (spent, "text")))]
    share_ppm = view.spent_today_microusd * 1_000_000 // view.cap_microusd if view.cap_microusd else 1_000_000
    ink = "failed strong" if share_ppm >= 1_000_000 else "attention" if share_ppm >= 800_000 else "text"
    return [
        (7, (("today ", "muted"), (spent, ink), (f" of {money(view.cap_microusd)}", "muted"))),
        (0, ((bar(share_ppm, width=_SPEND_BAR_CELLS), ink if ink != "text" else "muted"),)),
    ]


def _width(left: Sequence[Part], right: Sequence[Part]) -> int:
    parts = [*left, *right]
    words = sum(width_of(text) for part in parts for text, _ in part)
    return words + len(_GAP) * max(0, len(parts) - 1) + 2


_LEADS_TO = {"moot": "palette", "◆ ": "answer", "○ ": "take_wheel", "· ": "go_notifications"}
"""The action behind a part of the header, by what it begins with."""


class HeaderBar(Painted):
    """One line: how many sessions run, need the operator or wait; today's money; the time. A click on what something
    can be done about does it."""

    DEFAULT_CSS = "HeaderBar { height: 1; dock: top; background: $surface; }"
    GROUND = "surface"

    class Chosen(Message):
        """The operator clicked on a part behind which an action lies."""

        def __init__(self, header_bar: HeaderBar, action_id: str) -> None:
            super().__init__()
            self.header_bar = header_bar
            self.action_id = action_id

        @property
        def control(self) -> HeaderBar:
            return self.header_bar

    def __init__(self, view: HeaderView | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view = view or HeaderView()

    @property
    def view(self) -> HeaderView:
        return self._view

    def show(self, view: HeaderView) -> None:
        """Show other figures, with the next frame."""
        if view != self._view:
            self._view = view
            self.paint_soon()

    def action_at(self, x: int) -> str:
        """The action behind the part in this column; "" where there is none."""
        at = 1
        for part in header_parts(self._view, self.size.width)[0]:
            cells = sum(width_of(text) for text, _ in part)
            if at <= x < at + cells:
                is_notice = part[0][0] == one_line(self._view.notice)
                return self._view.notice_action if is_notice else _LEADS_TO.get(part[0][0], "")
            at += cells + len(_GAP)
        return ""

    def on_click(self, event: events.Click) -> None:
        if action_id := self.action_at(event.x):
            self.post_message(self.Chosen(self, action_id))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        left, right = header_parts(self._view, width)
        base = self.palette.style("text")
        left_segments, right_segments = self._segments(left), self._segments(right)
        used = sum(width_of(segment.text) for segment in (*left_segments, *right_segments))
        space = Segment(" " * max(0, width - used - 2), base)
        edge = Segment(" ", base)
        return strip_of([edge, *left_segments, space, *right_segments, edge], width, base)

    def _segments(self, parts: Sequence[Part]) -> list[Segment]:
        segments: list[Segment] = []
        for position, part in enumerate(parts):
            if position:
                segments.append(Segment(_GAP, self.palette.style("text")))
            segments += [Segment(text, self.palette.style(name)) for text, name in part]
        return segments


def hints_fitting(
    hints: Sequence[KeyHint], always: KeyHint | None, places: Sequence[KeyHint], width: int
) -> tuple[list[KeyHint], list[KeyHint]]:
    """Hints for the left and places for the right: the names of places go first, then the last hints. `always` stays.
    Of places that don't all fit the last one is still shown, or how many there are: whoever sees some of them named
    and nothing more takes them for all."""
    left = [*hints, *([always] if always else [])]
    right = next((each for each in _places_shown(places) if _hints_width(left) + _hints_width(each) + 2 <= width), [])
    while len(left) > 1 and _hints_width(left) + 2 > width:
        left.pop(-2 if always else -1)
    return left, right


def _places_shown(places: Sequence[KeyHint]) -> Iterator[list[KeyHint]]:
    """All of them, then fewer and fewer of them, then all in one word that leads to the palette."""
    if not places:
        return
    yield list(places)
    first, last = places[0], places[-1]
    rest = KeyHint(action_id=last.action_id, key=f"… {last.key}", label=last.label)
    for named in range(len(places) - 2, PLACES_MIN - 2, -1):
        yield [*places[:named], rest]
    yield [KeyHint(action_id="palette", key=f"{first.key} … {last.key}", label="screens")]


def _hint_text(hint: KeyHint) -> str:
    return f"{hint.key} {hint.label}" if hint.key else hint.label


def _hints_width(hints: Sequence[KeyHint]) -> int:
    return sum(width_of(_hint_text(hint)) for hint in hints) + len(_HINT_GAP) * len(hints)


class KeyBar(Painted):
    """The keys that matter where the focus is, and help. A click on one does what the key does."""

    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; background: $surface; }"
    GROUND = "surface"

    class Chosen(Message):
        """The operator clicked on a key."""

        def __init__(self, key_bar: KeyBar, action_id: str) -> None:
            super().__init__()
            self.key_bar = key_bar
            self.action_id = action_id

        @property
        def control(self) -> KeyBar:
            return self.key_bar

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints: tuple[KeyHint, ...] = ()
        self._always: KeyHint | None = None
        self._places: tuple[KeyHint, ...] = ()

    def show(self, hints: Sequence[KeyHint], *, always: KeyHint | None = None, places: Sequence[KeyHint] = ()) -> None:
        """Show other keys, at once: they answer a key."""
        self._hints, self._always, self._places = tuple(hints), always, tuple(places)
        self.refresh()

    def action_at(self, x: int) -> str | None:
        """The action whose key stands in this column of the bar."""
        for left, right, hint in self._spans():
            if left <= x < right:
                return hint.action_id
        return None

    def on_click(self, event: events.Click) -> None:
        if (action_id := self.action_at(event.x)) is not None:
            self.post_message(self.Chosen(self, action_id))

    def render_line(self, y: int) -> Strip:
        style = self.palette.style
        segments: list[Segment] = []
        at = 0
        for left, right, hint in self._spans():
            segments.append(Segment(" " * (left - at), style("text")))
            if hint.key:
                segments.append(Segment(hint.key + " ", style("accent strong")))
            segments.append(Segment(hint.label, style("muted")))
            at = right
        return strip_of(segments, self.size.width, style("text"))

    def _spans(self) -> list[tuple[int, int, KeyHint]]:
        """Where each hint stands: left edge, right edge."""
        left, right = hints_fitting(self._hints, self._always, self._places, self.size.width)
        spans, at = [], 1
        for hint in left:
            spans.append((at, at + width_of(_hint_text(hint)), hint))
            at = spans[-1][1] + len(_HINT_GAP)
        at = self.size.width + len(_HINT_GAP) - _hints_width(right) - 1
        for hint in right:
            spans.append((at, at + width_of(_hint_text(hint)), hint))
            at = spans[-1][1] + len(_HINT_GAP)
        return spans
