"""What did a reviewer's scores come to, as a chart of what was said against what is true?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from console.presenters.figures import BAR_EMPTY, BAR_FULL

if TYPE_CHECKING:
    from core.judging.reviewer_calibration import Fit, Shown

BAR_CELLS = 40
SAID_SIGN = "│"
PPM = 1_000_000
TENTH_PPM = 100_000


def chart(title: str, shown: Shown) -> Iterator[str]:
    """A row for each tenth in which something was said: the bar is what is true, the stroke what was said of it on the
    average. Where bar and stroke meet, a score stands for itself. No row is wider than 79 places."""
    yield f"{title}: calibration error {_short(shown.error_ppm)}, Brier's score {_fine(shown.brier_ppm)}"
    yield f"{'scores':<13}{'said':>5}  {'true':>5}  {'drafts':>6}  0{'1':>{BAR_CELLS - 1}}"
    for each in shown.bars:
        tenth = f"{_short(each.floor_ppm)} – {_short(each.floor_ppm + TENTH_PPM)}"
        said, true = _short(each.stated_ppm), _short(each.true_ppm)
        yield f"{tenth:<13}{said:>5}  {true:>5}  {each.counted:>6,}  {_bar(each.true_ppm, each.stated_ppm)}"


def _short(ppm: int) -> str:
    """In hundredths: an average of many says no more."""
    return f"{ppm // PPM}.{ppm % PPM // 10_000:02}"


def _fine(ppm: int) -> str:
    """In thousandths: between two curves these may be all the difference."""
    return f"{ppm // PPM}.{ppm % PPM // 1_000:03}"


def _bar(true_ppm: int, said_ppm: int) -> str:
    filled = min(BAR_CELLS, (true_ppm * BAR_CELLS + PPM // 2) // PPM)
    cells = [*BAR_FULL * filled, *BAR_EMPTY * (BAR_CELLS - filled)]
    cells[min(BAR_CELLS - 1, said_ppm * BAR_CELLS // PPM)] = SAID_SIGN
    return "".join(cells)


def as_values(fit: Fit) -> Mapping[str, object]:
    """A fit for a program."""
    return {
        "fitted_on": fit.fitted_on,
        "held_out": fit.held_out,
        "is_better": fit.is_better,
        "points": fit.curve.points,
        "flat_ppm": fit.curve.flat_ppm,
        "before": fit.before,
        "after": fit.after,
    }


def flat_in_words(fit: Fit) -> str:
    """What it means that every score stands for the same; "" where scores tell drafts apart."""
    flat_ppm = fit.curve.flat_ppm
    if flat_ppm is None:
        return ""
    stands = _short(flat_ppm)
    return (
        f"the curve is flat: whatever this reviewer scores stands for {stands}, because nowhere on its scale these "
        f"drafts are better than further down. By the curve no draft meets a threshold above {stands}, and each meets "
        "any other. To tell drafts apart, take another reviewer, or criteria that can be checked."
    )


def told_of(fit: Fit) -> Iterator[str]:
    """Both charts, over the drafts that the curve never saw."""
    yield from chart(f"As scored, {fit.held_out} drafts", fit.before)
    yield ""
    yield from chart(f"By the curve, made from {fit.fitted_on} others", fit.after)
