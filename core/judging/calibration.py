"""How far can a number be trusted that says how sure somebody is, or how much is agreed?

By what came true where it was said before. Everything here is counted in integers, because debates are ended by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from core.domain.calibration import Calibration, CalibrationBin
from core.domain.ids import NO_TEMPLATE, TemplateId
from core.domain.intervals import wilson_ppm
from core.domain.status import Status
from core.domain.summary import SessionSummary
from core.judging.measure import PPM

BIN_PPM = 100_000
"""Readings are held against others of the same tenth; being of one mind is a bin of its own."""
COUNTED_MIN = 50
"""Of fewer sessions in a bin nobody can tell. A stop that costs one answer in 50 is let through three times in eight by
50 sessions, so that what it costs on the average stays below one answer in 100."""
RIGHT_PPM_MIN = 800_000
"""How often, at the least that the interval allows, the answer has to have been right where a debate is ended."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether a reading is one to act on, and why: `reason` is one sentence for the operator."""

    is_informative: bool
    reason: str


def trust_in(calibration: Calibration | None, ppm: int) -> Trust:
    """Whether a debate may be ended at a reading of `ppm`, going by recorded sessions.

    It may where enough of them read so much, the answer that led was right in most even at the lower end of the
    interval, that end is above what is right at whatever reading, and going on mended no more answers than it spoiled.
    """
    if calibration is None:
        return Trust(False, "what such readings tell was not pinned when the session was opened")
    if not calibration.sessions:
        return Trust(False, "no recorded session tells how often it was right")
    found = bin_of(calibration, ppm)
    base_ppm = base_rate_ppm(calibration)
    if found.counted < COUNTED_MIN:
        at = f"{found.counted} recorded sessions read about as much"
        return Trust(False, f"{at}; it takes {COUNTED_MIN} to tell")
    least_ppm = wilson_ppm(found.right, found.counted)[0]
    so = f"of {found.counted} sessions that read about as much, {found.right} were right"
    if least_ppm < RIGHT_PPM_MIN:
        return Trust(False, f"{so}: perhaps {_percent(least_ppm)}, and it takes {_percent(RIGHT_PPM_MIN)}")
    if least_ppm <= base_ppm:
        return Trust(False, f"{so}: perhaps {_percent(least_ppm)}, no more than the {_percent(base_ppm)} of all")
    if found.mended > found.spoiled:
        return Trust(False, f"{so}, and going on mended {found.mended} and spoiled {found.spoiled}")
    return Trust(True, f"{so}, at least {_percent(least_ppm)} against {_percent(base_ppm)} of all")


def bin_of(calibration: Calibration, ppm: int) -> CalibrationBin:
    """The bin that holds a reading; one in which nothing was counted where the record has none."""
    floor = floor_of(ppm)
    for each in calibration.bins:
        if each.floor_ppm == floor:
            return each
    return CalibrationBin(floor_ppm=floor, counted=0, right=0)


def floor_of(ppm: int) -> int:
    """The floor of the bin that holds a reading."""
    return min(max(0, ppm), PPM) // BIN_PPM * BIN_PPM


