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


def show_beside(screen: SessionActions, feed: Feed | FirstRows, summary: SessionSummary) -> None:
    """The heading, where it stands still and why, and the strip."""
    fold = feed.fold_of(summary.session)
    detail = fold.detail if fold is not None else DetailFold({})
    now_ms, is_driven = feed.now_ms(), feed.is_driven
    label = feed.labels.get(summary.session)
    parent = feed.summaries.get(SessionId(summary.parent))
    head = head_lines(summary, label, now_ms=now_ms, is_driven=is_driven, parent=parent)
    screen.query_one("#head", Lines).show(head)
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
    screen.query_one("#standing", Lines).show(lines, edge=edge)
    strip = strip_lines(
        summary,
        detail,
        fold.explanations if fold is not None else (),
        next_seats=feed.next_seats.get(summary.template, {}),
        lines_max=max(STRIP_LINES_MIN, min(STRIP_LINES_MAX, screen.size.height // STRIP_SHARE)),
    )
    screen.query_one("#strip", Lines).show(strip)
