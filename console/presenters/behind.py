"""How does a session read in a list of those behind a figure?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import count, counted, duration, money
from console.presenters.sessions import STATES
from console.presenters.shown import Cell, Line, Row

if TYPE_CHECKING:
    from core.analytics.rows import LifeRow


def behind_title(what: str, found: int) -> Line:
    """`12 sessions opened on 2026-11-20`."""
    return Line(parts=((counted(found, "session"), "text strong"), (f" {what}", "muted")))


def behind_row(row: LifeRow, *, opened: str) -> Row:
    """State, title, format, when it was opened, for how long it was active, arguments, dollars."""
    state = STATES[row.status]
    return Row(
        row.session,
        (
            Cell(state.text, state.style_name),
            Cell(row.title),
            Cell(row.template, "muted"),
            Cell(opened, "muted"),
            Cell(duration(row.active_ms)),
            Cell(count(row.arguments)),
            Cell(money(row.cost_microusd)),
        ),
    )