def base_rate_ppm(calibration: Calibration) -> int:
    """How often the answer was right at whatever reading."""
    counted = sum(each.counted for each in calibration.bins)
    return sum(each.right for each in calibration.bins) * PPM // counted if counted else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A reading at the end of a round after which the debate went on. `was_right` is about the answer that then led,
    or the verdict where none did; `ended_right` about the verdict."""

    ppm: int
    was_right: bool
    ended_right: bool


def calibrated(
    measure: str, sessions: Iterable[Sequence[Passed]], *, template: TemplateId = NO_TEMPLATE
) -> Calibration:
    """What a measure has shown in `sessions`, each by the readings that it passed, in order.

    A session counts once in a bin, by its first reading there: rounds of one debate are no independent witnesses.
    """
    counts: dict[int, list[int]] = {}
    total = 0
    for passed in sessions:
        total += bool(passed)
        seen: set[int] = set()
        for reading in passed:
            floor = floor_of(reading.ppm)
            if floor in seen:
                continue
            seen.add(floor)
            count = counts.setdefault(floor, [0, 0, 0, 0])
            count[0] += 1
            count[1] += reading.was_right
            count[2] += reading.ended_right and not reading.was_right
            count[3] += reading.was_right and not reading.ended_right
    bins = tuple(
        CalibrationBin(floor_ppm=floor, counted=count[0], right=count[1], mended=count[2], spoiled=count[3])
        for floor, count in sorted(counts.items())
    )
    return Calibration(measure=measure, sessions=total, bins=bins, template=template)


def passed_in(row: SessionSummary) -> tuple[Passed, ...]:
    """What a session tells of its measure: every round's end but the last, behind which nothing followed. Nothing where
    it has no verdict of its own, or where the right answer isn't known; of a fork its origin has told already."""
    if row.status is not Status.COMPLETED or not row.known_answer or not row.outcome or row.forked_from:
        return ()
    ended = row.outcome == row.known_answer
    return tuple(
        Passed(ppm=ppm, was_right=leading == row.known_answer if leading else ended, ended_right=ended)
        for ppm, leading in row.readings[:-1]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Something that was said to be so with `stated_ppm`, and how true it was: 0 or PPM where it is or isn't."""

    stated_ppm: int
    true_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """One bar of a reliability curve: of `counted` statements, what was said and what came true on the average."""

    floor_ppm: int
    counted: int
    stated_ppm: int
    true_ppm: int


def reliability(observed: Iterable[Stated]) -> tuple[Reliability, ...]:
    """What was said against what came true, by tenths; empty tenths are left out."""
    tenths: dict[int, list[Stated]] = {}
    for each in observed:
        tenths.setdefault(min(floor_of(each.stated_ppm), PPM - BIN_PPM), []).append(each)
    return tuple(
        Reliability(
            floor_ppm=floor,
            counted=len(found),
            stated_ppm=sum(each.stated_ppm for each in found) // len(found),
            true_ppm=sum(each.true_ppm for each in found) // len(found),
        )
        for floor, found in sorted(tenths.items())
    )


def calibration_error_ppm(observed: Sequence[Stated]) -> int:
    """The expected calibration error: by how much what is said misses what comes true, weighted by tenths."""
    if not observed:
        return 0
    missed = sum(abs(bar.stated_ppm - bar.true_ppm) * bar.counted for bar in reliability(observed))
    return missed // len(observed)


def brier_ppm(observed: Sequence[Stated]) -> int:
    """Brier's score: the mean square of what was missed, 0 at best, 250 000 for whoever always says one half."""
    if not observed:
        return 0
    return sum((each.stated_ppm - each.true_ppm) ** 2 for each in observed) // (PPM * len(observed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What a stated number stands for: `points` are pairs of (stated, true), both rising. Between two points it is
    straight, beyond the outer ones flat. Without points a number stands for itself."""

    points: tuple[tuple[int, int], ...] = ()

    @property
    def flat_ppm(self) -> int | None:
        """What every number stands for, where all stand for the same; None where they don't."""
        values = {true_ppm for _, true_ppm in self.points}
        return values.pop() if len(values) == 1 else None


def recalibrated(curve: Curve, ppm: int) -> int:
    """The number that `ppm` stands for."""
    if not curve.points:
        return ppm
    before = curve.points[0]
    for point in curve.points:
        if ppm <= point[0]:
            run = point[0] - before[0]
            return point[1] if run == 0 else before[1] + (point[1] - before[1]) * (ppm - before[0]) // run
        before = point
    return before[1]


def fitted(observed: Iterable[Stated]) -> Curve:
    """The rising curve nearest to what was observed (isotonic regression: neighbours that fall are pooled)."""
    ordered = sorted(observed, key=lambda each: each.stated_ppm)
    pools: list[tuple[int, int, int, int]] = []  # first stated, last stated, sum of what was true, count
    for stated, group in groupby(ordered, key=lambda each: each.stated_ppm):
        true = [each.true_ppm for each in group]
        pool = (stated, stated, sum(true), len(true))
        while pools and pools[-1][2] * pool[3] >= pool[2] * pools[-1][3]:
            last = pools.pop()
            pool = (last[0], pool[1], last[2] + pool[2], last[3] + pool[3])
        pools.append(pool)
    points: list[tuple[int, int]] = []
    for first, last_stated, total, count in pools:
        points.append((first, total // count))
        if last_stated > first:
            points.append((last_stated, total // count))
    return Curve(points=tuple(points))


def fitted_by_tenths(observed: Iterable[Stated]) -> Curve:
    """The curve through the bars of `reliability`, where they fall pooled: for few observations, or coarse ones."""
    bars = reliability(observed)
    return fitted(Stated(stated_ppm=bar.stated_ppm, true_ppm=bar.true_ppm) for bar in bars for _ in range(bar.counted))


def _percent(ppm: int) -> str:
    return f"{ppm * 100 // PPM} %"
