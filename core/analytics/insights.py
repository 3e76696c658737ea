"""What can be learnt from these sessions, as far as so many can tell?

Durations that stand out are told by the median and the median distance from it, which a few long sessions don't move
(B. Iglewicz and D. C. Hoaglin 1993, How to detect and handle outliers: more than 3.5 by the modified score). Formats
are compared by the interval of their difference, and never ranked by less. What goes with consensus is no cause of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.analytics.comparing import Counted, Difference, difference_of
from core.analytics.overview import median
from core.analytics.rows import LifeRow
from core.analytics.seen_signs import dominant_seat
from core.domain.costs import provider_of
from core.domain.ids import SessionId, TemplateId
from core.domain.intervals import wilson_ppm
from core.domain.session import Status

SESSIONS_LOOKED_AT_MAX = 2_000
"""The newest: what formats and models did thousands of sessions ago says little of what they do now."""

OUTLIERS_MAX = 20
OUTLIERS_AMONG_MIN = 8
"""Among fewer sessions of a format nobody can say what is usual."""

SCORE_MILLI_MIN = 3_500
SCALE_MILLI = 674
"""What makes the median distance comparable with a standard deviation, 0.6745, in thousandths."""

TEMPLATES_COMPARED_MAX = 8
EACH_SIDE_MIN = 5
"""What is seen in fewer sessions, or is missing in fewer, is not looked at; nor are formats with fewer compared."""

REACHED = "approved"

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A session that took unusually long, or short, for its format, whose usual active time is `median_ms`."""

    session: SessionId
    template: TemplateId
    active_ms: int
    median_ms: int
    score_milli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateEffect:
    """What sessions of a format came to. `reached` are those of the completed and measured ones that came to what they
    were held for: consensus, or an approved draft; its share lies between `low_ppm` and `high_ppm`. The medians are of
    completed ones, None of none."""

    template: TemplateId
    sessions: int
    completed: int
    reached: Counted
    low_ppm: int
    high_ppm: int
    active_ms: int | None
    cost_microusd: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two formats by how often they come to what they are held for: the better one first, if it is one."""

    first: TemplateId
    second: TemplateId
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """How often consensus was reached where something was so, and where it was not."""

    factor: str
    where: Counted
    elsewhere: Counted
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What the `sessions` that were looked at tell. `looks` is how many things were looked at for what goes with
    consensus: each interval is as wide as that asks."""

    sessions: int = 0

    outliers: tuple[Outlier, ...] = ()
    templates: tuple[TemplateEffect, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    associations: tuple[Association, ...] = ()
    looks: int = 0


def insights_of(rows: Sequence[LifeRow]) -> Insights:
    """What can be learnt from the newest of `rows`, which are in the order of opening."""
    rows = rows[-SESSIONS_LOOKED_AT_MAX:]
    completed = [row for row in rows if row.status is Status.COMPLETED]
    templates = _effects(rows)
    associations = _associations(completed)
    return Insights(
        sessions=len(rows),
        outliers=_outliers(completed),
        templates=templates,
        comparisons=_comparisons(templates),
        associations=associations,
        looks=len(associations),
    )


def has_reached(row: LifeRow) -> bool | None:
    """Whether a completed session came to what it was held for; None where nothing measured that."""
    if row.status is not Status.COMPLETED:
        return None
    if row.consensus_ppm is not None:
        return row.is_consensus_reached
    return row.outcome == REACHED if row.flow == "refinement" else None


def _outliers(completed: Sequence[LifeRow]) -> tuple[Outlier, ...]:
    found: list[Outlier] = []
    for (template, _), rows in _by(completed, lambda row: (row.template, row.asks_nobody)).items():
        middle_ms = median(row.active_ms for row in rows)
        if middle_ms is None or len(rows) < OUTLIERS_AMONG_MIN:
            continue
        distance_ms = median(abs(row.active_ms - middle_ms) for row in rows)
        if not distance_ms:
            continue  # more than half took just as long: what differs at all would stand out
        for row in rows:
            score = SCALE_MILLI * (row.active_ms - middle_ms) // distance_ms
            if abs(score) > SCORE_MILLI_MIN:
                found.append(
                    Outlier(
                        session=row.session,
                        template=template,
                        active_ms=row.active_ms,
                        median_ms=middle_ms,
                        score_milli=score,
                    )
                )
    found.sort(key=lambda each: (-abs(each.score_milli), each.session))
    return tuple(found[:OUTLIERS_MAX])


def _effects(rows: Sequence[LifeRow]) -> tuple[TemplateEffect, ...]:
    """By how many sessions there are of each, because by how good they are nobody may be able to say."""
    effects = [
        _effect(template, of)
        for template, of in _by((row for row in rows if row.template), lambda row: row.template).items()
    ]
    return tuple(sorted(effects, key=lambda each: (-each.sessions, each.template)))


def _effect(template: TemplateId, rows: Sequence[LifeRow]) -> TemplateEffect:
    completed = [row for row in rows if row.status is Status.COMPLETED]
    held = [has for row in completed if (has := has_reached(row)) is not None]
    reached = Counted(count=sum(held), of=len(held))
    low_ppm, high_ppm = wilson_ppm(reached.count, reached.of)
    return TemplateEffect(
        template=template,
        sessions=len(rows),
        completed=len(completed),
        reached=reached,
        low_ppm=low_ppm,
        high_ppm=high_ppm,
        active_ms=median(row.active_ms for row in completed),
        cost_microusd=median(row.cost_microusd for row in completed),
    )


def _comparisons(effects: Sequence[TemplateEffect]) -> tuple[Comparison, ...]:
    """The format with the largest share against each of the others, as widely as all pairs ask: which one leads is seen
    in the same sessions."""
    held = [each for each in effects if each.reached.of >= EACH_SIDE_MIN][:TEMPLATES_COMPARED_MAX]
    if len(held) < 2:
        return ()
    looks = len(held) * (len(held) - 1) // 2
    leading = max(held, key=lambda each: (each.reached.ppm, each.reached.of))
    others = [each for each in held if each is not leading]
    return tuple(
        Comparison(
            first=leading.template,
            second=other.template,
            difference=difference_of(leading.reached, other.reached, looks=looks),
        )
        for other in sorted(others, key=lambda each: (-each.reached.ppm, each.template))
    )


def _associations(completed: Sequence[LifeRow]) -> tuple[Association, ...]:
    measured = [row for row in completed if row.consensus_ppm is not None]
    looked_at = [
        (factor, where, elsewhere)
        for factor, is_so in _factors(measured).items()
        for where, elsewhere in [_sides(measured, is_so)]
        if min(where.of, elsewhere.of) >= EACH_SIDE_MIN
    ]
    found = [
        Association(
            factor=factor,
            where=where,
            elsewhere=elsewhere,
            difference=difference_of(where, elsewhere, looks=len(looked_at)),
        )
        for factor, where, elsewhere in looked_at
    ]
    found.sort(key=lambda each: (not each.difference.is_told, -abs(each.difference.ppm), each.factor))
    return tuple(found)


def _factors(rows: Sequence[LifeRow]) -> Mapping[str, Callable[[LifeRow], bool]]:
    """What is looked at, in words that go on after `where there were`. Rules are not among them: many act on consensus
    itself."""
    spoken = {row.session: sum(row.signs.words.values()) for row in rows}
    words = median(spoken.values()) or 0
    rounds = median(row.rounds for row in rows) or 0
    return {
        "seats of several models": lambda row: len(row.models) > 1,
        "seats of several providers": lambda row: len({provider_of(model) for model in row.models}) > 1,
        "more than two seats": lambda row: row.seats > 2,
        f"more than {rounds} rounds": lambda row: row.rounds > rounds,
        f"more than {words:,} words": lambda row: spoken[row.session] > words,
        "questions to a person": lambda row: bool(row.escalations),
        "failed calls": lambda row: bool(row.failures),
        "seats that said nearly the same": lambda row: bool(row.signs.echoed),
        "seats that repeated themselves": lambda row: bool(row.signs.repeated),
        "a seat that dominated": lambda row: bool(dominant_seat(row.signs.words, seats=row.seats)),
    }


def _sides(rows: Iterable[LifeRow], is_so: Callable[[LifeRow], bool]) -> tuple[Counted, Counted]:
    counts = [[0, 0], [0, 0]]
    for row in rows:
        side = counts[0 if is_so(row) else 1]
        side[0] += row.is_consensus_reached
        side[1] += 1
    where, elsewhere = (Counted(count=count, of=of) for count, of in counts)
    return where, elsewhere


def _by(rows: Iterable[LifeRow], key: Callable[[LifeRow], Key]) -> dict[Key, list[LifeRow]]:
    groups: dict[Key, list[LifeRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
