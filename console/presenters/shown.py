"""In which values does a presenter say what a widget is to draw?

They name styles instead of colours and know nothing of a terminal, so that what is shown can be tested as data.
Named tuples and no dataclasses: the first frame waits until the classes are made, and those take eight times as long.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

TurnState = Literal["done", "speaking", "superseded", "note", "verdict"]

Part = tuple[str, str]
"""A text and the name of its style."""


class Cell(NamedTuple):
    """A text and the name of its style in the palette. Where both don't fit, `text` gives way to the `tail` behind it,
    down to half of the cell."""

    text: str
    style_name: str = "text"
    tail: str = ""


class Row(NamedTuple):
    """One cell for each column, under a key that stays with the thing shown."""

    key: str
    cells: tuple[Cell, ...]


class Line(NamedTuple):
    """A line of parts. What `right` holds stands at the right edge and gives way first.

    One that wraps takes as many lines as it needs, up to `lines_max`, in the style of its last part.
    """

    parts: tuple[Part, ...]
    right: tuple[Part, ...] = ()
    lines_max: int = 1


class TurnView(NamedTuple):
    """A turn as it is shown. `seat` is the role in this session; `seat_index` counts from 1, 0 is nobody's seat."""

    key: str
    seat_index: int
    seat: str
    model: str = ""
    heading_right: str = ""
    text: str = ""
    state: TurnState = "done"
    marks: tuple[str, ...] = ()


class HeaderView(NamedTuple):
    """What the header says. `left` are those that would move on, and nobody drives. `cap_microusd` None means that
    today has no cap. `notice` is for what holds everywhere: a global pause, a stop of all spending, a console that only
    reads; `notice_action` leads on from there, where anything does. `unread` is how much was told that nobody has read.
    Until the sessions were read nothing `is_counted`, and until today's spend was, it is None."""

    is_counted: bool = True
    running: int = 0
    left: int = 0
    needs_you: int = 0
    waiting: int = 0
    failed: int = 0
    unread: int = 0
    spent_today_microusd: int | None = 0
    cap_microusd: int | None = None
    clock: str = ""
    notice: str = ""
    notice_action: str = ""
