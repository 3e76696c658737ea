"""How did the scores of the drafts go, and how far is each from the threshold?

A bar for each draft, one below the other: what was written first stands on top. Every bar has its number, and the
threshold is a line through all of them, so that nothing rests on colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.drafts import score_text
from console.presenters.figures import BAR_EMPTY, BAR_FULL, PPM_ONE
from console.presenters.refinement_detail import BEST
from console.presenters.shown import Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.presenters.drafts import DraftsFold, DraftView
    from console.presenters.shown import Part

THRESHOLD = "│"
LEFT, RIGHT, BOTH = "◂", "▸", "◆"
WORDS_CELLS = 54
"""What stands around a bar takes so much: the draft, its score, that it is the best and enough, and who reviewed it."""

BAR_CELLS_MIN, BAR_CELLS_MAX = 10, 60


def chart_lines(fold: DraftsFold, *, left: int, right: int, width: int, lines_max: int) -> list[Line]:
    """A line for each draft, those compared marked; of more drafts than there is room for, those that matter and the
    newest."""
    cells = max(BAR_CELLS_MIN, min(BAR_CELLS_MAX, width - WORDS_CELLS))
    kept = fold.kept.number if fold.kept is not None else 0
    shown = shown_numbers(tuple(fold.views), wanted=(right, left, kept), lines_max=lines_max)
    lines = []
    for number in shown:
        view = fold.views[number]
        mark = LEFT if number == left else RIGHT if number == right else " "
        parts: list[Part] = [(f"{mark} draft {number:<2} ", "accent strong" if mark != " " else "text")]
        parts += bar_parts(view.score_ppm, fold.threshold_ppm, cells=cells)
        parts.append((f" {score_text(view):<11}", "text"))
        parts += _marks(view, kept=kept, threshold_ppm=fold.threshold_ppm)
        lines.append(Line(tuple(parts), right=((_by(view), "muted"),)))
    return lines


def bar_parts(score_ppm: int | None, threshold_ppm: int, *, cells: int) -> list[Part]:
    """A bar of so many cells, with the threshold across it. Full only at a score of 1."""
    filled = 0 if score_ppm is None else max(0, min(cells, score_ppm * cells // PPM_ONE))
    bar = BAR_FULL * filled + BAR_EMPTY * (cells - filled)
    if not threshold_ppm:
        return [(bar, "text")]
    at = min(cells - 1, threshold_ppm * cells // PPM_ONE)
    has_reached = score_ppm is not None and score_ppm >= threshold_ppm
    return [
        (bar[:at], "ok" if has_reached else "text"),
        (THRESHOLD, "accent strong"),
        (bar[at + 1 :], "ok" if has_reached else "muted"),
    ]


def shown_numbers(numbers: Sequence[int], *, wanted: Sequence[int], lines_max: int) -> tuple[int, ...]:
    """Which drafts there is room for: those wanted, in the order of what matters most, then the newest."""
    order = dict.fromkeys(each for each in (*wanted, *sorted(numbers, reverse=True)) if each in numbers)
    return tuple(sorted(list(order)[: max(1, lines_max)]))


def _marks(view: DraftView, *, kept: int, threshold_ppm: int) -> list[Part]:
    marks: list[Part] = []
    if view.number == kept:
        marks.append((f" {BEST} best", "accent strong"))
    if view.accepted is not None:
        marks.append((" ✓ accepted", "ok strong"))
    elif view.score_ppm is not None and threshold_ppm and view.score_ppm >= threshold_ppm and not view.checks_failed:
        marks.append((" ✓ enough", "ok strong"))
    if view.checks_failed:
        failed = len(view.checks_failed)
        marks.append((f" ✗ {failed} check" + ("s" if failed > 1 else ""), "failed"))
    return marks


def _by(view: DraftView) -> str:
    """Who reviewed it."""
    seats = dict.fromkeys(review.seat.replace("_", " ") for review in view.reviews)
    if len(seats) > 2:
        return f"{len(seats)} reviewers"
    return ", ".join(seats)
