"""How is one line of a turn drawn: who speaks with which model, then the words beside the tint of the seat?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment

from console.widgets.cells import cut, fit, one_line, width_of
from console.widgets.palette import seat_style

if TYPE_CHECKING:
    import re

    from rich.style import Style

    from console.widgets.palette import Palette
    from console.widgets.turns import Turn, TurnView

_SEAT_CELLS = 10
_SEAT_GAP_CELLS = 3
_BAR = "▌"
_BAR_CELLS = 2
_MARGIN_CELLS = 1
_SPEAKING = "speaking ▍"
_CARET = "▍"


def text_cells(cells: int) -> int:
    """Room for words in a turn of so many cells."""
    return max(1, cells - _BAR_CELLS - _MARGIN_CELLS)


def heading(view: TurnView, cells: int, palette: Palette, *, is_chosen: bool) -> list[Segment]:
    """Who speaks, with which model, and at the right what it took. The right side gives way before the model."""
    ground = "panel" if is_chosen else ""
    style = palette.style
    tint = seat_style(view.seat_index)
    who = {"note": "text strong", "verdict": "accent strong"}.get(view.state, f"{tint} strong")
    state = {"speaking": _SPEAKING, "superseded": "superseded"}.get(view.state, "")
    room = max(0, cells - _BAR_CELLS - _MARGIN_CELLS)
    seat = cut(fit(one_line(view.seat), max(_SEAT_CELLS, width_of(one_line(view.seat)))), room)
    taken = width_of(seat) + width_of(one_line(view.model)) + 3
    for right in (one_line("   ".join(part for part in (view.heading_right, state) if part)), state, ""):
        if taken + width_of(right) <= room:
            break
    lead = " " * max(1, _SEAT_GAP_CELLS - (width_of(seat) - width_of(seat.rstrip())))
    about = one_line(" · ".join(part for part in (view.model, *view.marks) if part))
    about_cells = max(0, room - width_of(seat) - width_of(right) - 2)
    gap = max(0, room - width_of(seat) - about_cells - width_of(right))
    return [
        Segment(_BAR + " ", style(tint, ground)),
        Segment(seat, style(who, ground)),
        Segment(fit(lead + about if about else "", about_cells) + " " * gap, style("muted", ground)),
        Segment(right, style("accent" if view.state == "speaking" else "muted", ground)),
        Segment(" " * _MARGIN_CELLS, style("muted", ground)),
    ]


def body_line(turn: Turn, index: int, cells: int, needle: re.Pattern[str] | None, palette: Palette) -> list[Segment]:
    """The line at `index` of what was said; past the last one the turn is blank."""
    style = palette.style
    width = text_cells(cells)
    lines = turn.height(width)
    if index >= lines:
        return [Segment(" " * cells, style("text"))]
    tint = style(seat_style(turn.view.seat_index))
    ink = style("muted" if turn.view.state == "superseded" else "text")
    text = turn.line(index, width)
    caret = _CARET if turn.view.state == "speaking" and index == lines - 1 else ""
    padding = " " * max(0, cells - _BAR_CELLS - width_of(text) - len(caret))
    found = style("accent strong", "highlight")
    return [Segment(_BAR + " ", tint), *_inked(text, needle, ink, found), Segment(caret, tint), Segment(padding, ink)]


def _inked(text: str, needle: re.Pattern[str] | None, ink: Style, found: Style) -> list[Segment]:
    """A line of text with the matches of the search made visible."""
    segments, end = [], 0
    for match in needle.finditer(text) if needle else ():
        segments += [Segment(text[end : match.start()], ink), Segment(match.group(), found)]
        end = match.end()
    return [*segments, Segment(text[end:], ink)]
