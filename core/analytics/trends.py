"""What do sessions come to, day by day?

A session counts on the day on which it was opened, with all that became of it; what its calls cost and how long they
took counts on the day on which they ended. So a day's shares are of one set of sessions, and its money is what was
spent on it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.analytics.histogram import DURATION_MS_BOUNDS, Histogram, both, empty
from core.analytics.rows import LifeRow
from core.analytics.tallies import mean, share_ppm
from core.domain.costs import provider_of
from core.domain.ids import RuleId
from core.domain.session import Status

CHARGED = ("answers", "failures", "answers_timed", "latency_ms", "cost_microusd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """What calls to one provider came to. `latency_ms` is that of `answers_timed` answers, in sum."""

    answers: int = 0
    failures: int = 0
    answers_timed: int = 0
    latency_ms: int = 0
    cost_microusd: int = 0

    @property
    def latency_ms_mean(self) -> int | None:
        """None where no answer was timed."""
        return mean(self.latency_ms, self.answers_timed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What some sessions came to. `failed` are those that stand failed, `ended` those that are over or stand failed;
    `measured` completed with a reading of consensus, and `agreed` are those of them that reached it. `duration_ms` is
    the active time of completed ones."""

    opened: int = 0
    started: int = 0
    ended: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    escalated: int = 0
    escalations: int = 0
    measured: int = 0
    agreed: int = 0
    arguments: int = 0
    duration_ms: Histogram = field(default_factory=lambda: empty(DURATION_MS_BOUNDS))
    rules_fired: Mapping[RuleId, int] = field(default_factory=dict)
    providers: Mapping[str, Provided] = field(default_factory=dict)

    @property
    def completed_ppm(self) -> int | None:
        """Of those that ended; None of none. So the others."""
        return share_ppm(self.completed, self.ended)

    @property
    def failed_ppm(self) -> int | None:
        return share_ppm(self.failed, self.ended)

    @property
    def consensus_ppm(self) -> int | None:
        """Of the completed ones in which it was measured."""
        return share_ppm(self.agreed, self.measured)

    @property
    def escalated_ppm(self) -> int | None:
        """Of those that began."""
        return share_ppm(self.escalated, self.started)

    @property
    def cost_microusd(self) -> int:
        return sum(each.cost_microusd for each in self.providers.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The day that began at `midnight_ms` (Unix, the operator's own midnight)."""

    midnight_ms: int
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """`days` are in order and without a gap; `total` is of all sessions that were looked at, also of those that lie
    before the first day."""

    days: tuple[Day, ...] = ()
    total: Figures = field(default_factory=Figures)


class _Sums:
    """What a day's figures are counted in."""

    __slots__ = ("counts", "duration_ms", "durations", "providers", "rules")

    def __init__(self) -> None:
        self.counts = dict.fromkeys(_COUNTED, 0)
        self.durations = [0] * (len(DURATION_MS_BOUNDS) + 1)
        self.duration_ms = 0
        self.rules: dict[RuleId, int] = {}
        self.providers: dict[str, list[int]] = {}


_COUNTED = (
    "opened", "started", "ended", "completed", "failed", "cancelled", "escalated", "escalations", "measured", "agreed",
    "arguments",
)  # fmt: skip  # a list


def trends_of(rows: Iterable[LifeRow], *, midnights_ms: Sequence[int]) -> Trends:
    """The figures of `rows` for each of these days, which are in order."""
    sums = [_Sums() for _ in range(len(midnights_ms) + 1)]  # the first is of what lies before all days
    for row in rows:
        _count(sums[_day_of(row.opened_at_ms, midnights_ms)], row)
        for charge in row.charges:
            providers = sums[_day_of(charge.quarter_ms, midnights_ms)].providers
            kept = providers.get(charge.route)
            if kept is None:
                kept = providers[charge.route] = [0] * len(CHARGED)
            kept[0] += charge.answers  # in the order of CHARGED, and one by one: there are many
            kept[1] += charge.failures
            kept[2] += charge.answers_timed
            kept[3] += charge.latency_ms
            kept[4] += charge.cost_microusd
    days = tuple(
        Day(midnight_ms=midnight_ms, figures=_figures(each))
        for midnight_ms, each in zip(midnights_ms, sums[1:], strict=True)
    )
    return Trends(days=days, total=total_of((_figures(sums[0]), *(day.figures for day in days))))


def total_of(figures: Iterable[Figures]) -> Figures:
    """All of them together."""
    whole = _Sums()
    durations = empty(DURATION_MS_BOUNDS)
    for each in figures:
        for name in _COUNTED:
            whole.counts[name] += getattr(each, name)
        for rule, fired in each.rules_fired.items():
            whole.rules[rule] = whole.rules.get(rule, 0) + fired
        for provider, provided in each.providers.items():
            kept = whole.providers.setdefault(provider, [0] * len(CHARGED))
            for at, name in enumerate(CHARGED):
                kept[at] += getattr(provided, name)
        durations = both(durations, each.duration_ms)
    whole.durations, whole.duration_ms = list(durations.counts), durations.total
    return _figures(whole)


def _count(sums: _Sums, row: LifeRow) -> None:
    counts = sums.counts
    counts["opened"] += 1
    counts["started"] += bool(row.started_at_ms)
    counts["escalated"] += bool(row.escalations)
    counts["escalations"] += row.escalations
    counts["arguments"] += row.arguments
    for rule, fired in row.rules_fired.items():
        sums.rules[rule] = sums.rules.get(rule, 0) + fired
    match row.status:
        case Status.COMPLETED:
            counts["completed"] += 1
            counts["measured"] += row.consensus_ppm is not None
            counts["agreed"] += row.consensus_ppm is not None and row.is_consensus_reached
            sums.durations[bisect_left(DURATION_MS_BOUNDS, row.active_ms)] += 1
            sums.duration_ms += row.active_ms
        case Status.CANCELLED:
            counts["cancelled"] += 1
        case Status.FAILED:
            counts["failed"] += 1
        case _:
            return
    counts["ended"] += 1


def _figures(sums: _Sums) -> Figures:
    return Figures(
        **sums.counts,
        duration_ms=Histogram(bounds=DURATION_MS_BOUNDS, counts=tuple(sums.durations), total=sums.duration_ms),
        rules_fired=dict(sorted(sums.rules.items())),
        providers=_provided(sums.providers),
    )


def _provided(routes: Mapping[str, Sequence[int]]) -> dict[str, Provided]:
    """By provider, whatever the route; what has been put together already stays so."""
    sums: dict[str, list[int]] = {}
    for route, values in routes.items():
        kept = sums.setdefault(provider_of(route), [0] * len(CHARGED))
        for at, value in enumerate(values):
            kept[at] += value
    return {provider: Provided(**dict(zip(CHARGED, values, strict=True))) for provider, values in sorted(sums.items())}


def _day_of(at_ms: int, midnights_ms: Sequence[int]) -> int:
    return bisect_right(midnights_ms, at_ms)
