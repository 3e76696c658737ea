"""What stands above the drafts of a refinement: where it is, what is being written, and which two are compared?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.drafts import score_text
from console.presenters.drafts_compared import sizes_in_words
from console.presenters.figures import counted, money, score
from console.presenters.reasons import called, in_words
from console.presenters.refined import strategy_in_words
from console.presenters.refinement_detail import BEST
from console.presenters.score_chart import LEFT, RIGHT, THRESHOLD
from console.presenters.sessions import STATES, title_of
from console.presenters.shown import Line
from core.domain.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.presenters.drafts import DraftsFold, DraftView
    from console.presenters.shown import Part
    from core.domain.summary import SessionSummary
    from core.ports.catalogue import Label
    from core.runtime.announcements import Progress

WRITER = "writer"


def about_lines(
    row: SessionSummary, label: Label | None, fold: DraftsFold, speaking: Sequence[Progress], *, now_ms: int
) -> list[Line]:
    """What is written, how it stands, and what is under way."""
    del now_ms
    state = STATES[row.status]
    ends = "it ends, " if row.status is Status.RUNNING else ""  # what is under way was paid for, and is still heard
    why = f"  {ends}{in_words(row.reason)}" if row.reason else ""
    lap = f"  iteration {row.round} of {row.rounds_limit}" if row.round else ""
    cap = f" of {money(row.cap_microusd)}" if row.cap_microusd is not None else ""
    how = strategy_in_words(fold.strategy) if fold.strategy else ""
    parts: list[Part] = [(state.text, f"{state.style_name.removesuffix(' strong')} strong")]
    if fold.threshold_ppm:  # before what gives way: without it the line through the bars means nothing
        parts += [(f"  {THRESHOLD} ", "accent strong"), (f"{score(fold.threshold_ppm)} approves", "muted")]
    parts.append((why, "text"))
    parts.append((f"{lap}  {money(row.used_microusd)}{cap}", "muted"))
    parts.append((f"  {how}", "muted"))
    lines = [Line(((title_of(row, label), "text strong"),)), Line(tuple(parts))]
    if speaking:
        lines.append(Line(tuple(part for each in speaking[:2] for part in _under_way(each, fold))))
    return lines


def _under_way(progress: Progress, fold: DraftsFold) -> tuple[Part, ...]:
    """`● writer writes draft 3: 120 words so far`"""
    newest = fold.newest.number if fold.newest is not None else 0
    seat = progress.seat.replace("_", " ")
    is_writer = progress.seat == WRITER
    what = f"writes draft {newest + 1}" if is_writer else f"reviews draft {newest}"
    words = counted(len(progress.text.split()), "word")
    so_far = progress.waiting_for or (f"{words} so far" if progress.characters else "thinks")
    return (("● ", "ok"), (f"{seat} {what}: ", "text"), (f"{so_far}   ", "muted"))


def side_head(
    fold: DraftsFold, view: DraftView | None, *, is_right: bool, changed: tuple[int, int] | None = None
) -> Line:
    """Which draft stands there, how good it is, and whose it is."""
    mark = RIGHT if is_right else LEFT
    if view is None:
        return Line(((f"{mark} nothing to compare with", "muted"),))
    kept = fold.kept
    best = f"  {BEST} best" if kept is not None and kept.number == view.number else ""
    whose = view.draft.model or ("as given" if view.draft.by == "brief" else f"by {called(view.draft.by)}")
    parts: list[Part] = [(f"{mark} draft {view.number}", "accent strong"), (f"  {score_text(view)}", "text strong")]
    parts += [(best, "accent"), (f"  {whose}", "muted")]
    return Line(tuple(parts), right=((sizes_in_words(*changed), "muted"),) if changed is not None else ())
