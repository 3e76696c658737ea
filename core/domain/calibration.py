"""What had come true, among recorded sessions, where a measure read so much?

The record is small and holds counts alone: it is pinned in an opening, so that whether a debate may be ended early is
decided by what was known when it began, and comes out the same whenever it is decided again.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.ids import NO_TEMPLATE, TemplateId


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Sessions that read at least `floor_ppm` at the end of some round, less than the next bin's floor, and went on.

    In `right` of the `counted` ones the answer that then led was the right one, or the verdict where no answer led. In
    `mended` the verdict was right and the answer that then led was not; in `spoiled` it was the other way about.
    """

    floor_ppm: int
    counted: int
    right: int
    mended: int = 0
    spoiled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What one measure (`name@version`) has shown in `sessions` of which the right answer is known: those of
    `template`, or of every format where that is NO_TEMPLATE. Bins are in the order of their floors."""

    measure: str
    sessions: int
    bins: tuple[CalibrationBin, ...] = ()
    template: TemplateId = NO_TEMPLATE
