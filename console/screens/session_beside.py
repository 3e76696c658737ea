"""What stands around a transcript: which session it is, where it stands still and why, and whether it goes anywhere?

It knows the events: loading those takes as long as a fifth of the first frame, which shows none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.session_detail import DetailFold, head_lines, standing_lines, strip_lines
from console.widgets.lines import Lines
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from console.feed import Feed
    from console.first_rows import FirstRows
    from console.screens.session_actions import SessionActions
    from core.domain.summary import SessionSummary

STRIP_LINES_MIN, STRIP_LINES_MAX = 2, 7
STRIP_SHARE = 5
"""The strip takes at most a fifth of the screen's height."""

LOW_HEIGHT_MAX = 15
"""On a screen that is no higher what is said has the room: above it stands what it is about and what asks, no more."""


def show_beside(screen: SessionActions, feed: Feed | FirstRows, summary: SessionSummary) -> None:
    """The heading, where it stands still and why, and the strip."""
    fold = feed.fold_of(summary.session)
    detail = fold.detail if fold is not None else DetailFold({})
    now_ms, is_driven = feed.now_ms(), feed.is_driven
    label = feed.labels.get(summary.session)
    parent = feed.summaries.get(SessionId(summary.parent))
    head = head_lines(summary, label, now_ms=now_ms, is_driven=is_driven, parent=parent)
    height = screen.size.height or screen.app.size.height  # of the screen there is none before its first layout
    is_low = height <= LOW_HEIGHT_MAX
    screen.query_one("#head", Lines).show(head[:1] if is_low else head)
    related = feed.summaries.get(SessionId(summary.control)) if summary.control else parent
    lines, edge = standing_lines(
        summary,
        detail,
        screen.keys_shown,
        now_ms=now_ms,
        is_driven=is_driven,
        related=related,
        cases=fold.cases if fold is not None else (),
    )
    lines_low = 2 if edge == "attention" else 1
    screen.query_one("#standing", Lines).show(lines[:lines_low] if is_low else lines, edge=edge)
    strip = strip_lines(
        summary,
        detail,
        fold.explanations if fold is not None else (),
        next_seats=feed.next_seats.get(summary.template, {}),
        lines_max=max(STRIP_LINES_MIN, min(STRIP_LINES_MAX, height // STRIP_SHARE)),
    )
    screen.query_one("#strip", Lines).show(() if is_low else strip)
